"""Refreshes: requests to have everything asked again now, and what became of them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class RefreshStatus(StrEnum):
    """How far a refresh has come."""

    WAITING = "waiting"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Refresh:
    """One request to have everything asked again.

    Attributes:
        refresh_id: Its id.
        requested_by: Name of the API key or of the person who asked for it.
        requested_at: When it was asked for.
        snapshot_date: The day that is asked for.
        status: How far it has come.
        run_id: The Dagster run it became; None while there is none.
        started_at: When the run began; None while it has not.
        ended_at: When it was over; None while it is not.
        checked_at: When Dagster last told about it; None while it never did.
        detail: Why it waits or failed, or what is missing; None if there is nothing
            to tell.
    """

    refresh_id: str
    requested_by: str
    requested_at: datetime
    snapshot_date: date
    status: RefreshStatus
    run_id: str | None
    started_at: datetime | None
    ended_at: datetime | None
    checked_at: datetime | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class RefreshRun:
    """What Dagster knows of the run that a refresh became.

    Attributes:
        run_id: Its id.
        snapshot_date: The day it is about; None if it does not say.
        status: How far it has come; `waiting` while it is queued.
        started_at: When it began; None while it has not.
        ended_at: When it ended; None while it has not.
        detail: Why it failed, or what it leaves missing.
    """

    run_id: str
    snapshot_date: date | None
    status: RefreshStatus
    started_at: datetime | None = None
    ended_at: datetime | None = None
    detail: str | None = None
