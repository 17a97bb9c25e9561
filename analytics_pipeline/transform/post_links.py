"""Links to posts, as people copy them from an app or a browser."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.review import UnreadableLinkError

_LONGEST = 500
_INSTAGRAM = frozenset({"instagram.com", "instagr.am"})
_TIKTOK = frozenset({"tiktok.com"})
_TIKTOK_SHORT = frozenset({"vm.tiktok.com", "vt.tiktok.com"})
# Between domain and kind may stand the handle of whoever posted it. One code names the
# same post whichever of the kinds stands before it.
_SHORTCODE = re.compile(
    r"/(?:[\w.]+/)?(?:p|reel|reels|tv)/(?P<key>[A-Za-z0-9_-]{5,64})", re.ASCII
)
_STORY = re.compile(r"/stories/(?!highlights/)[\w.]+/(?P<key>\d{5,32})", re.ASCII)
_VIDEO = re.compile(
    r"/(?:@[\w.]*/(?:video|photo)|v|embed/v\d|embed)/(?P<key>\d{5,32})(?:\.html)?",
    re.ASCII,
)
_SHORT_LINK = (
    "a short link of {} does not say which post it leads to; open it in a browser and "
    "copy the address that it leads to"
)


@dataclass(frozen=True, slots=True)
class PostLink:
    """What a link says about a post.

    Attributes:
        platform: Where the post is.
        key: What identifies it in the address: Instagram's code, TikTok's id.
        url: The address without anybody's name; None for a story, which has no other.
    """

    platform: Platform
    key: str
    url: str | None


def parse_post_link(text: str) -> PostLink:
    """Understand a link to a post.

    Args:
        text: As somebody pasted it, with or without `https://`.

    Returns:
        Which post it leads to.

    Raises:
        UnreadableLinkError: It leads to none, or does not tell to which.

    Examples:
        >>> parse_post_link("instagram.com/jana/reel/DH56yy7p3lZ/?igsh=abc").url
        'https://www.instagram.com/p/DH56yy7p3lZ/'
        >>> parse_post_link("https://www.tiktok.com/@jana/video/7301234567890123456").key
        '7301234567890123456'
    """
    address = _address(text)
    host = (address.hostname or "").removeprefix("www.").removeprefix("m.")
    path = address.path.rstrip("/")
    if host in _INSTAGRAM:
        return _instagram(path)
    if host in _TIKTOK:
        return _tiktok(path)
    if host in _TIKTOK_SHORT:
        raise UnreadableLinkError(_SHORT_LINK.format("TikTok"))
    msg = f"{_shown(text)} is no link to a post on Instagram or TikTok"
    raise UnreadableLinkError(msg)


def _address(text: str) -> SplitResult:
    stripped = text.strip()
    try:
        address = urlsplit(stripped if "://" in stripped else f"https://{stripped}")
        is_web = address.scheme in {"http", "https"} and address.username is None
    except ValueError:
        is_web = False
    if not stripped or len(stripped) > _LONGEST or not is_web:
        msg = f"{_shown(text)} is no web address"
        raise UnreadableLinkError(msg)
    return address


def _instagram(path: str) -> PostLink:
    if path.startswith("/share/"):
        raise UnreadableLinkError(_SHORT_LINK.format("Instagram"))
    code = _SHORTCODE.fullmatch(path)
    if code is not None:
        key = code["key"]
        return PostLink(Platform.INSTAGRAM, key, f"https://www.instagram.com/p/{key}/")
    story = _STORY.fullmatch(path)
    if story is not None:
        return PostLink(Platform.INSTAGRAM, story["key"], None)
    msg = (
        "this Instagram address leads to no post: one looks like "
        "https://www.instagram.com/p/…/ or https://www.instagram.com/reel/…/"
    )
    raise UnreadableLinkError(msg)


def _tiktok(path: str) -> PostLink:
    if path.startswith("/t/"):
        raise UnreadableLinkError(_SHORT_LINK.format("TikTok"))
    video = _VIDEO.fullmatch(path)
    if video is not None:
        key = video["key"]
        # TikTok leads from an empty handle to whoever posted it.
        return PostLink(Platform.TIKTOK, key, f"https://www.tiktok.com/@/video/{key}")
    msg = (
        "this TikTok address leads to no post: one looks like "
        "https://www.tiktok.com/@…/video/…"
    )
    raise UnreadableLinkError(msg)


def _shown(text: str) -> str:
    stripped = text.strip()
    return repr(stripped if len(stripped) <= 80 else stripped[:79] + "…")  # noqa: PLR2004 - a line
