"""Writing to the terminal: results to stdout, everything else to stderr."""

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rich.console import Console, JustifyMethod
from rich.table import Table

# Where nobody's window sets a width, in a file or a pipe, tables may be wide.
_WIDE = 160
_NUMBERS = (int, float, Decimal)
# What is printed is data: brackets and colons in it are neither markup nor emoji.
_PLAIN: dict[str, Any] = {
    "highlight": False,
    "soft_wrap": True,
    "markup": False,
    "emoji": False,
}
out = Console(width=None if sys.stdout.isatty() else _WIDE, **_PLAIN)
err = Console(stderr=True, **_PLAIN)

Rows = Sequence[Mapping[str, Any]]
Values = Sequence[Sequence[Any]]


def values_of(columns: Sequence[str], rows: Rows) -> Values:
    """Return rows as values in the order of the columns."""
    return [[row[name] for name in columns] for row in rows]


def print_rows(columns: Sequence[str], rows: Values, style: str) -> None:
    """Print rows as a table for people, or as JSON or CSV for programs.

    Args:
        columns: Names, in order.
        rows: The rows' values, in the same order.
        style: `table`, `json` or `csv`.
    """
    if style == "json":
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif style == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_csv_cell(value) for value in row] for row in rows)
        out.file.write(text.getvalue())
    else:
        out.print(build_table(columns, rows))


def print_json(value: object) -> None:
    """Print a value as JSON; instants and days in ISO 8601."""
    out.file.write(
        json.dumps(value, ensure_ascii=False, indent=2, default=_json_value) + "\n"
    )


def build_table(
    columns: Sequence[str], rows: Values, title: str | None = None
) -> Table:
    """Return a table for people; unknown numbers show as a dash.

    Args:
        columns: Names, in order.
        rows: The rows' values, in the same order.
        title: Above the table.

    Returns:
        The table.
    """
    table = Table(title=title, title_justify="left", header_style="bold")
    for number, name in enumerate(columns):
        known = [row[number] for row in rows if row[number] is not None]
        is_number = known and all(isinstance(value, _NUMBERS) for value in known)
        justify: JustifyMethod = "right" if is_number else "left"
        table.add_column(name, justify=justify, overflow="fold")
    for row in rows:
        table.add_row(*map(cell, row))
    return table


def cell(value: object) -> str:
    """Return a value as people read it."""
    match value:
        case None:
            text = "–"
        case bool():
            text = "yes" if value else "no"
        case int() | Decimal():
            text = f"{value:,}"
        case float():
            text = f"{value:.4f}"
        case datetime():
            text = value.isoformat(timespec="seconds")
        case list():
            text = ", ".join(map(str, value))
        case dict():
            text = json.dumps(value, ensure_ascii=False)
        case _:
            text = str(value)
    return text


def _csv_cell(value: object) -> object:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=_json_value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value


def _json_value(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return str(value)
