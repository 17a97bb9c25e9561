"""How much of a budget is used: arithmetic over what is known of it.

The platform's own word counts. Between two of its words, and where it says nothing, the
calls that were made tell: each adds its share, and gives it back when it leaves the
window.
"""

from dataclasses import dataclass, replace

from analytics_pipeline.schemas.budgets import BudgetState, CallSlot

SLOW_SHARE = 0.75
STOP_SHARE = 0.90
_SLOWEST_PAUSE_SECONDS = 2.0
_PERCENT = 0.01
# A window has so many slots; calls leave it a slot's length late at most.
_SLOTS = 120
_CLOCK_SKEW_SECONDS = 60.0
_FAIR_SHARE = 0.25
_CALLS_PER_CALL_UNDER_WAY = 4
# Where calls are not counted, a lease only says how often to look for a stop.
_UNCOUNTED_CALLS = 50
# The longest that a platform asks for. A later one is of a clock that was set back.
_LONGEST_STOP_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Window:
    """At most so many calls in any stretch of so many seconds."""

    calls: int
    seconds: float


def without_past(state: BudgetState, now: float, window: Window | None) -> BudgetState:
    """Forget stops that are over, calls that left the window, and words out of date.

    Args:
        state: What is known.
        now: In seconds since 1970.
        window: The budget's, if it has one.

    Returns:
        What still matters.
    """
    stop = state.stopped_until
    if stop is not None and not now < stop <= now + _LONGEST_STOP_SECONDS:
        stop = None
    if window is None:
        return replace(state, stopped_until=stop, slots=())
    begin, end = now - window.seconds, now + _CLOCK_SKEW_SECONDS
    slots = tuple(slot for slot in state.slots if begin < slot.last <= end)
    if state.told_at is None or not begin < state.told_at <= end:
        state = replace(state, used_share=None, told_at=None)
    return replace(state, stopped_until=stop, slots=slots)


def with_calls(
    state: BudgetState, now: float, window: Window | None, calls: int, within: float
) -> BudgetState:
    """Note calls that are about to be made.

    Args:
        state: What is known, without the past.
        now: When they are taken.
        window: The budget's; without one there is nothing to note.
        calls: How many.
        within: Seconds from now in which they are made. They count until the last
            that was possible has left the window.

    Returns:
        What is known then.
    """
    if window is None:
        return state
    newest = state.slots[-1] if state.slots else None
    if newest is not None and 0 <= now - newest.first < window.seconds / _SLOTS:
        last = max(now + within, newest.last)
        grown = CallSlot(newest.first, last, newest.calls + calls)
        return replace(state, slots=(*state.slots[:-1], grown))
    return replace(state, slots=(*state.slots, CallSlot(now, now + within, calls)))


def without_calls(state: BudgetState, taken_at: float, calls: int) -> BudgetState:
    """Give back calls that were taken and not made.

    Args:
        state: What is known, without the past.
        taken_at: When they were taken.
        calls: How many.

    Returns:
        What is known then. Calls that have left the window are not there to be given
        back.
    """
    for place in reversed(range(len(state.slots))):
        slot = state.slots[place]
        if slot.first <= taken_at:
            break
    else:
        return state
    given = min(calls, slot.calls)
    left = CallSlot(slot.first, slot.last, slot.calls - given)
    kept = (left,) if left.calls else ()
    slots = (*state.slots[:place], *kept, *state.slots[place + 1 :])
    if state.told_at is not None and taken_at <= state.told_at:
        # They were among the calls that the platform's word was laid to.
        told = max(0, state.calls_when_told - given)
        return replace(state, slots=slots, calls_when_told=told)
    return replace(state, slots=slots)


def lease_calls(state: BudgetState, window: Window | None, in_flight: int) -> int:
    """Return how many calls a process may take at once.

    Args:
        state: What is known, without the past.
        window: The budget's, if it has one.
        in_flight: Calls that the process has under way.

    Returns:
        One where it makes one call after the other; else enough for the next few of
        each, but no more than a quarter of what is left before calls must slow down,
        so that others find some, and one by one from then on.
    """
    if used_share(state, window) >= SLOW_SHARE:
        return 1
    if window is None:
        return _UNCOUNTED_CALLS
    left = SLOW_SHARE - used_share(state, window)
    fair = int(left / _share_of_a_call(state, window) * _FAIR_SHARE)
    return max(1, min(fair, 1 + _CALLS_PER_CALL_UNDER_WAY * in_flight))


def used_share(state: BudgetState, window: Window | None) -> float:
    """Return the share of the budget that is used.

    Args:
        state: What is known, without the past.
        window: The budget's, if it has one.

    Returns:
        0.5 for half of it.
    """
    if window is None:
        return state.used_share or 0.0
    if state.used_share is None:
        return state.calls / window.calls
    since = (state.calls - state.calls_when_told) * _share_of_a_call(state, window)
    return max(0.0, state.used_share + since)


def room_at(
    state: BudgetState, now: float, window: Window | None, reset: float
) -> float:
    """Return when the use will have fallen so far that calls need not slow down.

    Args:
        state: What is known, without the past.
        now: In seconds since 1970.
        window: The budget's, if it has one.
        reset: Seconds to wait where the calls made do not explain the use.

    Returns:
        The instant, in seconds since 1970.
    """
    if window is None:
        return now + reset
    surplus = used_share(state, window) - SLOW_SHARE
    for slot in state.slots:
        surplus -= slot.calls * _share_of_a_call(state, window)
        if surplus < 1e-9:  # noqa: PLR2004 - what rounding leaves
            return slot.last + window.seconds
    return now + reset


def pause_seconds(used: float) -> float:
    """Return how long to pause before a call, by the share that is used."""
    share = (used - SLOW_SHARE) / (STOP_SHARE - SLOW_SHARE)
    return max(0.0, share) * _SLOWEST_PAUSE_SECONDS


def _share_of_a_call(state: BudgetState, window: Window) -> float:
    """Return what a call adds: by the limit, or less where the platform tells so."""
    by_limit = 1 / window.calls
    if state.used_share is None or not state.calls_when_told:
        return by_limit
    # Whole percentages are told: 0.289 comes as 0.28.
    told = state.used_share + _PERCENT
    return min(by_limit, told / state.calls_when_told)
