"""The state of the data: days, budgets, connections, findings."""

from datetime import date, datetime

import sqlalchemy as sa

from analytics_pipeline.schemas.connections import ConnectionStatus
from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.reading.rows import Row, Rows, read_row, read_rows
from analytics_pipeline.warehouse.tables import (
    api_budgets,
    connections,
    findings,
    sync_outcomes,
    webhook_inbox,
)

# What may be shown of a connection: no token, no hash of one.
_SHOWN = (
    "connection_id",
    "platform",
    "creator_id",
    "account_id",
    "username",
    "connection_status",
    "reconnect_reason",
    "reconnect_since",
    "renewal_problem",
    "renewal_tried_at",
    "access_token_expires_at",
    "refresh_token_expires_at",
    "consent_expires_at",
    "token_doubted_at",
)


def days_of_outcomes(connection: sa.Connection, first: date, last: date) -> Rows:
    """Return how every day went, by platform.

    Args:
        connection: To the warehouse.
        first: First day.
        last: Last day.

    Returns:
        `snapshot_date`, `platform`, `accounts`, `ok`, `late`, `deferred`, `skipped`,
        `failed`, `calls` and `observed_at`, the newest; oldest day first. Late ones are
        among the ok ones.
    """
    table = sync_outcomes
    count = sa.func.count()
    counts = [
        count.filter(table.c.status == status).label(status.value) for status in Status
    ]
    query = (
        sa.select(
            table.c.snapshot_date,
            table.c.platform,
            count.label("accounts"),
            *counts,
            count.filter(table.c.reason == Reason.LATE).label("late"),
            sa.cast(sa.func.sum(table.c.calls), sa.BigInteger()).label("calls"),
            sa.func.max(table.c.observed_at).label("observed_at"),
        )
        .where(table.c.snapshot_date.between(first, last))
        .group_by(table.c.snapshot_date, table.c.platform)
        .order_by(table.c.snapshot_date, table.c.platform)
    )
    return read_rows(connection, query)


def budgets(connection: sa.Connection) -> Rows:
    """Return every budget of calls.

    Args:
        connection: To the warehouse.

    Returns:
        `budget`, `stopped_until`, `used_share` and `told_at` as the platform last told,
        `calls` in the window, `updated_at`.
    """
    table = api_budgets
    slot = sa.func.jsonb_array_elements(table.c.call_slots).table_valued("value")
    calls = (
        sa.select(sa.func.sum(sa.cast(slot.c.value.op("->>")(2), sa.BigInteger())))
        .select_from(slot)
        .scalar_subquery()
    )
    query = sa.select(
        table.c.budget,
        table.c.stopped_until,
        table.c.used_share,
        table.c.told_at,
        sa.func.coalesce(sa.cast(calls, sa.BigInteger()), 0).label("calls"),
        table.c.updated_at,
    ).order_by(table.c.budget)
    return read_rows(connection, query)


def connections_in_trouble(connection: sa.Connection, until: datetime) -> Rows:
    """Return the connections that somebody should look at, the worst first.

    Args:
        connection: To the warehouse.
        until: Also those whose consent or token, with nothing to renew it, ends before.

    Returns:
        What may be shown of them: never a token.
    """
    table = connections
    is_broken = table.c.connection_status == ConnectionStatus.RECONNECT_REQUIRED
    ends = sa.func.least(
        table.c.consent_expires_at,
        table.c.refresh_token_expires_at,
        # A TikTok token has a second one that renews it.
        sa.case(
            (table.c.platform == Platform.INSTAGRAM, table.c.access_token_expires_at)
        ),
    )
    query = (
        sa.select(*(table.c[name] for name in _SHOWN), ends.label("ends_at"))
        .where(sa.or_(is_broken, table.c.renewal_problem.is_not(None), ends < until))
        .order_by(
            is_broken.desc(),
            sa.text("ends_at NULLS LAST"),
            table.c.platform,
            table.c.connection_id,
        )
    )
    return read_rows(connection, query)


def findings_by_rule(connection: sa.Connection, first: date, last: date) -> Rows:
    """Return how often each rule was broken in the answers about some days.

    Args:
        connection: To the warehouse.
        first: First day.
        last: Last day.

    Returns:
        `rule`, `asset`, `platform`, `findings`, `newest_day`, `observed_at`; the most
        frequent first. Findings without a day are among them.
    """
    table = findings
    count = sa.func.count().label("findings")
    groups = [table.c[name] for name in ("rule", "asset", "platform")]
    query = (
        sa.select(
            *groups,
            count,
            sa.func.max(table.c.snapshot_date).label("newest_day"),
            sa.func.max(table.c.observed_at).label("observed_at"),
        )
        .where(
            sa.or_(
                table.c.snapshot_date.between(first, last),
                table.c.snapshot_date.is_(None),
            )
        )
        .group_by(*groups)
        .order_by(count.desc(), *groups)
    )
    return read_rows(connection, query)


def waiting_pushes(connection: sa.Connection) -> Row:
    """Return how many pushes wait to be processed, and since when."""
    table = webhook_inbox
    query = sa.select(
        sa.func.count().label("pushes"), sa.func.min(table.c.received_at).label("since")
    ).where(table.c.processed_at.is_(None))
    return read_row(connection, query) or {}
