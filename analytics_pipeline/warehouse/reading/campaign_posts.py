"""The posts of a campaign, each with its newest numbers until a day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from analytics_pipeline.schemas.fields import RATES
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.schemas.table_groups.canonical import COUNTS
from analytics_pipeline.warehouse.reading.rows import (
    Page,
    PageRequest,
    ordering,
    page_of,
    paged,
    read_day,
    read_rows,
)
from analytics_pipeline.warehouse.tables import (
    connections,
    hashtag_post_metrics,
    post_snapshots,
    posts,
)

POST_ORDERS = ("posted_at", *COUNTS, "follower_count", *RATES)
"""What a campaign's posts can be sorted by."""
POST_KEY = ("platform", "post_id")


@dataclass(frozen=True, slots=True)
class PostFilter:
    """Which posts of a campaign are wanted; None is any.

    Attributes:
        platform: Where it was posted.
        match_level: full, partial or rejected.
        content_type: What kind of post it is.
        creator_id: Whose.
    """

    platform: Platform | None = None
    match_level: str | None = None
    content_type: ContentType | None = None
    creator_id: str | None = None


def newest_matched_day(
    connection: sa.Connection, campaign_id: str, until: date | None = None
) -> date | None:
    """Return the newest day on which a campaign has posts; None if it never had one.

    Args:
        connection: To the warehouse.
        campaign_id: The campaign.
        until: Not after this day.

    Returns:
        The day.
    """
    metrics = hashtag_post_metrics
    query = sa.select(sa.func.max(metrics.c.snapshot_date)).where(
        metrics.c.campaign_id == campaign_id
    )
    if until is not None:
        query = query.where(metrics.c.snapshot_date <= until)
    return read_day(connection, query)


def read_campaign_posts(
    connection: sa.Connection,
    campaign_id: str,
    until: date,
    wanted: PageRequest,
    which: PostFilter,
) -> Page:
    """Return a campaign's posts with their newest numbers; a missed day hides none.

    Args:
        connection: To the warehouse.
        campaign_id: The campaign.
        until: As known on this day.
        wanted: Which page; sorted by one of `POST_ORDERS`.
        which: Only these.

    Returns:
        Rows of `hashtag_post_metrics` with `username`, `removed_at` and
        `count_sources`; `snapshot_date` is the day the numbers are of.
    """
    page = paged(_newest(campaign_id, until, which), POST_KEY, wanted).subquery()
    query = (
        sa.select(
            page,
            connections.c.username,
            posts.c.removed_at,
            post_snapshots.c.count_sources,
        )
        .outerjoin(connections, _same(connections, page, "platform", "account_id"))
        .outerjoin(posts, _same(posts, page, *POST_KEY))
        .outerjoin(
            post_snapshots, _same(post_snapshots, page, "snapshot_date", *POST_KEY)
        )
        .order_by(*ordering(page, POST_KEY, wanted.order))
    )
    return page_of(read_rows(connection, query), POST_KEY, wanted)


def _newest(campaign_id: str, until: date, which: PostFilter) -> sa.Subquery:
    """Return each post's newest row; what a filter asks must hold of that one."""
    metrics = hashtag_post_metrics
    newest = (
        sa.select(metrics)
        .where(metrics.c.campaign_id == campaign_id, metrics.c.snapshot_date <= until)
        .ext(distinct_on(metrics.c.platform, metrics.c.post_id))
        .order_by(metrics.c.platform, metrics.c.post_id, metrics.c.snapshot_date.desc())
        .subquery()
    )
    query = sa.select(newest)
    for name in ("platform", "match_level", "content_type", "creator_id"):
        value = getattr(which, name)
        if value is not None:
            query = query.where(newest.c[name] == value)
    return query.subquery()


def _same(table: sa.Table, page: sa.FromClause, *columns: str) -> sa.ColumnElement[Any]:
    return sa.and_(*(table.c[name] == page.c[name] for name in columns))
