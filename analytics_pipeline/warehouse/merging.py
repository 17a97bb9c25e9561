"""What brings staged rows into a table: the statements of a merge, one by one.

Rows that say nothing new are never written, nor locked. New rows are inserted in the
order of the key, because indexes take sorted rows in half the time.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg import sql

from analytics_pipeline.schemas.tables import SCHEMA, Table

Cursor = psycopg.Cursor[tuple[object, ...]]
Scope = Mapping[str, Sequence[object]]

_TOUCH_INTERVAL = "interval '1 hour'"
# From here on a plan that was made without statistics costs more than making them, and
# a sort or a hash that does not fit into memory more than the memory.
_MANY_ROWS = 2_000
_MEMORY = "256MB"


class RepeatedKeyError(Exception):
    """Two rows of a load have one key, and nothing tells which of them to keep."""


@dataclass(frozen=True, slots=True)
class Merge:
    """The merge of one stage into its table.

    Attributes:
        cursor: Within the load's transaction.
        table: Where to.
        scope: Column → values that all rows in the stage have; none for any.
    """

    cursor: Cursor
    table: Table
    scope: Scope

    @property
    def stage(self) -> sql.Identifier:
        """The temporary table that holds the rows."""
        return stage_of(self.table)

    @property
    def target(self) -> sql.Identifier:
        """The table that gets them."""
        return sql.Identifier(SCHEMA, self.table.name)

    def drop_repeated(self) -> int:
        """Keep one row per key in the stage.

        Returns:
            How many rows went.

        Raises:
            RepeatedKeyError: The table has no rule for that.
        """
        key = _names(self.table.key)
        if not self._is_true(
            sql.SQL(
                "SELECT EXISTS (SELECT FROM {stage} GROUP BY {key} HAVING count(*) > 1)"
            ).format(stage=self.stage, key=key)
        ):
            return 0
        if not self.table.told_apart_by:
            msg = f"two rows for {self.table.name} have the same {self.table.key}"
            raise RepeatedKeyError(msg)
        return self._changed(
            sql.SQL(
                "DELETE FROM {stage} s USING ("
                " SELECT ctid,"
                " row_number() OVER (PARTITION BY {key} ORDER BY {order}) AS n"
                " FROM {stage}) AS numbered"
                " WHERE s.ctid = numbered.ctid AND numbered.n > 1"
            ).format(stage=self.stage, key=key, order=_names(self.table.told_apart_by))
        )

    def drop_others(self, account_ids: Collection[str]) -> int:
        """Drop staged rows that belong to another account by rights.

        Args:
            account_ids: The accounts that the load is of.

        Returns:
            How many rows went.
        """
        return self._changed(
            sql.SQL(
                "DELETE FROM {stage} s USING {target} t WHERE {same_key} AND {within}"
                " AND t.account_id <> ALL(%(ours)s) AND ({their_rank}) < ({our_rank})"
            ).format(
                stage=self.stage,
                target=self.target,
                same_key=_same_key(self.table),
                within=self._near,
                their_rank=_names(self.table.told_apart_by, "t"),
                our_rank=_names(self.table.told_apart_by, "s"),
            ),
            {"ours": list(account_ids)},
        )

    def gather_statistics(self, staged: int) -> None:
        """Let the planner know what is in the stage, where there is much in it."""
        if staged >= _MANY_ROWS:
            self.cursor.execute(
                sql.SQL("ANALYZE {} ({})").format(self.stage, _names(self.table.key))
            )

    def holds_any(self) -> bool:
        """Tell whether the table holds any row of the scope."""
        return self._is_true(
            sql.SQL("SELECT EXISTS (SELECT FROM {} t WHERE {})").format(
                self.target, self._within
            )
        )

    def update(self) -> int:
        """Update the rows that say something else now; return how many."""
        values = _new_values(self.table)
        return self._changed(
            sql.SQL(
                "UPDATE {target} t SET {assignments} FROM {stage} s"
                " WHERE {same_key} AND {within} AND {changed}"
            ).format(
                target=self.target,
                stage=self.stage,
                assignments=sql.SQL(", ").join(
                    sql.SQL("{} = {}").format(sql.Identifier(name), value)
                    for name, value in values.items()
                ),
                same_key=_same_key(self.table),
                within=self._near,
                changed=_is_changed(self.table, values),
            )
        )

    def insert_all(self) -> int:
        """Insert all rows where none of them is expected to be there.

        Returns:
            How many were inserted. Rows that somebody else has inserted in the
            meantime are left to `update`.
        """
        try:
            with self.cursor.connection.transaction():
                return self._insert(sql.SQL("true"), sql.SQL(""))
        except psycopg.errors.UniqueViolation:
            return self.insert_new()

    def insert_new(self) -> int:
        """Insert the rows whose key is new.

        Returns:
            How many were inserted. Rows that somebody else inserts in the meantime are
            left to `update`.
        """
        is_new = sql.SQL("NOT EXISTS (SELECT FROM {} t WHERE {} AND {})").format(
            self.target, _same_key(self.table), self._near
        )
        on_conflict = sql.SQL("ON CONFLICT ({}) DO NOTHING").format(
            _names(self.table.key)
        )
        return self._insert(is_new, on_conflict)

    def _insert(self, which: sql.Composable, on_conflict: sql.Composable) -> int:
        return self._changed(
            sql.SQL(
                "INSERT INTO {target} ({columns}) SELECT {columns} FROM {stage} s"
                " WHERE {which} ORDER BY {key} {on_conflict}"
            ).format(
                target=self.target,
                columns=_names(self.table.columns),
                stage=self.stage,
                which=which,
                key=_names(self.table.key),
                on_conflict=on_conflict,
            )
        )

    def delete_missing(self, staged: int) -> int:
        """Delete the rows of the scope that the stage lacks.

        Args:
            staged: Rows in the stage, all of which are in the table by now.

        Returns:
            How many rows went.
        """
        (there,) = self._row(
            sql.SQL("SELECT count(*) FROM {} t WHERE {}").format(
                self.target, self._within
            )
        )
        if there == staged:
            return 0
        return self._changed(
            sql.SQL(
                "DELETE FROM {} t WHERE {} AND NOT EXISTS (SELECT FROM {} s WHERE {})"
            ).format(self.target, self._within, self.stage, _same_key(self.table))
        )

    def delete_all(self) -> int:
        """Delete the rows of the scope, where nothing was staged; return how many."""
        return self._changed(
            sql.SQL("DELETE FROM {} t WHERE {}").format(self.target, self._within)
        )

    @property
    def _within(self) -> sql.Composed:
        """What holds of the scope's rows."""
        return self._has_values_of(self.scope)

    @property
    def _near(self) -> sql.Composed:
        """What holds of rows with a key of the scope, whosever they are."""
        return self._has_values_of(
            [name for name in self.scope if name in self.table.key]
        )

    def _has_values_of(self, names: Iterable[str]) -> sql.Composed:
        conditions = [
            sql.SQL("t.{} = ANY({})").format(
                sql.Identifier(name), sql.Placeholder(f"scope_{name}")
            )
            for name in names
        ]
        return sql.SQL(" AND ").join([sql.SQL("true"), *conditions])

    def _execute(
        self, statement: sql.Composed, values: Mapping[str, object] | None = None
    ) -> None:
        given = {f"scope_{name}": list(items) for name, items in self.scope.items()}
        self.cursor.execute(statement, given | dict(values or {}))

    def _changed(
        self, statement: sql.Composed, values: Mapping[str, object] | None = None
    ) -> int:
        self._execute(statement, values)
        return self.cursor.rowcount

    def _row(self, statement: sql.Composed) -> tuple[object, ...]:
        self._execute(statement)
        return self.cursor.fetchone() or ()

    def _is_true(self, statement: sql.Composed) -> bool:
        return self._row(statement) == (True,)


