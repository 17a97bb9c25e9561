"""The posts of a report as rows: the same columns in CSV and XLSX."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from analytics_pipeline.reports.model import CampaignReport, ReportPost
from analytics_pipeline.transform.last_known import NUMBERS

Cell = str | int | float | bool | date | datetime | None

POST_COLUMNS = (
    "platform",
    "post_id",
    "post_url",
    "creator_id",
    "username",
    "content_type",
    "posted_at",
    "post_caption",
    "match_level",
    "match_basis",
    "matched_hashtags",
    "missing_hashtags",
    "confirmed_by",
    "confirmed_at",
    *NUMBERS,
    "unknown_reasons",
    "known_on",
    "standing",
    "snapshot_date",
    "observed_at",
    "is_late",
    "removed_at",
)
"""Columns of a post; all but `known_on` and `standing` are the warehouse's."""


def every_post(report: CampaignReport) -> Iterator[ReportPost]:
    """Yield the posts of a report: first those that count, then those that do not."""
    yield from report.posts
    yield from report.partial
    yield from report.rejected
    yield from report.no_longer_matching


def post_cells(post: ReportPost) -> dict[str, Cell]:
    """Return a post's values by column; lists and mappings as one text each."""
    cells: dict[str, Cell] = {
        "platform": post.platform,
        "post_id": post.post_id,
        "post_url": post.post_url,
        "creator_id": post.creator_id,
        "username": post.username,
        "content_type": post.content_type,
        "posted_at": post.posted_at,
        "post_caption": post.post_caption,
        "match_level": post.match_level or "no longer",
        "match_basis": post.match_basis,
        "matched_hashtags": ", ".join(post.matched_hashtags),
        "missing_hashtags": ", ".join(post.missing_hashtags),
        "confirmed_by": post.confirmed_by,
        "confirmed_at": post.confirmed_at,
        "unknown_reasons": _pairs(post.unknown_reasons.items()),
        "known_on": _pairs(post.known_on.items()),
        "standing": post.standing,
        "snapshot_date": post.snapshot_date,
        "observed_at": post.observed_at,
        "is_late": post.is_late,
        "removed_at": post.removed_at,
    }
    return {**cells, **post.numbers}


def _pairs(items: Iterable[tuple[str, object]]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in items)
