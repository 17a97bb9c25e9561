"""Writing views and marts to files that other tools read: Parquet, or CSV.

A file appears complete or not at all, and rows pass through in blocks, so neither a
kill nor a large table leaves something half.
"""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

import pyarrow.parquet as pq
import sqlalchemy as sa

from analytics_pipeline.landing.parquet import (
    Block,
    as_json,
    parquet_schema,
    parquet_table,
)
from analytics_pipeline.warehouse.exporting import Exportable, read_blocks

Progress = Callable[[Exportable, int], None]
"""Told how many rows of what have been written."""

# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Days:
    """From which day to which; None where there is no limit."""

    first: date | None = None
    last: date | None = None


class _Writer(Protocol):
    def write(self, block: Block) -> None: ...

    def close(self) -> None: ...


def export(
    connection: sa.Connection,
    wanted: Exportable,
    file: Path,
    days: Days,
    progress: Progress,
) -> int:
    """Write one view or mart to a file, in place of what is there.

    Args:
        connection: To the warehouse; what it sees is what is written.
        wanted: What to write.
        file: Where to; its suffix, `.parquet` or `.csv`, says how.
        days: Only these, where there is a column of days.
        progress: Told after each block.

    Returns:
        How many rows there are.
    """
    rows = 0
    with _draft_of(file) as draft:
        writer = _writer(draft, wanted, file.suffix)
        try:
            for block in read_blocks(connection, wanted, days.first, days.last):
                writer.write(block)
                rows += len(block)
                progress(wanted, rows)
        finally:
            writer.close()
    return rows


def _writer(path: Path, wanted: Exportable, suffix: str) -> _Writer:
    if suffix == ".parquet":
        return _ParquetWriter(path, wanted)
    return _CsvWriter(path, wanted)


@contextmanager
def _draft_of(file: Path) -> Iterator[Path]:
    """Give a path beside a file that takes its place when all went well."""
    draft = file.with_name(f".{file.name}.new")
    try:
        yield draft
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


class _ParquetWriter:
    """Writes a row group per block; column comments become metadata."""

    def __init__(self, path: Path, wanted: Exportable) -> None:
        self._fields = wanted.fields
        self._schema = parquet_schema(wanted.fields, {"description": wanted.comment})
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, block: Block) -> None:
        self._file.write_table(parquet_table(self._fields, self._schema, block))

    def close(self) -> None:
        self._file.close()


class _CsvWriter:
    """Writes UTF-8 with a header; lists and objects as JSON, instants in ISO 8601."""

    def __init__(self, path: Path, wanted: Exportable) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow([field.name for field in wanted.fields])

    def write(self, block: Block) -> None:
        self._writer.writerows([_cell(value) for value in row] for row in block)

    def close(self) -> None:
        self._file.close()


def _cell(value: object) -> object:
    if isinstance(value, list | dict):
        return as_json(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