def stage_of(table: Table) -> sql.Identifier:
    """Return the temporary table in which the rows of a load wait."""
    return sql.Identifier("pg_temp", f"stage_{table.name}")


def staged_months(cursor: Cursor, table: Table) -> list[date]:
    """Return the first days of the months that rows in the stage are of.

    Args:
        cursor: Within the load's transaction.
        table: Whose stage; a partitioned table.

    Returns:
        In order.
    """
    cursor.execute(
        sql.SQL(
            "SELECT DISTINCT date_trunc('month', {})::date FROM {} ORDER BY 1"
        ).format(sql.Identifier(table.partitioned_by or ""), stage_of(table))
    )
    return [month for (month,) in cursor.fetchall() if isinstance(month, date)]


@contextmanager
def memory_for(cursor: Cursor, staged: int) -> Iterator[None]:
    """Let a large merge sort and join in memory; as it was afterwards.

    Args:
        cursor: Within the load's transaction.
        staged: Rows to be merged.

    Yields:
        Nothing.
    """
    if staged < _MANY_ROWS:
        yield
        return
    cursor.execute("SELECT current_setting('work_mem')")
    before = cursor.fetchone() or (_MEMORY,)
    cursor.execute("SELECT set_config('work_mem', %s, true)", [_MEMORY])
    yield
    # Not after an error: the transaction is over then, and the setting with it.
    cursor.execute("SELECT set_config('work_mem', %s, true)", before)


def _names(names: Iterable[str], alias: str | None = None) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.Identifier(alias, name) if alias else sql.Identifier(name) for name in names
    )


def _same_key(table: Table) -> sql.Composed:
    """Return what makes a staged row `s` and a stored row `t` the same row."""
    return sql.SQL(" AND ").join(
        sql.SQL("s.{0} IS NOT DISTINCT FROM t.{0}").format(sql.Identifier(name))
        if name in table.nullable
        else sql.SQL("s.{0} = t.{0}").format(sql.Identifier(name))
        for name in table.key
    )


def _is_changed(table: Table, values: Mapping[str, sql.Composed]) -> sql.Composed:
    """Return what tells that a stored row would become another."""
    content = [name for name in values if not _is_provenance(table, name)]
    changed = sql.SQL("({}) IS DISTINCT FROM ({})").format(
        sql.SQL(", ").join(values[name] for name in content), _names(content, "t")
    )
    if table.touched_by:
        changed = sql.SQL("({0} OR s.{1} > t.{1} + {2})").format(
            changed, sql.Identifier(table.touched_by), sql.SQL(_TOUCH_INTERVAL)
        )
    return changed


def _is_provenance(table: Table, name: str) -> bool:
    return name in table.provenance or name == table.touched_by


def _new_values(table: Table) -> dict[str, sql.Composed]:
    """Return what columns become whose row is there already; the key's are left out."""
    return {
        name: _new_value(table, name) for name in table.columns if name not in table.key
    }


def _new_value(table: Table, name: str) -> sql.Composed:
    column = sql.Identifier(name)
    if name in table.kept:
        return sql.SQL("t.{}").format(column)
    if name.startswith("first_") and name.endswith("_at"):
        return sql.SQL("least(s.{0}, t.{0})").format(column)
    if table.newest_by is None:
        return sql.SQL("s.{}").format(column)
    if name == table.newest_by:
        return sql.SQL("greatest(s.{0}, t.{0})").format(column)
    return sql.SQL(
        "CASE WHEN s.{newest} >= t.{newest} THEN s.{0} ELSE t.{0} END"
    ).format(column, newest=sql.Identifier(table.newest_by))
