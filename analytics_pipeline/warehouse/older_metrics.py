"""What the older routes tell: a person's logins, a campaign's posts, a month.

Their shapes are in `api/older_metrics.py`; here are plain rows with our own names.
"""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_pipeline.schemas.connections import ConnectionStatus, LoginState
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.as_known import AsKnown
from analytics_pipeline.warehouse.reading.campaign_posts import (
    PostFilter,
    read_campaign_posts,
)
from analytics_pipeline.warehouse.reading.rows import (
    Order,
    PageRequest,
    Row,
    Rows,
    read_row,
    read_rows,
)
from analytics_pipeline.warehouse.tables import (
    campaign_daily_summary,
    campaigns,
    connections,
    creator_months,
    creators,
    hashtag_post_metrics,
    posts,
)

_COUNTED = "full"
_AT_ONCE = 500


def find_creator(
    connection: sa.Connection, creator_id: str, email: str | None = None
) -> Row | None:
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
    return read_row(connection, query)


def logins_of(connection: sa.Connection, creator_id: str) -> list[LoginState]:
    """Return how long a creator's logins last; who reads may not see their tokens."""
    stored = connections.c
    query = sa.select(
        stored.platform,
        stored.connection_status,
        stored.access_token_expires_at,
        stored.refresh_token_expires_at,
        stored.consent_expires_at,
    ).where(stored.creator_id == creator_id)
    return [
        LoginState(Platform(platform), ConnectionStatus(status), *ends)
        for platform, status, *ends in connection.execute(query)
    ]


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


def counted_posts(connection: sa.Connection, campaign_id: str, until: date) -> Rows:
    """Return the posts that count for a campaign, each with its last known numbers.

    Args:
        connection: To the warehouse.
        campaign_id: Whose.
        until: The newest day.

    Returns:
        What `read_campaign_posts` tells of them, with `media_type` and `email`; the
        oldest post first.
    """
    state = AsKnown(campaign_id, until)
    which = PostFilter(match_level=_COUNTED)
    wanted = PageRequest(Order("posted_at"), _AT_ONCE)
    page = read_campaign_posts(connection, state, wanted, which)
    rows = page.rows
    while page.after is not None:
        wanted = PageRequest(Order("posted_at"), _AT_ONCE, page.after)
        page = read_campaign_posts(connection, state, wanted, which)
        rows += page.rows
    media, emails = _media_types(connection, campaign_id), _emails(connection, rows)
    for row in rows:
        row["media_type"] = media.get((row["platform"], row["post_id"]))
        row["email"] = emails.get(row["creator_id"])
    return rows


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
    return read_rows(connection, query)


def _media_types(
    connection: sa.Connection, campaign_id: str
) -> dict[tuple[str, str], str | None]:
    metrics = hashtag_post_metrics.c
    matched = sa.select(metrics.platform, metrics.post_id).where(
        metrics.campaign_id == campaign_id
    )
    key = sa.tuple_(posts.c.platform, posts.c.post_id)
    query = sa.select(posts.c.platform, posts.c.post_id, posts.c.media_type)
    found = connection.execute(query.where(key.in_(matched)))
    return {(row.platform, row.post_id): row.media_type for row in found}


def _emails(connection: sa.Connection, rows: Rows) -> dict[str, str | None]:
    ids = sorted({row["creator_id"] for row in rows})
    query = sa.select(creators.c.creator_id, creators.c.email).where(
        creators.c.creator_id == sa.any_(sa.literal(ids, ARRAY(sa.Text())))
    )
    return {row.creator_id: row.email for row in connection.execute(query)}
