"""Bulk loads: COPY into a staging table, then one merge in the same transaction.

A merge writes only what changed. So a day that is loaded twice keeps its rows, their
`run_id` tells the run that last changed them, and readers never see half a load.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.types.json import Jsonb

from analytics_pipeline.schemas.fields import FieldType
from analytics_pipeline.schemas.tables import SCHEMA, Table

Row = Mapping[str, object]
Cursor = psycopg.Cursor[tuple[object, ...]]

_TOUCH_INTERVAL = "interval '1 hour'"


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
        self._table = table
        self._account_ids = account_ids
        self._cursor = _driver_cursor(connection)
        self._stage = sql.Identifier(f"stage_{table.name}")
        self._target = sql.Identifier(SCHEMA, table.name)
        self._staged = 0
        self._cursor.execute(
            sql.SQL("CREATE TEMP TABLE {} (LIKE {}) ON COMMIT DROP").format(
                self._stage, self._target
            )
        )

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows, each with every column of the table."""
        self._staged += _copy(self._cursor, self._table, self._stage, rows)

    def add_from(self, source: str) -> None:
        """Add the rows of a temporary table that has every column of the table."""
        columns = sql.SQL(", ").join(map(sql.Identifier, self._table.columns))
        self._cursor.execute(
            sql.SQL("INSERT INTO {stage} ({columns}) SELECT {columns} FROM {}").format(
                sql.Identifier("pg_temp", source), stage=self._stage, columns=columns
            )
        )
        self._staged += self._cursor.rowcount

    def merge(self, deleted: int = 0) -> LoadResult:
        """Insert new rows and update changed ones; delete nothing.

        Args:
            deleted: Rows that the caller deleted in the same transaction.

        Returns:
            What changed.
        """
        return self._finish(deleted)

    def replace(self, scope: Mapping[str, Sequence[object]]) -> LoadResult:
        """Make the rows of a scope exactly the added ones.

        Args:
            scope: Column → values; rows with these values that were not added go. All
                added rows are within it.

        Returns:
            What changed.
        """
        return self._finish(
            _delete_missing(self._cursor, self._table, self._stage, self._target, scope)
        )

    def _finish(self, deleted: int) -> LoadResult:
        if self._table.told_apart_by:
            self._staged -= _drop_repeated(self._cursor, self._table, self._stage)
        if self._account_ids is not None and "account_id" in self._table.told_apart_by:
            self._staged -= _drop_others(
                self._cursor, self._table, self._stage, self._target, self._account_ids
            )
        inserted, updated = _upsert(
            self._cursor, self._table, self._stage, self._target
        )
        self._cursor.execute(sql.SQL("DROP TABLE {}").format(self._stage))
        unchanged = self._staged - inserted - updated
        return LoadResult(inserted, updated, deleted, unchanged)


def merge(connection: sa.Connection, table: Table, rows: Iterable[Row]) -> LoadResult:
    """Insert new rows and update changed ones; delete nothing."""
    load = Load(connection, table)
    load.add(rows)
    return load.merge()


