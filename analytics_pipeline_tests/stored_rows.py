"""Rows put into the warehouse by hand, for tests of what reads them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.schemas.tables import TABLES
from analytics_pipeline.warehouse.partitions import ensure_months, month_of
from analytics_pipeline.warehouse.tables import TABLES_BY_NAME

BY_NAME = {table.name: table for table in TABLES}
FOLLOWERS = 1000


def observed_for(day: date, *, days_late: int = 0) -> datetime:
    """Return the morning after a day, or as many days later."""
    return datetime.combine(day + timedelta(days=1 + days_late), time(5), UTC)


def insert(connection: sa.Connection, table: str, *rows: dict[str, Any]) -> None:
    """Insert rows as they are."""
    if rows:
        make_room(connection, table, rows)
        connection.execute(sa.insert(TABLES_BY_NAME[table]), list(rows))


def make_room(
    connection: sa.Connection, table: str, rows: Iterable[Mapping[str, Any]]
) -> None:
    """Make the partitions that rows need, as a load does."""
    known = BY_NAME[table]
    if known.partitioned_by is not None:
        days = {row[known.partitioned_by] for row in rows}
        ensure_months(connection, known, {month_of(day) for day in days})


_SAMPLES: dict[type[Any], object] = {
    sa.Text: "x",
    sa.BigInteger: 1,
    sa.Double: 0.5,
    sa.Boolean: False,
    sa.Date: date(2026, 3, 1),
    sa.DateTime: datetime(2026, 3, 2, 5, tzinfo=UTC),
    sa.ARRAY: ["봄"],
    sa.JSON: {"reach": "not_asked"},
}


def sample_row(table: str, **given: object) -> dict[str, Any]:
    """Give a row with a value in every column, of instagram unless given."""
    values = {
        column.name: next(
            value for kind, value in _SAMPLES.items() if isinstance(column.type, kind)
        )
        for column in TABLES_BY_NAME[table].columns
    }
    return values | {"platform": "instagram"} | given


def post(post_id: str, posted_at: datetime, **changes: Any) -> dict[str, Any]:
    """Give a row of `posts`."""
    return {
        "platform": "instagram",
        "post_id": post_id,
        "account_id": "a1",
        "creator_id": "c1",
        "content_type": "instagram_post",
        "media_type": "IMAGE",
        "posted_at": posted_at,
        "post_caption": "Jaro #brandx",
        "hashtags": ["brandx"],
        "post_url": f"https://instagram.example/p/{post_id}",
        "duration_seconds": None,
        "first_seen_at": posted_at,
        "last_seen_at": posted_at,
        "removed_at": None,
        "run_id": "r",
    } | changes


def post_day(of: dict[str, Any], day: date, **changes: Any) -> dict[str, Any]:
    """Give a row of `post_snapshots` of a post; its counts are null unless given."""
    counts = ("view_count", "like_count", "comment_count", "share_count")
    counts += ("save_count", "reach")
    row = {
        "snapshot_date": day,
        **{name: of[name] for name in _OF_THE_POST},
        "caption_id": "w1",
        **dict.fromkeys(counts),
        "count_sources": {},
        "observed_at": observed_for(day),
        "is_late": False,
        "run_id": "r",
    } | changes
    unknown = {name: "not_offered" for name in counts if row[name] is None}
    return {"unknown_reasons": unknown} | row


def account_day(day: date, **changes: Any) -> dict[str, Any]:
    """Give a row of `account_snapshots`."""
    return {
        "snapshot_date": day,
        "platform": "instagram",
        "account_id": "a1",
        "creator_id": "c1",
        "username": "jana",
        "display_name": "Jana",
        "follower_count": FOLLOWERS,
        "following_count": 1,
        "post_count_reported": 1,
        "unknown_reasons": {},
        "observed_at": observed_for(day),
        "is_late": False,
        "run_id": "r",
    } | changes


_OF_THE_POST: Iterable[str] = (
    "platform",
    "post_id",
    "account_id",
    "creator_id",
    "content_type",
    "posted_at",
)
