"""The migrations make exactly the tables of the vocabulary."""

from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from analytics_pipeline.schemas.tables import SCHEMA, TABLES
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tables import metadata
from analytics_pipeline_tests.conftest import new_database


def test_an_empty_database_gets_the_tables_on_start(postgres_socket, monkeypatch):
    with new_database(postgres_socket) as url:
        monkeypatch.setenv("ANALYTICS_DATABASE_URL", url)
        with Warehouse.open(load_settings()) as warehouse:
            names = sa.inspect(warehouse.engine).get_table_names(SCHEMA)

    assert set(names) == {table.name for table in TABLES} | {"alembic_version"}


def test_several_who_start_at_once_migrate_once(postgres_socket, monkeypatch):
    def start(_: int) -> int:
        with Warehouse.open(load_settings()) as warehouse, warehouse.begin() as reader:
            count = reader.scalar(sa.text("SELECT count(*) FROM alembic_version"))
            return int(count or 0)

    with new_database(postgres_socket) as url, ThreadPoolExecutor(4) as pool:
        monkeypatch.setenv("ANALYTICS_DATABASE_URL", url)
        assert list(pool.map(start, range(4))) == [1, 1, 1, 1]


def test_migrated_tables_are_those_of_the_vocabulary(warehouse):
    # Without our search path, so that names come back with their schema.
    engine = sa.create_engine(warehouse.engine.url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "version_table_schema": SCHEMA,
                "compare_type": True,
            },
        )
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


def test_every_table_and_column_carries_its_meaning(warehouse):
    query = sa.text(
        "SELECT c.relname, a.attname, col_description(c.oid, a.attnum) AS told"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'analytics' AND c.relkind IN ('r', 'p')"
        " AND c.relname <> 'alembic_version'"
    )
    with warehouse.begin() as connection:
        told = {(r.relname, r.attname): r.told for r in connection.execute(query)}

    assert set(told) == {(t.name, name) for t in TABLES for name in t.columns}
    assert all(told.values())


def test_keys_without_a_value_count_as_equal(warehouse):
    insert = sa.text(
        "INSERT INTO data_quality_findings (asset, rule, record_key, observed_at,"
        " run_id) VALUES ('a', 'r', 'k', now(), '1') ON CONFLICT DO NOTHING"
    )
    with warehouse.begin() as connection:
        connection.execute(insert)
        connection.execute(insert)
        count = connection.scalar(sa.text("SELECT count(*) FROM data_quality_findings"))

    assert count == 1
