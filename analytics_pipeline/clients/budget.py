"""A call budget: slowing down, stopping, waiting.

Limits and usage are facts of the platform (docs/sources/): at 75 % calls slow down, at
90 % or on a limit answer the budget stops. A budget that resets soon is waited for; any
other stops, and the accounts that are left are deferred.

What is known of a budget is kept in a ledger. The warehouse has one that all processes
share, so that two runs, or a run and the next, never spend the same calls twice.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol, TypeVar

from analytics_pipeline.clients.budget_use import (
    STOP_SHARE,
    Window,
    pause_seconds,
    room_at,
    used_share,
    with_call,
    without_past,
)
from analytics_pipeline.clients.errors import BudgetExhausted
from analytics_pipeline.schemas.budgets import BudgetState

T = TypeVar("T")


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
    """

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


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


@dataclass(frozen=True, slots=True)
class Budgets:
    """Makes budgets that share a ledger and a clock."""

    ledger: Ledger = field(default_factory=MemoryLedger)
    timer: Timer = field(default_factory=Timer)

    def named(self, name: str, limits: Limits) -> "Budget":
        """Return the budget of a name, which is also its key in the ledger."""
        return Budget(name, limits, self)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A call may be made after a pause, or only after a stop, in seconds."""

    pause: float = 0.0
    stop: float = 0.0


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
        # Taken, and not known to be counted by the platform yet.
        self._in_flight = 0
        self._lock = threading.Lock()

    def take(self) -> None:
        """Take one call from the budget, waiting while that is worth it.

        Once the call has ended, well or not, `observe` must be told.

        Raises:
            BudgetExhausted: The budget is stopped for longer than the patience.
        """
        waited = 0.0
        while (taken := self._ledger.change(self.name, self._take)).stop > 0:
            waited += taken.stop
            if waited > self._limits.patience.total_seconds():
                msg = f"{self.name}: limit reached"
                raise BudgetExhausted(msg, timedelta(seconds=taken.stop))
            self._timer.sleep(taken.stop)
        with self._lock:
            self._in_flight += 1
        if taken.pause > 0:
            self._timer.sleep(taken.pause)

    def observe(self, usage: Usage | None) -> None:
        """Take note that a call has ended, and of what its answer's headers say.

        Args:
            usage: None when they say nothing, which means nothing.
        """
        with self._lock:
            self._in_flight = max(0, self._in_flight - 1)
        if usage is not None:
            self._ledger.change(self.name, lambda state: self._told(state, usage))

    def stop(self, wait: timedelta | None = None) -> timedelta:
        """Stop the budget.

        Args:
            wait: For how long, if it is known.

        Returns:
            For how long it stops.
        """
        wait = wait or self._limits.reset
        until = self._timer.now() + wait.total_seconds()
        self._ledger.change(self.name, lambda state: (_stopped(state, until), None))
        return wait

    @property
    def is_patient(self) -> bool:
        """Whether a stop of the usual length is waited for."""
        return self._limits.reset <= self._limits.patience

    def _take(self, state: BudgetState) -> tuple[BudgetState, _Taken]:
        now = self._timer.now()
        window = self._limits.window
        state = without_past(state, now, window)
        if state.stopped_until is not None:
            return state, _Taken(stop=state.stopped_until - now)
        used = used_share(state, window)
        if used < STOP_SHARE:
            return with_call(state, now, window), _Taken(pause=pause_seconds(used))
        until = room_at(state, now, window, self._limits.reset.total_seconds())
        return _stopped(state, until), _Taken(stop=until - now)

    def _told(
        self, state: BudgetState, usage: Usage
    ) -> tuple[BudgetState, BudgetState]:
        now = self._timer.now()
        window = self._limits.window
        state = without_past(state, now, window)
        state = replace(
            state,
            used_share=usage.percent / 100,
            told_at=now,
            calls_when_told=max(0, state.calls - self._in_flight),
        )
        if usage.percent / 100 >= STOP_SHARE:
            until = room_at(state, now, window, self._limits.reset.total_seconds())
            if usage.regain_after is not None:
                until = now + usage.regain_after.total_seconds()
            state = _stopped(state, until)
            if window is None:  # Nothing but a further answer can tell of room.
                state = replace(state, used_share=None, told_at=None)
        return state, state


def _stopped(state: BudgetState, until: float) -> BudgetState:
    return replace(state, stopped_until=max(state.stopped_until or until, until))
