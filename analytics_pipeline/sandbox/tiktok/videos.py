"""``/video/list/`` and ``/video/query/``: the posts behind a token.

The cursor is a time in milliseconds, while ``create_time`` is in seconds. Only
``has_more`` ends a walk: a page can be short, because moderated posts are cut out
after the page was counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from analytics_pipeline.sandbox.population.calendar import as_instant
from analytics_pipeline.sandbox.population.records import Post
from analytics_pipeline.sandbox.tiktok.envelope import ParamsError
from analytics_pipeline.sandbox.tiktok.users import read_fields
from analytics_pipeline.sandbox.world import World

MOST_VIDEOS: Final = 20
DEFAULT_VIDEOS: Final = 10

_MILLISECONDS = 1_000
_COVER_SECONDS = 6 * 3_600
_TITLE_LENGTH = 150


@dataclass(frozen=True, slots=True)
class VideoCall:
    """A call about videos, with its token already checked.

    Attributes:
        world: The world.
        account: The account the token opens.
        fields: The value of ``fields``.
        body: The JSON body, or None without one.
        now: The sandbox's time.
        repeat_cursor: A fault: never let a walk end.
    """

    world: World
    account: int
    fields: str
    body: object
    now: datetime
    repeat_cursor: bool = False


@dataclass(frozen=True, slots=True)
class _Video:
    post: Post
    username: str
    client_key: str
    now: datetime


def list_videos(call: VideoCall) -> dict[str, object]:
    """Answer ``/video/list/``.

    Args:
        call: The call.

    Returns:
        ``videos``, ``cursor`` and ``has_more``.
    """
    names = read_fields(call.fields, frozenset(_FIELDS))
    cursor, size = _read_body(call.body)
    before = None if cursor is None else -(-cursor // _MILLISECONDS)
    walk = call.world.iter_timed_videos(call.account, call.now, before)
    found = list(islice(walk, size + 1))
    page = found[:size]
    last = page[-1][0] * _MILLISECONDS if page else cursor or 0
    videos = [_render(call, post, names) for _, post in page if post is not None]
    has_more = len(found) > size
    if call.repeat_cursor:
        return {"videos": videos, "cursor": cursor or last, "has_more": True}
    return {"videos": videos, "cursor": last, "has_more": has_more}


def query_videos(call: VideoCall) -> dict[str, object]:
    """Answer ``/video/query/``: what cannot be seen is simply not in the answer.

    Args:
        call: The call.

    Returns:
        ``videos``, and a cursor and has_more that mean nothing.

    Raises:
        ParamsError: The list of ids is wrong.
    """
    names = read_fields(call.fields, frozenset(_FIELDS))
    filters = call.body.get("filters") if isinstance(call.body, dict) else None
    ids = filters.get("video_ids") if isinstance(filters, dict) else None
    if not isinstance(ids, list) or not 0 < len(ids) <= MOST_VIDEOS:
        message = f"filters.video_ids must hold 1 to {MOST_VIDEOS} ids"
        raise ParamsError(message)
    found = [call.world.find_video(str(video), call.now) for video in ids]
    own = [post for post in found if post and post.account == call.account]
    videos = [_render(call, post, names) for post in own]
    return {"videos": videos, "cursor": 0, "has_more": False}


def _read_body(body: object) -> tuple[int | None, int]:
    if body is None:
        return None, DEFAULT_VIDEOS
    if not isinstance(body, dict):
        message = "The body must be a JSON object"
        raise ParamsError(message)
    cursor, size = body.get("cursor"), body.get("max_count", DEFAULT_VIDEOS)
    whole = type(size) is int and (cursor is None or type(cursor) is int)
    if not whole or not 1 <= size <= MOST_VIDEOS or (cursor or 0) < 0:
        message = "Invalid count or cursor"
        raise ParamsError(message)
    return cursor or None, size


def _render(call: VideoCall, post: Post, names: list[str]) -> dict[str, object]:
    video = _Video(
        post=post,
        username=call.world.creator(call.account).tiktok_username,
        client_key=call.world.config.tiktok_client_key,
        now=call.now,
    )
    return {name: _FIELDS[name](video) for name in sorted(names)}


def _share_url(video: _Video) -> str:
    return (
        f"https://www.tiktok.com/@{video.username}/video/{video.post.post_id}"
        f"?utm_campaign=tt4d_open_api&utm_source={video.client_key}"
    )


def _cover(video: _Video) -> str:
    expires = as_instant(video.now) + _COVER_SECONDS
    post_id = video.post.post_id
    return f"https://cdn.example.com/tt/{post_id}/cover.jpeg?x-expires={expires}"


def _embed_link(video: _Video) -> str:
    return f"https://www.tiktok.com/player/v1/{video.post.post_id}"


_FIELDS: Final[Mapping[str, Callable[[_Video], object]]] = {
    "id": lambda video: video.post.post_id,
    "create_time": lambda video: as_instant(video.post.posted_at),
    "cover_image_url": _cover,
    "share_url": _share_url,
    "video_description": lambda video: video.post.caption or "",
    "title": lambda video: (video.post.caption or "")[:_TITLE_LENGTH],
    "duration": lambda video: video.post.duration_seconds,
    "height": lambda _: 1024,
    "width": lambda _: 576,
    "embed_html": lambda video: f'<iframe src="{_embed_link(video)}"></iframe>',
    "embed_link": _embed_link,
    "like_count": lambda video: video.post.counters.likes,
    "comment_count": lambda video: video.post.counters.comments,
    "share_count": lambda video: video.post.counters.shares,
    "view_count": lambda video: video.post.counters.views,
    "is_aigc": lambda _: False,
}
