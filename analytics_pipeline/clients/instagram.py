"""Instagram through the Graph API (Facebook Login).

Outside creators are read by `business_discovery` with the agency's connection: profile
and the newest 50 posts in one call. Connected creators are read with their own token.
Every walk stops at the first page that reaches back far enough.

Source: docs/sources/instagram.md (Graph API v23.0, read 2026-11).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from analytics_pipeline.clients.budget import Budget, Budgets, Limits
from analytics_pipeline.clients.budget_use import Window
from analytics_pipeline.clients.conversation import Conversation
from analytics_pipeline.clients.errors import (
    ApiError,
    ItemUnavailable,
    PermanentApiError,
    TooMuchDataError,
    TransientApiError,
)
from analytics_pipeline.clients.graph_errors import understand
from analytics_pipeline.clients.graph_usage import platform_usage, use_case_usage
from analytics_pipeline.clients.json_answer import JsonObject
from analytics_pipeline.clients.paging import LoopGuard
from analytics_pipeline.clients.transport import Request
from analytics_pipeline.clients.walk import Walk
from analytics_pipeline.schemas.instants import UnreadableTimeError, parse_iso
from analytics_pipeline.schemas.known_fields import (
    INSTAGRAM_MEDIA_FIELDS,
    INSTAGRAM_OUTSIDE_MEDIA_FIELDS,
    INSTAGRAM_PROFILE_FIELDS,
)
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.records import Answer

T = TypeVar("T")
Missing = Callable[[Walk], Sequence[str]]
"""Given a complete walk, names the posts that it should have had, and lacked."""

OUTSIDE_PAGE_SIZE = 50
OWN_PAGE_SIZE = 100
CALLS_PER_HOUR = 200
"""Of the platform budget, for one active user of the app."""

_PROFILE_FIELDS = ",".join(INSTAGRAM_PROFILE_FIELDS)
_MEDIA_FIELDS = ",".join(INSTAGRAM_MEDIA_FIELDS)
_OUTSIDE_MEDIA_FIELDS = ",".join(INSTAGRAM_OUTSIDE_MEDIA_FIELDS)
# Handles and cursors become part of an expression; nothing else may get into it.
_CURSOR = re.compile(r"[A-Za-z0-9._~=+/-]+")
_HANDLE = re.compile(r"[A-Za-z0-9._]{1,30}")
_POST_ID = re.compile(r"[A-Za-z0-9_]+")
_PLATFORM_RESET = timedelta(minutes=60)
_USE_CASE_RESET = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class AgencyConnection:
    """The agency's own account, which asks about others."""

    ig_user_id: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Page:
    """One page of posts.

    Attributes:
        last: When the last of those that tell was published.
        has_more: Whether there is another page.
        after: The cursor that leads to it, as received.
    """

    last: datetime | None
    has_more: bool
    after: object

    def reaches(self, floor: datetime) -> bool:
        """Tell by the last one: a wrong time further up must not end the walk."""
        return self.last is not None and self.last < floor


