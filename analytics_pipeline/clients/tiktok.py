"""TikTok through the Display API, with each creator's own token.

Source: docs/sources/tiktok.md (v2, read 2026-11). Fields go into the query, cursor and
page size into the JSON body; the cursor is in milliseconds, `create_time` in seconds;
only `has_more` ends a walk, pages may be short.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analytics_pipeline.clients.budget import Budgets, Limits
from analytics_pipeline.clients.budget_use import Window
from analytics_pipeline.clients.conversation import Conversation
from analytics_pipeline.clients.errors import (
    ItemUnavailable,
    PermanentApiError,
    ReconnectRequired,
    TransientApiError,
)
from analytics_pipeline.clients.json_answer import JsonObject
from analytics_pipeline.clients.paging import LoopGuard
from analytics_pipeline.clients.tiktok_errors import (
    TokenRefusedError,
    understand,
    understand_token,
)
from analytics_pipeline.clients.transport import Request
from analytics_pipeline.clients.walk import Walk
from analytics_pipeline.schemas.connections import ReconnectReason, TokenGrant
from analytics_pipeline.schemas.instants import (
    UnreadableTimeError,
    parse_epoch_seconds,
)
from analytics_pipeline.schemas.known_fields import (
    TIKTOK_USER_FIELDS,
    TIKTOK_VIDEO_FIELDS,
)
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.records import Answer, Clock

PAGE_SIZE = 20

_USER_FIELDS = {scope: ",".join(names) for scope, names in TIKTOK_USER_FIELDS.items()}
_VIDEO_FIELDS = ",".join(TIKTOK_VIDEO_FIELDS)
CALLS_PER_MINUTE = 600
"""Of each endpoint, as TikTok grants them to every app."""

_WINDOW_SECONDS = 60.0
_SHORTEST_LIFETIME = timedelta(hours=2)
_LONGEST_LIFETIME = timedelta(days=3650)
_PATIENCE = timedelta(seconds=90)

Token = Callable[[Conversation, str | None], str]
"""Gives an access token; told the one just refused, it gets a new one first."""

# A token that is dropped, as its owner may wish, must not be used for much longer.
_TOKEN_IS_HELD = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """Key and secret of the TikTok app."""

    key: str
    secret: str = field(repr=False)


def limits_of(
    calls_per_minute: int = CALLS_PER_MINUTE, patience: timedelta = _PATIENCE
) -> Limits:
    """Return what limits the calls of an endpoint.

    Args:
        calls_per_minute: As many as TikTok grants the app.
        patience: How long to wait for a full window before deferring accounts.

    Returns:
        The limits.
    """
    return Limits(
        reset=timedelta(seconds=_WINDOW_SECONDS),
        patience=patience,
        window=Window(calls_per_minute, _WINDOW_SECONDS),
    )


class TikTokClient:
    """Reads accounts and their videos, and refreshes tokens.

    Args:
        base_url: With its version.
        credentials: Of the app the creators logged in to.
        clock: Turns lifetimes into expiries.
        limits: Of each endpoint.
        budgets: Makes the budgets that calls are taken from.
    """

    def __init__(
        self,
        base_url: str,
        credentials: ClientCredentials,
        clock: Clock,
        limits: Limits | None = None,
        budgets: Budgets | None = None,
    ) -> None:
        self._base_url = base_url
        self._credentials = credentials
        self._clock = clock
        limits = limits or limits_of()
        budgets = budgets or Budgets()
        # Each endpoint has a window of its own; the token endpoint's is not documented.
        self._budgets = {
            path: budgets.named(f"tiktok{path.rstrip('/')}", limits)
            for path in ("/user/info/", "/video/list/", "/oauth/token/")
        }

    def walk(
        self,
        conversation: Conversation,
        token: Token,
        scopes: tuple[str, ...],
        floor: datetime,
        expected_id: str | None,
    ) -> Walk:
        """Read an account's profile and its videos since the floor.

        Args:
            conversation: Asks and keeps the answers.
            token: Gives the account's token.
            scopes: What its owner granted; empty when not known.
            floor: Videos published before may be left out.
            expected_id: The `open_id` stored for the account.

        Returns:
            How far the walk got.

        Raises:
            ItemUnavailable: The token belongs to another account.
        """
        token = _Held(token, self._clock)
        user = self._user(conversation, token, scopes)
        account_id = str(user.get("open_id") or expected_id or "")
        if expected_id is not None and account_id != expected_id:
            msg = "the token answers for another open_id than the stored one"
            raise ItemUnavailable(msg, Reason.RENAMED)
        if not account_id:
            msg = "TikTok's answer holds no open_id"
            raise ItemUnavailable(msg, Reason.BAD_ANSWER)
        self._walk_videos(conversation, token, floor)
        username = user.get("username")
        return Walk(account_id, username if isinstance(username, str) else None, floor)

    def identify(
        self, conversation: Conversation, token: Token, scopes: tuple[str, ...]
    ) -> str | None:
        """Return the public name of an account, as its own token sees it.

        Args:
            conversation: Asks and keeps the answer.
            token: Gives the account's token.
            scopes: What its owner granted; empty when not known.

        Returns:
            The name; None where the platform does not tell it.
        """
        name = self._user(conversation, token, scopes).get("display_name")
        return name if isinstance(name, str) else None

    def refresh(self, conversation: Conversation, refresh_token: str) -> TokenGrant:
        """Trade a refresh token for new tokens. The old one stops working.

        Args:
            conversation: Asks; the answer is not kept.
            refresh_token: The newest there is.

        Returns:
            The new tokens, which must be stored before they are used.
        """
        form = {
            "client_key": self._credentials.key,
            "client_secret": self._credentials.secret,
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
        }
        path = "/oauth/token/"
        request = Request("POST", self._base_url + path, form=form)
        answer = conversation.ask(request, understand_token, self._budgets[path])
        return read_grant(answer, refresh_token, self._clock())

    def _user(
        self, conversation: Conversation, token: Token, scopes: tuple[str, ...]
    ) -> JsonObject:
        granted = [
            fields
            for scope, fields in _USER_FIELDS.items()
            if not scopes or scope in scopes
        ]
        path = "/user/info/"
        params = {"fields": ",".join(granted or [_USER_FIELDS["user.info.basic"]])}
        request = Request("GET", self._base_url + path, params)
        return self._ask(conversation, token, path, request, _user_of)

    def _walk_videos(
        self, conversation: Conversation, token: Token, floor: datetime
    ) -> None:
        path = "/video/list/"
        guard = LoopGuard("TikTok videos")
        cursor: int | None = None
        while True:
            body: dict[str, object] = {"max_count": PAGE_SIZE}
            if cursor is not None:
                body["cursor"] = cursor
            request = Request(
                "POST", self._base_url + path, {"fields": _VIDEO_FIELDS}, body
            )
            page = self._ask(conversation, token, path, request, _page_of)
            if page.get("has_more") is not True or _reaches(page, floor):
                return
            following = page.get("cursor")
            if not isinstance(following, int) or following <= 0:
                msg = "TikTok says there is more but gives no cursor"
                raise PermanentApiError(msg, Reason.BAD_ANSWER)
            if cursor is not None and following > cursor:
                msg = "TikTok's cursor leads back to newer videos"
                raise PermanentApiError(msg, Reason.BAD_ANSWER)
            guard.advance(following)
            cursor = following

    def _ask(
        self,
        conversation: Conversation,
        token: Token,
        path: str,
        request: Request,
        read: Callable[[Answer], JsonObject],
    ) -> JsonObject:
        """Ask with the account's token; once more with a new one if it is refused."""
        current = token(conversation, None)
        budget = self._budgets[path]
        try:
            return conversation.ask(_with(request, current), read, budget)
        except TokenRefusedError:
            renewed = token(conversation, current)
        try:
            return conversation.ask(_with(request, renewed), read, budget)
        except TokenRefusedError as error:
            raise ReconnectRequired(str(error), ReconnectReason.REVOKED) from error


