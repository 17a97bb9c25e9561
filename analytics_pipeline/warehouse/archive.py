"""Months that leave the tables, and come back: what that means for partitions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import psycopg
import sqlalchemy as sa

from analytics_pipeline.schemas.tables import SCHEMA, Table
from analytics_pipeline.warehouse import copy_encoding
from analytics_pipeline.warehouse.partitions import (
    PARTITION_SCHEMA,
    attach_partition,
    partition_name,
)
from analytics_pipeline.warehouse.tables import archived_snapshots

_ROWS_PER_BLOCK = 10_000
# Who wants to read the table waits behind whoever waits to detach a part of it.
_LONGEST_WAIT = "10s"


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a table.

    Attributes:
        table: A partitioned table.
        first_day: Of the month.
    """

    table: Table
    first_day: date

    @property
    def partition(self) -> str:
        """Its partition, with the schema."""
        return f"{PARTITION_SCHEMA}.{partition_name(self.table, self.first_day)}"

    @property
    def object_name(self) -> str:
        """Its file in the archive."""
        return f"{self.table.name}/{self.first_day:%Y-%m}.parquet"


@dataclass(frozen=True, slots=True)
class ArchivedMonth:
    """A month that is in the archive.

    Attributes:
        month: Which.
        rows: How many rows it has.
        archived_at: Since when.
    """

    month: Month
    rows: int
    archived_at: datetime


def keep_unchanged(connection: sa.Connection, month: Month) -> None:
    """Keep writers out of a month until the transaction ends; readers go on.

    Args:
        connection: With an open transaction.
        month: Which.
    """
    connection.execute(sa.text(f"SET LOCAL lock_timeout = '{_LONGEST_WAIT}'"))
    connection.execute(sa.text(f"LOCK TABLE {month.partition} IN SHARE MODE"))


def read_month(
    connection: sa.Connection, month: Month
) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield the rows of a month's partition, by key.

    Args:
        connection: With an open transaction.
        month: Which.

    Yields:
        Blocks of rows, each in the order of the table's columns.
    """
    columns = ", ".join(month.table.columns)
    order = ", ".join(month.table.key)
    query = f"SELECT {columns} FROM {month.partition} ORDER BY {order}"  # noqa: S608 - names of the vocabulary
    # Of this statement only: others of the transaction are no queries.
    streaming = {"yield_per": _ROWS_PER_BLOCK}
    found = connection.execute(sa.text(query), execution_options=streaming)
    yield from found.partitions()


def drop_month(connection: sa.Connection, archived: ArchivedMonth, run_id: str) -> None:
    """Drop a month whose rows are in the archive, and say where they are.

    Args:
        connection: With the transaction of `keep_unchanged`.
        archived: The month.
        run_id: The run.
    """
    month = archived.month
    connection.execute(
        sa.insert(archived_snapshots).values(
            archived_table=month.table.name,
            month_start_date=month.first_day,
            archive_object=month.object_name,
            archived_row_count=archived.rows,
            archived_at=archived.archived_at,
            run_id=run_id,
        )
    )
    parent = f"{SCHEMA}.{month.table.name}"
    for statement in (
        f"ALTER TABLE {parent} DETACH PARTITION {month.partition}",
        f"DROP TABLE {month.partition}",
    ):
        connection.execute(sa.text(statement))


def restore_month(
    connection: sa.Connection,
    month: Month,
    columns: Sequence[str],
    blocks: Iterable[Sequence[Sequence[Any]]],
) -> None:
    """Make a month's partition anew from its rows; it is archived no longer.

    Args:
        connection: With an open transaction.
        month: Which.
        columns: In the order of the rows' values.
        blocks: The rows.

    Raises:
        TypeError: The connection is of another driver.
    """
    table = archived_snapshots.c
    connection.execute(
        sa.delete(archived_snapshots).where(
            table.archived_table == month.table.name,
            table.month_start_date == month.first_day,
        )
    )
    attach_partition(connection, month.table, month.first_day)
    encoder = copy_encoding.RowEncoder(replace(month.table, columns=tuple(columns)))
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        msg = "restoring needs the psycopg 3 driver"
        raise TypeError(msg)
    listed = ", ".join(columns)
    statement = f"COPY {month.partition} ({listed}) FROM STDIN (FORMAT BINARY)"
    with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.write(copy_encoding.START)
        for block in blocks:
            for _, encoded in encoder.encode(block):
                copy.write(encoded)
        copy.write(copy_encoding.END)


def archived_months(
    connection: sa.Connection, tables: Sequence[Table]
) -> list[ArchivedMonth]:
    """Return what is in the archive, by month and table.

    Args:
        connection: To the warehouse.
        tables: The partitioned tables.

    Returns:
        The months of these tables.
    """
    by_name = {table.name: table for table in tables}
    table = archived_snapshots.c
    found = connection.execute(
        sa.select(archived_snapshots).order_by(
            table.month_start_date, table.archived_table
        )
    )
    return [
        ArchivedMonth(
            Month(by_name[row.archived_table], row.month_start_date),
            row.archived_row_count,
            row.archived_at,
        )
        for row in found
        if row.archived_table in by_name
    ]


def gather_statistics(connection: sa.Connection, tables: Iterable[Table]) -> None:
    """Let the planner know divided tables as a whole, which nobody else tells it.

    PostgreSQL looks at partitions by itself, but never at the table they are of.

    Args:
        connection: With an open transaction.
        tables: The partitioned tables.
    """
    for table in tables:
        connection.execute(sa.text(f"ANALYZE {SCHEMA}.{table.name}"))
