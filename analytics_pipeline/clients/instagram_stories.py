"""The active stories of connected accounts through the Graph API (Facebook Login).

Source: docs/sources/instagram.md (Stories; Graph API v23.0, read 2026-11).
"""

from analytics_pipeline.clients.budget import Budgets
from analytics_pipeline.clients.conversation import Conversation
from analytics_pipeline.clients.errors import TooMuchDataError, TransientApiError
from analytics_pipeline.clients.graph_errors import understand
from analytics_pipeline.clients.graph_usage import use_case_usage
from analytics_pipeline.clients.instagram import use_case_budget
from analytics_pipeline.clients.instagram_insights import OwnAccount
from analytics_pipeline.clients.transport import Request
from analytics_pipeline.schemas.known_fields import INSTAGRAM_STORY_FIELDS
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.records import Answer

# Instagram lets an account post no more in a day, so one page holds them all.
_MOST_STORIES = 100


class InstagramStories:
    """Lists what is active now.

    Args:
        base_url: Of the Graph API, with its version.
        budgets: Makes the budgets that calls are taken from.
    """

    def __init__(self, base_url: str, budgets: Budgets) -> None:
        self._base_url = base_url
        self._budgets = budgets

    def list_active(
        self, conversation: Conversation, owner: OwnAccount
    ) -> tuple[str, ...]:
        """List an account's stories of the last 24 hours, in one call.

        Args:
            conversation: Asks and keeps the answer.
            owner: Whose.

        Returns:
            Their ids.
        """
        request = Request(
            "GET",
            f"{self._base_url}/{owner.account_id}/stories",
            {"fields": ",".join(INSTAGRAM_STORY_FIELDS), "limit": str(_MOST_STORIES)},
            token=owner.token,
        )
        budget = use_case_budget(self._budgets, owner.account_id)
        return conversation.ask(request, _listed, budget, use_case_usage)


def _listed(answer: Answer) -> tuple[str, ...]:
    try:
        listed = understand(answer).get("data")
    except TooMuchDataError as error:
        # A smaller page would have to be followed by others, which are not promised.
        raise TransientApiError(str(error)) from error
    if not isinstance(listed, list):
        msg = "the answer holds no list of stories"
        raise TransientApiError(msg, Reason.BAD_ANSWER)
    ids = (item.get("id") for item in listed if isinstance(item, dict))
    return tuple(dict.fromkeys(str(found) for found in ids if found))
