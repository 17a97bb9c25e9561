"""Cursor paging of the Graph API, in its two shapes.

Top-level edges answer ``paging.cursors`` and, while there is more, ``paging.next``
(which holds the access token, as the real one does). Inside business_discovery
there are only cursors: ``after`` while there is more, ``before`` once there is
something newer. A cursor stands on an item and dies with it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, takewhile

from starlette.datastructures import URL

from analytics_pipeline.sandbox.graph.call import GraphCall
from analytics_pipeline.sandbox.graph.errors import CursorError
from analytics_pipeline.sandbox.population.calendar import as_instant
from analytics_pipeline.sandbox.population.dice import mac
from analytics_pipeline.sandbox.population.records import Post

_MARK = "AQH"
_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list is wanted."""

    limit: int
    after: str | None = None
    before: str | None = None
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class PostPage:
    """A page of posts, and the cursors that lead on from it."""

    posts: list[Post]
    after: str | None
    before: str | None
    is_first: bool
    is_last: bool


def write_cursor(secret: str, scope: str, item: str) -> str:
    """Give the cursor that stands on an item of a list."""
    text = _SEPARATOR.join((_MARK + item, mac(secret, f"{scope}/{item}")[:8]))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(secret: str, scope: str, cursor: str) -> str:
    """Give the item a cursor stands on.

    Args:
        secret: The key cursors are signed with.
        scope: The list the cursor must belong to.
        cursor: The text a client sent.

    Returns:
        The item's id.

    Raises:
        CursorError: It is no cursor of this list.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = urlsafe_b64decode(padded.encode()).decode()
    except (Base64Error, ValueError) as error:
        raise CursorError from error
    item, separator, signature = text.removeprefix(_MARK).partition(_SEPARATOR)
    if not separator or signature != mac(secret, f"{scope}/{item}")[:8]:
        raise CursorError
    return item


def page_of_posts(call: GraphCall, account: int, wanted: PageRequest) -> PostPage:
    """Cut a page out of an account's posts, newest first.

    Args:
        call: The call that asks.
        account: Whose posts.
        wanted: Which page.

    Returns:
        The page; cursors are None when there is no post to stand on.

    Raises:
        CursorError: A cursor is not of this list, or its post is gone.
    """
    scope = f"media/{account}"
    secret = cursor_secret(call)
    if wanted.before is not None:
        posts, is_first = _newer(call, account, wanted)
        is_last = False
    else:
        found = list(islice(_older(call, account, wanted), wanted.limit + 1))
        posts = found[: wanted.limit]
        is_first = wanted.after is None
        is_last = len(found) <= wanted.limit
    first = write_cursor(secret, scope, posts[0].post_id) if posts else None
    last = write_cursor(secret, scope, posts[-1].post_id) if posts else None
    if call.repeat_cursor:
        return PostPage(posts, wanted.after or last, first, is_first, is_last=False)
    return PostPage(posts, last, first, is_first, is_last)


def cursor_secret(call: GraphCall) -> str:
    """Give the key this sandbox signs cursors with."""
    return f"cursor/{call.world.config.seed}"


def nested_paging(page: PostPage) -> dict[str, object]:
    """Give ``paging`` as inside business_discovery: cursors only, or nothing."""
    cursors: dict[str, object] = {}
    if not page.is_first and page.before:
        cursors["before"] = page.before
    if not page.is_last and page.after:
        cursors["after"] = page.after
    return {"paging": {"cursors": cursors}} if cursors else {}


def edge_paging(page: PostPage, url: URL) -> dict[str, object]:
    """Give ``paging`` of a top-level edge.

    Args:
        page: The page answered.
        url: Its address, with everything but the cursors.

    Returns:
        Nothing for an empty page; else cursors, and ``next`` and ``previous``
        where there is more.
    """
    if page.after is None:
        return {}
    paging: dict[str, object] = {
        "cursors": {"before": page.before, "after": page.after}
    }
    bare = url.remove_query_params(["after", "before"])
    if not page.is_last:
        paging["next"] = str(bare.include_query_params(after=page.after))
    if not page.is_first:
        paging["previous"] = str(bare.include_query_params(before=page.before))
    return {"paging": paging}


def _older(call: GraphCall, account: int, wanted: PageRequest) -> Iterator[Post]:
    before = None if wanted.until is None else wanted.until + 1
    if wanted.after is not None:
        position = _position(call, account, wanted.after)
        before = position if before is None else min(before, position)
    posts = call.world.iter_posts("instagram", account, call.now, before)
    since = wanted.since
    if since is None:
        return posts
    return takewhile(lambda post: as_instant(post.posted_at) >= since, posts)


def _newer(
    call: GraphCall, account: int, wanted: PageRequest
) -> tuple[list[Post], bool]:
    position = _position(call, account, wanted.before or "")
    posts = list(
        takewhile(
            lambda post: as_instant(post.posted_at) > position,
            call.world.iter_posts("instagram", account, call.now),
        )
    )
    return posts[-wanted.limit :], len(posts) <= wanted.limit


def _position(call: GraphCall, account: int, cursor: str) -> int:
    media_id = read_cursor(cursor_secret(call), f"media/{account}", cursor)
    post = call.world.find_media(media_id, call.now)
    if post is None:
        raise CursorError
    return as_instant(post.posted_at)
