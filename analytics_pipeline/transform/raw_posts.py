"""The posts that stand in raw answers, counted without the parsers' help.

Only what tells posts apart is read. The checks hold it against what was loaded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from analytics_pipeline.schemas.instants import (
    UnreadableTimeError,
    parse_epoch_seconds,
    parse_iso,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.values import read_id


@dataclass(frozen=True, slots=True)
class RawPost:
    """One entry of a list of posts.

    Attributes:
        name: Its id; its place in the list where it has none, as findings say it.
        posted_at: When it was published, where that can be read.
    """

    name: str
    posted_at: datetime | None


def raw_posts(
    payload: object, platform: Platform, account_id: str | None
) -> Iterator[RawPost]:
    """Yield the posts in one answer.

    Args:
        payload: The answer's JSON.
        platform: Whose.
        account_id: Of the account that was asked; None before it was known.

    Yields:
        Every entry, usable or not; none of an error, or of another account's answer.
    """
    if not isinstance(payload, dict) or _is_error(payload, platform):
        return
    if platform is Platform.TIKTOK:
        data = payload.get("data")
        listed = data.get("videos") if isinstance(data, dict) else None
        kind, time = "video", "create_time"
    else:
        account_id, listed = _instagram(payload, account_id)
        kind, time = "post", "timestamp"
    if not isinstance(listed, list) or account_id is None:
        return
    for number, item in enumerate(listed, 1):
        key = f"{kind} {number} of account {account_id}"
        if isinstance(item, dict):
            name = read_id(item, "id", key, []) or key
            yield RawPost(name, _time(platform, item.get(time)))
        else:
            yield RawPost(key, None)


def _instagram(
    payload: dict[str, object], account_id: str | None
) -> tuple[str | None, object]:
    """Return whose posts an answer of Instagram holds, and the list of them."""
    discovered = payload.get("business_discovery")
    if not isinstance(discovered, dict):
        return account_id, payload.get("data")
    told = read_id(discovered, "id", "account", [])
    if told is not None and account_id not in {None, told}:
        return None, None
    media = discovered.get("media")
    return told or account_id, media.get("data") if isinstance(media, dict) else None


def _is_error(payload: dict[str, object], platform: Platform) -> bool:
    """Tell whether an answer is an error; TikTok's has one on success too, `ok`."""
    if platform is Platform.INSTAGRAM:
        return "error" in payload
    error = payload.get("error")
    return isinstance(error, dict) and error.get("code") != "ok"


def _time(platform: Platform, value: object) -> datetime | None:
    read = parse_epoch_seconds if platform is Platform.TIKTOK else parse_iso
    try:
        return read(value)
    except UnreadableTimeError:
        return None
