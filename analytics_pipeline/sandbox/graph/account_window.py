"""The window of time that insights of an account are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from analytics_pipeline.sandbox.graph.errors import ParameterError
from analytics_pipeline.sandbox.graph.times import is_date, read_time
from analytics_pipeline.sandbox.population.calendar import Calendar
from analytics_pipeline.sandbox.population.config import DAY_SECONDS

MOST_SECONDS: Final = 30 * DAY_SECONDS


@dataclass(frozen=True, slots=True)
class Window:
    """From a Unix second up to another.

    Attributes:
        since: The first second.
        until: The second after the last.
        named: Whether the request said so; else it is the last 24 hours.
    """

    since: int
    until: int
    named: bool

    def days(self, calendar: Calendar) -> range:
        """Give the days (ordinals) that touch the window."""
        return range(calendar.day_of(self.since) - 1, calendar.day_of(self.until) + 1)

    def ready(self, latest: int) -> "Window | None":
        """Cut whole days off the end until it is not later than an instant.

        Args:
            latest: The Unix second up to which there are figures.

        Returns:
            What is left, or None.
        """
        over = max(0, self.until - latest) if self.named else 0
        until = self.until - -(-over // DAY_SECONDS) * DAY_SECONDS
        return replace(self, until=until) if until > self.since else None


def read_window(params: Mapping[str, str], now: int) -> Window:
    """Read ``since`` and ``until``; without both, the last 24 hours are meant.

    Args:
        params: The query. A plain date in ``until`` means the end of that day.
        now: The sandbox's time.

    Returns:
        The window.

    Raises:
        ParameterError: It is empty, longer than 30 days, or begins in the future.
    """
    since, until = read_time(params.get("since")), read_time(params.get("until"))
    named = since is not None or until is not None
    if until is None:
        until = now
    elif is_date(params["until"]):
        until += DAY_SECONDS
    if since is None:
        since = until - DAY_SECONDS
    if since > now:
        message = "The parameter since cannot be in the future"
        raise ParameterError(message)
    if until <= since:
        message = "The parameter until must be later than since"
        raise ParameterError(message)
    # Thirty plain dates are refused, although they span no more than 30 days.
    allowed = MOST_SECONDS - is_date(params.get("until"))
    if until - since > allowed:
        message = (
            "There cannot be more than 30 days (2592000 s) between since and until"
        )
        raise ParameterError(message)
    return Window(since, until, named)
