"""Months past their retention: out of the tables, into files, and back.

A month of a table is written, read back and compared while nobody can change it; then
one transaction notes the file and drops the rows. So a kill at any moment leaves the
rows in the table, in the archive, or in both; and what is in both is known by the note
alone: a file without one is a draft, which the next run replaces or removes.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg
import sqlalchemy as sa

from analytics_pipeline.landing.archive import ArchiveError, ArchiveStore
from analytics_pipeline.landing.parquet import Block
from analytics_pipeline.schemas.personal import (
    DROPPED_COLUMNS,
    NAMING_COLUMNS,
    pseudonymised_tables,
)
from analytics_pipeline.schemas.tables import PARTITIONED, Table
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.canonical import caption_id
from analytics_pipeline.transform.erasure import Eraser
from analytics_pipeline.warehouse.archive import (
    ArchivedMonth,
    Month,
    archived_months,
    drop_month,
    gather_statistics,
    keep_unchanged,
    read_month,
    restore_month,
)
from analytics_pipeline.warehouse.copy_encoding import RowEncoder
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.partitions import months_there, next_month
from analytics_pipeline.warehouse.persons import Person


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """What an archiving did.

    Attributes:
        archived: The months that left the tables.
        postponed: Those that were in use; the next run tries them again.
    """

    archived: tuple[ArchivedMonth, ...] = ()
    postponed: tuple[Month, ...] = ()


class _Digest:
    """Sums rows up as they pass by."""

    def __init__(self, columns: Iterable[str]) -> None:
        table = Table("", "", "", (), tuple(columns), frozenset())
        self._encoder = RowEncoder(table)
        self._hash = hashlib.sha256()
        self.rows = 0

    def of(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Yield blocks as they are."""
        for block in blocks:
            for count, encoded in self._encoder.encode(block):
                self._hash.update(encoded)
                self.rows += count
            yield block

    def __call__(self) -> str:
        """Return the digest of what has passed."""
        return self._hash.hexdigest()


def archive_months(
    run: Run, store: ArchiveStore, retention: timedelta
) -> ArchiveReport:
    """Archive every month of the large tables whose last day is past retention.

    Args:
        run: The run.
        store: Where to.
        retention: How long a day stays in the tables.

    Returns:
        What was done.

    Raises:
        ArchiveError: A file cannot be written, or does not hold what was written.
        OperationalError: The database is gone.
    """
    kept_from = run.rule.day_of(run.clock()) - retention
    archived, postponed = [], []
    with at_work(run.warehouse):
        _remove_drafts(run, store)
        for month in _months_before(run, kept_from):
            try:
                archived.append(_archive(run, store, month))
            except sa.exc.OperationalError as error:
                if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                    raise
                postponed.append(month)
    return ArchiveReport(tuple(archived), tuple(postponed))


def restore_months(run: Run, store: ArchiveStore, first_day: date) -> dict[str, int]:
    """Bring a month back into all tables.

    Args:
        run: The run.
        store: Where it is.
        first_day: Of the month.

    Returns:
        Rows by table; empty where nothing of the month is in the archive.

    Raises:
        ArchiveError: A file is gone or damaged; its table is as it was.
    """
    restored = {}
    with at_work(run.warehouse):
        with run.warehouse.begin() as connection:
            known = archived_months(connection, PARTITIONED)
        for item in known:
            if item.month.first_day == first_day:
                restored[item.month.table.name] = _restore(run, store, item)
                store.remove(item.month.object_name)
    return restored


def refresh_statistics(run: Run) -> None:
    """Let the planner know the divided tables as they are."""
    with run.warehouse.begin() as connection:
        gather_statistics(connection, PARTITIONED)


def erase_from_archive(
    store: ArchiveStore, person: Person, eraser: Eraser, captions: Collection[str]
) -> int:
    """Take a person out of the archived months, each file whole.

    Args:
        store: Where they are.
        person: Whom.
        eraser: Gives the pseudonyms.
        captions: The person's captions, as the tables have them.

    Returns:
        Rows about the person.
    """
    wordings: dict[str | None, str | None] = {}
    for text in captions:
        left = caption_id(eraser.caption(text))
        wordings |= {caption_id(text): left, left: left}
    change = _Erasure(
        person.platform,
        _with_pseudonyms(person.account_ids, eraser),
        _with_pseudonyms(person.post_ids, eraser),
        eraser,
        wordings,
    )
    return sum(_rewrite(store, name, change) for name in store.names())


