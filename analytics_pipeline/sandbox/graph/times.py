"""Times as the Graph API writes and reads them."""

import re
from datetime import date, datetime
from typing import Final

from analytics_pipeline.sandbox.graph.errors import ParameterError
from analytics_pipeline.sandbox.population.calendar import as_instant

_LONGEST_NUMBER: Final = 12
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def graph_time(moment: datetime) -> str:
    """Write an instant as the Graph API does: UTC, offset without a colon."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")


def is_date(text: str | None) -> bool:
    """Tell whether a text is a plain date."""
    return text is not None and _DATE.fullmatch(text) is not None


def read_time(text: str | None) -> int | None:
    """Read Unix seconds or an ISO date or time; a date means its UTC midnight.

    Args:
        text: The value of ``since`` or ``until``, or None.

    Returns:
        The Unix second; None for None.

    Raises:
        ParameterError: It is no time.
    """
    if text is None:
        return None
    if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER:
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            midnight = date.fromisoformat(text).isoformat()
            moment = datetime.fromisoformat(f"{midnight}T00:00:00+00:00")
    except ValueError as error:
        message = f"Param since or until is no time: {text}"
        raise ParameterError(message) from error
    return as_instant(moment)
