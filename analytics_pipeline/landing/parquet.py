"""Columns of the vocabulary as Parquet has them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from analytics_pipeline.schemas.fields import Field, FieldType

Block = Sequence[Sequence[Any]]
"""Some rows, each in the order of the columns."""

_TYPES: dict[FieldType, pa.DataType] = {
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


def parquet_schema(fields: Iterable[Field], metadata: Mapping[str, str]) -> pa.Schema:
    """Return a schema whose columns carry their meaning.

    Args:
        fields: The columns.
        metadata: Of the file.

    Returns:
        The schema.
    """
    return pa.schema(
        [
            pa.field(
                field.name,
                _TYPES[field.type],
                metadata={"description": field.meaning},
            )
            for field in fields
        ],
        metadata=dict(metadata),
    )


def parquet_table(fields: Sequence[Field], schema: pa.Schema, block: Block) -> pa.Table:
    """Return rows as a table of Arrow.

    Args:
        fields: The columns.
        schema: As `parquet_schema` returned it for them.
        block: The rows, at least one.

    Returns:
        The table; objects are JSON.
    """
    columns = [
        pa.array(_plain(field.type, column), type=_TYPES[field.type])
        for field, column in zip(fields, zip(*block, strict=True), strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def rows_of(fields: Sequence[Field], batch: pa.RecordBatch) -> list[tuple[Any, ...]]:
    """Return the rows of a batch as they were before they became Parquet."""
    columns = [
        [None if text is None else json.loads(text) for text in column.to_pylist()]
        if field.type is FieldType.OBJECT
        else column.to_pylist()
        for field, column in zip(fields, batch.columns, strict=True)
    ]
    return list(zip(*columns, strict=True))


def as_json(value: object) -> str:
    """Return a list or an object as JSON."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _plain(kind: FieldType, column: Iterable[Any]) -> list[Any]:
    if kind is FieldType.OBJECT:
        return [None if value is None else as_json(value) for value in column]
    return list(column)
