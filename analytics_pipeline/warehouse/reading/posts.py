"""One post with everything that was ever known of it, day by day."""

import sqlalchemy as sa

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.reading.rows import Row, Rows, read_row, read_rows
from analytics_pipeline.warehouse.tables import (
    campaigns,
    connections,
    hashtag_post_metrics,
    post_captions,
    post_metric_values,
    post_removal_checks,
    post_snapshots,
    posts,
)


def read_post(
    connection: sa.Connection, platform: Platform, post_id: str
) -> Row | None:
    """Return a post as last observed, with its account's `username`.

    Args:
        connection: To the warehouse.
        platform: Where it was posted.
        post_id: The platform's id of it.

    Returns:
        Its row in `posts`; None if it was never observed.
    """
    query = (
        sa.select(posts, connections.c.username)
        .outerjoin(
            connections,
            sa.and_(
                connections.c.platform == posts.c.platform,
                connections.c.account_id == posts.c.account_id,
            ),
        )
        .where(posts.c.platform == platform, posts.c.post_id == post_id)
    )
    return read_row(connection, query)


def post_days(connection: sa.Connection, platform: Platform, post_id: str) -> Rows:
    """Return a post's row in `post_snapshots` for every day, oldest first."""
    return _of_post(connection, post_snapshots, platform, post_id, "snapshot_date")


def post_wordings(connection: sa.Connection, platform: Platform, post_id: str) -> Rows:
    """Return every wording its caption had, oldest first."""
    return _of_post(connection, post_captions, platform, post_id, "first_observed_at")


def post_insights(connection: sa.Connection, platform: Platform, post_id: str) -> Rows:
    """Return every insight of a post, by day, metric and breakdown."""
    return _of_post(
        connection,
        post_metric_values,
        platform,
        post_id,
        "snapshot_date",
        "metric",
        "breakdown",
        "breakdown_value",
    )


def post_removals(connection: sa.Connection, platform: Platform, post_id: str) -> Rows:
    """Return what was found whenever a post was looked for: a list lacked it."""
    return _of_post(connection, post_removal_checks, platform, post_id, "observed_at")


def post_matches(connection: sa.Connection, platform: Platform, post_id: str) -> Rows:
    """Return every campaign a post was matched with, day by day.

    Args:
        connection: To the warehouse.
        platform: Where it was posted.
        post_id: The platform's id of it.

    Returns:
        Rows of `hashtag_post_metrics` with `campaign_name`, oldest first.
    """
    metrics = hashtag_post_metrics
    query = (
        sa.select(metrics, campaigns.c.campaign_name)
        .outerjoin(campaigns, campaigns.c.campaign_id == metrics.c.campaign_id)
        .where(metrics.c.platform == platform, metrics.c.post_id == post_id)
        .order_by(metrics.c.snapshot_date, metrics.c.campaign_id)
    )
    return read_rows(connection, query)


def _of_post(
    connection: sa.Connection,
    table: sa.Table,
    platform: Platform,
    post_id: str,
    *order: str,
) -> Rows:
    query = (
        sa.select(table)
        .where(table.c.platform == platform, table.c.post_id == post_id)
        .order_by(*(table.c[name].asc().nulls_first() for name in order))
    )
    return read_rows(connection, query)
