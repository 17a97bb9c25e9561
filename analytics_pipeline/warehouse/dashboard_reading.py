"""What only the dashboard asks the warehouse."""

from datetime import date

import sqlalchemy as sa

from analytics_pipeline.schemas.table_groups.canonical import COUNTS
from analytics_pipeline.warehouse.reading.coverage import with_most_gaps
from analytics_pipeline.warehouse.reading.rows import Row, Rows, read_row, read_rows
from analytics_pipeline.warehouse.tables import (
    campaigns,
    post_snapshots,
    posts,
    refreshes,
    sync_outcomes,
)


def newest_refresh(connection: sa.Connection) -> Row | None:
    """Return the refresh that was asked for last; None if there never was one."""
    query = sa.select(refreshes).order_by(
        refreshes.c.requested_at.desc(), refreshes.c.refresh_id
    )
    return read_row(connection, query)


def newest_posts_of(connection: sa.Connection, creator_id: str, limit: int) -> Rows:
    """Return a creator's newest posts, each with its newest counts.

    Args:
        connection: To the warehouse.
        creator_id: Whose.
        limit: How many.

    Returns:
        Rows of `posts` with the counts, `unknown_reasons` and `snapshot_date` of the
        newest day; these are null where no day is known.
    """
    newest_posts = (
        sa.select(posts)
        .where(posts.c.creator_id == creator_id)
        .order_by(posts.c.posted_at.desc(), posts.c.platform, posts.c.post_id)
        .limit(limit)
        .subquery()
    )
    told = (*COUNTS, "unknown_reasons", "snapshot_date")
    newest = (
        sa.select(*(post_snapshots.c[name] for name in told))
        .where(
            post_snapshots.c.platform == newest_posts.c.platform,
            post_snapshots.c.post_id == newest_posts.c.post_id,
        )
        .order_by(post_snapshots.c.snapshot_date.desc())
        .limit(1)
        .lateral()
    )
    query = (
        sa.select(newest_posts, *(newest.c[name] for name in told))
        .select_from(newest_posts.outerjoin(newest, sa.true()))
        .order_by(newest_posts.c.posted_at.desc())
    )
    return read_rows(connection, query)


def outcomes_between(
    connection: sa.Connection, first: date, last: date, most: int
) -> Rows:
    """Return what became on some days of the accounts that lack the most of them.

    Args:
        connection: To the warehouse.
        first: First day.
        last: Last day.
        most: Of how many accounts at most.

    Returns:
        `snapshot_date`, `platform`, `creator_id`, `connection_id`, `username`,
        `status`, `reason`, and `account_count`, how many accounts there are in all.
    """
    table = sync_outcomes
    shown = (
        "snapshot_date",
        "platform",
        "creator_id",
        "connection_id",
        "username",
        "status",
        "reason",
    )
    outcomes = (
        sa.select(*(table.c[name] for name in shown))
        .where(table.c.snapshot_date.between(first, last))
        .cte("outcomes")
    )
    return read_rows(connection, with_most_gaps(outcomes, most))


def campaign_names(connection: sa.Connection) -> dict[str, str | None]:
    """Return the names of all campaigns by id, the latest to end first."""
    query = sa.select(campaigns.c.campaign_id, campaigns.c.campaign_name).order_by(
        campaigns.c.publishing_end_date.desc().nulls_last(), campaigns.c.campaign_id
    )
    return {row.campaign_id: row.campaign_name for row in connection.execute(query)}
