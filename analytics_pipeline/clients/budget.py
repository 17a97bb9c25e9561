"""A call budget: slowing down, stopping, waiting.

Limits and usage are facts of the platform (docs/sources/): at 75 % calls slow down, at
90 % or on a limit answer the budget stops. A budget that resets soon is waited for; any
other stops, and the accounts that are left are deferred.

What is known of a budget is kept in a ledger. The warehouse has one that all processes
share, so that two runs, or a run and the next, never spend the same calls twice. A
process that makes many calls at once takes them from it by the lease, as a shared row
cannot be locked for each (docs/decisions/0012-one-ledger-for-budgets.md).
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol, TypeVar

from analytics_pipeline.clients.budget_use import (
    SLOW_SHARE,
    STOP_SHARE,
    Window,
    lease_calls,
    pause_seconds,
    room_at,
    used_share,
    with_calls,
    without_calls,
    without_past,
)
from analytics_pipeline.clients.errors import BudgetExhausted
from analytics_pipeline.schemas.budgets import BudgetState

T = TypeVar("T")

_LEASE_SECONDS = 1.0
# A lease on a short window ends sooner: its calls count until the last may have left.
_LEASE_SHARE_OF_WINDOW = 1 / 60
# What the platform tells is noted at the end of a lease if it differs by this much.
_NOTEWORTHY = 0.05
_KNOWN_BUDGETS = 4096


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a budget is used, as the platform says.

    Attributes:
        percent: The highest of its percentages.
        regain_after: When access comes back, if it says so.
    """

    percent: float
    regain_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """How time passes and is waited for.

    Attributes:
        now: Seconds from some moment on, the same for all who share a ledger.
        sleep: Waits.
        steady: Seconds from some moment on, in this process only; they pass also where
            `now` stands still.
    """

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    steady: Callable[[], float] = time.monotonic


class Ledger(Protocol):
    """Keeps what is known of budgets."""

    def change(
        self, budget: str, how: Callable[[BudgetState], tuple[BudgetState, T]]
    ) -> T:
        """Change what is known of a budget, alone; return what `how` made of it."""
        ...


class MemoryLedger:
    """A ledger of this process only, for where there is no warehouse."""

    def __init__(self) -> None:
        self._states: dict[str, BudgetState] = {}
        self._lock = threading.Lock()

    def change(
        self, budget: str, how: Callable[[BudgetState], tuple[BudgetState, T]]
    ) -> T:
        """Change what is known of a budget, alone; return what `how` made of it."""
        with self._lock:
            self._states[budget], made = how(self._states.get(budget, BudgetState()))
            return made


@dataclass(frozen=True, slots=True)
class Limits:
    """What limits a budget.

    Attributes:
        reset: How long a stop lasts when the platform does not say.
        patience: Stops of up to this long are waited for, longer ones are not.
        window: How many calls fit into a stretch of time; None where only the platform
            can tell.
    """

    reset: timedelta
    patience: timedelta = timedelta(0)
    window: Window | None = None


class Budgets:
    """Makes budgets that share a ledger and a clock.

    Args:
        ledger: Keeps what is known; by default in this process only.
        timer: Tells the time.
    """

    def __init__(
        self, ledger: Ledger | None = None, timer: Timer | None = None
    ) -> None:
        self.ledger: Ledger = ledger or MemoryLedger()
        self.timer = timer or Timer()
        self._made: dict[tuple[str, Limits], Budget] = {}
        self._lock = threading.Lock()

    def named(self, name: str, limits: Limits) -> "Budget":
        """Return the budget of a name, which is also its key in the ledger."""
        key = (name, limits)
        with self._lock:
            # The ones asked for last are kept: what they have leased is used up first.
            budget = self._made.pop(key, None) or Budget(name, limits, self)
            self._made[key] = budget
            if len(self._made) > _KNOWN_BUDGETS:
                del self._made[next(iter(self._made))]
            return budget


@dataclass(frozen=True, slots=True)
class _Grant:
    """What the ledger gives: some calls, or a stop.

    Attributes:
        calls: How many may be made without asking again.
        pause: Seconds to wait before each.
        stop: Seconds until there are any; 0 where there are.
        taken_at: When it was given, by the clock of the ledger.
    """

    calls: int = 0
    pause: float = 0.0
    stop: float = 0.0
    taken_at: float = 0.0


@dataclass(frozen=True, slots=True)
class _Word:
    """What the platform told last, and the ledger does not know yet.

    Attributes:
        usage: What.
        ended: How many calls of this process had ended by then.
    """

    usage: Usage
    ended: int

    @property
    def share(self) -> float:
        return self.usage.percent / 100


