"""Reading a campaign's posts for its report: every day's numbers, newest facts."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from analytics_pipeline.warehouse.as_known import AsKnown
from analytics_pipeline.warehouse.tables import (
    campaign_daily_summary,
    connections,
    hashtag_post_metrics,
    post_snapshots,
    posts,
    review_decisions,
)

Rows = list[dict[str, Any]]
_HISTORY = (
    "snapshot_date",
    "platform",
    "post_id",
    "match_level",
    "is_late",
    "observed_at",
    "view_count",
    "like_count",
    "comment_count",
    "share_count",
    "save_count",
    "reach",
    "follower_count",
    "engagement_rate_client",
    "engagement_rate_by_followers",
    "engagement_rate_by_views",
    "engagement_rate_by_reach",
)


def summary_rows(connection: sa.Connection, campaign_id: str, until: date) -> Rows:
    """Return a campaign's rows of `campaign_daily_summary` until a day, in order."""
    summary = campaign_daily_summary
    query = (
        sa.select(summary)
        .where(summary.c.campaign_id == campaign_id, summary.c.snapshot_date <= until)
        .order_by(summary.c.snapshot_date, summary.c.platform)
    )
    return _rows(connection, query)


def history_rows(connection: sa.Connection, which: AsKnown) -> Rows:
    """Return what every day tells of a campaign's posts: numbers and kind of match."""
    metrics = hashtag_post_metrics
    query = (
        sa.select(*(metrics.c[name] for name in _HISTORY))
        .where(which.covers(metrics))
        .order_by(metrics.c.snapshot_date)
    )
    return _rows(connection, query)


def later_observed(connection: sa.Connection, which: AsKnown) -> dict[str, int]:
    """Count what a report leaves out because it was observed after its day.

    Args:
        connection: To the warehouse.
        which: The rows of the report.

    Returns:
        How many rows, of how many posts.
    """
    metrics = hashtag_post_metrics
    post = sa.tuple_(metrics.c.platform, metrics.c.post_id)
    query = sa.select(
        sa.func.count().label("rows"), sa.func.count(post.distinct()).label("posts")
    ).where(
        metrics.c.campaign_id == which.campaign_id,
        metrics.c.snapshot_date <= which.until,
        metrics.c.observed_at >= which.observed_before,
    )
    row = connection.execute(query).one()
    return {"rows": row.rows, "posts": row.posts}


def newest_posts(connection: sa.Connection, which: AsKnown) -> Rows:
    """Return each post of a campaign once, as it was last seen.

    Args:
        connection: To the warehouse.
        which: The rows of the report.

    Returns:
        Rows of `hashtag_post_metrics`, each with its account's `username`, the post's
        `removed_at`, the `count_sources` of its numbers, and who confirmed it.
    """
    metrics = hashtag_post_metrics
    newest = (
        sa.select(metrics)
        .where(which.covers(metrics))
        .ext(distinct_on(metrics.c.platform, metrics.c.post_id))
        .order_by(metrics.c.platform, metrics.c.post_id, metrics.c.snapshot_date.desc())
        .subquery()
    )
    confirmed = _confirmations(which.campaign_id)
    same_post = sa.and_(
        posts.c.platform == newest.c.platform, posts.c.post_id == newest.c.post_id
    )
    same_snapshot = sa.and_(
        post_snapshots.c.snapshot_date == newest.c.snapshot_date,
        post_snapshots.c.platform == newest.c.platform,
        post_snapshots.c.post_id == newest.c.post_id,
    )
    same_decision = sa.and_(
        confirmed.c.platform == newest.c.platform,
        confirmed.c.post_id == newest.c.post_id,
        newest.c.match_basis == "review",
    )
    query = (
        sa.select(
            newest,
            username_of(newest).label("username"),
            posts.c.removed_at,
            post_snapshots.c.count_sources,
            confirmed.c.decided_by,
            confirmed.c.decided_at,
        )
        .outerjoin(posts, same_post)
        .outerjoin(post_snapshots, same_snapshot)
        .outerjoin(confirmed, same_decision)
        .order_by(newest.c.posted_at, newest.c.platform, newest.c.post_id)
    )
    return _rows(connection, query)


def seen_without_match(connection: sa.Connection, which: AsKnown) -> Rows:
    """Return the days on which a campaign's posts were seen but did not match.

    Args:
        connection: To the warehouse.
        which: The rows of the report.

    Returns:
        Day, platform and post; only days that were matched at all.
    """
    metrics, seen, summary = (
        hashtag_post_metrics,
        post_snapshots,
        campaign_daily_summary,
    )
    mine = (
        sa.select(
            metrics.c.platform,
            metrics.c.post_id,
            sa.func.min(metrics.c.snapshot_date).label("first_day"),
        )
        .where(which.covers(metrics))
        .group_by(metrics.c.platform, metrics.c.post_id)
        .subquery()
    )
    matched_days = sa.select(summary.c.snapshot_date).where(
        summary.c.campaign_id == which.campaign_id
    )
    matched = sa.exists().where(
        metrics.c.campaign_id == which.campaign_id,
        metrics.c.snapshot_date == seen.c.snapshot_date,
        metrics.c.platform == seen.c.platform,
        metrics.c.post_id == seen.c.post_id,
    )
    query = (
        sa.select(seen.c.snapshot_date, seen.c.platform, seen.c.post_id)
        .join(
            mine,
            sa.and_(
                mine.c.platform == seen.c.platform,
                mine.c.post_id == seen.c.post_id,
                mine.c.first_day < seen.c.snapshot_date,
            ),
        )
        .where(
            seen.c.snapshot_date <= which.until,
            seen.c.snapshot_date.in_(matched_days),
            ~matched,
        )
    )
    if which.observed_before is not None:
        query = query.where(seen.c.observed_at < which.observed_before)
    return _rows(connection, query)


def username_of(rows: sa.FromClause) -> sa.ScalarSelect[Any]:
    """Return the handle of the account that rows name."""
    return (
        sa.select(sa.func.min(connections.c.username))
        .where(
            connections.c.platform == rows.c.platform,
            connections.c.account_id == rows.c.account_id,
        )
        .scalar_subquery()
    )


def _confirmations(campaign_id: str) -> sa.Subquery:
    """Return the newest confirmation that holds of each post."""
    made = review_decisions
    return (
        sa.select(made.c.platform, made.c.post_id, made.c.decided_by, made.c.decided_at)
        .where(
            made.c.campaign_id == campaign_id,
            made.c.decision == "confirmed",
            made.c.withdrawn_at.is_(None),
            made.c.post_id.is_not(None),
        )
        .ext(distinct_on(made.c.platform, made.c.post_id))
        .order_by(made.c.platform, made.c.post_id, made.c.decided_at.desc())
        .subquery()
    )


def _rows(connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]) -> Rows:
    found = connection.execute(query)
    # A third of the time that mappings take, where a campaign has 100,000 rows.
    names = tuple(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found.all()]
