"""The weekly job: months past their retention go, and come back by a command."""

from datetime import date

import dagster as dg
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from analytics_pipeline.cli.main import main
from analytics_pipeline.definitions import defs
from analytics_pipeline_tests.stored_rows import insert, sample_row

OLD = date(2025, 11, 5)


@pytest.fixture
def one_old_post(warehouse):
    with warehouse.begin() as connection:
        insert(
            connection,
            "post_snapshots",
            sample_row("post_snapshots", snapshot_date=OLD),
        )
    return warehouse


def _count(warehouse) -> int:
    with warehouse.begin() as connection:
        return connection.scalar(sa.text("SELECT count(*) FROM post_snapshots"))


def _command(*arguments: str) -> str:
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_an_old_month_goes_and_comes_back(one_old_post, monkeypatch):
    job = defs.resolve_job_def("housekeeping")
    monkeypatch.setenv("ANALYTICS_SNAPSHOT_RETENTION_DAYS", "62")
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance)

    (event,) = result.get_asset_materialization_events()
    told = event.materialization.metadata
    assert (told["months"].value, told["rows_archived"].value) == (1, 1)
    assert _count(one_old_post) == 0
    assert "post_snapshots" in _command("archive", "list")
    assert "post_snapshots: 1 rows" in _command("archive", "restore", "2025-11")
    assert _count(one_old_post) == 1
    assert "nothing of 2025-11" in _command("archive", "restore", "2025-11")
