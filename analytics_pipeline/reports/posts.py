"""The posts of a report: numbers, standing, evidence, and what they add up to."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from analytics_pipeline.reports.model import (
    CreatorFigures,
    HashtagUse,
    ReportPost,
    UnknownNumber,
)
from analytics_pipeline.schemas.erasure import ERASED_PREFIX
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.platforms import ContentType
from analytics_pipeline.schemas.stories import STORY_LIFE
from analytics_pipeline.transform.campaign_figures import (
    Kind,
    PostFigures,
    Tally,
    figures_by,
)
from analytics_pipeline.transform.last_known import NUMBERS, PostKey, PostState
from analytics_pipeline.transform.matching import MatchLevel

# Nearly all: what is plainly an address need not be taken apart.
_PLAIN_LINK = re.compile(r"https?://[a-z0-9.-]+/[A-Za-z0-9._~@/-]*")
_DAYS_OF_WEEK = 7
_HOURS = 24


@dataclass(frozen=True, slots=True)
class SortedPosts:
    """A campaign's posts by what they are to it.

    Attributes:
        counted: Posts that count.
        partial: Posts that carry only some of the hashtags.
        rejected: Posts that a person has rejected.
        no_longer_matching: Posts that matched once and no longer do.
        figures: The counted ones, as figures need them.
    """

    counted: tuple[ReportPost, ...] = ()
    partial: tuple[ReportPost, ...] = ()
    rejected: tuple[ReportPost, ...] = ()
    no_longer_matching: tuple[ReportPost, ...] = ()
    figures: tuple[PostFigures, ...] = ()


def build_posts(
    rows: Sequence[Mapping[str, Any]],
    states: Mapping[PostKey, PostState],
    day: date,
    known_at: datetime,
) -> SortedPosts:
    """Sort a campaign's posts, each with its last known numbers.

    Args:
        rows: As `warehouse.report_posts.newest_posts` gives them.
        states: The posts as last known.
        day: The report's day.
        known_at: The instant as of which the report speaks.

    Returns:
        The posts.
    """
    sorts: dict[str | None, list[ReportPost]] = {}
    counted: list[PostFigures] = []
    for row in rows:
        state = states[row["platform"], row["post_id"]]
        post = _post(row, state, day, known_at)
        sorts.setdefault(post.match_level, []).append(post)
        if state.counts:
            counted.append(_figures(post, state))
    return SortedPosts(
        counted=tuple(sorts.get(MatchLevel.FULL, ())),
        partial=tuple(sorts.get(MatchLevel.PARTIAL, ())),
        rejected=tuple(sorts.get(MatchLevel.REJECTED, ())),
        no_longer_matching=tuple(sorts.get(None, ())),
        figures=tuple(counted),
    )


def web_link(url: str | None) -> str | None:
    """Return an address if a browser may be sent there: http or https, with a host."""
    if url is None or _PLAIN_LINK.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def rank_creators(
    posts: Sequence[ReportPost], tallies: Mapping[Kind, Tally]
) -> tuple[CreatorFigures, ...]:
    """Add up the counted posts by creator, and rank them.

    Args:
        posts: The posts that count.
        tallies: The same, added up.

    Returns:
        Most views first, then likes; unknown ones last.
    """
    names: dict[str, dict[str, str]] = {}
    for post in posts:
        if post.username is not None:
            names.setdefault(post.creator_id, {})[post.platform] = post.username
    found = figures_by(tallies, lambda kind: kind[2])
    ranked = [
        CreatorFigures(creator_id, names.get(creator_id, {}), its)
        for creator_id, its in found.items()
    ]
    return tuple(sorted(ranked, key=_rank))


def build_heat_map(
    posts: Sequence[ReportPost], zone: ZoneInfo
) -> tuple[tuple[int, ...], ...]:
    """Count posts by weekday (Monday first) and hour of publication."""
    at = Counter(
        (local.weekday(), local.hour)
        for local in (post.posted_at.astimezone(zone) for post in posts)
    )
    return tuple(
        tuple(at[weekday, hour] for hour in range(_HOURS))
        for weekday in range(_DAYS_OF_WEEK)
    )


def hashtag_uses(tags: Sequence[str], posts: SortedPosts) -> tuple[HashtagUse, ...]:
    """Tell which of a campaign's hashtags its posts carry.

    Args:
        tags: The campaign's hashtags.
        posts: Its posts.

    Returns:
        One row per hashtag.
    """

    def carrying(tag: str, listed: Sequence[ReportPost]) -> int:
        return sum(tag in post.matched_hashtags for post in listed)

    return tuple(
        HashtagUse(
            tag,
            carrying(tag, posts.counted),
            len(posts.counted) - carrying(tag, posts.counted),
            carrying(tag, posts.partial),
            len(posts.partial) - carrying(tag, posts.partial),
        )
        for tag in tags
    )


def count_unknown(posts: Sequence[ReportPost]) -> tuple[UnknownNumber, ...]:
    """Count why numbers of posts are not known."""
    found = Counter(
        (post.platform, column, reason)
        for post in posts
        for column, reason in post.unknown_reasons.items()
    )
    return tuple(UnknownNumber(*key, count) for key, count in sorted(found.items()))


def _post(
    row: Mapping[str, Any], state: PostState, day: date, known_at: datetime
) -> ReportPost:
    removed_at = row["removed_at"]
    if removed_at is not None and removed_at > known_at:
        removed_at = None  # Not known yet.
    numbers = {
        name: state.numbers[name].value if name in state.numbers else None
        for name in NUMBERS
    }
    reasons = row["unknown_reasons"]
    return ReportPost(
        platform=row["platform"],
        post_id=row["post_id"],
        post_url=web_link(row["post_url"]),
        creator_id=row["creator_id"],
        account_id=row["account_id"],
        username=row["username"],
        content_type=row["content_type"],
        posted_at=row["posted_at"],
        post_caption=row["post_caption"],
        match_level=state.level,
        match_basis=row["match_basis"],
        matched_hashtags=tuple(row["matched_hashtags"]),
        missing_hashtags=tuple(row["missing_hashtags"]),
        confirmed_by=row["decided_by"],
        confirmed_at=row["decided_at"],
        standing=_standing(row, day, known_at),
        removed_at=removed_at,
        numbers=numbers,
        known_on={
            name: number.day
            for name, number in state.numbers.items()
            if number.day < row["snapshot_date"]
        },
        unknown_reasons={
            name: str(reasons.get(name, Unknown.NOT_REPORTED))
            for name, value in numbers.items()
            if value is None
        },
        count_sources=row["count_sources"],
        snapshot_date=row["snapshot_date"],
        observed_at=row["observed_at"],
        is_late=row["is_late"],
    )


def _standing(row: Mapping[str, Any], day: date, known_at: datetime) -> str:
    """Tell whether newer numbers of a post can come, and if not, why."""
    removed_at = row["removed_at"]
    is_story = row["content_type"] == ContentType.INSTAGRAM_STORY
    standings: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("erased", lambda: row["post_id"].startswith(ERASED_PREFIX)),
        ("removed", lambda: removed_at is not None and removed_at <= known_at),
        ("ended", lambda: is_story and row["posted_at"] + STORY_LIFE <= known_at),
        ("older", lambda: row["snapshot_date"] < day),
    )
    return next((name for name, holds in standings if holds()), "current")


def _figures(post: ReportPost, state: PostState) -> PostFigures:
    return PostFigures(
        platform=post.platform,
        content_type=post.content_type,
        creator_id=post.creator_id,
        day=state.day,
        is_late=state.is_late,
        is_ended=post.standing == "ended",
        is_removed=post.standing == "removed",
        is_erased=post.standing == "erased",
        numbers=state.numbers,
        unknown=post.unknown_reasons,
    )


def _rank(creator: CreatorFigures) -> tuple[float, float, str]:
    totals = creator.figures.totals
    views, likes = totals["view_count"].value, totals["like_count"].value
    unknown_last = -1
    return (
        -(unknown_last if views is None else views),
        -(unknown_last if likes is None else likes),
        creator.creator_id,
    )
