"""Every column of text is thought about: what becomes of it in an erasure."""

from analytics_pipeline.schemas.fields import FieldType
from analytics_pipeline.schemas.personal import (
    CAPTION_COLUMNS,
    DROPPED_COLUMNS,
    IMPERSONAL_COLUMNS,
    NAMING_COLUMNS,
    OWN_RULES,
    pseudonymised_tables,
)
from analytics_pipeline.schemas.tables import TABLES

_MAY_NAME = {FieldType.TEXT, FieldType.TEXT_LIST, FieldType.OBJECT}
_LISTS = [
    NAMING_COLUMNS,
    DROPPED_COLUMNS,
    CAPTION_COLUMNS,
    tuple(OWN_RULES),
    tuple(IMPERSONAL_COLUMNS),
]


def test_every_column_of_text_has_one_rule():
    """If this fails, say in `schemas/personal.py` what an erasure does with it."""
    ruled = [name for names in _LISTS for name in names]
    columns = {
        field.name
        for table in TABLES
        for field in table.fields
        if field.type in _MAY_NAME
    }

    assert sorted(ruled) == sorted(columns)


def test_a_column_that_is_dropped_may_be_null():
    for table in pseudonymised_tables():
        assert {*DROPPED_COLUMNS} & {*table.columns} <= table.nullable


def test_a_table_that_names_an_account_is_pseudonymised_or_removed():
    treated = {table.name for table in pseudonymised_tables()}
    naming = {
        table.name
        for table in TABLES
        if not {*NAMING_COLUMNS}.isdisjoint(table.columns)
    }

    assert naming - treated == {
        "connections",
        "connection_alerts",
        "review_candidates",
    }
