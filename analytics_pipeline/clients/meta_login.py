"""Logging in at Facebook: its page, the code, the long-lived token, the Pages.

Nothing of it is recorded: every answer holds tokens.

Source: docs/sources/instagram.md (Facebook Login, Graph API v23.0, read 2026-11).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from analytics_pipeline.clients.budget import Budgets, Limits
from analytics_pipeline.clients.conversation import Conversation
from analytics_pipeline.clients.errors import (
    PermanentApiError,
    ReconnectRequired,
    TransientApiError,
)
from analytics_pipeline.clients.graph_errors import refusal_of, understand
from analytics_pipeline.clients.json_answer import JsonObject
from analytics_pipeline.clients.paging import LoopGuard
from analytics_pipeline.clients.transport import Request
from analytics_pipeline.schemas.connections import ReconnectReason
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.records import Answer, Clock

_PAGE_FIELDS = "id,name,access_token,instagram_business_account{id,username}"
_PAGES_AT_ONCE = "100"
# The Page's own subscription makes Meta push its account's stories; the field is one
# that any Page can subscribe to.
_SUBSCRIBED_FIELD = "feed"
_RESET = timedelta(minutes=60)
_LONGEST_LIFE = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class MetaApp:
    """Id and secret of the Meta app."""

    app_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LongToken:
    """A token of about sixty days; when it ends is None where Meta does not tell."""

    token: str = field(repr=False)
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What Meta says about a token.

    Attributes:
        is_valid: Whether it works.
        app_id: Whose it is.
        user_id: Who logged in.
        scopes: What was granted.
        expires_at: None for one that never does, or where Meta does not tell.
        consent_expires_at: When the person must agree again, if Meta tells.
        refusal: Why one that does not work does not.
    """

    is_valid: bool
    app_id: str
    user_id: str | None
    scopes: tuple[str, ...]
    expires_at: datetime | None
    consent_expires_at: datetime | None
    refusal: ReconnectReason = ReconnectReason.UNKNOWN


@dataclass(frozen=True, slots=True)
class FacebookPage:
    """A Facebook Page, and the Instagram account behind it if there is one."""

    page_id: str
    name: str
    token: str | None = field(repr=False)
    account_id: str | None
    username: str | None


