"""Days in the configured zone, and which day an observation may speak for.

Windows are half-open and computed from the calendar: a day has 23 hours when summer
time begins and 25 when it ends.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

FIRST_LOOK = time(5)
"""When the schedule asks for a day, on the morning after it."""
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DayRule:
    """What a day is, and how long after it an observation is still on time.

    Attributes:
        zone: In which a day is a day.
        grace: How long after its end a day can be observed.
    """

    zone: ZoneInfo
    grace: timedelta

    def start(self, day: date) -> datetime:
        """Return the day's first instant, in UTC; the earliest there is for year 1."""
        return _start(self.zone, day)

    def end(self, day: date) -> datetime:
        """Return the first instant after the day, in UTC; the latest if there is none.

        Some senders write the last day of year 9999 for "no end".
        """
        return _LATEST if day == date.max else self.start(day + timedelta(days=1))

    def day_of(self, instant: datetime) -> date:
        """Return the day an instant falls on."""
        return instant.astimezone(self.zone).date()

    def contains(self, day: date, instant: datetime) -> bool:
        """Tell whether an instant falls on a day."""
        return self.start(day) <= instant < self.end(day)

    def is_on_time(self, day: date, observed_at: datetime) -> bool:
        """Tell whether an observation may speak for a day.

        Platform counters are "as of now": one taken during the day or within the grace
        period after it tells the day's closing state, a later one does not.

        Args:
            day: The day.
            observed_at: When the platform answered.

        Returns:
            Whether it was taken early enough, and not before the day.
        """
        return self.start(day) <= observed_at < self.end(day) + self.grace

    def has_begun(self, day: date, now: datetime) -> bool:
        """Tell whether a day can be observed at all yet."""
        return now >= self.start(day)


@lru_cache(maxsize=1024)
def _start(zone: ZoneInfo, day: date) -> datetime:
    """Return a day's first instant; asked for with every post of a day."""
    try:
        return datetime.combine(day, time.min, zone).astimezone(UTC)
    except OverflowError:
        return _EARLIEST


def each_day(first: date, last: date) -> list[date]:
    """Return the days from the first to the last, both included.

    Examples:
        >>> [day.isoformat() for day in each_day(date(2026, 2, 28), date(2026, 3, 1))]
        ['2026-02-28', '2026-03-01']
    """
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
