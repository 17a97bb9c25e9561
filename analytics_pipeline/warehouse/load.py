"""Bulk loads: COPY into a staging table, then one merge in the same transaction.

A merge writes only what changed (`merging.py`). So a day that is loaded twice keeps its
rows, their `run_id` tells the run that last changed them, and readers never see half a
load.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from operator import itemgetter

import psycopg
import sqlalchemy as sa
from psycopg import sql

from analytics_pipeline.schemas.tables import SCHEMA, Table
from analytics_pipeline.warehouse import copy_encoding
from analytics_pipeline.warehouse.merging import (
    Cursor,
    Merge,
    Scope,
    memory_for,
    stage_of,
    staged_months,
)
from analytics_pipeline.warehouse.partitions import ensure_months, require_months

_DAYS = ("snapshot_date", "metric_date")

Row = Mapping[str, object]
"""A row by the names of its columns; it may hold others, too."""

Values = Sequence[object]
"""A row as the values of its columns, in the table's order (`Table.columns`)."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a merge did, in rows."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0

    def __add__(self, other: "LoadResult") -> "LoadResult":
        """Add up two loads."""
        return LoadResult(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.deleted + other.deleted,
            self.unchanged + other.unchanged,
        )

    @property
    def rows(self) -> int:
        """Rows that the load brought."""
        return self.inserted + self.updated + self.unchanged

    @property
    def changed(self) -> int:
        """Rows that are now different."""
        return self.inserted + self.updated + self.deleted


class Load:
    """A load of one table within one transaction: rows are added, then take effect.

    Args:
        connection: With an open transaction.
        table: Where to.
        account_ids: The rows are of these accounts only: one that a load of all would
            take from another account is left as it is. None for rows of all.
    """

    def __init__(
        self,
        connection: sa.Connection,
        table: Table,
        account_ids: Collection[str] | None = None,
    ) -> None:
        self._connection = connection
        self._table = table
        self._account_ids = account_ids
        self._cursor = _driver_cursor(connection)
        self._encoder = copy_encoding.RowEncoder(table)
        self._values_of = itemgetter(*table.columns)
        self._columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
        self._staged = 0
        self._has_stage = False

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows, each with every column of the table."""
        self.add_values(map(self._values_of, rows))

    def add_values(self, rows: Iterable[Values]) -> None:
        """Add rows as their values, in the order of the table's columns.

        That is cheaper than `add`, where millions of rows are made.
        """
        blocks = self._encoder.encode(rows)
        first = next(blocks, None)
        if first is None:
            return
        self._make_stage()
        statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(
            stage_of(self._table)
        )
        with self._cursor.copy(statement) as copy:
            copy.write(copy_encoding.START)
            for count, block in chain([first], blocks):
                copy.write(block)
                self._staged += count
            copy.write(copy_encoding.END)

    def add_from(self, source: str) -> None:
        """Add the rows of a temporary table that has every column of the table."""
        self._make_stage()
        self._cursor.execute(
            sql.SQL("INSERT INTO {stage} ({columns}) SELECT {columns} FROM {}").format(
                sql.Identifier("pg_temp", source),
                stage=stage_of(self._table),
                columns=self._columns,
            )
        )
        self._staged += self._cursor.rowcount

    def merge(self, deleted: int = 0) -> LoadResult:
        """Insert new rows and update changed ones; delete nothing.

        Args:
            deleted: Rows that the caller deleted in the same transaction.

        Returns:
            What changed.

        Raises:
            ArchivedMonthError: Rows are of a month that is in the archive.
        """
        return self._finish({}) + LoadResult(deleted=deleted)

    def replace(self, scope: Scope) -> LoadResult:
        """Make the rows of a scope exactly the added ones.

        Args:
            scope: Column → values; rows with these values that were not added go. All
                added rows are within it.

        Returns:
            What changed.

        Raises:
            ArchivedMonthError: The scope has a day of a month that is in the archive.
        """
        return self._finish(scope)

    def _make_stage(self) -> None:
        """Make the staging table, unless it is there: many loads have no rows."""
        if self._has_stage:
            return
        # By name: a column that a migration added stands last in the table.
        self._cursor.execute(
            sql.SQL(
                "CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA"
            ).format(
                sql.Identifier(f"stage_{self._table.name}"),
                self._columns,
                sql.Identifier(SCHEMA, self._table.name),
            )
        )
        self._has_stage = True

    def _finish(self, scope: Scope) -> LoadResult:
        self._make_room(scope)
        merge = Merge(self._cursor, self._table, scope)
        if not self._has_stage:
            return LoadResult(deleted=merge.delete_all() if scope else 0)
        with memory_for(self._cursor, self._staged):
            self._settle_repeated(merge)
            inserted, updated = self._upsert(merge)
            deleted = merge.delete_missing(self._staged) if scope else 0
        self._cursor.execute(sql.SQL("DROP TABLE {}").format(stage_of(self._table)))
        self._has_stage = False
        unchanged = self._staged - inserted - updated
        return LoadResult(inserted, updated, deleted, unchanged)

    def _make_room(self, scope: Scope) -> None:
        """Make the partitions that the rows need; refuse days that are archived."""
        day = self._table.partitioned_by
        has_rows = day and self._has_stage
        staged = staged_months(self._cursor, self._table) if has_rows else []
        concerned = (value for name in _DAYS for value in scope.get(name, ()))
        days = [value for value in concerned if isinstance(value, date)]
        require_months(self._connection, [*days, *staged])
        if staged:
            ensure_months(self._connection, self._table, staged)

    def _upsert(self, merge: Merge) -> tuple[int, int]:
        """Insert what is new, then update what differs; return how many of each."""
        if merge.scope and not merge.holds_any():
            inserted = merge.insert_all()
            if inserted == self._staged:
                return inserted, 0
        else:
            merge.gather_statistics(self._staged)
            inserted = merge.insert_new()
        return inserted, merge.update()

    def _settle_repeated(self, merge: Merge) -> None:
        self._staged -= merge.drop_repeated()
        if self._account_ids is not None and "account_id" in self._table.told_apart_by:
            self._staged -= merge.drop_others(self._account_ids)


def merge(connection: sa.Connection, table: Table, rows: Iterable[Row]) -> LoadResult:
    """Insert new rows and update changed ones; delete nothing."""
    load = Load(connection, table)
    load.add(rows)
    return load.merge()


def replace(
    connection: sa.Connection,
    table: Table,
    rows: Iterable[Row],
    scope: Scope,
) -> LoadResult:
    """Make the rows of a scope exactly these; see `Load.replace`."""
    load = Load(connection, table)
    load.add(rows)
    return load.replace(scope)


def _driver_cursor(connection: sa.Connection) -> Cursor:
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        msg = "bulk loads need the psycopg 3 driver"
        raise TypeError(msg)
    return driver.cursor()
