"""The sandbox's own time: it stands still, runs, or is set to any instant.

All of the world, the tokens and the rate windows go by this clock and never by
the machine's, so two weeks can pass in a minute and a day can be repeated.
"""

import time
from datetime import UTC, datetime, timedelta
from threading import Lock


class SandboxClock:
    """A clock that can be set; safe to use from several threads."""

    def __init__(self, now: datetime, rate: float = 0.0) -> None:
        """Set a clock going, or standing.

        Args:
            now: The instant it shows first; must have an offset.
            rate: How many of its seconds pass in a real one; 0 stands still.
        """
        self._lock = Lock()
        self._rate = 0.0
        self._shown = now
        self._mark = 0.0
        self.set(now, rate)

    @property
    def rate(self) -> float:
        """How many of the clock's seconds pass in a real second."""
        return self._rate

    def now(self) -> datetime:
        """Give the instant the clock shows, in UTC."""
        with self._lock:
            if not self._rate:
                return self._shown
            passed = (time.monotonic() - self._mark) * self._rate
            return self._shown + timedelta(seconds=passed)

    def set(self, now: datetime, rate: float | None = None) -> None:
        """Set the clock, forwards or backwards.

        Args:
            now: The new instant.
            rate: The new rate; None keeps the old one.

        Raises:
            ValueError: The instant has no UTC offset, or the rate is negative.
        """
        if now.tzinfo is None:
            message = f"{now.isoformat()} has no UTC offset; write 2026-03-02T05:00Z"
            raise ValueError(message)
        if rate is not None and rate < 0:
            message = "the clock's rate cannot be negative"
            raise ValueError(message)
        with self._lock:
            self._shown = now.astimezone(UTC)
            self._mark = time.monotonic()
            if rate is not None:
                self._rate = rate
