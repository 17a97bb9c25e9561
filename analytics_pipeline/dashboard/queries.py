"""What an address asks for, read strictly: a value that makes no sense is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from starlette.requests import Request

_Code = TypeVar("_Code", bound=StrEnum)
_LONGEST = 200
_PAGE = "page"
_MOST_PAGES = 10_000
_DAY_LENGTH = len("2026-03-01")


# Whatever else an address says is not repeated: it may be a secret that went astray.
_OURS = (
    "as_of",
    "platform",
    "content_type",
    "creator_id",
    "match",
    "sort",
    "order",
    "page",
    "connection",
    "days",
    "day",
    "campaign_id",
    "kind",
    "after",
)


class WrongQueryError(ValueError):
    """A part of an address has a value that makes no sense."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice in a form above a list.

    Attributes:
        name: In the address.
        label: For people.
        value: What is chosen; empty for all.
        options: Values and their labels; the first is all.
    """

    name: str
    label: str
    value: str
    options: list[tuple[str, str]]


def known_query(request: Request) -> dict[str, str]:
    """Return what an address asks for of what pages know."""
    given = request.query_params
    return {name: given[name] for name in _OURS if name in given}


def asked_text(request: Request, name: str) -> str:
    """Return a part of an address; empty if it is not there.

    Args:
        request: What is answered.
        name: Of the part.

    Returns:
        Its value.

    Raises:
        WrongQueryError: It is longer than any we know.
    """
    value = request.query_params.get(name, "")
    if len(value) > _LONGEST or "\x00" in value:
        raise WrongQueryError(name)
    return value


def asked_choice(request: Request, name: str, choices: Iterable[str]) -> str:
    """Return one of some values; empty for none.

    Args:
        request: What is answered.
        name: Of the part of the address.
        choices: What it may be.

    Returns:
        The value.

    Raises:
        WrongQueryError: It is another one.
    """
    value = asked_text(request, name)
    if value and value not in set(choices):
        raise WrongQueryError(name)
    return value


def asked_code(request: Request, name: str, codes: type[_Code]) -> _Code | None:
    """Return one of a closed list of codes; None for none."""
    value = asked_choice(request, name, list(codes))
    return codes(value) if value else None


def asked_day(request: Request, name: str) -> date | None:
    """Return a day; None for none.

    Args:
        request: What is answered.
        name: Of the part of the address.

    Returns:
        The day.

    Raises:
        WrongQueryError: It is no day.
    """
    value = asked_text(request, name)
    if not value:
        return None
    try:
        if len(value) != _DAY_LENGTH:
            raise WrongQueryError(name)
        return date.fromisoformat(value)
    except ValueError:
        raise WrongQueryError(name) from None


def asked_page(request: Request) -> int:
    """Return the number of a page, from 1.

    Args:
        request: What is answered.

    Returns:
        The number.

    Raises:
        WrongQueryError: It is no number of a page.
    """
    value = asked_text(request, _PAGE) or "1"
    if not (value.isascii() and value.isdigit()) or len(value) > len(str(_MOST_PAGES)):
        raise WrongQueryError(_PAGE)
    return max(1, min(int(value), _MOST_PAGES))
