"""The agency's Creators app: creators, campaigns, and who takes part.

Source: docs/sources/creators_app.md. No paging; campaign ids go into the address as a
bracketed list.
"""

from datetime import timedelta

from analytics_pipeline.clients.budget import Budget, Budgets, Limits
from analytics_pipeline.clients.conversation import Conversation
from analytics_pipeline.clients.errors import (
    BudgetExhausted,
    PermanentApiError,
    ReconnectRequired,
    TransientApiError,
)
from analytics_pipeline.clients.json_answer import read_json
from analytics_pipeline.clients.transport import Request
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.records import Answer

# Keeps the address under the 8,000 characters that servers commonly accept.
_IDS_PER_CALL = 200
_OK = 200
_SERVER_ERROR = 500


class CreatorsAppClient:
    """Reads the Creators app.

    Args:
        base_url: Up to but not including `/api-influencers/`.
        token: Bearer token, if the app asks for one.
    """

    def __init__(self, base_url: str, token: str | None = None) -> None:
        self._base_url = base_url
        self._token = token
        self._budget: Budget = Budgets().named(
            "creators_app", Limits(reset=timedelta(minutes=1))
        )

    def creators(self, conversation: Conversation) -> list[object]:
        """Return the list of creators, each as the app describes it."""
        return self._list(conversation, "creators")

    def campaigns(self, conversation: Conversation) -> list[object]:
        """Return the list of campaigns, each as the app describes it."""
        return self._list(conversation, "campaigns")

    def involved(
        self, conversation: Conversation, campaign_ids: list[str]
    ) -> list[object]:
        """Return who takes part in campaigns.

        Args:
            conversation: Asks and keeps the answers.
            campaign_ids: Which campaigns.

        Returns:
            One entry per campaign, as the app describes it.

        Raises:
            PermanentApiError: The answer is no list.
        """
        entries: list[object] = []
        for start in range(0, len(campaign_ids), _IDS_PER_CALL):
            some = campaign_ids[start : start + _IDS_PER_CALL]
            params = {"campaign-ids": f"[{', '.join(some)}]"}
            found = self._ask(conversation, "involved", params)
            if found is None:  # The app's way to say "nobody".
                continue
            if not isinstance(found, list):
                msg = "the Creators app's list of involved creators is no list"
                raise PermanentApiError(msg, Reason.BAD_ANSWER)
            entries += found
        return entries

    def _list(self, conversation: Conversation, name: str) -> list[object]:
        found = self._ask(conversation, f"{name}/", {})
        listed = found.get(name) if isinstance(found, dict) else None
        if not isinstance(listed, list):
            msg = f"the Creators app's answer holds no list {name!r}"
            raise PermanentApiError(msg, Reason.BAD_ANSWER)
        return listed

    def _ask(
        self, conversation: Conversation, path: str, params: dict[str, str]
    ) -> object:
        url = f"{self._base_url}/api-influencers/{path}"
        request = Request("GET", url, params, token=self._token)
        return conversation.ask(request, _understand, self._budget)


def _understand(answer: Answer) -> object:
    """Return the JSON of an answer, or raise the ApiError its status stands for."""
    text = f"HTTP {answer.status} from the Creators app"
    if answer.status >= _SERVER_ERROR or answer.status == 408:  # noqa: PLR2004 - late
        raise TransientApiError(text)
    if answer.status == 429:  # noqa: PLR2004 - "Too Many Requests"
        raise BudgetExhausted(text, timedelta(minutes=1))
    if answer.status in {401, 403}:
        msg = f"{text}: it wants another CREATORS_API_TOKEN"
        raise ReconnectRequired(msg)
    if answer.status != _OK:
        raise PermanentApiError(text)
    parsed: object = read_json(answer)
    if isinstance(parsed, dict) and "error" in parsed:
        msg = "the Creators app answered with an error"
        raise PermanentApiError(msg)
    return parsed
