"""Dagster's history in bounds: which runs go, and what Dagster still knows then."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from analytics_pipeline.assets.old_runs import delete_old_runs, delete_runs_before
from analytics_pipeline.partitions import DAILY

LATER = datetime.now(UTC) + timedelta(days=1)
KEY = dg.AssetKey("made")


@dg.asset(partitions_def=DAILY)
def made() -> None:
    pass


@dg.asset(partitions_def=DAILY)
def broken() -> None:
    raise RuntimeError


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


def _run(instance, day, asset=made):
    result = dg.materialize(
        [asset], instance=instance, partition_key=day, raise_on_error=False
    )
    return result.run_id


def _left(instance):
    return {run.run_id for run in instance.get_runs()}


def test_the_newest_success_of_every_day_stays_and_the_day_stays_materialised(
    instance,
):
    first_try = _run(instance, "2026-03-01")
    other_day = _run(instance, "2026-03-02")
    again = _run(instance, "2026-03-01")

    assert delete_runs_before(instance, LATER) == 1
    assert _left(instance) == {other_day, again}
    assert instance.get_materialized_partitions(KEY) == {"2026-03-01", "2026-03-02"}
    assert instance.all_logs(first_try) == [], "its events went with it"
    assert delete_runs_before(instance, LATER) == 0, "nothing is left to be done"


def test_failures_go_and_runs_that_have_not_ended_stay(instance):
    failed = _run(instance, "2026-03-01", broken)
    job = dg.Definitions(
        assets=[made], jobs=[dg.define_asset_job("at_work")]
    ).resolve_job_def("at_work")
    at_work = instance.create_run_for_job(
        job,
        status=dg.DagsterRunStatus.STARTED,
        tags={"dagster/partition": "2026-03-01"},
    ).run_id

    delete_runs_before(instance, LATER)

    assert failed not in _left(instance)
    assert _left(instance) == {at_work}


def test_younger_runs_stay_whatever_became_of_them(instance):
    runs = {_run(instance, "2026-03-01") for _ in range(2)}
    runs.add(_run(instance, "2026-03-01", broken))

    context = dg.build_op_context(instance=instance)
    delete_old_runs(context)

    assert _left(instance) == runs


def test_pages_of_runs_are_all_gone_through(instance, monkeypatch):
    monkeypatch.setattr("analytics_pipeline.assets.old_runs._AT_ONCE", 2)
    runs = [_run(instance, "2026-03-01") for _ in range(5)]

    assert delete_runs_before(instance, LATER) == 4
    assert _left(instance) == {runs[-1]}