class MetaLogin:
    """Turns a consent into tokens and Pages.

    Args:
        base_url: Of the Graph API, with its version.
        login_url: The page on which people consent.
        app: The app that they log in to.
        clock: Turns lifetimes into expiries.
        budgets: Makes the budget that calls are taken from.
    """

    def __init__(
        self,
        base_url: str,
        login_url: str,
        app: MetaApp,
        clock: Clock,
        budgets: Budgets | None = None,
    ) -> None:
        self._base_url = base_url
        self._login_url = login_url
        self._app = app
        self._clock = clock
        budgets = budgets or Budgets()
        self._budget = budgets.named("instagram/login", Limits(_RESET))

    @property
    def app_id(self) -> str:
        """The app that people log in to."""
        return self._app.app_id

    def page(self, scopes: Sequence[str], redirect_uri: str, state: str) -> str:
        """Return the address of the page on which a person consents.

        Args:
            scopes: What to ask for.
            redirect_uri: Where it leads back to.
            state: What it carries back.

        Returns:
            The address, for a browser.
        """
        query = {
            "client_id": self._app.app_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "scope": ",".join(scopes),
            "response_type": "code",
        }
        return f"{self._login_url}?{urlencode(query)}"

    def redeem(self, conversation: Conversation, code: str, redirect_uri: str) -> str:
        """Trade the code of a consent for a token that lives an hour or two.

        Args:
            conversation: Asks.
            code: As the consent page carried it back; works once.
            redirect_uri: Exactly as the consent page was given it.

        Returns:
            The token.
        """
        form = self._app_form() | {"redirect_uri": redirect_uri, "code": code}
        return _token(self._ask_token(conversation, form))

    def prolong(self, conversation: Conversation, token: str) -> LongToken:
        """Trade a living token for one of about sixty days.

        Args:
            conversation: Asks.
            token: Short-lived or long-lived.

        Returns:
            The new token.
        """
        form = self._app_form() | {
            "grant_type": "fb_exchange_token",
            "fb_exchange_token": token,
        }
        answer = self._ask_token(conversation, form)
        lifetime = _seconds(answer.get("expires_in"))
        return LongToken(_token(answer), self._clock() + lifetime if lifetime else None)

    def inspect(self, conversation: Conversation, token: str) -> TokenFacts:
        """Ask Meta what a token is worth.

        Args:
            conversation: Asks.
            token: Whichever.

        Returns:
            What Meta says; of a token that is none, that it is not valid.

        Raises:
            TransientApiError: The answer is not the one documented.
            PermanentApiError: Meta refuses the app, which says nothing of the token.
        """
        request = Request(
            "GET",
            f"{self._base_url}/debug_token",
            token=f"{self._app.app_id}|{self._app.secret}",
            secret_params={"input_token": token},
        )
        try:
            data = conversation.ask(request, understand, self._budget).get("data")
        except ReconnectRequired as error:
            msg = f"META_APP_ID and META_APP_SECRET are refused: {error}"
            raise PermanentApiError(msg, Reason.NOT_CONFIGURED) from error
        if not isinstance(data, dict):
            msg = "Meta's answer about a token holds no data"
            raise TransientApiError(msg, Reason.BAD_ANSWER)
        scopes, user_id = data.get("scopes"), data.get("user_id")
        return TokenFacts(
            is_valid=data.get("is_valid") is True,
            app_id=str(data.get("app_id", "")),
            user_id=str(user_id) if user_id else None,
            scopes=tuple(map(str, scopes)) if isinstance(scopes, list) else (),
            expires_at=_epoch(data.get("expires_at")),
            consent_expires_at=_epoch(data.get("data_access_expires_at")),
            refusal=refusal_of(data.get("error")),
        )

    def pages(self, conversation: Conversation, token: str) -> list[FacebookPage]:
        """List the Pages that a person granted, with the accounts behind them.

        Args:
            conversation: Asks.
            token: The person's.

        Returns:
            All of them, in Meta's order.
        """
        found: list[FacebookPage] = []
        guard = LoopGuard("Facebook Pages")
        after: str | None = None
        while True:
            params = {"fields": _PAGE_FIELDS, "limit": _PAGES_AT_ONCE}
            request = Request(
                "GET",
                f"{self._base_url}/me/accounts",
                params | ({"after": after} if after else {}),
                token=token,
                is_secret=True,
            )
            answer = conversation.ask(request, _listed, self._budget)
            found += [_page(item) for item in answer["data"] if _is_page(item)]
            after = _following(answer)
            if after is None:
                return found
            guard.advance(after)

    def subscribe(
        self, conversation: Conversation, page_id: str, page_token: str
    ) -> None:
        """Let Meta push what happens to a Page's account.

        Args:
            conversation: Asks.
            page_id: Which Page.
            page_token: The Page's own token.

        Raises:
            PermanentApiError: Meta does not say that it will.
        """
        request = Request(
            "POST",
            f"{self._base_url}/{page_id}/subscribed_apps",
            form={"subscribed_fields": _SUBSCRIBED_FIELD},
            token=page_token,
        )
        answer = conversation.ask(request, understand, self._budget)
        if answer.get("success") is not True:
            msg = "Meta did not confirm the subscription of the Page"
            raise PermanentApiError(msg, Reason.BAD_ANSWER)

    def _app_form(self) -> dict[str, str]:
        return {"client_id": self._app.app_id, "client_secret": self._app.secret}

    def _ask_token(
        self, conversation: Conversation, form: dict[str, str]
    ) -> JsonObject:
        # Documented as GET; as a form, the app's secret stays out of addresses.
        url = f"{self._base_url}/oauth/access_token"
        request = Request("POST", url, form=form)
        return conversation.ask(request, _granted, self._budget)


def _granted(answer: Answer) -> JsonObject:
    parsed = understand(answer)
    token = parsed.get("access_token")
    if not (token and isinstance(token, str)):
        msg = "Meta's token endpoint answers without a token"
        raise TransientApiError(msg, Reason.BAD_ANSWER)
    return parsed


def _token(answer: JsonObject) -> str:
    return str(answer["access_token"])


def _listed(answer: Answer) -> JsonObject:
    parsed = understand(answer)
    if not isinstance(parsed.get("data"), list):
        msg = "Meta's answer holds no list of Pages"
        raise TransientApiError(msg, Reason.BAD_ANSWER)
    return parsed


def _following(answer: JsonObject) -> str | None:
    """Return the cursor of the next page; only `next` says that there is one."""
    paging = answer.get("paging")
    if not isinstance(paging, dict) or "next" not in paging:
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) and after else None


def _is_page(item: object) -> bool:
    return isinstance(item, dict) and bool(item.get("id"))


def _page(item: JsonObject) -> FacebookPage:
    account = item.get("instagram_business_account")
    behind = account if isinstance(account, dict) and account.get("id") else {}
    username, token = behind.get("username"), item.get("access_token")
    return FacebookPage(
        page_id=str(item["id"]),
        name=str(item.get("name") or item["id"]),
        token=token if isinstance(token, str) and token else None,
        account_id=str(behind["id"]) if behind else None,
        username=username.lower() if isinstance(username, str) and username else None,
    )


def _seconds(value: object) -> timedelta | None:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        return None
    return timedelta(seconds=min(value, int(_LONGEST_LIFE.total_seconds())))


def _epoch(value: object) -> datetime | None:
    """Return an instant; zero means never."""
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None
