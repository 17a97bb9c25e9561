"""Writing views and marts to files that other tools read: Parquet, or CSV.

A file appears complete or not at all, and rows pass through in blocks, so neither a
kill nor a large table leaves something half.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from analytics_pipeline.schemas.fields import FieldType
from analytics_pipeline.warehouse.exporting import Exportable, read_blocks

Block = Sequence[Sequence[Any]]
Progress = Callable[[Exportable, int], None]
"""Told how many rows of what have been written."""

_ARROW_TYPES: dict[FieldType, pa.DataType] = {
    FieldType.TEXT: pa.string(),
    FieldType.TEXT_LIST: pa.list_(pa.string()),
    FieldType.COUNT: pa.int64(),
    FieldType.FRACTION: pa.float64(),
    FieldType.FLAG: pa.bool_(),
    FieldType.DAY: pa.date32(),
    FieldType.DAY_LIST: pa.list_(pa.date32()),
    FieldType.INSTANT: pa.timestamp("us", tz="UTC"),
    # Readers differ in what they make of nested types without a schema.
    FieldType.OBJECT: pa.string(),
}
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
        self._schema = pa.schema(
            [
                pa.field(
                    field.name,
                    _ARROW_TYPES[field.type],
                    metadata={"description": field.meaning},
                )
                for field in wanted.fields
            ],
            metadata={"description": wanted.comment},
        )
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, block: Block) -> None:
        columns = [
            pa.array(_plain(field.type, column), type=_ARROW_TYPES[field.type])
            for field, column in zip(
                self._fields, zip(*block, strict=True), strict=True
            )
        ]
        self._file.write_table(pa.Table.from_arrays(columns, schema=self._schema))

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


def _plain(kind: FieldType, column: Iterable[Any]) -> list[Any]:
    if kind is FieldType.OBJECT:
        return [None if value is None else _json(value) for value in column]
    return list(column)


def _cell(value: object) -> object:
    if isinstance(value, list | dict):
        return _json(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
