"""Whom to ask, for which days, how far back, and in which order.

The API budget is the scarce thing: an account is asked once for all the days that need
it, and not at all where the landing store already has what a day can still get.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from analytics_pipeline.schemas.connections import Connection, ConnectionStatus
from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Attempt
from analytics_pipeline.transform.days import DayRule


@dataclass(frozen=True, slots=True)
class Need:
    """One participant whose posts on one platform a day needs.

    Attributes:
        day: The day.
        platform: Where.
        creator_id: Whose.
        tracked_from: First publishing day of the campaigns active that day.
        ends_on: Last publishing day of the campaign that ends first.
    """

    day: date
    platform: Platform
    creator_id: str
    tracked_from: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """One account to be asked.

    Attributes:
        connection: Which account, and how.
        days: The days it is asked for.
        floor: How far back its posts are needed.
        was_deferred: Whether an earlier run did not get to it.
        ends_on: When the first of its campaigns ends.
    """

    connection: Connection
    days: tuple[date, ...]
    floor: datetime
    was_deferred: bool
    ends_on: date


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will ask.

    Attributes:
        accounts: Whom to ask, most urgent first.
        reused: How many account days the landing store already has.
    """

    accounts: tuple[AccountPlan, ...]
    reused: int


def plan_accounts(
    needs: Iterable[Need],
    connections: Iterable[Connection],
    attempts: Iterable[Attempt],
    clock: tuple[DayRule, datetime],
    *,
    refresh: bool = False,
) -> Plan:
    """Decide whom to ask.

    Args:
        needs: What the days need, on one platform.
        connections: The accounts of that platform.
        attempts: What was tried for these days before.
        clock: What a day is, and the current instant.
        refresh: Ask again where a day can still be observed on time, although it has
            been.

    Returns:
        The accounts to ask, those that were deferred before first, then by the end of
        their campaigns.
    """
    needed: dict[str, list[Need]] = {}
    for need in needs:
        needed.setdefault(need.creator_id, []).append(need)
    tried: dict[tuple[str, date], list[Attempt]] = {}
    for attempt in attempts:
        for day in attempt.snapshot_dates:
            key = (attempt.account.connection_id, day)
            tried.setdefault(key, []).append(attempt)
    plans: list[AccountPlan] = []
    reused = 0
    for connection in connections:
        open_needs = []
        for need in needed.get(connection.account.creator_id, ()):
            before = tried.get((connection.account.connection_id, need.day), [])
            if must_ask(need.day, connection, before, clock, refresh=refresh):
                open_needs.append((need, before))
            else:
                reused += 1
        if open_needs:
            plans.append(_account_plan(connection, open_needs, clock))
    plans.sort(
        key=lambda plan: urgency(
            plan.was_deferred, plan.ends_on, plan.connection.account.connection_id
        )
    )
    return Plan(tuple(plans), reused)


def urgency(
    was_deferred: bool,
    ends_on: date,
    connection_id: str,
) -> tuple[bool, date, str]:
    """Return by what accounts are ordered, the most urgent first.

    Args:
        was_deferred: Whether an earlier run did not get to it.
        ends_on: When the first of its campaigns ends.
        connection_id: Which account; leaves no choice.

    Returns:
        A key to sort by.
    """
    return not was_deferred, ends_on, connection_id


def must_ask(
    day: date,
    connection: Connection,
    before: Sequence[Attempt],
    clock: tuple[DayRule, datetime],
    *,
    refresh: bool = False,
) -> bool:
    """Tell whether an account has to be asked for a day.

    Args:
        day: The day.
        connection: The account.
        before: What was tried for that day before.
        clock: What a day is, and the current instant.
        refresh: Ask again while the day can be observed on time.

    Returns:
        False where the answers there are cannot be bettered.
    """
    rule, now = clock
    settled = [attempt for attempt in before if _is_settled(attempt, connection)]
    if not rule.is_on_time(day, now):
        # A look while the day lasted does not know what was published after it.
        return not any(item.observed_at >= rule.end(day) for item in settled)
    if refresh:
        return True
    if now < rule.end(day):
        return not any(rule.contains(day, item.observed_at) for item in settled)
    # The day has ended: only what was seen since tells its closing state.
    return not any(
        item.observed_at >= rule.end(day) and rule.is_on_time(day, item.observed_at)
        for item in settled
    )


def expected_pages(posts_since_floor: int, page_size: int, *, has_older: bool) -> int:
    """Return how many pages a walk takes until it has passed the floor.

    Args:
        posts_since_floor: Posts that are known since then.
        page_size: Posts per page.
        has_older: Whether a post from before is known: then a full last page does not
            tell that the floor is reached.

    Returns:
        At least 1.

    Examples:
        >>> [expected_pages(n, 20, has_older=True) for n in (0, 19, 20, 45)]
        [1, 1, 2, 3]
        >>> expected_pages(20, 20, has_older=False)
        1
    """
    if has_older:
        return posts_since_floor // page_size + 1
    return max(1, -(-posts_since_floor // page_size))


def _account_plan(
    connection: Connection,
    open_needs: Sequence[tuple[Need, Sequence[Attempt]]],
    clock: tuple[DayRule, datetime],
) -> AccountPlan:
    rule, now = clock
    floors = [
        rule.start(need.tracked_from if rule.is_on_time(need.day, now) else need.day)
        for need, _ in open_needs
    ]
    return AccountPlan(
        connection=connection,
        days=tuple(sorted(need.day for need, _ in open_needs)),
        floor=min(floors),
        was_deferred=any(
            attempt.status is Status.DEFERRED
            for _, before in open_needs
            for attempt in before
        ),
        ends_on=min(need.ends_on for need, _ in open_needs),
    )


def _is_settled(attempt: Attempt, connection: Connection) -> bool:
    """Tell whether asking again could not give another answer."""
    if attempt.reason is Reason.RECONNECT_REQUIRED:
        return connection.status is ConnectionStatus.RECONNECT_REQUIRED
    if attempt.status is Status.SKIPPED:
        # A new handle or id makes a "not found" worth another try.
        asked, now = attempt.account, connection.account
        return (asked.username, asked.account_id) == (now.username, now.account_id)
    return attempt.status is Status.OK


def needs_of(
    participants: Iterable[Mapping[str, object]], platform: Platform
) -> list[Need]:
    """Return what the days need on a platform.

    Args:
        participants: Rows of `active_campaign_participants`.
        platform: Which platform.

    Returns:
        One need per day and creator, over all the creator's campaigns.
    """
    merged: dict[tuple[date, str], Need] = {}
    for row in participants:
        listed, day = row["platforms"], row["snapshot_date"]
        start, end = row["publishing_start_date"], row["publishing_end_date"]
        if not (isinstance(listed, list) and platform in listed):
            continue
        if not (
            isinstance(day, date) and isinstance(start, date) and isinstance(end, date)
        ):
            continue
        creator_id = str(row["creator_id"])
        known = merged.get((day, creator_id))
        merged[day, creator_id] = Need(
            day,
            platform,
            creator_id,
            min(start, known.tracked_from) if known else start,
            min(end, known.ends_on) if known else end,
        )
    return list(merged.values())
