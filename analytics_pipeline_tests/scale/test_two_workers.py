"""A day on two machines, one of which dies in the middle, is the day of one process.

`make scale` runs the long form: more creators, four machines, more deaths.
"""

import os
from contextlib import ExitStack
from datetime import UTC, datetime, time, timedelta

import pytest

from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.world import WorldConfig
from analytics_pipeline.schemas.tables import ATTEMPTS
from analytics_pipeline_tests.conftest import FIRST_DAY, new_database
from analytics_pipeline_tests.houses import open_house
from analytics_pipeline_tests.scale.crew import PATIENCE_SECONDS, crew_of, wait_until

IS_LONG = os.environ.get("SCALE_FORM") == "long"
WORKERS = [f"worker-{number}" for number in range(4 if IS_LONG else 2)]
DEATHS = 4 if IS_LONG else 1
CREATORS = 120 if IS_LONG else 24
CONCURRENCY = 2
MOST_CALLS = 4
"""What one account takes in this world, its token renewed on the way included."""
MORNING = datetime.combine(FIRST_DAY + timedelta(days=1), time(5), UTC)


@pytest.fixture
def sandbox():
    config = WorldConfig(
        seed=7, start=FIRST_DAY, timezone="Europe/Prague", creators=CREATORS
    )
    with SandboxServer(config, clock=MORNING) as server:
        yield server


@pytest.fixture
def open_new_house(sandbox, postgres_socket, migrated_template, tmp_path):
    """Give agencies that know the same accounts and have nothing else in common."""
    with ExitStack() as stack:

        def open_it(name):
            url = stack.enter_context(new_database(postgres_socket, migrated_template))
            home = tmp_path / name
            house = stack.enter_context(open_house(sandbox, home, url))
            variables = sandbox.environment() | {
                "ANALYTICS_DATABASE_URL": url,
                "ANALYTICS_SECRET_KEY": (home / "secret.key").read_text().strip(),
                "ANALYTICS_TIMEZONE": "Europe/Prague",
                "ANALYTICS_START_DATE": "2026-02-01",
                "ANALYTICS_CLOCK": MORNING.isoformat(),
                "ANALYTICS_CONCURRENCY": str(CONCURRENCY),
                "ANALYTICS_SHARDS": str(len(WORKERS)),
                "ANALYTICS_LOST_WORKER_SECONDS": "2",
            }
            return house, variables

        yield open_it


def _answered(sandbox):
    return sum(sandbox.calls.count(api=api) for api in ("instagram", "tiktok"))


def _live_through(sandbox, crew):
    """Let a day be collected while workers die in the middle of asking.

    In the long form the last of them comes back when the day is over.

    Returns:
        How many died, and how many accounts the others had to ask for the last one.
    """
    sandbox.faults.add("slow", params={"seconds": 0.1})
    for name in WORKERS:
        crew.start(name)
    run = crew.begin(FIRST_DAY)
    deaths = 0
    for number in range(DEATHS):
        name = WORKERS[number % len(WORKERS)]
        enough = _answered(sandbox) + 6
        wait_until(
            lambda name=name, enough=enough: (
                run.poll() is not None
                or (_answered(sandbox) >= enough and crew.catch(name))
            )
        )
        if run.poll() is not None:
            break
        deaths += 1
        if IS_LONG and number == DEATHS - 1:
            crew.kill(name)
        else:
            crew.kill_and_restart(name, run)
    sandbox.faults.clear()
    assert run.wait(PATIENCE_SECONDS) == 0, crew.log("run")[-2000:]
    late = 0
    for name in set(WORKERS) - set(crew.alive):
        late += crew.unpublished(name)
        crew.start(name)
        wait_until(lambda name=name: not crew.spools(name))
    return deaths, late


def _told(house):
    """Return what the tables say, but for how often somebody had to be asked."""
    told = house.contents()
    del told[ATTEMPTS.name]
    told["sync_outcomes"] = house.rows(
        "SELECT connection_id, snapshot_date, platform, status, reason, creator_id"
        " FROM sync_outcomes ORDER BY connection_id, creator_id, platform"
    )
    return told


def test_a_day_whose_workers_die_says_what_one_process_says(
    sandbox, open_new_house, tmp_path
):
    alone, _ = open_new_house("alone")
    alone.collect_plainly(FIRST_DAY)
    expected, spent = _told(alone), _spent(alone)
    calls = _answered(sandbox)
    sandbox.reset()
    together, variables = open_new_house("together")
    with crew_of(tmp_path / "crew", variables) as crew:
        deaths, late = _live_through(sandbox, crew)
        together.monkeypatch.setenv("ANALYTICS_RAW_URL", str(tmp_path / "crew" / "raw"))
        together.load(FIRST_DAY, FIRST_DAY)
        assert [name for name in WORKERS if crew.spools(name)] == []

    assert deaths >= (DEATHS // 2 or 1)
    told = _told(together)
    assert {name: len(rows) for name, rows in told.items()} == {
        name: len(rows) for name, rows in expected.items()
    }
    assert told == expected
    repeated = (deaths * CONCURRENCY + late) * MOST_CALLS
    assert calls <= _answered(sandbox) <= calls + repeated
    assert sandbox.calls.count(status=429) == 0
    assert spent <= _spent(together) <= spent + repeated
    _assert_only_cut_off_accounts_were_asked_again(sandbox, together, deaths, late)


def _spent(house):
    """Return the calls that the ledger of budgets has counted."""
    return house.value(
        "SELECT sum((slot ->> 2)::int)"
        " FROM api_budgets, json_array_elements(call_slots::json) slot"
    )


def _assert_only_cut_off_accounts_were_asked_again(sandbox, house, deaths, late):
    twice = house.rows(
        "SELECT connection_id FROM collection_attempts WHERE status = 'ok'"
        " GROUP BY connection_id, attempt_kind HAVING count(*) > 1"
    )
    cut_off = house.value(
        "SELECT count(*) FROM collection_attempts WHERE reason = 'interrupted'"
    )
    kept = house.value("SELECT sum(calls) FROM collection_attempts")
    assert len(twice) <= late
    assert 1 <= cut_off <= deaths * CONCURRENCY
    # What was answered in the moment of a death is on nobody's disk.
    assert _answered(sandbox) - deaths * CONCURRENCY <= kept <= _answered(sandbox)
