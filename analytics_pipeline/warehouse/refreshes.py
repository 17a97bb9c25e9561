"""Requests to have everything asked again: one at a time, whoever asks.

What belongs here: storing, finding, noting. What does not: what a run's state means.
"""

import secrets
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from analytics_pipeline.schemas.refreshes import Refresh, RefreshStatus
from analytics_pipeline.warehouse.tables import refreshes

_ID_BYTES = 16


def request_refresh(
    connection: sa.Connection, requested_by: str, day: date, now: datetime
) -> tuple[Refresh, bool]:
    """Ask for a refresh; while one waits or runs, that is the one.

    Args:
        connection: With an open transaction.
        requested_by: Who asks.
        day: The day to ask for.
        now: The current instant.

    Returns:
        The refresh, and whether it is new.
    """
    wanted = insert(refreshes).values(
        refresh_id=secrets.token_hex(_ID_BYTES),
        requested_by=requested_by,
        requested_at=now,
        snapshot_date=day,
        refresh_status=RefreshStatus.WAITING,
    )
    # The unique index lets one stand; it may end before it is read.
    while True:
        made = connection.execute(
            wanted.on_conflict_do_nothing().returning(refreshes)
        ).first()
        if made is not None:
            return _refresh(made), True
        waiting = open_refresh(connection)
        if waiting is not None:
            return waiting, False


def open_refresh(connection: sa.Connection, *, lock: bool = False) -> Refresh | None:
    """Return the refresh that waits or runs.

    Args:
        connection: To the warehouse.
        lock: Keep others from changing it until the transaction ends.

    Returns:
        The refresh, or none.
    """
    query = sa.select(refreshes).where(refreshes.c.ended_at.is_(None))
    if lock:
        query = query.with_for_update()
    row = connection.execute(query).first()
    return None if row is None else _refresh(row)


def find_refresh(connection: sa.Connection, refresh_id: str) -> Refresh | None:
    """Return a refresh by its id; none if there is no such one."""
    query = sa.select(refreshes).where(refreshes.c.refresh_id == refresh_id)
    row = connection.execute(query).first()
    return None if row is None else _refresh(row)


def store_progress(connection: sa.Connection, refresh: Refresh) -> None:
    """Write down how far a refresh has come.

    Args:
        connection: With an open transaction.
        refresh: As it is now.
    """
    connection.execute(
        sa.update(refreshes)
        .where(refreshes.c.refresh_id == refresh.refresh_id)
        .values(
            snapshot_date=refresh.snapshot_date,
            refresh_status=refresh.status,
            refresh_run_id=refresh.run_id,
            started_at=refresh.started_at,
            ended_at=refresh.ended_at,
            checked_at=refresh.checked_at,
            detail=refresh.detail,
        )
    )


def _refresh(row: sa.Row[tuple[object, ...]]) -> Refresh:
    return Refresh(
        refresh_id=row.refresh_id,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        snapshot_date=row.snapshot_date,
        status=RefreshStatus(row.refresh_status),
        run_id=row.refresh_run_id,
        started_at=row.started_at,
        ended_at=row.ended_at,
        checked_at=row.checked_at,
        detail=row.detail,
    )