class _PageSizes:
    """The page sizes of one walk; the server has its say, once for all pages.

    Args:
        largest: What to ask for first; half and a fifth of it when the server cannot
            gather that much.
    """

    def __init__(self, largest: int) -> None:
        self._sizes = [largest, largest // 2, largest // 5]

    def ask(self, ask: Callable[[int, str | None], T], after: str | None) -> T:
        while True:
            try:
                return ask(self._sizes[0], after)
            except TooMuchDataError:
                if len(self._sizes) == 1:
                    raise
                self._sizes.pop(0)


class InstagramClient:
    """Reads accounts and their posts.

    Args:
        base_url: Of the Graph API, with its version.
        budgets: Makes the budgets that calls are taken from.
        calls_per_hour: What business discovery may take from the platform's budget, as
            long as the platform does not tell how much is used.
    """

    def __init__(
        self,
        base_url: str,
        budgets: Budgets | None = None,
        calls_per_hour: int = CALLS_PER_HOUR,
    ) -> None:
        self._base_url = base_url
        self._budgets = budgets or Budgets()
        window = Window(calls_per_hour, _PLATFORM_RESET.total_seconds())
        self._platform_budget = self._budgets.named(
            "instagram/platform", Limits(_PLATFORM_RESET, window=window)
        )

    def walk_outside(
        self,
        conversation: Conversation,
        agency: AgencyConnection,
        username: str,
        floor: datetime,
        expected_id: str | None,
    ) -> Walk:
        """Read another account's profile and its posts since the floor.

        Args:
            conversation: Asks and keeps the answers.
            agency: Who asks.
            username: The handle.
            floor: Posts published before may be left out.
            expected_id: The id that the handle had; None when it is asked first.

        Returns:
            How far the walk got.

        Raises:
            ItemUnavailable: No such professional account, or the handle now belongs to
                another one.
        """
        if not _HANDLE.fullmatch(username):
            msg = "the stored handle is no possible Instagram handle"
            raise ItemUnavailable(msg)

        def page(size: int, after: str | None) -> JsonObject:
            cursor = f".after({after})" if after else ""
            media = f"media.limit({size}){cursor}{{{_OUTSIDE_MEDIA_FIELDS}}}"
            # Later pages need not repeat the profile.
            profile = "id" if after else _PROFILE_FIELDS
            target = f"business_discovery.username({username}){{{profile},{media}}}"
            url = f"{self._base_url}/{agency.ig_user_id}"
            request = Request("GET", url, {"fields": target}, token=agency.token)
            return conversation.ask(
                request, _discovered, self._platform_budget, platform_usage
            )

        sizes = _PageSizes(OUTSIDE_PAGE_SIZE)
        first = sizes.ask(page, None)
        account_id = str(first["id"])
        if expected_id is not None and account_id != expected_id:
            msg = f"the handle answers with id {account_id}, not {expected_id}"
            raise ItemUnavailable(msg, Reason.RENAMED)
        _walk_pages(
            lambda after: _nested_page(sizes.ask(page, after)),
            floor,
            _nested_page(first),
        )
        return Walk(account_id, _text(first.get("username")), floor)

    def identify(
        self, conversation: Conversation, account_id: str, token: str
    ) -> str | None:
        """Return the handle of an account, as its own token sees it.

        Args:
            conversation: Asks and keeps the answer.
            account_id: Whose.
            token: The account's own.

        Returns:
            The handle; None where the platform does not tell it.
        """
        request = Request(
            "GET",
            f"{self._base_url}/{account_id}",
            {"fields": "id,username"},
            token=token,
        )
        budget = use_case_budget(self._budgets, account_id)
        found = conversation.ask(request, _identified, budget, use_case_usage)
        return _text(found.get("username"))

    def walk_own(
        self,
        conversation: Conversation,
        account_id: str,
        token: str,
        floor: datetime,
        missing: Missing = lambda _: (),
    ) -> Walk:
        """Read a connected account's profile and its posts since the floor.

        Args:
            conversation: Asks and keeps the answers.
            account_id: Whose.
            token: The account's own.
            floor: Posts published before may be left out.
            missing: Names the posts to be read directly once the walk is complete:
                whether they exist is what their answers tell, no error comes of it.

        Returns:
            How far the walk got.
        """
        budget = use_case_budget(self._budgets, account_id)
        listed: set[str] = set()

        def ask(
            path: str, params: dict[str, str], read: Callable[[Answer], JsonObject]
        ) -> JsonObject:
            request = Request("GET", self._base_url + path, params, token=token)
            return conversation.ask(request, read, budget, use_case_usage)

        def page(size: int, after: str | None) -> _Page:
            params = {"fields": _MEDIA_FIELDS, "limit": str(size)}
            params |= {"after": after} if after else {}
            parsed = ask(f"/{account_id}/media", params, _listed)
            listed.update(_ids(parsed["data"]))
            return _edge_page(parsed)

        profile = ask(f"/{account_id}", {"fields": _PROFILE_FIELDS}, _identified)
        sizes = _PageSizes(OWN_PAGE_SIZE)
        _walk_pages(lambda after: sizes.ask(page, after), floor, sizes.ask(page, None))
        walk = Walk(
            account_id=str(profile["id"]),
            username=_text(profile.get("username")),
            covers_from=floor,
            post_ids=frozenset(listed),
        )
        _read_directly(
            lambda post_id: ask(f"/{post_id}", {"fields": "id"}, _identified),
            missing(walk),
        )
        return walk


def use_case_budget(budgets: Budgets, account_id: str) -> Budget:
    """Return the use-case budget, which each connected account has of its own."""
    name = f"instagram/use_case/{account_id}"
    return budgets.named(name, Limits(_USE_CASE_RESET))


def _read_directly(ask: Callable[[str], JsonObject], post_ids: Iterable[str]) -> None:
    """Read posts one by one; the answers are kept, a refusal is one of them.

    An account that has been read stays read, whatever happens here.
    """
    for post_id in filter(_POST_ID.fullmatch, post_ids):
        try:
            ask(post_id)
        except (ItemUnavailable, PermanentApiError):
            continue
        except ApiError:
            return  # Neither the next post nor this one can be told about now.


def _walk_pages(ask: Callable[[str], _Page], floor: datetime, page: _Page) -> None:
    """Ask page after page until the floor or the end is reached."""
    guard = LoopGuard("Instagram posts")
    while page.has_more and not page.reaches(floor):
        after = page.after
        if not isinstance(after, str) or not _CURSOR.fullmatch(after):
            msg = "the cursor of the next page is none that could be sent back"
            raise PermanentApiError(msg, Reason.BAD_ANSWER)
        guard.advance(after)
        page = ask(after)


def _discovered(answer: Answer) -> JsonObject:
    return _object_with_id(understand(answer).get("business_discovery"))


def _identified(answer: Answer) -> JsonObject:
    try:
        return _object_with_id(understand(answer))
    except TooMuchDataError as error:
        # There is no asking for less of a profile.
        raise TransientApiError(str(error)) from error


def _object_with_id(found: object) -> JsonObject:
    if not isinstance(found, dict) or not _is_id(found.get("id")):
        msg = "the answer holds no account"
        raise TransientApiError(msg, Reason.BAD_ANSWER)
    return found


def _listed(answer: Answer) -> JsonObject:
    parsed = understand(answer)
    if not isinstance(parsed.get("data"), list):
        msg = "the answer holds no list of posts"
        raise TransientApiError(msg, Reason.BAD_ANSWER)
    return parsed


def _is_id(value: object) -> bool:
    """Tell whether a value can be an id: text, or now and then a number."""
    if isinstance(value, str):
        return value.isascii() and value.isprintable() and value != ""
    return isinstance(value, int) and not isinstance(value, bool)


def _nested_page(found: JsonObject) -> _Page:
    """Read a page of business discovery; `media` is missing without posts."""
    media = found.get("media")
    if not isinstance(media, dict):
        return _Page(None, has_more=False, after=None)
    posts = media.get("data")
    posts = posts if isinstance(posts, list) else []
    after = _after(media)
    return _Page(_last_time(posts), has_more=bool(posts and after), after=after)


def _edge_page(parsed: JsonObject) -> _Page:
    """Read a page of an edge: its last one may still have a cursor, but no `next`."""
    paging = parsed.get("paging")
    has_next = isinstance(paging, dict) and bool(paging.get("next"))
    return _Page(_last_time(parsed["data"]), has_more=has_next, after=_after(parsed))


def _after(holder: JsonObject) -> object:
    paging = holder.get("paging")
    cursors = paging.get("cursors") if isinstance(paging, dict) else None
    return cursors.get("after") if isinstance(cursors, dict) else None


def _ids(posts: Iterable[object]) -> Iterable[str]:
    """Return the ids of posts, as text."""
    for post in posts:
        if isinstance(post, dict) and _is_id(post.get("id")):
            yield str(post["id"])


def _last_time(posts: Sequence[object]) -> datetime | None:
    """Return when the last post was published, of those that tell."""
    for post in reversed(posts):
        try:
            return parse_iso(post.get("timestamp") if isinstance(post, dict) else None)
        except UnreadableTimeError:
            continue
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
