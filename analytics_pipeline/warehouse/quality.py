"""Questions that the asset checks ask the warehouse. Answers are rows to be shown."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.schemas.findings import TOLD_ONCE
from analytics_pipeline.schemas.outcomes import CampaignStatus, Status
from analytics_pipeline.schemas.tables import SCHEMA, Table
from analytics_pipeline.warehouse.tables import (
    TABLES_BY_NAME,
    campaign_daily_summary,
    campaigns,
    findings,
    post_snapshots,
    sync_outcomes,
)

Rows = list[dict[str, Any]]
_MOST_ROWS = 200


def repeated_keys(
    connection: sa.Connection, table: Table, days: Sequence[date]
) -> Rows:
    """Return keys that stand in a table more than once.

    Args:
        connection: To the warehouse.
        table: The table.
        days: Only these days, where the table has days.

    Returns:
        The keys, each with how often it is there.
    """
    stored = TABLES_BY_NAME[table.name]
    key = [stored.c[name] for name in table.key]
    times = sa.func.count().label("times")
    query = sa.select(*key, times).group_by(*key).having(times > 1)
    for name in ("snapshot_date", "metric_date"):
        if name in table.columns:
            query = query.where(stored.c[name].in_(days))
    return _rows(connection, query)


def likes_beyond_views(connection: sa.Connection, days: Sequence[date]) -> Rows:
    """Return posts with more likes than views, where both were told."""
    posts = post_snapshots
    return _rows(
        connection,
        sa.select(
            posts.c.snapshot_date,
            posts.c.platform,
            posts.c.post_id,
            posts.c.like_count,
            posts.c.view_count,
        ).where(
            posts.c.snapshot_date.in_(days), posts.c.like_count > posts.c.view_count
        ),
    )


def unusual_volumes(connection: sa.Connection, days: Sequence[date]) -> Rows:
    """Return days and platforms with under half the posts per account that are usual.

    Args:
        connection: To the warehouse.
        days: The days.

    Returns:
        Day, platform, posts per account, and the median of the four weeks before.
    """
    query = sa.text(
        f"""
        WITH daily AS (
            SELECT snapshot_date, platform,
                   count(*)::float / count(DISTINCT account_id) AS posts_per_account
            FROM {SCHEMA}.post_snapshots
            WHERE NOT is_late
              AND snapshot_date >= CAST(:first AS date) - 28
            GROUP BY snapshot_date, platform
        ),
        compared AS (
            SELECT d.snapshot_date, d.platform, d.posts_per_account,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY b.posts_per_account)
                       AS usual
            FROM daily d JOIN daily b
              ON b.platform = d.platform AND b.snapshot_date < d.snapshot_date
             AND b.snapshot_date >= d.snapshot_date - 28
            WHERE d.snapshot_date = ANY(:days)
            GROUP BY d.snapshot_date, d.platform, d.posts_per_account
        )
        SELECT * FROM compared WHERE posts_per_account < usual / 2
        """  # noqa: S608 - a constant
    )
    found = connection.execute(query, {"days": list(days), "first": min(days)})
    return [dict(row) for row in found.mappings()]


def unaccounted(connection: sa.Connection, days: Sequence[date]) -> Rows:
    """Return participants, by platform, whom no outcome tells anything about."""
    query = sa.text(
        f"""
        SELECT DISTINCT p.snapshot_date, platform, p.creator_id
        FROM {SCHEMA}.active_campaign_participants p, unnest(p.platforms) AS platform
        LEFT JOIN LATERAL (
            SELECT 1 AS found FROM {SCHEMA}.sync_outcomes o
            WHERE o.snapshot_date = p.snapshot_date AND o.platform = platform
              AND o.creator_id = p.creator_id LIMIT 1
        ) outcome ON true
        WHERE p.snapshot_date = ANY(:days) AND outcome.found IS NULL
        """  # noqa: S608 - a constant
    )
    return [
        dict(row) for row in connection.execute(query, {"days": list(days)}).mappings()
    ]


def accounts_without_answer(connection: sa.Connection, days: Sequence[date]) -> Rows:
    """Return accounts that are known but gave no answer to use, and on which days.

    Args:
        connection: To the warehouse.
        days: The days.

    Returns:
        A row per account and reason, those that asking again could bring first.
    """
    outcomes = sync_outcomes
    who = (
        outcomes.c.platform,
        outcomes.c.creator_id,
        outcomes.c.connection_id,
        outcomes.c.status,
        outcomes.c.reason,
    )
    day = outcomes.c.snapshot_date
    return _rows(
        connection,
        sa.select(
            *who,
            sa.func.count(sa.distinct(day)).label("days"),
            sa.func.min(day).label("first_day"),
            sa.func.max(day).label("last_day"),
        )
        .where(*_no_answer(days))
        .group_by(*who)
        .order_by(outcomes.c.status, outcomes.c.platform, outcomes.c.creator_id),
    )


def count_without_answer(connection: sa.Connection, days: Sequence[date]) -> int:
    """Return how many known accounts gave no answer to use, on any of some days."""
    return connection.execute(
        sa.select(sa.func.count(sa.distinct(sync_outcomes.c.connection_id))).where(
            *_no_answer(days)
        )
    ).scalar_one()


def _no_answer(days: Sequence[date]) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        sync_outcomes.c.snapshot_date.in_(days),
        sync_outcomes.c.status != Status.OK,
        sync_outcomes.c.connection_id.is_not(None),
    )


def findings_by_rule(connection: sa.Connection, days: Sequence[date]) -> Rows:
    """Return how often each rule was broken, by asset; lists without days included.

    Fields that no parser knows and refused metrics break nothing: each has a check of
    its own.
    """
    in_scope = sa.and_(
        sa.or_(findings.c.snapshot_date.in_(days), findings.c.snapshot_date.is_(None)),
        findings.c.rule.not_in(TOLD_ONCE),
    )
    return _rows(
        connection,
        sa.select(
            findings.c.asset,
            findings.c.rule,
            findings.c.field,
            sa.func.count().label("times"),
            sa.func.min(findings.c.record_key).label("for_example"),
        )
        .where(in_scope)
        .group_by(findings.c.asset, findings.c.rule, findings.c.field)
        .order_by(sa.func.count().desc()),
    )


def days_with_findings(
    connection: sa.Connection, asset: str, days: Sequence[date]
) -> set[date]:
    """Return the days, of some, on which an asset's answers held something odd."""
    query = sa.select(findings.c.snapshot_date).where(
        findings.c.asset == asset, findings.c.snapshot_date.in_(days)
    )
    return set(connection.scalars(query.distinct()))