def _with_pseudonyms(names: Collection[str], eraser: Eraser) -> frozenset[str]:
    """Return names with what stands for them where a killed erasure has been."""
    return frozenset(names) | {eraser.pseudonym(name) for name in names}


@dataclass(frozen=True, slots=True)
class _Erasure:
    """What becomes of archived rows about a person."""

    platform: str
    account_ids: frozenset[str]
    post_ids: frozenset[str]
    eraser: Eraser
    wordings: Mapping[str | None, str | None]

    def concerns(self, row: Mapping[str, Any]) -> bool:
        return row["platform"] == self.platform and (
            row.get("account_id") in self.account_ids
            or row.get("post_id") in self.post_ids
        )

    def erased(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row with the pseudonyms that the tables have, too."""
        changed = dict(row)
        for name in row:
            if name in NAMING_COLUMNS and row[name] is not None:
                changed[name] = self.eraser.pseudonym(row[name])
            elif name in DROPPED_COLUMNS:
                changed[name] = None
            elif name == "caption_id":
                changed[name] = self.wordings.get(row[name])
        return changed


def _remove_drafts(run: Run, store: ArchiveStore) -> None:
    """Remove files that no row tells of: their months are in the tables."""
    with run.warehouse.begin() as connection:
        known = archived_months(connection, PARTITIONED)
    noted = {item.month.object_name for item in known}
    for name in store.names():
        if name not in noted:
            store.remove(name)


def _months_before(run: Run, kept_from: date) -> list[Month]:
    with run.warehouse.begin() as connection:
        return [
            Month(table, first_day)
            for table in PARTITIONED
            for first_day in months_there(connection, table)
            if next_month(first_day) <= kept_from
        ]


def _archive(run: Run, store: ArchiveStore, month: Month) -> ArchivedMonth:
    with run.warehouse.begin() as connection:
        keep_unchanged(connection, month)
        digest = _Digest(month.table.columns)
        blocks = digest.of(read_month(connection, month))
        store.write(month.object_name, month.table.fields, blocks, digest)
        _check(store, month.object_name, digest())
        archived = ArchivedMonth(month, digest.rows, run.clock())
        drop_month(connection, archived, run.run_id)
    return archived


def _restore(run: Run, store: ArchiveStore, item: ArchivedMonth) -> int:
    with (
        run.warehouse.begin() as connection,
        store.open(item.month.object_name) as file,
    ):
        columns = [field.name for field in file.fields]
        digest = _Digest(columns)
        restore_month(connection, item.month, columns, digest.of(file.blocks()))
        _require_same(item.month.object_name, digest(), file.digest)
    return digest.rows


def _check(store: ArchiveStore, name: str, expected: str) -> None:
    """Read a file back as whoever restores it will."""
    with store.open(name) as file:
        digest = _Digest(field.name for field in file.fields)
        for _ in digest.of(file.blocks()):
            pass
        _require_same(name, digest(), expected)
        _require_same(name, file.digest, expected)


def _require_same(name: str, found: str, expected: str) -> None:
    if found != expected:
        msg = f"{name} in the archive does not hold the rows that were written"
        raise ArchiveError(msg)


def _rewrite(store: ArchiveStore, name: str, change: _Erasure) -> int:
    """Change the rows of a file that are about a person, if there are any.

    Args:
        store: Where the file is.
        name: Its address.
        change: What becomes of rows.

    Returns:
        How many rows are about the person, whether or not they were changed before.
    """
    table_name = name.split("/", maxsplit=1)[0]
    is_kept = table_name in {table.name for table in pseudonymised_tables()}
    with store.open(name) as file:
        names = [field.name for field in file.fields]
        concerned = 0
        is_changed = False
        # Twice: a file that needs no change, as most of them, is not written again.
        for block in file.blocks():
            for row in _as_dicts(names, block):
                if change.concerns(row):
                    concerned += 1
                    is_changed |= not is_kept or change.erased(row) != row
        if is_changed:
            digest = _Digest(names)
            rest = (
                list(_erased(names, block, change, is_kept=is_kept))
                for block in file.blocks()
            )
            store.write(name, file.fields, digest.of(filter(None, rest)), digest)
    return concerned


def _erased(
    names: list[str], block: Block, change: _Erasure, *, is_kept: bool
) -> Iterator[tuple[Any, ...]]:
    for row in _as_dicts(names, block):
        if not change.concerns(row):
            yield tuple(row.values())
        elif is_kept:
            yield tuple(change.erased(row).values())


def _as_dicts(names: list[str], block: Block) -> Iterator[dict[str, Any]]:
    return (dict(zip(names, values, strict=True)) for values in block)
