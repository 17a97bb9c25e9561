"""Rows as PostgreSQL's binary COPY takes them, encoded column by column.

Most values of a load repeat: a day, a platform, an account, the reasons why numbers are
unknown. So a batch is turned into columns first, and of a column that repeats itself
each value is encoded once.

Source: https://www.postgresql.org/docs/current/sql-copy.html (Binary Format)
"""

import json
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice, repeat
from typing import Any

from analytics_pipeline.schemas.fields import FieldType
from analytics_pipeline.schemas.tables import Table

START = b"PGCOPY\n\xff\r\n\0" + bytes(8)
"""What a binary COPY begins with."""

END = struct.pack("!h", -1)
"""What it ends with."""

_ROWS_PER_BATCH = 1_000
# Looking a value up costs a third of encoding it.
_REPEATS = 2
_NULL = struct.pack("!i", -1)
_FIRST_DAY = date(2000, 1, 1).toordinal()
_FIRST_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_JSONB_VERSION = b"\x01"
_TEXT_OID, _DATE_OID = 25, 1082

_length = struct.Struct("!i").pack
_integer = struct.Struct("!iq").pack
_double = struct.Struct("!id").pack
_day = struct.Struct("!ii").pack
_flag = struct.Struct("!i?").pack
# Dimensions, whether there are nulls, type of the elements; length, first index.
_array = struct.Struct("!iiiii").pack
_empty_array = struct.Struct("!iii").pack

# What comes in is what parsers made of answers: each type is checked by its encoder.
_Encode = Callable[[Any], bytes]
_Column = Callable[[Sequence[Any]], Iterable[bytes]]


class RowEncoder:
    """Encodes rows of one table.

    Args:
        table: Whose.
    """

    def __init__(self, table: Table) -> None:
        self._columns = [_column(field.type) for field in table.fields]
        self._start = struct.pack("!h", len(self._columns))

    def encode(self, rows: Iterable[Sequence[object]]) -> Iterator[tuple[int, bytes]]:
        """Encode rows in blocks.

        Args:
            rows: Values in the order of the table's columns.

        Yields:
            How many rows a block has, and the block.
        """
        source = iter(rows)
        while batch := list(islice(source, _ROWS_PER_BATCH)):
            values = zip(*batch, strict=True)
            encoded = [
                encode(column)
                for encode, column in zip(self._columns, values, strict=True)
            ]
            starts = repeat(self._start, len(batch))
            yield (
                len(batch),
                b"".join(map(b"".join, zip(starts, *encoded, strict=True))),
            )


def _column(field_type: FieldType) -> _Column:
    """Return what encodes the values of a column, null included."""
    if field_type is FieldType.OBJECT:
        return _objects
    encode = _ENCODERS[field_type]
    return partial(_values if field_type in _CAN_REPEAT else _each, encode)


def _each(encode: _Encode, values: Sequence[Any]) -> Iterable[bytes]:
    return [_NULL if value is None else encode(value) for value in values]


def _values(encode: _Encode, values: Sequence[Any]) -> Iterable[bytes]:
    distinct = set(values)
    if len(distinct) * _REPEATS > len(values):
        return _each(encode, values)
    encoded = {value: encode(value) for value in distinct if value is not None}
    encoded[None] = _NULL
    return map(encoded.__getitem__, values)


def _objects(values: Sequence[Any]) -> Iterable[bytes]:
    """Encode JSON objects; each once, where all of them hold nothing but texts."""
    # Only there: elsewhere equal values can differ as JSON (1, 1.0 and true).
    try:
        keys = [None if value is None else tuple(value.items()) for value in values]
        distinct = set(keys)
    except (AttributeError, TypeError):  # A list, or a list within.
        return _each(_object, values)
    distinct.discard(None)
    if not all(isinstance(text, str) for key in distinct for _, text in key or ()):
        return _each(_object, values)
    encoded = {key: _object(dict(key)) for key in distinct if key is not None}
    return [_NULL if key is None else encoded[key] for key in keys]


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _length(len(encoded)) + encoded


def _object(value: object) -> bytes:
    encoded = _JSONB_VERSION + json.dumps(value).encode()
    return _length(len(encoded)) + encoded


def _instant(value: datetime) -> bytes:
    return _integer(8, (value - _FIRST_INSTANT) // _MICROSECOND)


def _of_day(value: date) -> bytes:
    return _day(4, value.toordinal() - _FIRST_DAY)


def _list_of(encode: _Encode, oid: int) -> _Encode:
    def encoded_list(values: Sequence[object]) -> bytes:
        if not values:
            return _length(12) + _empty_array(0, 0, oid)
        items = b"".join(_NULL if item is None else encode(item) for item in values)
        head = _array(1, int(None in values), oid, len(values), 1)
        return _length(len(head) + len(items)) + head + items

    return encoded_list


_ENCODERS: dict[FieldType, _Encode] = {
    FieldType.TEXT: _text,
    FieldType.TEXT_LIST: _list_of(_text, _TEXT_OID),
    FieldType.COUNT: lambda value: _integer(8, value),
    FieldType.FRACTION: lambda value: _double(8, value),
    FieldType.FLAG: lambda value: _flag(1, value),
    FieldType.DAY: _of_day,
    FieldType.DAY_LIST: _list_of(_of_day, _DATE_OID),
    FieldType.INSTANT: _instant,
}
# Zero and minus zero are equal, and lists have no hash: these are encoded one by one.
_CAN_REPEAT = frozenset(
    {
        FieldType.TEXT,
        FieldType.COUNT,
        FieldType.FLAG,
        FieldType.DAY,
        FieldType.INSTANT,
    }
)
