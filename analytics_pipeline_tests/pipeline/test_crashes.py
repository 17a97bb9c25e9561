"""Full disks, lost connections, killed servers: what was answered is kept.

The collecting process is one of its own. The next run asks for the rest only.
"""

import os
import resource
import signal
import subprocess
import sys
import time

import pytest

from analytics_pipeline.warehouse.embedded import server_process
from analytics_pipeline_tests.conftest import FIRST_DAY
from analytics_pipeline_tests.houses import open_house_to_be_hurt

pytestmark = pytest.mark.media_only

_WORKER = (sys.executable, "-m", "analytics_pipeline_tests.chaos.worker")
_PATIENCE_SECONDS = 60


@pytest.fixture
def start(agency):
    """Start a collection of the first day in a process of its own."""
    del agency
    started = []

    def begin():
        day = FIRST_DAY.isoformat()
        worker = subprocess.Popen(
            [*_WORKER, day, day],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(worker)
        return worker

    yield begin
    for worker in started:
        worker.kill()
        worker.wait()
        worker.stdout.close()


def _until(condition, worker):
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        assert worker.poll() is None, worker.communicate()[0]
        time.sleep(0.01)


def _answered(agency):
    calls = agency.sandbox.calls
    return calls.count(api="instagram") + calls.count(api="tiktok")


def _complete(agency):
    """Collect once more, and make sure that nobody was asked who had answered."""
    agency.sandbox.faults.clear()
    agency.collect_plainly(FIRST_DAY)
    outcomes = agency.rows(
        "SELECT DISTINCT status, reason FROM sync_outcomes"
        " WHERE connection_id IS NOT NULL"
    )
    assert {(row["status"], row["reason"]) for row in outcomes} == {
        ("ok", None),
        ("failed", "reconnect_required"),
    }
    twice = agency.rows(
        "SELECT connection_id FROM collection_attempts WHERE status = 'ok'"
        " GROUP BY connection_id, attempt_kind HAVING count(*) > 1"
    )
    assert twice == []
    asked = _answered(agency)
    agency.collect_plainly(FIRST_DAY)
    assert _answered(agency) == asked


def _files(tmp_path, pattern):
    home = tmp_path / "home"
    return [path for path in home.rglob(pattern) if "postgres" not in path.parts]


def test_a_disk_that_is_full_keeps_what_was_answered_before(agency, start, tmp_path):
    agency.monkeypatch.setenv("ANALYTICS_CONCURRENCY", "4")
    agency.sandbox.faults.add("slow", params={"seconds": 0.1})
    worker = start()
    _until(lambda: _answered(agency) >= 12, worker)
    # From now on neither the spool nor an object of the landing store fits.
    full = 500
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (full, full))
    told, _ = worker.communicate(timeout=_PATIENCE_SECONDS)

    assert worker.returncode != 0
    assert "LandingStoreError" in told
    assert "File too large" in told
    # Nothing half written is visible; what was answered waits in the spool.
    raw = [path.parent.parent.name for path in _files(tmp_path, "*.jsonl.gz*")]
    assert set(raw) <= {"creators", "campaigns", "active_campaign_participants"}
    spools = _files(tmp_path, "*.jsonl")
    assert sum(path.read_bytes().count(b'"kind":"answer"') for path in spools) >= 8
    assert all(path.read_bytes().endswith(b"\n") for path in spools)

    _complete(agency)
    kept = agency.value("SELECT sum(calls) FROM collection_attempts")
    assert kept >= 12
    assert _files(tmp_path, "*.jsonl") == []


def test_a_lost_connection_to_the_database_loses_no_answer(agency, start):
    agency.sandbox.faults.add("slow", params={"seconds": 0.1})
    worker = start()
    for calls in (5, 15, 25, 35):
        _until(lambda wanted=calls: _answered(agency) >= wanted, worker)
        agency.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    worker.communicate(timeout=_PATIENCE_SECONDS)

    _complete(agency)


def test_a_rotated_token_survives_a_kill_before_its_first_use(agency, start):
    account = agency.value(
        "SELECT account_id FROM connections WHERE connection_id = 'tiktok-113'"
    )
    stored = "SELECT access_token_encrypted FROM connections WHERE account_id = :id"
    before = agency.value(stored, id=account)
    agency.sandbox.faults.add(
        "slow", account=account, endpoint="user/info", params={"seconds": 20}
    )
    worker = start()
    _until(lambda: agency.value(stored, id=account) != before, worker)
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    calls = agency.sandbox.calls

    assert calls.count(account=account, endpoint="oauth/token") == 1
    _complete(agency)
    assert calls.count(account=account, endpoint="oauth/token") == 1


def test_a_server_killed_during_the_loads_leaves_nothing_half_written(sandbox):
    with open_house_to_be_hurt(sandbox) as (house, home):
        house.wake(FIRST_DAY)
        day = FIRST_DAY.isoformat()
        worker = subprocess.Popen(
            [*_WORKER, day, day], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        outcomes = "SELECT count(*) FROM sync_outcomes"
        _until(lambda: house.value(outcomes) > 0, worker)
        server = server_process(home / "postgres" / "data")
        assert server is not None
        os.kill(server.pid, signal.SIGKILL)
        worker.communicate(timeout=_PATIENCE_SECONDS)
        posts = "SELECT count(*) FROM post_snapshots"
        seen = house.value(posts)
        _complete(house)

        assert seen in {0, house.value(posts)}
        assert house.value(posts) > 500