def campaigns_with_problems(connection: sa.Connection) -> Rows:
    """Return campaigns, not ended ones, that cannot match as they stand."""
    return _rows(
        connection,
        sa.select(
            campaigns.c.campaign_id,
            campaigns.c.campaign_name,
            campaigns.c.campaign_status,
            sa.func.array_to_string(campaigns.c.problems, ", ").label("problems"),
            campaigns.c.hashtags_as_entered,
        )
        .where(
            sa.func.cardinality(campaigns.c.problems) > 0,
            campaigns.c.campaign_status != CampaignStatus.ENDED,
            campaigns.c.is_listed,
        )
        .order_by(campaigns.c.campaign_id),
    )


def newest_day(connection: sa.Connection) -> date | None:
    """Return the newest day that has been summarised."""
    newest: date | None = connection.scalar(
        sa.select(sa.func.max(campaign_daily_summary.c.snapshot_date))
    )
    return newest


def first_accounted_day(connection: sa.Connection) -> date | None:
    """Return the first day that has an outcome of anybody."""
    first: date | None = connection.scalar(
        sa.select(sa.func.min(sync_outcomes.c.snapshot_date))
    )
    return first


def has_outcomes(connection: sa.Connection, day: date) -> bool:
    """Tell whether a day has been settled: somebody has an outcome."""
    query = sa.select(sa.exists().where(sync_outcomes.c.snapshot_date == day))
    return bool(connection.scalar(query))


def last_listed_at(connection: sa.Connection, table: Table) -> datetime | None:
    """Return when the Creators app last gave a list."""
    newest: datetime | None = connection.scalar(
        sa.select(sa.func.max(TABLES_BY_NAME[table.name].c.last_seen_at))
    )
    return newest


def _rows(connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]) -> Rows:
    found = connection.execute(query.limit(_MOST_ROWS))
    return [dict(row) for row in found.mappings()]
