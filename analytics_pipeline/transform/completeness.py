"""What a day still lacks, and whether asking again could bring it.

Defined once: the schedule heals by it, and the sensor asks again by it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from analytics_pipeline.schemas.connections import Connection
from analytics_pipeline.schemas.outcomes import PASSING, REASONS, Reason, Status
from analytics_pipeline.schemas.records import Account, Attempt
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.transform.outcomes import last_word
from analytics_pipeline.transform.planning import Need, must_ask


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """An account of which asking again could give a day something better.

    Attributes:
        day: The day.
        account: The account.
        reason: Why there is no answer to use; None where one was given while the day
            lasted, which is not its closing state.
        tries: How often it was asked since the day ended.
    """

    day: date
    account: Account
    reason: Reason | None
    tries: int


def open_accounts(
    needs: Iterable[Need],
    connections: Iterable[Connection],
    attempts: Iterable[Attempt],
    clock: tuple[DayRule, datetime],
) -> list[OpenAccount]:
    """Return the accounts that are worth asking again, for each day that needs them.

    An account is not, once its answer cannot be bettered (see `must_ask`), or while a
    person has to mend something first: a token, a permission, a setting, the pipeline.

    Args:
        needs: What the days need, on one platform.
        connections: The accounts of that platform, as they are now.
        attempts: What was tried for these days.
        clock: What a day is, and the current instant.

    Returns:
        One entry per day and account.
    """
    accounts: dict[str, list[Connection]] = {}
    for connection in connections:
        accounts.setdefault(connection.account.creator_id, []).append(connection)
    tried: dict[tuple[str, date], list[Attempt]] = {}
    for attempt in attempts:
        for day in attempt.snapshot_dates:
            key = (attempt.account.connection_id, day)
            tried.setdefault(key, []).append(attempt)
    found = []
    for need in needs:
        for connection in accounts.get(need.creator_id, ()):
            before = tried.get((connection.account.connection_id, need.day), [])
            reason = _newest_reason(before)
            if _may_pass(reason) and must_ask(need.day, connection, before, clock):
                end = clock[0].end(need.day)
                tries = sum(attempt.observed_at >= end for attempt in before)
                found.append(OpenAccount(need.day, connection.account, reason, tries))
    return found


def interrupted_accounts(
    needs: Iterable[Need],
    connections: Iterable[Connection],
    attempts: Iterable[Attempt],
    clock: tuple[DayRule, datetime],
) -> list[OpenAccount]:
    """Return accounts that were asked for something more and did not tell all of it.

    Only those that were asked: not every account has a post that is due. And only while
    the day can be observed on time: later there may be nothing left to ask for.

    Args:
        needs: What the days need, on one platform.
        connections: The accounts of that platform, as they are now.
        attempts: What was tried for these days, of one kind.
        clock: What a day is, and the current instant.

    Returns:
        One entry per day and account.
    """
    rule, now = clock
    return [
        item
        for item in open_accounts(needs, connections, attempts, clock)
        if item.reason not in {None, Reason.NOT_REACHED}
        and rule.is_on_time(item.day, now)
    ]


def _newest_reason(before: Sequence[Attempt]) -> Reason | None:
    if not before:
        return Reason.NOT_REACHED
    return last_word(before).reason


def _may_pass(reason: Reason | None) -> bool:
    """Tell whether a reason does not wait for a person."""
    if reason is None or reason in PASSING:
        return True
    # Who was skipped has to be asked again only with another handle or id, which
    # `must_ask` sees to: then somebody has mended it.
    return REASONS[reason].status is Status.SKIPPED
