"""Cursors: where a page of a list ended, as the next one is asked for.

They are signed, so what comes back is what was handed out; and a cursor is of one list
with one order and one choice, so that no page is made of two.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Query
from pydantic import BeforeValidator

from analytics_pipeline.api.problems import ProblemError
from analytics_pipeline.api.signing import Signer
from analytics_pipeline.settings import Settings
from analytics_pipeline.warehouse.reading.rows import Position

LARGEST_PAGE = 500
_ORDINARY_PAGE = 100
_LONGEST_CURSOR = 512


def _plain_number(value: object) -> object:
    """Refuse what pydantic would take for a number and nobody should write."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        msg = "a whole number is needed"
        raise ValueError(msg)
    return value


PlainNumber = BeforeValidator(_plain_number)
Limit = Annotated[
    int,
    PlainNumber,
    Query(ge=1, le=LARGEST_PAGE, description="How many, at most.", examples=[100]),
]
After = Annotated[
    str | None,
    Query(
        max_length=_LONGEST_CURSOR,
        description="Where the page before ended: taken from its `next`, unchanged.",
    ),
]
ORDINARY_LIMIT = _ORDINARY_PAGE


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended.

    Attributes:
        position: After which row; None at the beginning.
        day: The day whose state the list tells; None for a list without days.
    """

    position: Position | None = None
    day: date | None = None


class Cursors:
    """Writes and reads the cursors of one list.

    Args:
        settings: Hold the keys.
        name: The list.
    """

    def __init__(self, settings: Settings, name: str) -> None:
        self._signer = Signer(settings, f"cursor/{name}")

    def write(
        self, position: Position, asked: Mapping[str, str], day: date | None = None
    ) -> str:
        """Return a cursor as it stands in an address.

        Args:
            position: Where the page ended.
            asked: What else was asked for: order and choice.
            day: The day whose state the list tells.

        Returns:
            A text that tells nothing to whoever has it.
        """
        value, kind = _as_text(position.value)
        told = None if day is None else day.isoformat()
        content = [value, kind, list(position.key), told, dict(asked)]
        return self._signer.sign(json.dumps(content, sort_keys=True))

    def read(self, text: str | None, asked: Mapping[str, str]) -> Cursor:
        """Return where a page has to begin.

        Args:
            text: The cursor; None for the first page.
            asked: What else is asked for.

        Returns:
            What was written; an empty one for the first page.

        Raises:
            ProblemError: It was not made here, or for something else.
        """
        if text is None:
            return Cursor()
        signed = self._signer.read(text)
        content = None if signed is None else json.loads(signed)
        if content is None or content[4] != dict(asked):
            raise ProblemError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "`after` is no cursor of this list with this order and choice: take "
                "the address from `next`, or leave `after` out to begin anew",
            )
        value, kind, key, day, _ = content
        position = Position(_from_text(value, kind), tuple(key))
        return Cursor(position, None if day is None else date.fromisoformat(day))


def _as_text(value: Any) -> tuple[Any, str]:  # noqa: ANN401 - of any column
    if isinstance(value, datetime):
        return value.isoformat(), "instant"
    if isinstance(value, date):
        return value.isoformat(), "day"
    return value, "plain"


def _from_text(value: Any, kind: str) -> Any:  # noqa: ANN401 - of any column
    if kind == "instant":
        return datetime.fromisoformat(value)
    if kind == "day":
        return date.fromisoformat(value)
    return value
