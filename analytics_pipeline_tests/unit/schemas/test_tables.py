"""The tables: keys that identify, and null wherever something can be unknown."""

import pytest

from analytics_pipeline.schemas.fields import FIELDS, FieldType, Unit
from analytics_pipeline.schemas.tables import TABLES

BY_NAME = {table.name: table for table in TABLES}
tables = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


def test_the_tables_are_those_other_parts_rely_on():
    assert len(BY_NAME) == len(TABLES)
    assert set(BY_NAME) >= {
        "creators",
        "campaigns",
        "active_campaign_participants",
        "connections",
        "account_snapshots",
        "posts",
        "post_snapshots",
        "hashtag_post_metrics",
        "campaign_daily_summary",
        "sync_outcomes",
        "data_quality_findings",
    }


@tables
def test_a_table_says_what_one_row_is(table):
    assert table.grain.startswith("One row per ")
    assert table.grain.endswith(".")
    assert table.meaning.endswith(".")
    assert table.meaning != table.grain


@tables
def test_whatever_a_table_says_of_columns_is_about_its_own(table):
    columns = set(table.columns)
    assert len(columns) == len(table.columns)
    assert table.key
    assert set(table.key) <= columns
    assert table.nullable <= columns
    assert set(table.told_apart_by) <= columns
    assert table.kept <= columns
    assert {table.newest_by, table.touched_by} - {None} <= columns
    assert [field.name for field in table.fields] == list(table.columns)


@tables
def test_a_key_identifies_and_is_never_a_number_or_a_time(table):
    types = {FIELDS[name].type for name in table.key}
    assert types <= {FieldType.TEXT, FieldType.DAY}
    may_be_null = set(table.key) & table.nullable
    assert may_be_null == {
        "sync_outcomes": {"connection_id"},
        "data_quality_findings": {"snapshot_date", "field"},
        "post_metric_values": {"breakdown", "breakdown_value"},
        "account_metric_values": {"breakdown", "breakdown_value"},
    }.get(table.name, set())


@tables
def test_what_tells_when_a_row_came_to_be_does_not_change_it(table):
    assert set(table.key).isdisjoint(table.provenance)
    if not table.is_asset:
        return
    assert set(table.columns) & table.provenance
    assert "run_id" in table.columns or table.name == "connections"
    assert {"observed_at", "updated_at", "last_seen_at", "first_observed_at"} & set(
        table.columns
    )


@tables
def test_flags_and_lists_are_never_unknown(table):
    known = {FieldType.FLAG, FieldType.TEXT_LIST, FieldType.DAY_LIST, FieldType.OBJECT}
    assert {FIELDS[name].type for name in table.nullable}.isdisjoint(known)


@tables
def test_a_number_that_can_be_null_has_a_reason_beside_it(table):
    numbers = {name for name in table.nullable if FIELDS[name].unit is not None}
    if numbers - {"duration_seconds", "used_share"}:
        assert {"unknown_reasons", "unknown_reason"} & set(table.columns)


@pytest.mark.parametrize(
    "name",
    [name for name, field in FIELDS.items() if field.sources and field.unit],
)
def test_a_number_of_a_platform_can_be_unknown_wherever_it_stands(name):
    holding = [table for table in TABLES if name in table.columns]
    assert holding
    assert all(name in table.nullable for table in holding)


def test_rates_are_fractions_that_can_be_unknown():
    for table in TABLES:
        rates = {name for name in table.columns if FIELDS[name].unit is Unit.FRACTION}
        assert rates <= table.nullable


def test_tokens_stand_in_one_table_and_encrypted():
    with_token = {
        (table.name, column)
        for table in TABLES
        for column in table.columns
        if "token" in column and FIELDS[column].type is FieldType.TEXT
    }
    assert with_token == {
        ("connections", "access_token_encrypted"),
        ("connections", "refresh_token_encrypted"),
    }


def test_what_can_come_twice_in_a_load_is_told_apart_for_certain():
    for name in ("posts", "post_snapshots"):
        assert set(BY_NAME[name].told_apart_by) == {"account_id", "creator_id"}
        assert not set(BY_NAME[name].told_apart_by) & set(BY_NAME[name].key)
