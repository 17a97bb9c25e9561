"""Killed at any moment, a run loses no answer, and the next one completes it."""

import signal
import time

import pytest

from analytics_pipeline_tests.commands import CommandLine
from analytics_pipeline_tests.conftest import FIRST_DAY

ARGUMENTS = ("collect", "--date", FIRST_DAY.isoformat())


@pytest.fixture
def shell(agency, database_url, tmp_path):
    variables = agency.sandbox.environment() | {
        "ANALYTICS_HOME": str(tmp_path / "home"),
        "ANALYTICS_DATABASE_URL": database_url,
        "ANALYTICS_TIMEZONE": "Europe/Prague",
        "ANALYTICS_START_DATE": "2026-02-01",
        "ANALYTICS_CLOCK": agency.sandbox.clock.now().isoformat(),
        "ANALYTICS_CONCURRENCY": "2",
    }
    return CommandLine(tmp_path, variables)


def _kill_after(shell, agency, calls):
    """Kill a collection as soon as the platforms have answered so many calls."""
    process = shell.start(*ARGUMENTS)
    deadline = time.monotonic() + 60
    while _answered(agency) < calls and process.poll() is None:
        assert time.monotonic() < deadline, process.communicate()
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def _answered(agency):
    calls = agency.sandbox.calls
    return calls.count(api="instagram") + calls.count(api="tiktok")


@pytest.mark.parametrize("calls", [3, 30], ids=["early", "late"])
def test_a_killed_collection_is_completed_by_the_next(agency, shell, calls):
    agency.sandbox.faults.add("slow", params={"seconds": 0.15})
    _kill_after(shell, agency, calls)
    agency.sandbox.faults.clear()
    asked_before = _answered(agency)

    done = shell.run(*ARGUMENTS)

    assert done.returncode == 3, done.stderr
    outcomes = agency.rows(
        "SELECT status, reason, count(*) AS n FROM sync_outcomes"
        " WHERE connection_id IS NOT NULL GROUP BY 1, 2"
    )
    told = {(row["status"], row["reason"]) for row in outcomes}
    assert told == {("ok", None), ("failed", "reconnect_required")}
    # Whoever had answered completely before the kill was not asked again.
    whole = agency.value(
        "SELECT count(*) FROM (SELECT connection_id FROM collection_attempts"
        " WHERE status = 'ok' GROUP BY connection_id, attempt_kind"
        " HAVING count(*) > 1) twice"
    )
    assert whole == 0
    interrupted = agency.value(
        "SELECT count(*) FROM collection_attempts WHERE reason = 'interrupted'"
    )
    assert interrupted <= 2
    kept = agency.value(
        # Outcomes are settled by the second run only.
        "SELECT coalesce(sum(calls), 0) FROM collection_attempts"
        " WHERE run_id NOT IN (SELECT run_id FROM sync_outcomes)"
    )
    assert kept <= asked_before


def test_a_killed_run_is_put_away_and_its_slot_freed(agency, shell):
    agency.sandbox.faults.add("slow", params={"seconds": 0.3})
    _kill_after(shell, agency, 2)
    agency.sandbox.faults.clear()

    done = shell.run(*ARGUMENTS)

    assert done.returncode == 3, done.stderr
    runs = agency.rows("SELECT status FROM dagster.runs ORDER BY id")
    assert [row["status"] for row in runs] == ["FAILURE", "SUCCESS"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=str)
def test_a_collection_that_is_stopped_ends_soon_and_keeps_its_answers(
    agency, shell, number
):
    agency.sandbox.faults.add("slow", params={"seconds": 0.15})
    process = shell.start(*ARGUMENTS)
    while _answered(agency) < 6:
        time.sleep(0.02)
    process.send_signal(number)
    output, _ = process.communicate()
    agency.sandbox.faults.clear()

    assert process.returncode == 1
    assert "stopped from outside" in output
    kept = agency.value("SELECT sum(calls) FROM collection_attempts")
    assert kept >= 4
    assert kept == _answered(agency)
