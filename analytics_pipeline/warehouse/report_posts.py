"""Reading a campaign's posts for its report: last known numbers, newest facts."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.types import TypeEngine

from analytics_pipeline.schemas.fields import RATES
from analytics_pipeline.schemas.table_groups.canonical import COUNTS
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
_KEY = ("platform", "post_id")
_NUMBERS = (*COUNTS, "follower_count", *RATES)
_HISTORY = (
    "snapshot_date",
    *_KEY,
    "match_level",
    "is_late",
    "observed_at",
    *_NUMBERS,
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


def telling_rows(connection: sa.Connection, which: AsKnown) -> Rows:
    """Return what tells the last known numbers of a campaign's posts.

    Args:
        connection: To the warehouse.
        which: The rows of the report.

    Returns:
        Of each post the newest row of `hashtag_post_metrics`, and the newest that
        tells each number; by day.
    """
    metrics = hashtag_post_metrics
    newest = [
        sa.func.max(metrics.c.snapshot_date),
        *(
            sa.func.max(metrics.c.snapshot_date).filter(metrics.c[name].is_not(None))
            for name in _NUMBERS
        ),
    ]
    of_post = (
        sa.select(
            metrics.c.platform,
            metrics.c.post_id,
            postgresql.array(newest).label("days"),
        )
        .where(which.covers(metrics))
        .group_by(metrics.c.platform, metrics.c.post_id)
        .subquery()
    )
    telling = (
        sa.select(
            of_post.c.platform,
            of_post.c.post_id,
            sa.func.unnest(of_post.c.days, type_=sa.Date()).label("snapshot_date"),
        )
        .distinct()
        .subquery()
    )
    query = (
        sa.select(*(metrics.c[name] for name in _HISTORY))
        .join(telling, _same(telling, metrics, "snapshot_date", *_KEY))
        .where(metrics.c.campaign_id == which.campaign_id)
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


def newest_posts(
    connection: sa.Connection,
    which: AsKnown,
    newest: Mapping[tuple[str, str], date],
    days: Sequence[date],
) -> Rows:
    """Return each post of a campaign once, as it was last seen.

    Args:
        connection: To the warehouse.
        which: The rows of the report.
        newest: The day of each post's newest row.
        days: The days that were matched.

    Returns:
        Rows of `hashtag_post_metrics`, each with its account's `username`, the post's
        `removed_at`, the `count_sources` of its numbers, who confirmed it, and as
        `lost_on` the last matched day after it on which the post was seen and did not
        match.
    """
    metrics, wanted = hashtag_post_metrics, _listed(newest)
    confirmed = _confirmations(which.campaign_id)
    same_decision = sa.and_(
        _same(confirmed, metrics, *_KEY), metrics.c.match_basis == "review"
    )
    query = (
        sa.select(
            *(_plain(column) for column in metrics.c),
            username_of(metrics).label("username"),
            posts.c.removed_at,
            _plain(post_snapshots.c.count_sources),
            confirmed.c.decided_by,
            confirmed.c.decided_at,
            _lost_on(which, days).label("lost_on"),
        )
        .select_from(wanted)
        .join(metrics, _same(metrics, wanted, "snapshot_date", *_KEY))
        .outerjoin(posts, _same(posts, metrics, *_KEY))
        .outerjoin(
            post_snapshots, _same(post_snapshots, metrics, "snapshot_date", *_KEY)
        )
        .outerjoin(confirmed, same_decision)
        .where(metrics.c.campaign_id == which.campaign_id)
        .order_by(metrics.c.posted_at, metrics.c.platform, metrics.c.post_id)
    )
    rows = _rows(connection, query)
    parse = cache(json.loads)
    for row in rows:
        row["unknown_reasons"] = parse(row["unknown_reasons"])
        row["count_sources"] = parse(row["count_sources"] or "{}")
    return rows


def _plain(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Return a column as it is read: objects as texts, of which few differ."""
    is_object = isinstance(column.type, postgresql.JSONB)
    return sa.cast(column, sa.Text()).label(column.name) if is_object else column


def _lost_on(which: AsKnown, days: Sequence[date]) -> sa.ScalarSelect[Any]:
    """Return when a post was last seen without matching, after its newest row."""
    seen, matched = post_snapshots, hashtag_post_metrics.alias("matched")
    query = (
        sa.select(sa.func.max(seen.c.snapshot_date))
        .where(
            _same(seen, hashtag_post_metrics, *_KEY),
            seen.c.snapshot_date > hashtag_post_metrics.c.snapshot_date,
            seen.c.snapshot_date <= which.until,
            seen.c.snapshot_date == sa.any_(_array(days, sa.Date())),
            ~sa.exists().where(
                matched.c.campaign_id == which.campaign_id,
                _same(matched, seen, "snapshot_date", *_KEY),
            ),
        )
        .correlate(hashtag_post_metrics)
    )
    if which.observed_before is not None:
        query = query.where(seen.c.observed_at < which.observed_before)
    return query.scalar_subquery()


def _listed(newest: Mapping[tuple[str, str], date]) -> sa.TableValuedAlias:
    """Return days of posts as a table."""
    columns = (
        ("snapshot_date", sa.Date(), list(newest.values())),
        ("platform", sa.Text(), [platform for platform, _ in newest]),
        ("post_id", sa.Text(), [post_id for _, post_id in newest]),
    )
    arrays = [_array(values, of_type) for _, of_type, values in columns]
    named = [sa.column(name, of_type) for name, of_type, _ in columns]
    return sa.func.unnest(*arrays).table_valued(*named).render_derived("wanted")


def _array(values: Sequence[object], of_type: TypeEngine[Any]) -> sa.Cast[Any]:
    """Return values as one array, however many: the statement stays the same."""
    return sa.cast(list(values), ARRAY(of_type))


def _same(
    table: sa.FromClause, other: sa.FromClause, *columns: str
) -> sa.ColumnElement[bool]:
    return sa.and_(*(table.c[name] == other.c[name] for name in columns))


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
