"""A backup is the database, elsewhere and whole, or it is refused."""

import psycopg
import pytest

from analytics_pipeline.schemas.tables import TABLES
from analytics_pipeline_tests.cli.conftest import FIRST


def _contents(shell):
    with psycopg.connect(shell.variables["ANALYTICS_DATABASE_URL"]) as connection:
        return {
            table.name: connection.execute(
                f"SELECT t::text FROM analytics.{table.name} t ORDER BY 1"
            ).fetchall()
            for table in TABLES
        }


def _may_analysts_read(shell):
    with psycopg.connect(shell.variables["ANALYTICS_DATABASE_URL"]) as connection:
        query = "SELECT has_table_privilege('analytics_reporting', %s, 'SELECT')"
        return connection.execute(query, ["reporting.posts"]).fetchone()[0]


def test_a_restored_database_is_the_same_and_goes_on(collected, database_url):
    before = _contents(collected)

    backed_up = collected.run("backup", "all.dump")
    collected.variables["ANALYTICS_DATABASE_URL"] = database_url
    restored = collected.run("restore", "all.dump")
    after = _contents(collected)
    may_analysts_read = _may_analysts_read(collected)
    again = collected.run(*FIRST)

    assert backed_up.returncode == 0, backed_up.stderr
    assert (collected.folder / "all.dump").stat().st_mode & 0o777 == 0o600
    assert restored.returncode == 0, restored.stderr
    assert after == before
    assert may_analysts_read
    assert "0 rows changed" in again.stdout
    assert "3 calls made" in again.stdout


def test_a_database_that_holds_data_is_not_overwritten(collected):
    collected.run("backup", "all.dump")

    done = collected.run("restore", "all.dump")

    assert done.returncode == 1
    assert "holds data already" in done.stderr
    assert "ANALYTICS_DATABASE_URL" in done.stderr


@pytest.mark.parametrize("content", [b"", b"no backup at all"], ids=["empty", "text"])
def test_a_file_that_is_no_backup_is_told(shell, content):
    (shell.folder / "all.dump").write_bytes(content)

    done = shell.run("restore", "all.dump")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: nothing was restored: ")
    assert shell.run("sql", "SELECT 1 AS n", "--format=csv").returncode == 0


def test_a_backup_cut_short_restores_nothing(connected, database_url):
    connected.run("backup", "all.dump")
    file = connected.folder / "all.dump"
    file.write_bytes(file.read_bytes()[:-2000])
    connected.variables["ANALYTICS_DATABASE_URL"] = database_url

    done = connected.run("restore", "all.dump")

    assert done.returncode == 1
    left = connected.run("sql", "SELECT count(*) FROM connections", "--format=csv")
    assert left.stdout.split() == ["count", "0"]


def test_a_place_that_cannot_be_written_is_told(connected):
    done = connected.run("backup", "/proc/all.dump")

    assert done.returncode == 1
    assert "no backup was written" in done.stderr
