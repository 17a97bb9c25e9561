"""Which days are complete, and which are to be asked for again.

A day is complete when everybody it needed has an outcome, its campaigns are summed up,
and nobody is left of whom asking again could give it something better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.asking_again import pause_after, pauses_passed
from analytics_pipeline.transform.completeness import (
    OpenAccount,
    interrupted_accounts,
    open_accounts,
)
from analytics_pipeline.transform.days import FIRST_LOOK, DayRule, each_day
from analytics_pipeline.transform.planning import needs_of
from analytics_pipeline.warehouse.attempts import last_try
from analytics_pipeline.warehouse.campaigns import (
    campaigns_active_on,
    days_with_participants,
)
from analytics_pipeline.warehouse.participant_batches import participant_batches
from analytics_pipeline.warehouse.quality import first_accounted_day, unaccounted
from analytics_pipeline.warehouse.summary import has_summary

_HEALED_DAYS = 7
_KINDS = (AttemptKind.MEDIA, AttemptKind.POST_INSIGHTS)


@dataclass(frozen=True, slots=True)
class Now:
    """When and by which rules days are looked at.

    Attributes:
        instant: The current instant.
        rule: What a day is.
        tracking_days: How long after its publishing end a campaign is measured.
        start_date: The first day that can be collected.
    """

    instant: datetime
    rule: DayRule
    tracking_days: int
    start_date: date

    @property
    def yesterday(self) -> date:
        """The last day that has ended."""
        return self.rule.day_of(self.instant) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayState:
    """How far a day has come.

    Attributes:
        day: The day.
        open_accounts: Accounts that are worth asking again.
        tried_at: When somebody was asked last, since the day ended.
        is_accounted: Whether everybody has an outcome and the campaigns a summary.
    """

    day: date
    open_accounts: tuple[OpenAccount, ...]
    tried_at: datetime | None
    is_accounted: bool

    @property
    def is_complete(self) -> bool:
        """Whether asking again could not make it better."""
        return self.is_accounted and not self.open_accounts


class _Lacking(NamedTuple):
    """What some days need of a platform and do not have."""

    needed: set[date]
    accounts: list[OpenAccount]


@dataclass(frozen=True, slots=True)
class AskAgain:
    """A day that is to be asked for again.

    Attributes:
        day: The day.
        missing: Its accounts that gave no answer; none are known where no run has got
            so far.
        tries: How often the most tried of them was asked.
        since: When anybody was asked last; where nobody was, when the schedule ought to
            have done so.
        pauses: How many pauses have passed since; 0 while it is too early.
    """

    day: date
    missing: tuple[OpenAccount, ...]
    tries: int
    since: datetime
    pauses: int

    @property
    def due_at(self) -> datetime:
        """When the first pause is over."""
        return self.since + pause_after(self.tries)


def look_at_days(
    connection: sa.Connection, days: Sequence[date], now: Now
) -> list[DayState]:
    """Return how far some days have come.

    Args:
        connection: To the warehouse.
        days: The days.
        now: When and by which rules.

    Returns:
        Their states, in the same order.
    """
    needed: set[date] = set()
    still_open: list[OpenAccount] = []
    for platform in Platform:
        found = _open_accounts(connection, platform, days, now)
        needed |= found.needed
        still_open += found.accounts
    asked_about = days_with_participants(connection, days)
    accounted = {day for day in needed if has_summary(connection, day)}
    accounted -= {row["snapshot_date"] for row in unaccounted(connection, days)}
    # Nobody to ask on any platform; or no campaign in which anybody could take part.
    accounted |= asked_about - needed
    accounted |= {
        day
        for day in set(days) - asked_about
        if not campaigns_active_on(connection, day, now.tracking_days)
    }
    return [
        DayState(
            day=day,
            open_accounts=tuple(item for item in still_open if item.day == day),
            tried_at=last_try(connection, day, now.rule.end(day)),
            is_accounted=day in accounted,
        )
        for day in days
    ]


def _open_accounts(
    connection: sa.Connection, platform: Platform, days: Sequence[date], now: Now
) -> _Lacking:
    """Look at the participants of some days, some creators at a time."""
    needed: set[date] = set()
    found: list[OpenAccount] = []
    clock = (now.rule, now.instant)
    for batch in participant_batches(connection, platform, days, _KINDS):
        needs = needs_of(batch.participants, platform)
        needed.update(need.day for need in needs)
        lists, insights = (
            [it for it in batch.attempts if it.attempt_kind is kind] for kind in _KINDS
        )
        found += open_accounts(needs, batch.connections, lists, clock)
        found += interrupted_accounts(needs, batch.connections, insights, clock)
    return _Lacking(needed, found)


def days_to_heal(connection: sa.Connection, now: Now) -> list[date]:
    """Return the days before yesterday, of the last week, that are not complete.

    What was before the first day that was ever collected is nobody's gap: a new
    deployment begins with yesterday, and the past is filled by a backfill.

    Args:
        connection: To the warehouse.
        now: When and by which rules.

    Returns:
        The days.
    """
    begun = first_accounted_day(connection)
    if begun is None:
        return []
    earliest = now.yesterday - timedelta(days=_HEALED_DAYS - 1)
    first = max(earliest, now.start_date, begun)
    days = each_day(first, now.yesterday - timedelta(days=1))
    states = look_at_days(connection, days, now) if days else []
    return [state.day for state in states if not state.is_complete]


def scheduled_for(day: date, rule: DayRule) -> datetime:
    """Return when the schedule asks for a day, by the clock on the wall."""
    morning = datetime.combine(day + timedelta(days=1), FIRST_LOOK, rule.zone)
    return morning.astimezone(UTC)


def days_to_ask_again(connection: sa.Connection, now: Now) -> list[AskAgain]:
    """Return the days that can still be observed on time and lack accounts.

    The first look at a day is the schedule's. Where it did not come to it, because
    nothing was running at that hour or the run failed before it had asked anybody, the
    day counts as one that lacks everybody.

    Args:
        connection: To the warehouse.
        now: When and by which rules.

    Returns:
        The days, in order, with how long they have waited.
    """
    begun = first_accounted_day(connection)
    days = [now.yesterday]
    while now.rule.is_on_time(days[0] - timedelta(days=1), now.instant):
        days.insert(0, days[0] - timedelta(days=1))
    found = []
    for state in look_at_days(connection, days, now):
        if state.tried_at is not None:
            since = state.tried_at
            missing = tuple(item for item in state.open_accounts if item.reason)
            is_lacking = bool(missing)
        else:
            since = scheduled_for(state.day, now.rule)
            missing = state.open_accounts
            is_lacking = begun is not None and begun <= state.day
            is_lacking = is_lacking and not state.is_complete
        if is_lacking and state.day >= now.start_date:
            found.append(_ask_again(state.day, missing, since, now))
    return [item for item in found if now.rule.is_on_time(item.day, now.instant)]


def _ask_again(
    day: date, missing: tuple[OpenAccount, ...], since: datetime, now: Now
) -> AskAgain:
    tries = max((item.tries for item in missing), default=0)
    return AskAgain(
        day, missing, tries, since, pauses_passed(tries, now.instant - since)
    )
