"""Days of the world's zone and the instants they begin at.

Inside the population an instant is a whole number of Unix seconds and a day its
proleptic ordinal; only the public records carry ``datetime`` and ``date``.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

_REMEMBERED_DAYS = 4_096


class Calendar:
    """Converts between instants and days of one time zone."""

    def __init__(self, timezone: str) -> None:
        """Use the days of this IANA zone.

        Args:
            timezone: For example ``Europe/Prague``.
        """
        self._zone = ZoneInfo(timezone)
        self.start_of = lru_cache(maxsize=_REMEMBERED_DAYS)(self._start_of)

    def _start_of(self, day: int) -> int:
        midnight = datetime.combine(date.fromordinal(day), time(), self._zone)
        return int(midnight.timestamp())

    def day_of(self, instant: int) -> int:
        """Give the ordinal of the day an instant falls on in this zone."""
        return datetime.fromtimestamp(instant, self._zone).toordinal()

    def length_of(self, day: int) -> int:
        """Give a day's length in seconds: not 86,400 when the clocks change."""
        return self.start_of(day + 1) - self.start_of(day)


def as_instant(moment: datetime) -> int:
    """Give the Unix second of an aware moment.

    Args:
        moment: Any zone, but never without one.

    Returns:
        Whole seconds since 1970-01-01 UTC, rounded down.

    Raises:
        ValueError: The moment has no offset, so it means nothing.
    """
    if moment.tzinfo is None:
        message = f"{moment.isoformat()} has no UTC offset"
        raise ValueError(message)
    return int(moment.timestamp() // 1)


def as_moment(instant: int) -> datetime:
    """Give the aware UTC moment of a Unix second."""
    return datetime.fromtimestamp(instant, UTC)
