"""Binary COPY: what is encoded here is what PostgreSQL reads, for every type."""

import struct
from datetime import UTC, date, datetime, timedelta, timezone
from math import inf, nan

import psycopg
import pytest

from analytics_pipeline.schemas.fields import FieldType
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.tables import (
    CREATOR_MONTHS,
    POST_SNAPSHOTS,
    SYNC_OUTCOMES,
    TABLES,
    Table,
)
from analytics_pipeline.warehouse.copy_encoding import END, START, RowEncoder

NOW = datetime(2026, 3, 2, 5, 0, 0, 123456, tzinfo=UTC)
PRAGUE = timezone(timedelta(hours=1))

VALUES = {
    FieldType.TEXT: ["", "봄 🌸 'quoted' \\ \t\n", "x" * 70_000, Unknown.NOT_ASKED],
    FieldType.TEXT_LIST: [[], ["jaro", "봄", ""], ["a,b", '"', "{}"]],
    FieldType.COUNT: [0, -1, 2**40, 2**63 - 1, -(2**63)],
    FieldType.FRACTION: [0.0, -0.0, 1.5, 1e-300, inf],
    FieldType.FLAG: [True, False],
    FieldType.DAY: [date(1970, 1, 1), date(2000, 1, 1), date(2026, 3, 1)],
    FieldType.DAY_LIST: [[], [date(1999, 12, 31), date(2026, 3, 1)]],
    FieldType.INSTANT: [NOW, NOW.astimezone(PRAGUE), datetime(1970, 1, 1, tzinfo=UTC)],
    FieldType.OBJECT: [
        {},
        {"a": "b"},
        {"a": 1},
        {"a": True},
        {"a": 1.5},
        {"a": None, "b": ["봄", {"c": []}]},
        ["list", 1],
        {"reach": Unknown.NOT_ASKED},
    ],
}


def _come_back(warehouse, field_type: FieldType, values: list[object]) -> list[object]:
    """Copy values into a table of one column, in order, and read them again."""
    table = _one_column(field_type)
    with warehouse.begin() as connection:
        cursor = connection.connection.driver_connection.cursor()
        cursor.execute(f"CREATE TEMP TABLE t (v {field_type}) ON COMMIT DROP")
        with cursor.copy("COPY t FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(START)
            for _, block in RowEncoder(table).encode([value] for value in values):
                copy.write(block)
            copy.write(END)
        return [row[0] for row in cursor.execute("SELECT v FROM t").fetchall()]


def _one_column(field_type: FieldType) -> Table:
    fields = (field for table in TABLES for field in table.fields)
    name = next(field.name for field in fields if field.type is field_type)
    return Table("t", "", "", (name,), (name,), frozenset())


@pytest.mark.parametrize("field_type", FieldType)
def test_values_of_each_type_come_back_as_they_went_in(warehouse, field_type):
    values = [None, *VALUES[field_type], None]

    assert _come_back(warehouse, field_type, values) == values
    # Again, so that what is remembered is used.
    assert _come_back(warehouse, field_type, values * 2) == values * 2


def test_numbers_that_are_equal_and_not_the_same_stay_apart(warehouse):
    objects = [{"n": 1}, {"n": True}, {"n": 1.0}]
    found = _come_back(warehouse, FieldType.OBJECT, objects * 2)
    zeros = _come_back(warehouse, FieldType.FRACTION, [0.0, -0.0, nan])

    assert [repr(item) for item in found[:2]] == ["{'n': 1}", "{'n': True}"]
    assert [repr(item) for item in zeros] == ["0.0", "-0.0", "nan"]


def test_more_values_than_are_remembered_all_come_back(warehouse):
    texts = [f"post-{number % 2_500}" for number in range(5_000)]

    assert _come_back(warehouse, FieldType.TEXT, texts) == texts


@pytest.mark.parametrize(
    ("field_type", "value", "error"),
    [
        (FieldType.TEXT, "\0", psycopg.DataError),
        (FieldType.OBJECT, {"a": "\0"}, psycopg.DataError),
        (FieldType.COUNT, 2**63, struct.error),
        (FieldType.COUNT, "5", struct.error),
        (FieldType.TEXT, 5, AttributeError),
    ],
)
def test_what_a_column_cannot_hold_is_refused(warehouse, field_type, value, error):
    with pytest.raises(error):
        _come_back(warehouse, field_type, [value])


@pytest.mark.parametrize("table", [POST_SNAPSHOTS, SYNC_OUTCOMES, CREATOR_MONTHS])
def test_rows_that_are_too_short_are_refused(table):
    rows = [[None] * len(table.columns), [None] * (len(table.columns) - 1)]

    with pytest.raises(ValueError, match="argument"):
        list(RowEncoder(table).encode(rows))
