"""Connecting: to the server in the environment, or the embedded one."""

import psutil
import pytest
import sqlalchemy as sa

from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.engine import (
    DatabaseUnavailableError,
    Warehouse,
    dagster_url,
    database_url,
)
from analytics_pipeline.warehouse.migrate import DatabaseNewerError


def test_a_server_in_the_environment_is_used_with_the_driver_named(monkeypatch):
    monkeypatch.setenv("ANALYTICS_DATABASE_URL", "postgres://u:p@db.example/x")

    url = database_url(load_settings())
    for_dagster = database_url(load_settings(), "psycopg2")

    assert url.drivername == "postgresql+psycopg"
    assert for_dagster.drivername == "postgresql+psycopg2"
    assert (url.username, url.host, url.database) == ("u", "db.example", "x")


def test_without_one_the_embedded_server_is_started(tmp_path):
    with Warehouse.open(load_settings()) as warehouse, warehouse.begin() as connection:
        version = connection.scalar(sa.text("SHOW server_version"))

    assert version.startswith("18")
    assert (tmp_path / "home" / "postgres" / "data").is_dir()


def test_a_server_that_does_not_answer_is_told_without_its_password(monkeypatch):
    url = "postgresql://me:hunter2@127.0.0.1:1/x"
    monkeypatch.setenv("ANALYTICS_DATABASE_URL", url)

    with pytest.raises(DatabaseUnavailableError) as error:
        Warehouse.open(load_settings())

    assert "127.0.0.1" in str(error.value)
    assert "ANALYTICS_DATABASE_URL" in str(error.value)
    assert "hunter2" not in str(error.value)


def test_a_database_that_does_not_exist_is_told(monkeypatch, postgres_socket):
    url = f"postgresql://postgres@/nothing?host={postgres_socket}"
    monkeypatch.setenv("ANALYTICS_DATABASE_URL", url)

    with pytest.raises(DatabaseUnavailableError, match="nothing"):
        Warehouse.open(load_settings())


@pytest.mark.usefixtures("warehouse")
def test_opening_twice_migrates_once():
    with Warehouse.open(load_settings()) as again, again.begin() as connection:
        count = connection.scalar(sa.text("SELECT count(*) FROM alembic_version"))

    assert count == 1


def test_who_closes_a_warehouse_leaves_others_in_the_process_their_connections(
    warehouse,
):
    pool = warehouse.engine.pool
    with warehouse.begin():
        Warehouse.open(load_settings()).close()

    assert warehouse.engine.pool is pool
    assert pool.checkedin() > 0

    warehouse.close()
    assert warehouse.engine.pool.checkedin() == 0


def test_a_database_of_a_newer_version_is_refused_and_left_alone(warehouse):
    with warehouse.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseNewerError, match="update the code"):
        Warehouse.open(load_settings())

    with warehouse.begin() as connection:
        revision = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    assert revision == "9999"


def test_a_transaction_that_fails_leaves_nothing(warehouse):
    def break_off(connection: sa.Connection) -> None:
        connection.execute(sa.text("CREATE TABLE half (done int)"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), warehouse.begin() as connection:
        break_off(connection)

    with warehouse.begin() as connection:
        assert connection.scalar(sa.text("SELECT to_regclass('half')")) is None


def test_what_an_undone_warehouse_changed_is_seen_in_it_and_nowhere_else(warehouse):
    insert = sa.text(
        "INSERT INTO creators VALUES ('1', NULL, true, now(), now(), now(), 'run')"
    )
    count = sa.text("SELECT count(*) FROM creators")

    def break_off(connection: sa.Connection) -> None:
        connection.execute(sa.text("DELETE FROM creators"))
        raise KeyboardInterrupt

    with warehouse.undone() as undone:
        with undone.begin() as connection:
            connection.execute(insert)
        with pytest.raises(KeyboardInterrupt), undone.begin() as connection:
            break_off(connection)
        with undone.begin() as connection:
            inside = connection.scalar(count)
        with warehouse.begin() as connection:
            outside = connection.scalar(count)
    with warehouse.begin() as connection:
        afterwards = connection.scalar(count)

    assert (inside, outside, afterwards) == (1, 0, 0)


@pytest.mark.usefixtures("warehouse")
def test_dagster_has_a_schema_of_its_own_on_the_same_server():
    engine = sa.create_engine(dagster_url(load_settings()))

    with engine.begin() as connection:
        schema = connection.scalar(sa.text("SELECT current_schema()"))
    engine.dispose()

    assert schema == "dagster"
    assert engine.url.drivername == "postgresql+psycopg2"


def test_an_error_does_not_name_the_values_of_its_statement(warehouse):
    with pytest.raises(sa.exc.DBAPIError) as error, warehouse.begin() as connection:
        connection.execute(sa.text("SELECT 1 / 0, :token"), {"token": "EAAtoken"})

    assert "EAAtoken" not in str(error.value)


def test_times_come_back_in_utc(warehouse):
    with warehouse.begin() as connection:
        zone = connection.scalar(sa.text("SHOW timezone"))

    assert zone == "UTC"


def test_an_embedded_server_that_was_killed_is_started_by_the_next_connection(
    tmp_path,
):
    pid_file = tmp_path / "home" / "postgres" / "data" / "postmaster.pid"
    with Warehouse.open(load_settings()) as warehouse:
        server = psutil.Process(int(pid_file.read_text().split()[0]))
        backends = server.children()
        server.kill()
        psutil.wait_procs([server, *backends], timeout=30)

        with warehouse.begin() as connection:
            assert connection.scalar(sa.text("SELECT 1")) == 1


def test_who_reads_cannot_change_anything_and_sees_one_state(warehouse):
    count = sa.text("SELECT count(*) FROM refreshes")
    insert = sa.text(
        "INSERT INTO refreshes (refresh_id, requested_by, requested_at, snapshot_date,"
        " refresh_status) VALUES ('1', 'x', now(), '2026-03-01', 'waiting')"
    )
    with warehouse.reading() as reader:
        before = reader.scalar(count)
        with warehouse.begin() as writer:
            writer.execute(insert)
        assert reader.scalar(count) == before

    with pytest.raises(sa.exc.DBAPIError), warehouse.reading() as reader:
        reader.execute(insert)
