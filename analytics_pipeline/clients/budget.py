"""A call budget within one process: slowing down, stopping, waiting.

Limits and usage are facts of the platform (docs/sources/): at 75 % calls slow down, at
90 % or on a limit answer the budget stops. A budget that resets soon is waited for; any
other stops, and the accounts that are left are deferred.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from analytics_pipeline.clients.errors import BudgetExhausted

SLOW_PERCENT = 75.0
STOP_PERCENT = 90.0
_SLOWEST_PAUSE_SECONDS = 2.0


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
class Window:
    """At most so many calls in any stretch of so many seconds."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Timer:
    """How time passes and is waited for; tests replace it.

    Attributes:
        now: Seconds from some moment on.
        sleep: Waits.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


_REAL_TIME = Timer()


class Budget:
    """One budget of one platform. Safe to be used from several threads.

    Args:
        name: For messages.
        reset: How long a stop lasts when the platform does not say.
        patience: Stops up to this long are waited for, longer ones are not.
        window: A limit that is kept without being told.
        timer: Tells the time and waits.
    """

    def __init__(
        self,
        name: str,
        reset: timedelta,
        patience: timedelta = timedelta(0),
        window: Window | None = None,
        timer: Timer = _REAL_TIME,
    ) -> None:
        self.name = name
        self._reset = reset
        self._patience = patience
        self._window = window
        self._timer = timer
        self._lock = threading.Lock()
        self._stopped_until = -math.inf
        self._pause = 0.0
        self._recent: deque[float] = deque()

    def take(self) -> None:
        """Take one call from the budget, waiting while that is worth it.

        Raises:
            BudgetExhausted: The budget is stopped for longer than the patience.
        """
        while True:
            with self._lock:
                stop = self._stopped_until - self._timer.now()
                if stop > self._patience.total_seconds():
                    msg = f"{self.name}: limit reached"
                    raise BudgetExhausted(msg, timedelta(seconds=stop))
                pause = stop if stop > 0 else self._window_pause()
                if pause <= 0:
                    self._recent.append(self._timer.now())
                    pause, done = self._pause, True
                else:
                    done = False
            if pause > 0:
                self._timer.sleep(pause)
            if done:
                return

    def observe(self, usage: Usage | None) -> None:
        """Take note of what an answer's headers say.

        Args:
            usage: None when they say nothing, which means nothing.
        """
        if usage is None:
            return
        if usage.percent >= STOP_PERCENT:
            self.stop(usage.regain_after)
            return
        share = (usage.percent - SLOW_PERCENT) / (STOP_PERCENT - SLOW_PERCENT)
        with self._lock:
            self._pause = max(0.0, share) * _SLOWEST_PAUSE_SECONDS

    def stop(self, wait: timedelta | None = None) -> timedelta:
        """Stop the budget.

        Args:
            wait: For how long, if it is known.

        Returns:
            For how long it stops.
        """
        wait = wait or self._reset
        with self._lock:
            until = self._timer.now() + wait.total_seconds()
            self._stopped_until = max(self._stopped_until, until)
        return wait

    @property
    def is_patient(self) -> bool:
        """Whether a stop of the usual length is waited for."""
        return self._reset <= self._patience

    def _window_pause(self) -> float:
        """Return how long until the window has room; forget calls that left it."""
        if self._window is None:
            self._recent.clear()
            return 0.0
        now = self._timer.now()
        while self._recent and self._recent[0] <= now - self._window.seconds:
            self._recent.popleft()
        if len(self._recent) < self._window.calls:
            return 0.0
        return self._recent[0] + self._window.seconds - now
