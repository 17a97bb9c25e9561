"""Rolling rate windows, counted by the sandbox's clock.

A window holds at most sixty small buckets, so it stays small however many calls
are made. Refused calls count too: going on after a refusal prolongs it, as the
platforms warn.
"""

from collections import deque
from datetime import datetime
from threading import Lock

from analytics_pipeline.sandbox.population.calendar import as_instant

_BUCKETS = 60
_FULL_PERCENT = 100


class RollingWindow:
    """At most so many calls in any stretch of so many seconds."""

    def __init__(self, limit: int, seconds: int) -> None:
        """Open a window.

        Args:
            limit: Calls allowed in the stretch.
            seconds: Its length.
        """
        self._limit = limit
        self._seconds = seconds
        self._width = max(1, seconds // _BUCKETS)
        self._buckets: deque[tuple[int, int]] = deque()
        self._lock = Lock()

    def use(self, now: datetime) -> int:
        """Count one call and say how full the window is with it.

        Args:
            now: The sandbox's time; may lie before that of earlier calls.

        Returns:
            Percent of the limit, rounded down; above 100 the call is refused.
        """
        instant = as_instant(now)
        stamp = instant - instant % self._width
        with self._lock:
            oldest = instant - self._seconds
            kept = [b for b in self._buckets if oldest < b[0] <= instant]
            if kept and kept[-1][0] == stamp:
                kept[-1] = (stamp, kept[-1][1] + 1)
            else:
                kept.append((stamp, 1))
            self._buckets = deque(kept)
            used = sum(number for _, number in kept)
        percent = used * _FULL_PERCENT // self._limit
        return max(percent, _FULL_PERCENT + 1) if used > self._limit else percent


class Budgets:
    """One rolling window per name, all of the same size."""

    def __init__(self, limit: int, seconds: int) -> None:
        """Open a family of windows.

        Args:
            limit: Calls allowed in each.
            seconds: The length of each.
        """
        self._limit = limit
        self._seconds = seconds
        self._windows: dict[str, RollingWindow] = {}

    def use(self, name: str, now: datetime) -> int:
        """Count one call against a name; see ``RollingWindow.use``."""
        if name not in self._windows:
            self._windows[name] = RollingWindow(self._limit, self._seconds)
        return self._windows[name].use(now)


def refused(percent: int) -> bool:
    """Tell whether a call that filled the window so far is refused."""
    return percent > _FULL_PERCENT
