"""What analysts read is what the list of views says, column by column."""

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.fields import FIELDS, FieldType
from analytics_pipeline.warehouse.reporting_views import (
    REPORTING_SCHEMA,
    VIEWS,
    VIEWS_BY_NAME,
)

PROMISED = {
    "account_days",
    "campaign_days",
    "campaign_posts",
    "campaigns",
    "coverage",
    "creator_months",
    "creators",
    "findings",
    "post_days",
    "posts",
    "review_candidates",
    "stories",
}
_COLUMNS = sa.text(
    "SELECT c.relname AS view, a.attname AS name, a.attnum AS place,"
    " format_type(a.atttypid, a.atttypmod) AS type,"
    " col_description(c.oid, a.attnum) AS told, obj_description(c.oid) AS about"
    " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'reporting' ORDER BY c.relname, a.attnum"
)
_TYPES = {FieldType.INSTANT: "timestamp with time zone"}
_DEFINITION = sa.text("SELECT pg_get_viewdef(CAST(:name AS regclass))")


@pytest.fixture
def connection(warehouse):
    with warehouse.begin() as opened:
        yield opened


def test_the_views_that_were_promised_are_there():
    assert set(VIEWS_BY_NAME) >= PROMISED


def test_the_migrations_make_the_views_of_the_list(connection):
    connection.execute(sa.text("CREATE SCHEMA listed"))
    for view in VIEWS:
        connection.execute(sa.text(f"CREATE VIEW listed.{view.name} AS {view.query}"))

    for view in VIEWS:
        made, listed = (
            connection.scalar(_DEFINITION, {"name": f"{schema}.{view.name}"})
            for schema in (REPORTING_SCHEMA, "listed")
        )
        assert made == listed, view.name


def test_every_view_and_column_carries_its_meaning_and_type(connection):
    found = {}
    for row in connection.execute(_COLUMNS):
        found.setdefault(row.view, []).append(row)

    assert set(found) == set(VIEWS_BY_NAME)
    for name, rows in found.items():
        view = VIEWS_BY_NAME[name]
        assert [row.name for row in rows] == [field.name for field in view.fields]
        assert {row.about for row in rows} == {view.comment}
        for row, field in zip(rows, view.fields, strict=True):
            assert row.told == field.meaning
            assert row.type == _TYPES.get(field.type, field.type), (name, field.name)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_view_says_what_a_row_is_and_renames_no_quantity(view):
    assert view.grain.startswith("One row per ")
    assert view.grain.endswith(".")
    assert set(view.key) <= set(view.columns)
    assert view.day is None or view.day in view.columns
    assert len(set(view.columns)) == len(view.columns)
    for field in view.own_fields:
        assert field.name not in FIELDS
        assert field.meaning.endswith(".")


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_no_secret_and_no_address_of_a_person_is_in_a_view(view):
    for name in view.columns:
        assert not name.endswith(("_encrypted", "_hash", "_fingerprint"))
        assert name not in {"email", "platform_user_id", "password_hash", "body"}
