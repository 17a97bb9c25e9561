"""Monthly partitions: made on demand, by several at once, and of tables with rows."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from analytics_pipeline.schemas.tables import (
    ACCOUNT_SNAPSHOTS,
    PARTITIONED,
    POST_SNAPSHOTS,
    SCHEMA,
    TABLES,
)
from analytics_pipeline.warehouse import migrate as migrate_module
from analytics_pipeline.warehouse.load import merge, replace
from analytics_pipeline.warehouse.partitions import (
    ArchivedMonthError,
    ensure_months,
    months_there,
    next_month,
)
from analytics_pipeline.warehouse.tables import TABLES_BY_NAME, archived_snapshots
from analytics_pipeline_tests.conftest import new_database
from analytics_pipeline_tests.stored_rows import sample_row

MARCH, APRIL, NEXT_YEAR = date(2026, 3, 1), date(2026, 4, 1), date(2027, 1, 1)
NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
_MIGRATIONS = Path(migrate_module.__file__).parent / "migrations"


def _snapshot(day: date, post_id: str = "1") -> dict[str, object]:
    return sample_row(POST_SNAPSHOTS.name, snapshot_date=day, post_id=post_id)


@pytest.fixture
def engine_before(postgres_socket) -> Iterator[sa.Engine]:
    """A database as revision 0008 left it."""
    with new_database(postgres_socket) as url:
        engine = sa.create_engine(
            url.replace("postgresql", "postgresql+psycopg"),
            connect_args={"options": f"-c timezone=UTC -c search_path={SCHEMA},public"},
        )
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with engine.begin() as connection:
            connection.execute(sa.text(f"CREATE SCHEMA {SCHEMA}"))
            config.attributes["connection"] = connection
            command.upgrade(config, "0008")
        yield engine
        engine.dispose()


def test_tables_with_rows_are_divided_without_losing_anything(engine_before):
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 3, 15)]
    tables = [TABLES_BY_NAME[table.name] for table in PARTITIONED]
    keys = {table.name: table.partitioned_by for table in PARTITIONED}
    with engine_before.begin() as connection:
        for table in tables:
            rows = [sample_row(table.name, **{keys[table.name]: day}) for day in days]
            connection.execute(sa.insert(table), rows)
        connection.execute(
            sa.text(
                "CREATE VIEW public.theirs AS SELECT d.snapshot_date, d.like_count"
                " FROM reporting.post_days d JOIN analytics.account_snapshots a"
                " USING (snapshot_date, platform, account_id)"
            )
        )
        connection.execute(sa.text("GRANT SELECT ON reporting.post_days TO PUBLIC"))
        connection.execute(sa.text("GRANT SELECT ON post_snapshots TO PUBLIC"))
        before = _contents(connection, tables)

    migrate_module.migrate(engine_before)

    with engine_before.begin() as connection:
        assert _contents(connection, tables) == before
        for table in PARTITIONED:
            months = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 3, 1)]
            assert months_there(connection, table) == months
        for name in ("reporting.post_days", "analytics.post_snapshots"):
            can = sa.func.has_table_privilege("pg_monitor", name, "SELECT")
            assert connection.scalar(sa.select(can)), name
        merge(connection, ACCOUNT_SNAPSHOTS, [_account_snapshot(date(2026, 4, 1))])
        merge(connection, POST_SNAPSHOTS, [_snapshot(date(2026, 4, 1), "x")])
        theirs = connection.scalar(sa.text("SELECT count(*) FROM public.theirs"))
        assert theirs == len(days) + 1, "views read the table that loads write"


def _account_snapshot(day: date) -> dict[str, object]:
    return sample_row(ACCOUNT_SNAPSHOTS.name, snapshot_date=day)


def _contents(connection, tables) -> dict[str, list[tuple]]:
    return {
        table.name: [
            tuple(row)
            for row in connection.execute(sa.select(table).order_by(*table.c))
        ]
        for table in tables
    }


def test_a_load_makes_the_months_it_needs(warehouse):
    with warehouse.begin() as connection:
        merge(connection, POST_SNAPSHOTS, [_snapshot(MARCH), _snapshot(NEXT_YEAR)])
        replace(connection, POST_SNAPSHOTS, [], {"snapshot_date": [APRIL]})

        assert months_there(connection, POST_SNAPSHOTS) == [MARCH, NEXT_YEAR]
        assert months_there(connection, ACCOUNT_SNAPSHOTS) == []


def test_loads_that_need_the_same_new_month_at_once_both_get_it(warehouse):
    def load(number: int) -> int:
        with warehouse.begin() as connection:
            rows = [_snapshot(MARCH, str(number))]
            return merge(connection, POST_SNAPSHOTS, rows).inserted

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(load, range(4))) == [1, 1, 1, 1]
    with warehouse.begin() as connection:
        assert months_there(connection, POST_SNAPSHOTS) == [MARCH]


def test_a_new_month_is_there_for_others_before_the_load_is_done(warehouse):
    with warehouse.begin() as slow:
        merge(slow, POST_SNAPSHOTS, [_snapshot(MARCH, "1")])
        with warehouse.begin() as quick:
            quick.execute(sa.text("SET LOCAL lock_timeout = '2s'"))
            merge(quick, POST_SNAPSHOTS, [_snapshot(MARCH, "2")])
            assert quick.scalar(sa.text("SELECT count(*) FROM post_snapshots")) == 1


def test_readers_do_not_wait_for_a_partition_that_is_made(warehouse):
    with warehouse.begin() as reader:
        reader.execute(sa.text("SELECT * FROM post_snapshots"))
        with warehouse.begin() as connection:
            connection.execute(sa.text("SET lock_timeout = '2s'"))
            ensure_months(connection, POST_SNAPSHOTS, [MARCH])
            assert months_there(connection, POST_SNAPSHOTS) == [MARCH]


def test_a_table_that_a_killed_archiving_left_detached_is_attached_again(warehouse):
    with warehouse.begin() as connection:
        merge(connection, POST_SNAPSHOTS, [_snapshot(MARCH)])
        connection.execute(
            sa.text(
                "ALTER TABLE post_snapshots"
                " DETACH PARTITION analytics_partitions.post_snapshots_2026_03"
            )
        )
    with warehouse.begin() as connection:
        ensure_months(connection, POST_SNAPSHOTS, [MARCH])
        assert connection.scalar(sa.text("SELECT count(*) FROM post_snapshots")) == 1


@pytest.mark.parametrize("table", ["post_snapshots", "active_campaign_participants"])
def test_a_day_whose_month_is_archived_is_not_loaded(warehouse, table):
    by_name = {table.name: table for table in TABLES}
    with warehouse.begin() as connection:
        connection.execute(
            sa.insert(archived_snapshots).values(
                archived_table="post_snapshots",
                month_start_date=MARCH,
                archive_object="post_snapshots/2026-03.parquet",
                archived_row_count=1,
                archived_at=NOW,
                run_id="r",
            )
        )
    with (
        pytest.raises(ArchivedMonthError, match="archive restore 2026-03"),
        warehouse.begin() as connection,
    ):
        replace(connection, by_name[table], [], {"snapshot_date": [date(2026, 3, 31)]})
    with warehouse.begin() as connection:
        replace(connection, by_name[table], [], {"snapshot_date": [APRIL]})


@pytest.mark.parametrize(
    ("month", "after"),
    [
        (MARCH, APRIL),
        (date(2026, 11, 1), date(2026, 12, 1)),
        (date(2026, 12, 1), NEXT_YEAR),
    ],
)
def test_a_month_is_followed_by_the_next(month, after):
    assert next_month(month) == after