class Budget:
    """One budget of one platform. Safe to be used from several threads.

    Args:
        name: For messages, and its key in the ledger.
        limits: What limits it.
        shared: The ledger and the clock.
    """

    def __init__(self, name: str, limits: Limits, shared: Budgets) -> None:
        self.name = name
        self._limits = limits
        self._ledger = shared.ledger
        self._timer = shared.timer
        self._lock = threading.Lock()
        self._lease = _Grant()
        self._left = 0
        self._ends_at = 0.0
        # Taken, and not known to be counted by the platform yet.
        self._in_flight = 0
        self._ended = 0
        self._word: _Word | None = None
        # The platform's word as the ledger had it when it was last asked.
        self._noted: float | None = None

    def take(self) -> None:
        """Take one call from the budget, waiting while that is worth it.

        Once the call has ended, well or not, `observe` must be told.

        Raises:
            BudgetExhausted: The budget is stopped for longer than the patience.
        """
        waited = 0.0
        while (grant := self._take_leased()).stop > 0:
            waited += grant.stop
            if waited > self._limits.patience.total_seconds():
                msg = f"{self.name}: limit reached"
                raise BudgetExhausted(msg, timedelta(seconds=grant.stop))
            self._timer.sleep(grant.stop)
        if grant.pause > 0:
            self._timer.sleep(grant.pause)

    def observe(self, usage: Usage | None) -> None:
        """Take note that a call has ended, and of what its answer's headers say.

        Args:
            usage: None when they say nothing, which means nothing.
        """
        with self._lock:
            self._in_flight = max(0, self._in_flight - 1)
            self._ended += 1
            if usage is not None:
                self._word = _Word(usage, self._ended)
            if self._must_tell():
                self._change(lambda state, _: (state, None))

    def stop(self, wait: timedelta | None = None) -> timedelta:
        """Stop the budget.

        Args:
            wait: For how long, if it is known.

        Returns:
            For how long it stops.
        """
        wait = wait or self._limits.reset
        until = self._timer.now() + wait.total_seconds()
        with self._lock:
            self._change(lambda state, _: (_stopped(state, until), None))
        return wait

    @property
    def is_patient(self) -> bool:
        """Whether a stop of the usual length is waited for."""
        return self._limits.reset <= self._limits.patience

    def _take_leased(self) -> _Grant:
        """Take a call from the lease, from a new one if it is used up or too old."""
        with self._lock:
            if not self._left or self._timer.steady() >= self._ends_at:
                grant = self._change(self._grant)
                if grant.stop > 0:
                    return grant
                self._lease, self._left = grant, grant.calls
                self._ends_at = self._timer.steady() + self._lease_seconds
            self._left -= 1
            self._in_flight += 1
            return self._lease

    @property
    def _lease_seconds(self) -> float:
        window = self._limits.window
        if window is None:
            return _LEASE_SECONDS
        return min(_LEASE_SECONDS, window.seconds * _LEASE_SHARE_OF_WINDOW)

    def _must_tell(self) -> bool:
        """Tell whether the ledger has to know now: a limit nears, or nobody asks."""
        word, noted = self._word, self._noted or 0.0
        if word is not None:
            crosses = (word.share >= SLOW_SHARE) != (noted >= SLOW_SHARE)
            if crosses or word.share >= STOP_SHARE:
                return True
        if self._in_flight:
            return False
        is_owed = self._left > 0 and self._limits.window is not None
        is_news = word is not None and (
            self._noted is None or abs(word.share - noted) >= _NOTEWORTHY
        )
        return is_owed or is_news

    def _change(self, how: Callable[[BudgetState, float], tuple[BudgetState, T]]) -> T:
        """Change the ledger, after giving back what is left and telling the word."""

        def change(state: BudgetState) -> tuple[BudgetState, tuple[T, float | None]]:
            now = self._timer.now()
            state = without_past(state, now, self._limits.window)
            if self._left:
                state = without_calls(state, self._lease.taken_at, self._left)
            if self._word is not None:
                state = self._told(state, self._word, now)
            state, made = how(state, now)
            return state, (made, state.used_share)

        made, self._noted = self._ledger.change(self.name, change)
        self._left, self._word = 0, None
        return made

    def _grant(self, state: BudgetState, now: float) -> tuple[BudgetState, _Grant]:
        window = self._limits.window
        if state.stopped_until is not None:
            return state, _Grant(stop=state.stopped_until - now)
        used = used_share(state, window)
        if used >= STOP_SHARE:
            until = room_at(state, now, window, self._limits.reset.total_seconds())
            return _stopped(state, until), _Grant(stop=until - now)
        calls = lease_calls(state, window, self._in_flight)
        within = self._lease_seconds if calls > 1 else 0.0
        state = with_calls(state, now, window, calls, within)
        return state, _Grant(calls, pause_seconds(used), taken_at=now)

    def _told(self, state: BudgetState, word: _Word, now: float) -> BudgetState:
        window, usage = self._limits.window, word.usage
        # Calls that had not ended by then are not among those the platform counted.
        later = self._in_flight + self._ended - word.ended
        state = replace(
            state,
            used_share=word.share,
            told_at=now,
            calls_when_told=max(0, state.calls - later),
        )
        if word.share >= STOP_SHARE:
            until = room_at(state, now, window, self._limits.reset.total_seconds())
            if usage.regain_after is not None:
                until = now + usage.regain_after.total_seconds()
            state = _stopped(state, until)
            if window is None:  # Nothing but a further answer can tell of room.
                state = replace(state, used_share=None, told_at=None)
        return state


def _stopped(state: BudgetState, until: float) -> BudgetState:
    return replace(state, stopped_until=max(state.stopped_until or until, until))
