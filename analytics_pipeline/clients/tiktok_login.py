"""Logging in at TikTok: its page, the code, whose account it is.

Token answers are not recorded.

Source: docs/sources/tiktok.md (Login Kit v2, read 2026-11). Errors come under HTTP 200;
which scopes were granted stands in the token answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from analytics_pipeline.clients.budget import Budgets, Limits
from analytics_pipeline.clients.conversation import Conversation
from analytics_pipeline.clients.errors import TransientApiError
from analytics_pipeline.clients.json_answer import JsonObject
from analytics_pipeline.clients.tiktok import ClientCredentials, read_grant
from analytics_pipeline.clients.tiktok_errors import understand, understand_token
from analytics_pipeline.clients.transport import Request
from analytics_pipeline.schemas.connections import TokenGrant
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.records import Answer, Clock

_PROFILE = "user.info.profile"
_RESET = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class TikTokConsent:
    """What a consent is worth.

    Attributes:
        open_id: The account, as this app knows it.
        grant: Its tokens.
    """

    open_id: str
    grant: TokenGrant = field(repr=False)


@dataclass(frozen=True, slots=True)
class TikTokName:
    """How an account is called; None where TikTok does not tell."""

    username: str | None
    display_name: str | None


class TikTokLogin:
    """Turns a consent into tokens.

    Args:
        base_url: Of the API, with its version.
        login_url: The page on which people consent.
        credentials: Of the app that they log in to.
        clock: Turns lifetimes into expiries.
    """

    def __init__(
        self,
        base_url: str,
        login_url: str,
        credentials: ClientCredentials,
        clock: Clock,
    ) -> None:
        self._base_url = base_url
        self._login_url = login_url
        self._credentials = credentials
        self._clock = clock
        self._budget = Budgets().named("tiktok/login", Limits(_RESET))

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
            "client_key": self._credentials.key,
            "scope": ",".join(scopes),
            "response_type": "code",
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{self._login_url}/?{urlencode(query)}"

    def redeem(
        self, conversation: Conversation, code: str, redirect_uri: str
    ) -> TikTokConsent:
        """Trade the code of a consent for tokens.

        Args:
            conversation: Asks; the answer is not kept.
            code: URL-decoded once; works once.
            redirect_uri: Exactly as the consent page was given it.

        Returns:
            The account and its tokens.
        """
        form = {
            "client_key": self._credentials.key,
            "client_secret": self._credentials.secret,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
        }
        request = Request("POST", f"{self._base_url}/oauth/token/", form=form)
        answer = conversation.ask(request, _consented, self._budget)
        grant = read_grant(answer, str(answer["refresh_token"]), self._clock())
        return TikTokConsent(str(answer["open_id"]), grant)

    def name(self, conversation: Conversation, grant: TokenGrant) -> TikTokName:
        """Ask how the account of a consent is called.

        Args:
            conversation: Asks.
            grant: Its tokens.

        Returns:
            What TikTok tells; the handle only with the permission for it.
        """
        has_handle = grant.scopes is None or _PROFILE in grant.scopes
        fields = "open_id,display_name" + (",username" if has_handle else "")
        request = Request(
            "GET",
            f"{self._base_url}/user/info/",
            {"fields": fields},
            token=grant.access_token,
        )
        user = conversation.ask(request, understand, self._budget).get("user")
        told = user if isinstance(user, dict) else {}
        username = _text(told.get("username"))
        return TikTokName(
            username.lower() if username else None, _text(told.get("display_name"))
        )


def _consented(answer: Answer) -> JsonObject:
    parsed = understand_token(answer)
    for name in ("open_id", "refresh_token"):
        if not (parsed.get(name) and isinstance(parsed[name], str)):
            msg = f"TikTok's token endpoint answers without {name}"
            raise TransientApiError(msg, Reason.BAD_ANSWER)
    return parsed


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
