"""How a post looks on the Graph API: from inside, and through the window.

The owner sees more than ``business_discovery`` shows: likes that are hidden, saves
and shares. Keys without a value are left out, never null and never zero.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from analytics_pipeline.sandbox.graph.errors import ParameterError, UnknownFieldError
from analytics_pipeline.sandbox.graph.fields import Field
from analytics_pipeline.sandbox.graph.times import graph_time
from analytics_pipeline.sandbox.population.calendar import as_instant
from analytics_pipeline.sandbox.population.ids import shortcode
from analytics_pipeline.sandbox.population.posts import CHILD_IDS
from analytics_pipeline.sandbox.population.records import Post

_NODE = "node type (IGMedia)"
_LICENSED_AUDIO = 7


@dataclass(frozen=True, slots=True)
class MediaView:
    """A post and who looks at it.

    Attributes:
        post: The post at the instant asked about.
        username: The handle of its account now.
        owner_id: The Instagram id of its account.
        inside: Whether the owner looks.
        likes_hidden: Whether the account hides its likes.
        now: The instant asked about.
        insights: Renders an ``insights`` expansion for the owner.
    """

    post: Post
    username: str
    owner_id: str
    inside: bool
    likes_hidden: bool
    now: datetime
    insights: Callable[[Post, Field], object] | None = None


def signed_url(path: str, now: datetime) -> str:
    """Give a media address; like real ones it differs at every reading."""
    return f"https://cdn.example.com/{path}?oe={as_instant(now):x}"


def render_media(view: MediaView, fields: tuple[Field, ...]) -> dict[str, object]:
    """Give a post as a JSON object.

    Args:
        view: The post and who looks.
        fields: What was asked for; nothing means only the id.

    Returns:
        Only keys that have a value; ``id`` is always there.

    Raises:
        UnknownFieldError: A field does not exist.
    """
    known = INSIDE_FIELDS if view.inside else OUTSIDE_FIELDS
    answer: dict[str, object] = {}
    for field in fields:
        value: object = None
        if field.name == "children":
            value = _children(view, field)
        elif field.name == "insights" and view.inside and view.insights:
            value = view.insights(view.post, field)
        elif field.name in known:
            value = known[field.name](view)
        elif not _silently_left_out(field.name, inside=view.inside):
            raise UnknownFieldError(field.name, _NODE)
        if value is not None:
            answer[field.name] = value
    answer.setdefault("id", view.post.post_id)
    return answer


def _silently_left_out(name: str, *, inside: bool) -> bool:
    """Tell whether a field is answered with silence instead of an error."""
    if name in INSIDE_FIELDS or name in OUTSIDE_FIELDS:
        return True
    return not inside and ("view" in name or "play" in name)


def _likes(view: MediaView) -> int | None:
    hidden = view.likes_hidden and not view.inside
    return None if hidden else view.post.counters.likes


def _reel_views(view: MediaView) -> int | None:
    return view.post.counters.views if view.post.product == "REELS" else None


def _permalink(view: MediaView) -> str:
    post = view.post
    if post.product == "STORY":
        return f"https://instagram.com/stories/{view.username}/{post.post_id}"
    kind = "reel" if post.product == "REELS" else "p"
    return f"https://www.instagram.com/{kind}/{shortcode(post.post_id)}/"


def _media_url(view: MediaView) -> str | None:
    post = view.post
    if post.media_type != "VIDEO":
        return signed_url(f"ig/{post.post_id}.jpg", view.now)
    licensed = int(post.post_id) % _LICENSED_AUDIO == 0
    return None if licensed else signed_url(f"ig/{post.post_id}.mp4", view.now)


def _thumbnail(view: MediaView) -> str | None:
    if view.post.media_type != "VIDEO":
        return None
    return signed_url(f"ig/{view.post.post_id}_cover.jpg", view.now)


def _children(view: MediaView, field: Field) -> dict[str, object] | None:
    post = view.post
    if not post.children:
        return None
    wanted = [inner.name for inner in field.inner if inner.name != "id"]
    for name in wanted:
        if name not in _CHILD_FIELDS:
            message = f"Field {name} is not available on album children"
            raise ParameterError(message)
    first = int(post.post_id[2:]) * 10
    children = []
    for number in range(post.children):
        child_id = CHILD_IDS.encode(first + number)
        child = {name: _CHILD_FIELDS[name](view, child_id) for name in wanted}
        children.append({**child, "id": child_id})
    return {"data": children}


_CHILD_FIELDS: Final[Mapping[str, Callable[[MediaView, str], object]]] = {
    "media_type": lambda *_: "IMAGE",
    "media_url": lambda view, child: signed_url(f"ig/{child}.jpg", view.now),
    "permalink": lambda view, _: _permalink(view),
    "timestamp": lambda view, _: graph_time(view.post.posted_at),
}

_PUBLIC: Final[Mapping[str, Callable[[MediaView], object]]] = {
    "id": lambda view: view.post.post_id,
    "caption": lambda view: view.post.caption,
    "media_type": lambda view: view.post.media_type,
    "media_product_type": lambda view: view.post.product,
    "media_url": _media_url,
    "thumbnail_url": _thumbnail,
    "permalink": _permalink,
    "shortcode": lambda view: shortcode(view.post.post_id),
    "timestamp": lambda view: graph_time(view.post.posted_at),
    "username": lambda view: view.username,
    "like_count": _likes,
    "comments_count": lambda view: view.post.counters.comments,
    "alt_text": lambda _: None,
    "is_shared_to_feed": lambda view: True if view.post.product == "REELS" else None,
    "media_audio_type": lambda _: None,
    "reposts_count": lambda view: view.post.counters.shares // 5,
    "total_like_count": _likes,
    "total_comments_count": lambda view: view.post.counters.comments,
}

OUTSIDE_FIELDS: Final[Mapping[str, Callable[[MediaView], object]]] = {
    **_PUBLIC,
    "view_count": _reel_views,
}

INSIDE_FIELDS: Final[Mapping[str, Callable[[MediaView], object]]] = {
    **_PUBLIC,
    "owner": lambda view: {"id": view.owner_id},
    "is_comment_enabled": lambda _: True,
    "saved_count": lambda view: view.post.counters.saves,
    "shares_count": lambda view: view.post.counters.shares,
    "total_views_count": lambda view: view.post.counters.views,
}