class _Held:
    """Asks for a token once for the next few calls, or when it is refused."""

    def __init__(self, give: Token, clock: Clock) -> None:
        self._give = give
        self._clock = clock
        self._given: tuple[str, datetime] | None = None

    def __call__(self, conversation: Conversation, stale: str | None) -> str:
        now = self._clock()
        if stale is None and self._given is not None:
            token, given_at = self._given
            if timedelta(0) <= now - given_at < _TOKEN_IS_HELD:
                return token
        token = self._give(conversation, stale)
        self._given = token, now
        return token


def _with(request: Request, token: str) -> Request:
    return Request(
        request.method, request.url, request.params, request.json, token=token
    )


def _user_of(answer: Answer) -> JsonObject:
    user = understand(answer).get("user")
    if not isinstance(user, dict):
        msg = "TikTok's answer holds no user"
        raise TransientApiError(msg, Reason.BAD_ANSWER)
    return user


def _page_of(answer: Answer) -> JsonObject:
    page = understand(answer)
    if not isinstance(page.get("videos"), list):
        msg = "TikTok's answer holds no list of videos"
        raise TransientApiError(msg, Reason.BAD_ANSWER)
    return page


def _reaches(page: JsonObject, floor: datetime) -> bool:
    """Tell by the last video: a wrong time further up must not end the walk."""
    for video in reversed(page["videos"]):
        try:
            created = video.get("create_time") if isinstance(video, dict) else None
            return parse_epoch_seconds(created) < floor
        except UnreadableTimeError:
            continue
    return False


def read_grant(answer: JsonObject, refresh_token: str, now: datetime) -> TokenGrant:
    """Read a token answer. Lifetimes have changed before: never assume them.

    Args:
        answer: Of the token endpoint.
        refresh_token: The one that stays valid if the answer holds none.
        now: When it came.

    Returns:
        The tokens.
    """
    scope, renewed = answer.get("scope"), answer.get("refresh_token")
    refresh_lifetime = _seconds(answer.get("refresh_expires_in"))
    return TokenGrant(
        access_token=answer["access_token"],
        access_token_expires_at=now
        + (_seconds(answer.get("expires_in")) or _SHORTEST_LIFETIME),
        # Older documentation says it "may" differ: without a new one the old lives on.
        refresh_token=renewed
        if renewed and isinstance(renewed, str)
        else refresh_token,
        refresh_token_expires_at=now + refresh_lifetime if refresh_lifetime else None,
        scopes=_scopes(scope) if isinstance(scope, str) and scope else None,
    )


def _scopes(listed: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in listed.split(",") if name.strip())


def _seconds(value: object) -> timedelta | None:
    """Return a lifetime; a rotated token must not be lost over an odd one."""
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        return None
    return timedelta(seconds=min(value, int(_LONGEST_LIFETIME.total_seconds())))
