"""What the older routes tell: a person's logins, a campaign's posts, a month.

Their shapes are in `api/older_metrics.py`; here are plain rows with our own names.
"""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from analytics_pipeline.schemas.connections import Connection
from analytics_pipeline.warehouse.connections import read_connection
from analytics_pipeline.warehouse.tables import (
    campaign_daily_summary,
    campaigns,
    connections,
    creator_months,
    creators,
    hashtag_post_metrics,
    posts,
)

Rows = list[dict[str, Any]]


def find_creator(
    connection: sa.Connection, creator_id: str, email: str | None = None
) -> dict[str, Any] | None:
    """Return a creator that the Creators app has listed.

    Args:
        connection: To the warehouse.
        creator_id: The Creators app's id.
        email: Must be the creator's too, in any case.

    Returns:
        `creator_id` and `email`, or none.
    """
    query = sa.select(creators.c.creator_id, creators.c.email).where(
        creators.c.creator_id == creator_id
    )
    if email is not None:
        query = query.where(sa.func.lower(creators.c.email) == email.lower())
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def connections_of(connection: sa.Connection, creator_id: str) -> list[Connection]:
    """Return a creator's connections, without their tokens."""
    query = sa.select(connections).where(connections.c.creator_id == creator_id)
    return [read_connection(row) for row in connection.execute(query)]


def has_campaign(connection: sa.Connection, campaign_id: str) -> bool:
    """Tell whether the Creators app has listed a campaign."""
    query = sa.select(campaigns.c.campaign_id).where(
        campaigns.c.campaign_id == campaign_id
    )
    return connection.scalar(query) is not None


def newest_day_of(connection: sa.Connection, campaign_id: str) -> date | None:
    """Return the newest day that a campaign was summed up for, if there is one."""
    summary = campaign_daily_summary.c
    newest: date | None = connection.scalar(
        sa.select(sa.func.max(summary.snapshot_date)).where(
            summary.campaign_id == campaign_id
        )
    )
    return newest


def counted_posts(connection: sa.Connection, campaign_id: str) -> Rows:
    """Return the posts that count for a campaign, each with its newest numbers.

    Args:
        connection: To the warehouse.
        campaign_id: Whose.

    Returns:
        The newest row of each post in `hashtag_post_metrics`, with `media_type` and
        `email`, the oldest post first.
    """
    metrics = hashtag_post_metrics
    newest = (
        sa.select(metrics)
        .where(metrics.c.campaign_id == campaign_id)
        .ext(distinct_on(metrics.c.platform, metrics.c.post_id))
        .order_by(metrics.c.platform, metrics.c.post_id, metrics.c.snapshot_date.desc())
        .subquery()
    )
    is_the_post = sa.and_(
        posts.c.platform == newest.c.platform, posts.c.post_id == newest.c.post_id
    )
    query = (
        sa.select(newest, posts.c.media_type, creators.c.email)
        .outerjoin(posts, is_the_post)
        .outerjoin(creators, creators.c.creator_id == newest.c.creator_id)
        # Asked of the newest row: a post that was rejected since does not count.
        .where(newest.c.match_level == "full")
        .order_by(newest.c.posted_at, newest.c.platform, newest.c.post_id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def month_of(connection: sa.Connection, creator_id: str, first_day: date) -> Rows:
    """Return a creator's month, one row of `creator_months` per platform.

    Args:
        connection: To the warehouse.
        creator_id: Whose.
        first_day: Of the month.

    Returns:
        The rows.
    """
    query = (
        sa.select(creator_months)
        .where(
            creator_months.c.creator_id == creator_id,
            creator_months.c.month_start_date == first_day,
        )
        .order_by(creator_months.c.platform)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
