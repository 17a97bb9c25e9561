"""The Graph API's answers about accounts and posts, as records.

Source: `docs/sources/instagram.md`. A key that is left out, an empty list, zero and an
error are four different answers; here the first two become null with a reason.
"""

from typing import Any, NamedTuple

from analytics_pipeline.schemas.findings import Finding, Rule, describe_value
from analytics_pipeline.schemas.instants import (
    TimeWithoutOffsetError,
    UnreadableTimeError,
    parse_iso,
)
from analytics_pipeline.schemas.known_fields import ObjectKind
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.schemas.records import AccountRecord, PostRecord
from analytics_pipeline.transform.drift import unknown_fields
from analytics_pipeline.transform.parsed import ParsedAnswer
from analytics_pipeline.transform.values import RecordReader, read_id

_CONTENT_TYPES = {
    "FEED": ContentType.INSTAGRAM_POST,
    "REELS": ContentType.INSTAGRAM_REEL,
    "STORY": ContentType.INSTAGRAM_STORY,
}
_MEDIA_TYPES = {"IMAGE", "VIDEO", "CAROUSEL_ALBUM"}


class _Absent(NamedTuple):
    """Why a post's numbers are not in a list, by whose list it is.

    Attributes:
        likes: Those of any post.
        views: Those of a reel.
        not_listed: What no list of that sort has.
        unlisted: The columns that no list has, with that reason.
    """

    likes: Unknown
    views: Unknown
    not_listed: Unknown
    unlisted: dict[str, Unknown]


_NOT_LISTED = ("share_count", "save_count", "reach")
# The owner's own read tells likes even when hidden; another's leaves them out. Of own
# posts insights tell the rest, which are asked for apart. Views stand in business
# discovery only, and there for reels only.
_OWN = _Absent(
    Unknown.NOT_REPORTED,
    Unknown.NOT_ASKED,
    Unknown.NOT_ASKED,
    dict.fromkeys(_NOT_LISTED, Unknown.NOT_ASKED),
)
_OTHERS = _Absent(
    Unknown.HIDDEN,
    Unknown.NOT_REPORTED,
    Unknown.NOT_OFFERED,
    dict.fromkeys(_NOT_LISTED, Unknown.NOT_OFFERED),
)


def parse_instagram(payload: object, account_id: str | None) -> ParsedAnswer:
    """Read one answer: business discovery, an own profile, or a page of own posts.

    Args:
        payload: The answer's JSON.
        account_id: Of the account that was asked; business discovery tells its own.

    Returns:
        The account, the posts, and what was odd. Nothing for an error.
    """
    parsed = ParsedAnswer()
    if not isinstance(payload, dict) or "error" in payload:
        return parsed
    if "business_discovery" in payload:
        _read_discovered(payload["business_discovery"], account_id, parsed)
    elif isinstance(payload.get("data"), list):
        _read_posts(payload["data"], account_id, parsed, is_own=True)
    elif "id" in payload:
        _read_account(payload, parsed)
    return parsed


def parse_stories(payload: object, account_id: str | None) -> ParsedAnswer:
    """Read the list of an account's active stories.

    Args:
        payload: The answer's JSON.
        account_id: Of the account that was asked.

    Returns:
        The stories, whatever kind the answer calls them, and what was odd.
    """
    parsed = ParsedAnswer()
    if isinstance(payload, dict) and "error" not in payload:
        listed = payload.get("data")
        if isinstance(listed, list):
            listed = [_as_story(item) for item in listed]
        _read_posts(listed, account_id, parsed, is_own=True)
    return parsed


def _as_story(item: object) -> object:
    return {**item, "media_product_type": "STORY"} if isinstance(item, dict) else item


def _read_discovered(
    discovered: object, account_id: str | None, parsed: ParsedAnswer
) -> None:
    if not isinstance(discovered, dict):
        return  # The `id` beside it is the asker's.
    media = discovered.get("media")
    posts = media.get("data") if isinstance(media, dict) else None
    _read_account(discovered, parsed)
    _read_posts(posts, parsed.account_id or account_id, parsed, is_own=False)


