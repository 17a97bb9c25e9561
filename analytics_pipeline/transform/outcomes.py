"""What became of everyone a day needed: folding attempts into outcomes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from analytics_pipeline.schemas.connections import Connection
from analytics_pipeline.schemas.outcomes import REASONS, Reason, Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account, Attempt
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.transform.planning import Need


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one account, or of a creator without one, on one day."""

    day: date
    platform: Platform
    creator_id: str
    account: Account | None
    status: Status
    reason: Reason | None
    detail: str | None
    calls: int
    observed_at: datetime | None


def fold_outcomes(
    needs: Iterable[Need],
    connections: Iterable[Connection],
    attempts: Iterable[Attempt],
    rule: DayRule,
) -> list[Outcome]:
    """Return one outcome per need and account.

    Args:
        needs: What the days needed.
        connections: The accounts there are now.
        attempts: What was tried for these days. They count even when their connection
            has been removed since.
        rule: What a day is.

    Returns:
        The outcomes; nobody who was needed is missing.
    """
    known: dict[tuple[str, Platform], dict[str, Account]] = {}
    for connection in connections:
        account = connection.account
        of_creator = known.setdefault((account.creator_id, account.platform), {})
        of_creator[account.connection_id] = account
    tried: dict[tuple[str, Platform, date], dict[str, list[Attempt]]] = {}
    for attempt in attempts:
        account = attempt.account
        for day in attempt.snapshot_dates:
            of_day = tried.setdefault((account.creator_id, account.platform, day), {})
            of_day.setdefault(account.connection_id, []).append(attempt)
    return [
        outcome
        for need in needs
        for outcome in _outcomes(
            need,
            known.get((need.creator_id, need.platform), {}),
            tried.get((need.creator_id, need.platform, need.day), {}),
            rule,
        )
    ]


def _outcomes(
    need: Need,
    known: dict[str, Account],
    tried: dict[str, list[Attempt]],
    rule: DayRule,
) -> Iterable[Outcome]:
    """Yield the outcomes of one need: of accounts there are, and accounts tried."""
    accounts = {name: attempts[-1].account for name, attempts in tried.items()} | known
    if not accounts:
        yield _without_attempt(need, None, Reason.NO_CONNECTION)
    for connection_id, account in accounts.items():
        if connection_id in tried:
            yield _of_attempts(need, account, tried[connection_id], rule)
        else:
            yield _without_attempt(need, account, Reason.NOT_REACHED)


def last_word(attempts: Sequence[Attempt]) -> Attempt:
    """Return the newest attempt; of equally new ones, not one that was killed."""
    return max(
        attempts,
        key=lambda item: (item.observed_at, item.reason is not Reason.INTERRUPTED),
    )


def _of_attempts(
    need: Need, account: Account, attempts: Sequence[Attempt], rule: DayRule
) -> Outcome:
    """Fold the attempts for one day: the best answer, else the last word."""
    answered = [item for item in attempts if item.status is Status.OK]
    on_time = [item for item in answered if rule.is_on_time(need.day, item.observed_at)]
    if on_time:
        chosen, reason = max(on_time, key=lambda item: item.observed_at), None
    elif answered:
        chosen = min(answered, key=lambda item: item.observed_at)
        reason = Reason.LATE
    else:
        chosen = last_word(attempts)
        reason = chosen.reason
    return Outcome(
        day=need.day,
        platform=need.platform,
        creator_id=need.creator_id,
        account=account,
        status=chosen.status,
        reason=reason,
        detail=chosen.detail,
        # A walk that served several days is counted with the last of them.
        calls=sum(
            item.calls for item in attempts if need.day == max(item.snapshot_dates)
        ),
        observed_at=chosen.observed_at if answered else None,
    )


def _without_attempt(need: Need, account: Account | None, reason: Reason) -> Outcome:
    return Outcome(
        day=need.day,
        platform=need.platform,
        creator_id=need.creator_id,
        account=account,
        status=REASONS[reason].status,
        reason=reason,
        detail=None,
        calls=0,
        observed_at=None,
    )
