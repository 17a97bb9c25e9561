"""The Graph API's usage headers.

Source: docs/sources/instagram.md. Values are whole percentages; the time to regain
access is in minutes and stands only in the use-case header, which may repeat a key, so
a plain parse would lose entries. Headers come only after enough calls.
"""

import json
from collections.abc import Iterator
from datetime import timedelta

from analytics_pipeline.clients.budget import Usage
from analytics_pipeline.schemas.records import Answer

_PERCENTAGES = ("call_count", "total_time", "total_cputime")
_LONGEST_WAIT_MINUTES = 24 * 60.0


def platform_usage(answer: Answer) -> Usage | None:
    """Return the use of the platform budget, which business discovery draws on."""
    return _highest(answer.headers.get("x-app-usage"))


def use_case_usage(answer: Answer) -> Usage | None:
    """Return the use of a connected account's own budget."""
    return _highest(answer.headers.get("x-business-use-case-usage"))


def _highest(header: str | None) -> Usage | None:
    if header is None:
        return None
    try:
        parsed = json.loads(
            header, object_pairs_hook=list, parse_constant=_refuse_constant
        )
        found = list(_numbers(parsed))
    except (ValueError, OverflowError, RecursionError):
        return None
    percent = [value for name, value in found if name in _PERCENTAGES]
    minutes = [value for name, value in found if name.startswith("estimated_time")]
    if not percent:
        return None
    regain = min(max(minutes, default=0.0), _LONGEST_WAIT_MINUTES)
    return Usage(max(percent), timedelta(minutes=regain) if regain > 0 else None)


def _refuse_constant(name: str) -> None:
    """Refuse NaN, which is no JSON and compares with nothing."""
    raise ValueError(name)


def _numbers(parsed: object) -> Iterator[tuple[str, float]]:
    """Yield every named number in parsed JSON, objects given as lists of pairs."""
    if isinstance(parsed, tuple):
        name, value = parsed
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield str(name), float(value)
        else:
            yield from _numbers(value)
    elif isinstance(parsed, list):
        for item in parsed:
            yield from _numbers(item)
