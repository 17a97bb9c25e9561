"""What a request may name: ids, days, windows of days, and the order of a list."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BeforeValidator

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.problems import ProblemError
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.reading.rows import Order

LONGEST_WINDOW = timedelta(days=366)
_ORDINARY_WINDOW = timedelta(days=29)
# No platform that is asked was there before.
_EARLIEST = date(2010, 1, 1)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ID = r"^[0-9A-Za-z_.:-]{1,128}$"

CampaignId = Annotated[
    str,
    Path(pattern=_ID, description="The Creators app's id.", examples=["12"]),
]
CreatorId = Annotated[
    str,
    Path(pattern=_ID, description="The Creators app's id.", examples=["101"]),
]
PostId = Annotated[
    str,
    Path(pattern=_ID, description="The platform's id.", examples=["17900000000000001"]),
]
CreatorChoice = Annotated[
    str | None,
    Query(pattern=_ID, description="Only this creator's.", examples=["101"]),
]

CampaignChoice = Annotated[
    str | None,
    Query(pattern=_ID, description="Only for this campaign.", examples=["12"]),
]

Where = Annotated[Platform | None, Query(description="Only there.")]


def _iso_day(value: object) -> object:
    """Refuse what pydantic would take for a day: numbers, and instants at midnight."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        msg = "a day is needed, like 2026-03-01"
        raise ValueError(msg)
    return value


Day = Annotated[date, BeforeValidator(_iso_day)]
AsOf = Annotated[
    Day | None,
    Query(
        description="As known on this day. Default: the newest that is known.",
        examples=["2026-03-01"],
    ),
]
OneDay = Annotated[
    Day | None,
    Query(
        description="The day. Default: the newest that is known.",
        examples=["2026-03-01"],
    ),
]
FirstDay = Annotated[
    Day | None,
    Query(
        alias="from",
        description="First day. Default: 29 days before the last.",
        examples=["2026-03-01"],
    ),
]
LastDay = Annotated[
    Day | None,
    Query(
        alias="to",
        description="Last day, at most 366 days after the first. Default: today.",
        examples=["2026-03-31"],
    ),
]


@dataclass(frozen=True, slots=True)
class Window:
    """Days from the first to the last, both included."""

    first: date
    last: date


def today(service: Service) -> date:
    """Return the day it is, in ANALYTICS_TIMEZONE."""
    return service.clock().astimezone(service.settings.zone).date()


def sensible(service: Service, day: date | None, name: str) -> date | None:
    """Return a day that something can be known of.

    Args:
        service: The clock and the zone.
        day: As asked for.
        name: Of the parameter.

    Returns:
        The day.

    Raises:
        ProblemError: It is yet to come, or before any platform was there.
    """
    if day is None or _EARLIEST <= day <= today(service):
        return day
    raise ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        f"`{name}` has to be a day from {_EARLIEST} to today, {today(service)}",
    )


def window(service: Service, first: date | None, last: date | None) -> Window:
    """Return the days that are asked for.

    Args:
        service: The clock and the zone.
        first: First day, if it was named.
        last: Last day, if it was named.

    Returns:
        The days.

    Raises:
        ProblemError: They are in the wrong order, too many, or absurd.
    """
    last = sensible(service, last, "to") or today(service)
    first = sensible(service, first, "from") or last - _ORDINARY_WINDOW
    if not timedelta(0) <= last - first <= LONGEST_WINDOW:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"`to` has to be {LONGEST_WINDOW.days} days or fewer after `from`, and not "
            "before it",
        )
    return Window(first, last)


def sort_query(columns: Sequence[str]) -> Any:  # noqa: ANN401 - as FastAPI's Query
    """Return the parameter `sort` of a list.

    Args:
        columns: What the list can be sorted by.

    Returns:
        The description of the parameter.
    """
    return Query(
        pattern=f"^-?({'|'.join(columns)})$",
        description="The column to sort by, `-` before it for the largest first. "
        f"Unknown values come last. One of: {', '.join(columns)}.",
        examples=[f"-{columns[-1]}"],
    )


def order_of(sort: str) -> Order:
    """Return the order that a checked parameter `sort` names."""
    return Order(sort.removeprefix("-"), descending=sort.startswith("-"))
