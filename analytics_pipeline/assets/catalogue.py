"""How assets describe themselves in Dagster's catalogue, from the vocabulary."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import dagster as dg

from analytics_pipeline.schemas.tables import SCHEMA, Table

if TYPE_CHECKING:
    from analytics_pipeline.warehouse.load import LoadResult

OWNERS = ["team:data-engineering"]
# A database or object store that is restarting is back a little later. What the APIs
# refuse is repeated where it is counted, in the clients.
RETRY = dg.RetryPolicy(max_retries=1, delay=20)
_TABLE_ROWS_SHOWN = 20
_LEFT_OUT = re.compile(r"^… and (\d+) more$")


def describe(table: Table, more: str = "") -> str:
    """Return an asset's description; it opens with what one row is."""
    return f"{table.grain} {table.meaning} {more}".strip()


def table_metadata(table: Table) -> dict[str, Any]:
    """Return what an asset's definition tells about its table."""
    columns = [
        dg.TableColumn(
            field.name,
            field.type.value,
            description=field.meaning,
            constraints=dg.TableColumnConstraints(
                nullable=field.name in table.nullable,
                unique=table.key == (field.name,),
            ),
        )
        for field in table.fields
    ]
    return {
        "dagster/table_name": f"{SCHEMA}.{table.name}",
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "key": ", ".join(table.key),
    }


def load_metadata(load: "LoadResult", rows: int | None = None) -> dict[str, Any]:
    """Return what a materialization of a partition tells about its load.

    Args:
        load: What changed.
        rows: The partition's rows, where the load changed others besides.

    Returns:
        The metadata.
    """
    count = load.rows if rows is None else rows
    return {"dagster/partition_row_count": count} | _changes(load, count)


def list_metadata(load: "LoadResult", rows: int) -> dict[str, Any]:
    """Return what a materialization of a whole table tells about its load.

    Args:
        load: What changed.
        rows: The table's rows.

    Returns:
        The metadata.
    """
    return {"dagster/row_count": rows} | _changes(load, rows)


def _changes(load: "LoadResult", rows: int) -> dict[str, int]:
    return {
        "rows": rows,
        "rows_inserted": load.inserted,
        "rows_updated": load.updated,
        "rows_deleted": load.deleted,
    }


def markdown_table(
    columns: Sequence[str],
    rows: Iterable[Mapping[str, object]],
    rows_shown: int = _TABLE_ROWS_SHOWN,
    *,
    in_all: int | None = None,
) -> dg.MarkdownMetadataValue:
    """Return a small table; of a long one the beginning, and how much is left out.

    Args:
        columns: Names of the columns to show.
        rows: The rows.
        rows_shown: How long the beginning is.
        in_all: How many there are where these are the first of them.

    Returns:
        The table in Markdown.
    """
    listed = list(rows)
    lines = [
        f"| {' | '.join(columns)} |",
        f"|{' --- |' * len(columns)}",
    ]
    lines += [
        f"| {' | '.join(_cell(row.get(name)) for name in columns)} |"
        for row in listed[:rows_shown]
    ]
    if not listed:
        return dg.MetadataValue.md("*none*")
    left_out = (in_all or len(listed)) - len(listed[:rows_shown])
    if left_out > 0:
        lines.append(f"\n… and {left_out} more")
    return dg.MetadataValue.md("\n".join(lines))


def merged_tables(
    tables: Iterable[str], rows_shown: int = _TABLE_ROWS_SHOWN
) -> dg.MarkdownMetadataValue:
    """Return the tables of several parts as one.

    Args:
        tables: As `markdown_table` made them, all with the same columns.
        rows_shown: How many rows of all of them are shown.

    Returns:
        The first rows of each in turn, and how many are left out.
    """
    head: list[str] = []
    parts: list[list[str]] = []
    left_out = 0
    for table in tables:
        lines = table.splitlines()
        rows = [line for line in lines[2:] if line.startswith("| ")]
        if rows:
            head = lines[:2]
            parts.append(rows)
            left_out += sum(int(count) for count in _LEFT_OUT.findall(lines[-1]))
    in_turn = [row for rank in zip_longest(*parts) for row in rank if row is not None]
    left_out += len(in_turn[rows_shown:])
    lines = [*head, *in_turn[:rows_shown]]
    if not head:
        return dg.MetadataValue.md("*none*")
    if left_out:
        lines.append(f"\n… and {left_out} more")
    return dg.MetadataValue.md("\n".join(lines))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}"
    text = str(value).replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004 - a line
