"""Refreshes: asked for by a program or a person, begun and followed by a sensor.

A request is a row before anybody is told so. Nothing here knows Dagster: the sensor
says what it knows of a run, and is told what to do.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from analytics_pipeline.schemas.refreshes import Refresh, RefreshRun, RefreshStatus
from analytics_pipeline.steps.completeness import Now
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.refreshes import request_refresh, store_progress

_OVER = frozenset({RefreshStatus.SUCCEEDED, RefreshStatus.FAILED})
# A run whose process is gone may never end; it must not keep others waiting for ever.
_LONGEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class RefreshStep:
    """What to do about a refresh.

    Attributes:
        refresh: As it is now.
        day: Start a run for this day; None to start none.
    """

    refresh: Refresh
    day: date | None = None


def ask_for_refresh(
    warehouse: Warehouse, requested_by: str, rule: DayRule, now: datetime
) -> tuple[Refresh, bool]:
    """Keep a request to have yesterday asked for again.

    Args:
        warehouse: The database.
        requested_by: Name of the API key or of the person.
        rule: What a day is.
        now: The current instant.

    Returns:
        The refresh, committed, and whether it is new: one that waits or runs already
        is the one.
    """
    yesterday = rule.day_of(now) - timedelta(days=1)
    with warehouse.begin() as connection:
        return request_refresh(connection, requested_by, yesterday, now)


def follow_refresh(
    connection: sa.Connection,
    refresh: Refresh,
    run: RefreshRun | None,
    busy_run_id: str | None,
    now: Now,
) -> RefreshStep:
    """Write down how far a refresh has come, and say whether to start its run.

    Args:
        connection: With an open transaction.
        refresh: The one that waits or runs.
        run: Its run, if Dagster knows one.
        busy_run_id: Another run that is at work on yesterday, if there is one.
        now: When and by which rules.

    Returns:
        What to do.
    """
    step = _next_step(refresh, run, busy_run_id, now)
    step = replace(step, refresh=replace(step.refresh, checked_at=now.instant))
    store_progress(connection, step.refresh)
    return step


def _next_step(
    refresh: Refresh, run: RefreshRun | None, busy_run_id: str | None, now: Now
) -> RefreshStep:
    if run is not None:
        return RefreshStep(_as_its_run(refresh, run, now))
    if refresh.run_id is not None:
        why = "Dagster does not know its run any more"
        return RefreshStep(_failed(refresh, why, now))
    if now.yesterday < now.start_date:
        why = f"no day before {now.start_date} can be collected (ANALYTICS_START_DATE)"
        return RefreshStep(_failed(refresh, why, now))
    if busy_run_id is not None:
        why = f"waits for run {busy_run_id}, which is at work on the same day"
        return RefreshStep(replace(refresh, detail=why))
    # It may have waited for days; what is asked for is the newest day there is.
    day = now.yesterday
    return RefreshStep(replace(refresh, snapshot_date=day, detail=None), day)


def _as_its_run(refresh: Refresh, run: RefreshRun, now: Now) -> Refresh:
    known = replace(
        refresh,
        snapshot_date=run.snapshot_date or refresh.snapshot_date,
        status=run.status,
        run_id=run.run_id,
        started_at=run.started_at,
        detail=run.detail,
    )
    if run.status in _OVER:
        return replace(known, ended_at=run.ended_at or now.instant)
    if now.instant - refresh.requested_at >= _LONGEST:
        return _failed(known, "its run has not ended in 24 hours; look at it", now)
    return known


def _failed(refresh: Refresh, why: str, now: Now) -> Refresh:
    return replace(
        refresh, status=RefreshStatus.FAILED, ended_at=now.instant, detail=why
    )