def _read_account(record: dict[str, Any], parsed: ParsedAnswer) -> None:
    account_id = read_id(record, "id", "account", parsed.findings)
    if account_id is None:
        return
    parsed.account_id = account_id
    parsed.findings += unknown_fields(ObjectKind.INSTAGRAM_PROFILE, [record])
    if "followers_count" not in record and "username" not in record:
        return  # A later page, which does not repeat the profile.
    reader = RecordReader(record, account_id, parsed.findings)
    parsed.account = AccountRecord(
        platform=Platform.INSTAGRAM,
        account_id=account_id,
        username=reader.text("username"),
        display_name=reader.text("name"),
        follower_count=reader.count("follower_count", "followers_count"),
        following_count=reader.count("following_count", "follows_count"),
        post_count_reported=reader.count("post_count_reported", "media_count"),
        unknown=reader.unknown,
    )


def _read_posts(
    listed: object, account_id: str | None, parsed: ParsedAnswer, *, is_own: bool
) -> None:
    if not isinstance(listed, list) or account_id is None:
        return
    parsed.findings += unknown_fields(ObjectKind.INSTAGRAM_MEDIA, listed)
    absent = _OWN if is_own else _OTHERS
    for number, item in enumerate(listed, 1):
        key = f"post {number} of account {account_id}"
        if not isinstance(item, dict):
            value = describe_value(item)
            parsed.findings.append(Finding(Rule.NOT_AN_OBJECT, key, None, value))
            continue
        post = _post(item, account_id, key, parsed.findings, absent)
        if post is not None:
            parsed.posts.append(post)


def _post(
    item: dict[str, Any],
    account_id: str,
    key: str,
    findings: list[Finding],
    absent: _Absent,
) -> PostRecord | None:
    """Read one post; None, with a finding, when its id or time is unusable."""
    post_id = read_id(item, "id", key, findings)
    if post_id is None:
        return None
    reader = RecordReader(item, post_id, findings)
    try:
        posted_at = parse_iso(item.get("timestamp"))
    except TimeWithoutOffsetError:
        reader.report(Rule.TIME_WITHOUT_OFFSET, "timestamp", item.get("timestamp"))
        return None
    except UnreadableTimeError:
        reader.report(Rule.UNREADABLE_TIME, "timestamp", item.get("timestamp"))
        return None
    content_type, media_type = _kind(reader)
    is_reel = content_type is ContentType.INSTAGRAM_REEL
    is_story = content_type is ContentType.INSTAGRAM_STORY
    no_views = absent.views if is_reel else absent.not_listed
    no_comments = Unknown.NOT_OFFERED if is_story else Unknown.NOT_REPORTED
    return PostRecord(
        platform=Platform.INSTAGRAM,
        post_id=post_id,
        account_id=account_id,
        content_type=content_type,
        media_type=media_type,
        posted_at=posted_at,
        post_caption=reader.text("caption"),
        post_url=reader.text("permalink"),
        duration_seconds=None,
        view_count=reader.count("view_count", "view_count", no_views),
        like_count=reader.count("like_count", "like_count", absent.likes),
        comment_count=reader.count("comment_count", "comments_count", no_comments),
        share_count=None,
        unknown=reader.unknown | absent.unlisted,
    )


def _kind(reader: RecordReader) -> tuple[ContentType | None, str | None]:
    """Return what kind of post it is, in the campaign's words and in Instagram's."""
    product = reader.text("media_product_type")
    media_type = reader.text("media_type")
    if media_type is not None and media_type not in _MEDIA_TYPES:
        reader.report(Rule.UNKNOWN_VALUE, "media_type", media_type)
        media_type = None
    content_type = _CONTENT_TYPES.get(product or "")
    if content_type is None:
        rule = Rule.MISSING_FIELD if product is None else Rule.UNKNOWN_VALUE
        reader.report(rule, "media_product_type", product)
    return content_type, media_type
