"""Reading views and marts for files: rows in blocks, of one state of the database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.schemas.fields import Field
from analytics_pipeline.schemas.tables import (
    CAMPAIGN_DAILY_SUMMARY,
    HASHTAG_POST_METRICS,
    SCHEMA,
    STORIES_TO_REVIEW,
    Table,
)
from analytics_pipeline.warehouse.reporting_views import REPORTING_SCHEMA, VIEWS, View

ROWS_PER_BLOCK = 10_000


@dataclass(frozen=True, slots=True)
class Exportable:
    """What can be exported under a name.

    Attributes:
        name: The name; of the file too.
        relation: View or table, with its schema.
        comment: What a row is, and what for.
        fields: The columns.
        key: By which rows are ordered.
        day: The column of days; None without one.
    """

    name: str
    relation: str
    comment: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    day: str | None


def _view(view: View) -> Exportable:
    relation = f"{REPORTING_SCHEMA}.{view.name}"
    return Exportable(
        view.name, relation, view.comment, view.fields, view.key, view.day
    )


def _table(table: Table) -> Exportable:
    comment = f"{table.grain} {table.meaning}"
    relation = f"{SCHEMA}.{table.name}"
    return Exportable(
        table.name, relation, comment, table.fields, table.key, "snapshot_date"
    )


# The other marts have views of the same name, which say more.
_MARTS = (HASHTAG_POST_METRICS, CAMPAIGN_DAILY_SUMMARY, STORIES_TO_REVIEW)
EXPORTABLE: dict[str, Exportable] = {
    item.name: item for item in (*map(_view, VIEWS), *map(_table, _MARTS))
}
"""Everything that can be exported, by name: the views, then marts without one."""

ALL = tuple(view.name for view in VIEWS)
"""What is exported when all is asked for: a mart without a view stands in another."""


def read_blocks(
    connection: sa.Connection,
    wanted: Exportable,
    first: date | None,
    last: date | None,
) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield the rows, some thousand at a time, in the order of their key.

    Args:
        connection: To the warehouse.
        wanted: What to read.
        first: Its first day; None for all before.
        last: Its last day; None for all after.

    Yields:
        Blocks of rows, each row in the order of the columns.
    """
    columns: list[sa.ColumnClause[Any]] = [
        sa.column(field.name) for field in wanted.fields
    ]
    schema, name = wanted.relation.split(".")
    query = sa.select(*columns).select_from(sa.table(name, schema=schema))
    if wanted.day is not None:
        day: sa.ColumnClause[date] = sa.column(wanted.day, sa.Date)
        if first is not None:
            query = query.where(day >= first)
        if last is not None:
            query = query.where(day <= last)
    query = query.order_by(*(sa.column(key) for key in wanted.key))
    streaming = connection.execution_options(yield_per=ROWS_PER_BLOCK)
    yield from streaming.execute(query).partitions()
