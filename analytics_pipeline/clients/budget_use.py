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


def with_call(state: BudgetState, now: float, window: Window | None) -> BudgetState:
    """Note a call.

    Args:
        state: What is known, without the past.
        now: When it is made.
        window: The budget's; without one there is nothing to note.

    Returns:
        What is known then.
    """
    if window is None:
        return state
    newest = state.slots[-1] if state.slots else None
    if newest is not None and 0 <= now - newest.first < window.seconds / _SLOTS:
        grown = CallSlot(newest.first, max(now, newest.last), newest.calls + 1)
        return replace(state, slots=(*state.slots[:-1], grown))
    return replace(state, slots=(*state.slots, CallSlot(now, now, 1)))


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
