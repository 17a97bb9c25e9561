"""Which days of an account's insights are asked for: until each is final.

The platform counts its own days, from midnight to midnight in US Pacific time, which
have 23 hours when summer time begins there and 25 when it ends. A day's figures come
some hours after it ended and may change for 48 hours; later they stand, so they can be
asked for any past day.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.records import Attempt
from analytics_pipeline.transform.days import DayRule

PLATFORM_DAYS = DayRule(ZoneInfo("America/Los_Angeles"), timedelta(hours=48))
"""What the platform's day is, and how long after it figures may change."""

SERIES_DAYS = 30
"""How many days back, without the current one, followers gained are told."""

_LOOK_BACK = 3
_READY_AFTER = timedelta(hours=6)
_ASKED_AGAIN_AFTER = timedelta(hours=20)
# Of at most 30 times 24 hours; 28 days are that also when one has 25.
_LONGEST_WINDOW = 28


def metric_days(days: Iterable[date]) -> list[date]:
    """Return the platform's days that some days of ours look at: themselves and three.

    Early on the next morning in Europe the platform's day has not ended, so it takes
    three more to see each of them when it is final.

    Args:
        days: Ours.

    Returns:
        Theirs, in order.
    """
    back = range(_LOOK_BACK + 1)
    return sorted({day - timedelta(days=n) for day in days for n in back})


def asked_days(days: Sequence[date], now: datetime) -> list[date]:
    """Return the platform's days that some days of ours ask for at an instant.

    The day of the same date is left to the next of ours until it is final, so that
    asking again for a day in the afternoon costs no call.

    Args:
        days: Ours.
        now: The current instant.

    Returns:
        Theirs that have figures, in order.
    """
    before = {day - timedelta(days=n) for day in days for n in range(1, _LOOK_BACK + 1)}
    return [
        day
        for day in metric_days(days)
        if is_final(day, now) or (day in before and _is_ready(day, now))
    ]


def _is_ready(metric_date: date, now: datetime) -> bool:
    return PLATFORM_DAYS.end(metric_date) + _READY_AFTER <= now


def is_final(metric_date: date, observed_at: datetime) -> bool:
    """Tell whether a day's figures did not change any more when they were observed."""
    return observed_at >= PLATFORM_DAYS.end(metric_date) + PLATFORM_DAYS.grace


def open_days(
    days: Iterable[date],
    attempts: Iterable[Attempt],
    now: datetime,
    *,
    refresh: bool = False,
) -> list[date]:
    """Return the platform's days that an account is to be asked for.

    Args:
        days: Those that are wanted; see `asked_days`.
        attempts: What was tried for the account.
        now: The current instant.
        refresh: Ask again for days that are not final, however recently they were
            asked for.

    Returns:
        Days that were not answered yet, or not since they are final; those that were
        answered some hours ago are left for tomorrow.
    """
    answered: dict[date, datetime] = {}
    for attempt in attempts:
        if attempt.status is Status.OK:
            for day in attempt.snapshot_dates:
                known = answered.get(day, attempt.observed_at)
                answered[day] = max(known, attempt.observed_at)
    found = []
    for day in sorted(days):
        at = answered.get(day)
        is_settled = at is not None and (
            is_final(day, at) or (not refresh and now - at < _ASKED_AGAIN_AFTER)
        )
        if not is_settled:
            found.append(day)
    return found


def windows(days: Sequence[date], now: datetime) -> list[tuple[date, ...]]:
    """Return days as stretches that can be asked for at once.

    Args:
        days: In order.
        now: The current instant.

    Returns:
        Stretches without gaps, of four weeks at most; of each either all days or none
        can still be asked for followers gained.
    """
    found: list[list[date]] = []
    for day in days:
        is_next = (
            found
            and day - found[-1][-1] == timedelta(days=1)
            and len(found[-1]) < _LONGEST_WINDOW
            and has_new_followers(day, now) == has_new_followers(found[-1][0], now)
        )
        if is_next:
            found[-1].append(day)
        else:
            found.append([day])
    return [tuple(window) for window in found]


def has_new_followers(metric_date: date, now: datetime) -> bool:
    """Tell whether the platform still tells the followers gained on a day."""
    return PLATFORM_DAYS.day_of(now) - metric_date <= timedelta(days=SERIES_DAYS)