def replace(
    connection: sa.Connection,
    table: Table,
    rows: Iterable[Row],
    scope: Mapping[str, Sequence[object]],
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


def _copy(
    cursor: Cursor, table: Table, stage: sql.Identifier, rows: Iterable[Row]
) -> int:
    types = [field.type for field in table.fields]
    names = table.columns
    objects = {f.name for f in table.fields if f.type is FieldType.OBJECT}
    count = 0
    # By name: a column that a migration added stands last in the table.
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    with cursor.copy(
        sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(stage, columns)
    ) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(
                [Jsonb(row[name]) if name in objects else row[name] for name in names]
            )
            count += 1
    return count


def _drop_repeated(cursor: Cursor, table: Table, stage: sql.Identifier) -> int:
    """Keep one row per key in the stage; return how many went."""
    cursor.execute(
        sql.SQL(
            "DELETE FROM {stage} s USING ("
            " SELECT ctid, row_number() OVER (PARTITION BY {key} ORDER BY {order}) AS n"
            " FROM {stage}) AS numbered"
            " WHERE s.ctid = numbered.ctid AND numbered.n > 1"
        ).format(
            stage=stage,
            key=sql.SQL(", ").join(map(sql.Identifier, table.key)),
            order=sql.SQL(", ").join(map(sql.Identifier, table.told_apart_by)),
        )
    )
    return cursor.rowcount


def _drop_others(
    cursor: Cursor,
    table: Table,
    stage: sql.Identifier,
    target: sql.Identifier,
    account_ids: Collection[str],
) -> int:
    """Drop staged rows that belong to another account by rights; return how many."""
    cursor.execute(
        sql.SQL(
            "DELETE FROM {stage} s USING {target} t WHERE {same_key}"
            " AND t.account_id <> ALL(%s) AND ({theirs}) < ({ours})"
        ).format(
            stage=stage,
            target=target,
            same_key=_same_key(table),
            theirs=_columns_of("t", table.told_apart_by),
            ours=_columns_of("s", table.told_apart_by),
        ),
        [list(account_ids)],
    )
    return cursor.rowcount


def _columns_of(alias: str, names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(alias, name) for name in names)


def _same_key(table: Table) -> sql.Composed:
    """Return what makes a staged row `s` and a stored row `t` the same row."""
    return sql.SQL(" AND ").join(
        sql.SQL("s.{0} IS NOT DISTINCT FROM t.{0}").format(sql.Identifier(name))
        if name in table.nullable
        else sql.SQL("s.{0} = t.{0}").format(sql.Identifier(name))
        for name in table.key
    )


def _delete_missing(
    cursor: Cursor,
    table: Table,
    stage: sql.Identifier,
    target: sql.Identifier,
    scope: Mapping[str, Sequence[object]],
) -> int:
    within = sql.SQL(" AND ").join(
        sql.SQL("t.{} = ANY({})").format(sql.Identifier(name), sql.Placeholder(name))
        for name in scope
    )
    cursor.execute(
        sql.SQL(
            "DELETE FROM {} t WHERE {} AND NOT EXISTS (SELECT 1 FROM {} s WHERE {})"
        ).format(target, within, stage, _same_key(table)),
        {name: list(values) for name, values in scope.items()},
    )
    return cursor.rowcount


def _upsert(
    cursor: Cursor,
    table: Table,
    stage: sql.Identifier,
    target: sql.Identifier,
) -> tuple[int, int]:
    """Insert or update from the stage; return how many of each."""
    values = {
        name: _new_value(table, name) for name in table.columns if name not in table.key
    }
    content = [name for name in values if not _is_provenance(table, name)]
    changed = sql.SQL("({}) IS DISTINCT FROM ({})").format(
        sql.SQL(", ").join(values[name] for name in content),
        sql.SQL(", ").join(sql.Identifier("t", name) for name in content),
    )
    if table.touched_by:
        changed = sql.SQL("({0} OR excluded.{1} > t.{1} + {2})").format(
            changed, sql.Identifier(table.touched_by), sql.SQL(_TOUCH_INTERVAL)
        )
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    cursor.execute(
        sql.SQL(
            "WITH merged AS ("
            " INSERT INTO {target} AS t ({columns}) SELECT {columns} FROM {stage}"
            " ON CONFLICT ({key}) DO UPDATE SET {assignments} WHERE {changed}"
            " RETURNING (xmax = 0) AS is_new)"
            " SELECT count(*) FILTER (WHERE is_new),"
            " count(*) FILTER (WHERE NOT is_new) FROM merged"
        ).format(
            target=target,
            columns=columns,
            stage=stage,
            key=sql.SQL(", ").join(map(sql.Identifier, table.key)),
            assignments=sql.SQL(", ").join(
                sql.SQL("{} = {}").format(sql.Identifier(name), value)
                for name, value in values.items()
            ),
            changed=changed,
        )
    )
    inserted, updated = cursor.fetchone() or (0, 0)
    return int(str(inserted)), int(str(updated))


def _is_provenance(table: Table, name: str) -> bool:
    return name in table.provenance or name == table.touched_by


def _new_value(table: Table, name: str) -> sql.Composed:
    """Return what a column becomes when its row is there already."""
    column = sql.Identifier(name)
    if name in table.kept:
        return sql.SQL("t.{}").format(column)
    if name.startswith("first_") and name.endswith("_at"):
        return sql.SQL("least(excluded.{0}, t.{0})").format(column)
    if table.newest_by is None:
        return sql.SQL("excluded.{}").format(column)
    if name == table.newest_by:
        return sql.SQL("greatest(excluded.{0}, t.{0})").format(column)
    return sql.SQL(
        "CASE WHEN excluded.{newest} >= t.{newest} THEN excluded.{0} ELSE t.{0} END"
    ).format(column, newest=sql.Identifier(table.newest_by))
