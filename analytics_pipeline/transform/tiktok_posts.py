"""TikTok's answers about accounts and videos, as records.

Source: `docs/sources/tiktok.md`. A missing key means not granted or not returned, and
becomes null; TikTok's zeros are true zeros.
"""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from analytics_pipeline.schemas.findings import Finding, Rule, describe_value
from analytics_pipeline.schemas.instants import (
    UnreadableTimeError,
    parse_epoch_seconds,
)
from analytics_pipeline.schemas.known_fields import ObjectKind
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.schemas.records import AccountRecord, PostRecord
from analytics_pipeline.transform.drift import unknown_fields
from analytics_pipeline.transform.parsed import ParsedAnswer
from analytics_pipeline.transform.values import RecordReader, read_id


def parse_tiktok(
    payload: object, account_id: str | None, asked_fields: str
) -> ParsedAnswer:
    """Read one answer: a user, or a page of videos.

    Args:
        payload: The answer's JSON.
        account_id: Of the account that was asked.
        asked_fields: The `fields` parameter; what it lacks was not permitted.

    Returns:
        The account, the posts, and what was odd. Nothing for an error.
    """
    parsed = ParsedAnswer(account_id=account_id)
    if not isinstance(payload, dict) or _is_error(payload.get("error")):
        return parsed
    data = payload.get("data")
    if not isinstance(data, dict):
        return parsed
    if isinstance(data.get("user"), dict):
        _read_user(data["user"], asked_fields.split(","), parsed)
    elif isinstance(data.get("videos"), list) and account_id is not None:
        _read_videos(data["videos"], account_id, parsed)
    return parsed


def _is_error(error: object) -> bool:
    """Tell whether an envelope's `error`, which is there on success too, is one."""
    return isinstance(error, dict) and error.get("code") != "ok"


def _read_user(user: dict[str, Any], asked: list[str], parsed: ParsedAnswer) -> None:
    account_id = read_id(user, "open_id", "account", parsed.findings)
    if account_id is None:
        return
    parsed.account_id = account_id
    parsed.findings += unknown_fields(ObjectKind.TIKTOK_USER, [user])
    reader = RecordReader(user, account_id, parsed.findings)

    def count(column: str, name: str) -> int | None:
        granted = name in asked
        absent = Unknown.NOT_REPORTED if granted else Unknown.NO_PERMISSION
        return reader.count(column, name, absent)

    parsed.account = AccountRecord(
        platform=Platform.TIKTOK,
        account_id=account_id,
        username=reader.text("username"),
        display_name=reader.text("display_name"),
        follower_count=count("follower_count", "follower_count"),
        following_count=count("following_count", "following_count"),
        post_count_reported=count("post_count_reported", "video_count"),
        unknown=reader.unknown,
    )


def _read_videos(listed: list[object], account_id: str, parsed: ParsedAnswer) -> None:
    parsed.findings += unknown_fields(ObjectKind.TIKTOK_VIDEO, listed)
    for number, item in enumerate(listed, 1):
        key = f"video {number} of account {account_id}"
        if not isinstance(item, dict):
            value = describe_value(item)
            parsed.findings.append(Finding(Rule.NOT_AN_OBJECT, key, None, value))
            continue
        post = _post(item, account_id, key, parsed.findings)
        if post is not None:
            parsed.posts.append(post)


def _post(
    item: dict[str, Any], account_id: str, key: str, findings: list[Finding]
) -> PostRecord | None:
    """Read one video; None, with a finding, when its id or time is unusable."""
    post_id = read_id(item, "id", key, findings)
    if post_id is None:
        return None
    reader = RecordReader(item, post_id, findings)
    try:
        posted_at = parse_epoch_seconds(item.get("create_time"))
    except UnreadableTimeError:
        reader.report(Rule.UNREADABLE_TIME, "create_time", item.get("create_time"))
        return None
    not_offered = dict.fromkeys(("save_count", "reach"), Unknown.NOT_OFFERED)
    return PostRecord(
        platform=Platform.TIKTOK,
        post_id=post_id,
        account_id=account_id,
        content_type=ContentType.TIKTOK_VIDEO,
        media_type="VIDEO",
        posted_at=posted_at,
        post_caption=reader.text("video_description"),
        post_url=_plain_url(reader.text("share_url")),
        duration_seconds=_duration(reader),
        view_count=reader.count("view_count", "view_count"),
        like_count=reader.count("like_count", "like_count"),
        comment_count=reader.count("comment_count", "comment_count"),
        share_count=reader.count("share_count", "share_count"),
        unknown=reader.unknown | not_offered,
    )


def _duration(reader: RecordReader) -> int | None:
    duration = reader.count("duration_seconds", "duration")
    reader.unknown.pop("duration_seconds", None)
    return duration


def _plain_url(url: str | None) -> str | None:
    """Strip what TikTok adds to tell which app asked; it would defeat joins."""
    if url is None:
        return None
    try:
        scheme, host, path, _, _ = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit((scheme, host, path, "", ""))
