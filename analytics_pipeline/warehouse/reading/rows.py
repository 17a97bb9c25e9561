"""Rows as everybody who reads gets them, and pages of rows that stay in place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

Row = dict[str, Any]
Rows = list[Row]


@dataclass(frozen=True, slots=True)
class Order:
    """What rows are sorted by; unknown values come last either way.

    Attributes:
        column: The name of the column.
        descending: Whether the largest comes first.
    """

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: the last row's value and its key.

    Attributes:
        value: What the row is sorted by; None where it is unknown.
        key: What tells rows of the same value apart.
    """

    value: Any
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which rows of a long list are wanted.

    Attributes:
        order: What they are sorted by.
        limit: How many, at most.
        after: Where the page before ended; None for the first page.
    """

    order: Order
    limit: int
    after: Position | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a long list.

    Attributes:
        rows: The rows.
        after: Where the next page begins; None if this is the last one.
    """

    rows: Rows
    after: Position | None


def read_rows(connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]) -> Rows:
    """Return what a query finds.

    Args:
        connection: To the warehouse.
        query: The query.

    Returns:
        A dictionary per row, by column.
    """
    return [dict(row) for row in connection.execute(query).mappings()]


def read_row(
    connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]
) -> Row | None:
    """Return the first row a query finds; None if it finds none."""
    row = connection.execute(query.limit(1)).mappings().first()
    return None if row is None else dict(row)


def paged(
    source: sa.FromClause, key: Sequence[str], wanted: PageRequest
) -> sa.Select[*tuple[Any, ...]]:
    """Return the query of one page, and one row more that tells whether it is the last.

    A page begins after the last row of the page before, not after a number of rows, so
    rows that are added in between neither repeat one nor hide one.

    Args:
        source: All rows, as a subquery.
        key: Columns that tell any two rows apart; none of them is ever null.
        wanted: Which page.

    Returns:
        The query.
    """
    query = sa.select(source)
    if wanted.after is not None:
        query = query.where(_is_after(source, key, wanted.order, wanted.after))
    return query.order_by(*ordering(source, key, wanted.order)).limit(wanted.limit + 1)


def read_day(
    connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]
) -> date | None:
    """Return the day that a query gives; None if it gives none."""
    found: date | None = connection.scalar(query)
    return found


def ordering(
    source: sa.FromClause, key: Sequence[str], order: Order
) -> list[sa.ColumnElement[Any]]:
    """Return what a list is sorted by, so that no two rows can change places."""
    column = source.c[order.column]
    first = column.desc() if order.descending else column.asc()
    return [first.nulls_last(), *(source.c[name] for name in key)]


def page_of(rows: Rows, key: Sequence[str], wanted: PageRequest) -> Page:
    """Return a page without the row that only told whether it is the last.

    Args:
        rows: What the query of `paged` found, in its order.
        key: The same columns.
        wanted: The same page.

    Returns:
        The page.
    """
    if len(rows) <= wanted.limit:
        return Page(rows, None)
    shown = rows[: wanted.limit]
    last = shown[-1]
    position = Position(last[wanted.order.column], tuple(last[name] for name in key))
    return Page(shown, position)


def _is_after(
    source: sa.FromClause, key: Sequence[str], order: Order, position: Position
) -> sa.ColumnElement[bool]:
    column = source.c[order.column]
    further = sa.tuple_(*(source.c[name] for name in key)) > sa.tuple_(
        *(sa.literal(value) for value in position.key)
    )
    if position.value is None:
        return sa.and_(column.is_(None), further)
    beyond = column < position.value if order.descending else column > position.value
    same = sa.and_(column == position.value, further)
    return sa.or_(beyond, same, column.is_(None))
