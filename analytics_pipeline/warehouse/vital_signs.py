"""What a watchman wants to know: how fresh, how complete, what waits, what is odd."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from analytics_pipeline.schemas.connections import ConnectionStatus
from analytics_pipeline.warehouse.tables import (
    connections,
    findings,
    refreshes,
    sync_outcomes,
    webhook_inbox,
)

Counts = dict[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """The state of the data at one instant.

    Attributes:
        newest_day: The newest day that has outcomes; None before the first.
        accounts: Accounts on that day, by platform, status and reason; the reason is
            empty where all went well.
        findings: What was odd on that day, by rule.
        reconnects: Connections whose owner must log in again, by platform and reason.
        refreshes: Refreshes that wait or run, by status.
    """

    newest_day: date | None
    accounts: Counts
    findings: Counts
    reconnects: Counts
    refreshes: Counts


def read_vital_signs(connection: sa.Connection) -> VitalSigns:
    """Read the state of the data.

    Args:
        connection: To the warehouse.

    Returns:
        The state.
    """
    outcomes = sync_outcomes.c
    newest = connection.scalar(sa.select(sa.func.max(outcomes.snapshot_date)))
    dead = connections.c.connection_status == ConnectionStatus.RECONNECT_REQUIRED
    return VitalSigns(
        newest_day=newest,
        accounts=_counts(
            connection,
            (outcomes.platform, outcomes.status, outcomes.reason),
            outcomes.snapshot_date == newest,
        ),
        findings=_counts(
            connection, (findings.c.rule,), findings.c.snapshot_date == newest
        ),
        reconnects=_counts(
            connection, (connections.c.platform, connections.c.reconnect_reason), dead
        ),
        refreshes=_counts(
            connection,
            (refreshes.c.refresh_status,),
            refreshes.c.ended_at.is_(None),
        ),
    )


def count_waiting_pushes(connection: sa.Connection) -> int:
    """Return how many pushes no run has processed; readers may not see the inbox."""
    query = sa.select(sa.func.count()).where(webhook_inbox.c.processed_at.is_(None))
    return connection.scalar(query) or 0


def _counts(
    connection: sa.Connection,
    by: tuple[sa.ColumnElement[str], ...],
    where: sa.ColumnElement[bool],
) -> Counts:
    query = sa.select(*by, sa.func.count().label("rows")).where(where).group_by(*by)
    found: Counts = {}
    for *values, count in connection.execute(query):
        found[tuple(value or "" for value in values)] = count
    return found
