"""A refresh: begun once, followed to its end, never kept waiting for ever."""

from datetime import date, timedelta

import pytest

from analytics_pipeline.schemas.refreshes import RefreshRun, RefreshStatus
from analytics_pipeline.steps.completeness import Now
from analytics_pipeline.steps.refreshes import ask_for_refresh, follow_refresh
from analytics_pipeline.warehouse.refreshes import find_refresh
from analytics_pipeline_tests.conftest import FIRST_DAY, FIRST_MORNING

MINUTE = timedelta(minutes=1)
STARTED = FIRST_MORNING + MINUTE


@pytest.fixture
def refresh(warehouse, day_rule):
    return ask_for_refresh(warehouse, "Creators app", day_rule, FIRST_MORNING)[0]


@pytest.fixture
def follow(warehouse, refresh, day_rule):
    """Give what a look of the sensor does, with what Dagster knows then."""

    def look(run=None, busy=None, at=STARTED, start_date=date(2026, 2, 1)):
        now = Now(at, day_rule, 14, start_date)
        with warehouse.begin() as connection:
            known = find_refresh(connection, refresh.refresh_id)
            step = follow_refresh(connection, known, run, busy, now)
            stored = find_refresh(connection, refresh.refresh_id)
        assert stored == step.refresh
        return step

    return look


def a_run(status, **known):
    known = {"started_at": STARTED, "snapshot_date": FIRST_DAY} | known
    return RefreshRun("run-1", status=status, **known)


def test_it_is_about_yesterday_where_the_agency_is(warehouse, day_rule):
    # In Prague the 2nd has begun already.
    night = FIRST_MORNING.replace(day=1, hour=23, minute=30)

    refresh, _ = ask_for_refresh(warehouse, "a key", day_rule, night)

    assert refresh.snapshot_date == FIRST_DAY


def test_a_run_is_started_for_it(follow):
    step = follow()

    assert step.day == FIRST_DAY
    assert step.refresh.status is RefreshStatus.WAITING
    assert step.refresh.checked_at == STARTED


def test_nobody_having_looked_it_says_that_it_waits(refresh):
    assert (refresh.status, refresh.checked_at) == (RefreshStatus.WAITING, None)


def test_one_that_waited_for_days_asks_for_the_newest_day(follow):
    step = follow(at=FIRST_MORNING + timedelta(days=3))

    assert step.day == step.refresh.snapshot_date == FIRST_DAY + timedelta(days=3)


def test_it_waits_for_another_run_of_the_same_day_and_says_so(follow):
    waiting = follow(busy="run-9")
    after = follow(at=STARTED + MINUTE)

    assert waiting.day is None
    assert "waits for run run-9" in waiting.refresh.detail
    assert (after.day, after.refresh.detail) == (FIRST_DAY, None)


def test_a_queued_run_is_one_that_waits_and_has_a_name(follow):
    step = follow(a_run(RefreshStatus.WAITING, started_at=None))

    assert step.day is None
    assert (step.refresh.status, step.refresh.run_id) == ("waiting", "run-1")
    assert step.refresh.started_at is None


def test_it_is_followed_from_its_run_to_the_end(follow):
    running = follow(a_run(RefreshStatus.STARTED)).refresh
    ended = STARTED + 9 * MINUTE
    missing = "2 accounts gave no answer"
    done = follow(
        a_run(RefreshStatus.SUCCEEDED, ended_at=ended, detail=missing), at=ended
    ).refresh

    assert (running.status, running.started_at, running.ended_at) == (
        "started",
        STARTED,
        None,
    )
    assert (done.status, done.ended_at, done.detail) == ("succeeded", ended, missing)


def test_a_run_that_failed_without_an_end_ends_it_now(follow):
    failed = follow(a_run(RefreshStatus.FAILED, detail="its run failed")).refresh

    assert (failed.status, failed.ended_at) == ("failed", STARTED)


def test_a_run_that_dagster_has_forgotten_ends_it(follow):
    follow(a_run(RefreshStatus.STARTED))
    gone = follow()

    assert gone.day is None
    assert (gone.refresh.status, gone.refresh.ended_at) == ("failed", STARTED)
    assert "does not know its run" in gone.refresh.detail


def test_a_run_that_never_ends_does_not_keep_others_waiting(follow):
    run = a_run(RefreshStatus.STARTED)

    almost = follow(run, at=FIRST_MORNING + timedelta(hours=23, minutes=59))
    given_up = follow(run, at=FIRST_MORNING + timedelta(hours=24))

    assert almost.refresh.ended_at is None
    assert given_up.refresh.status is RefreshStatus.FAILED
    assert given_up.refresh.run_id == "run-1", "somebody has to look at it"


def test_before_the_first_day_nothing_can_be_asked_for(follow):
    step = follow(start_date=date(2026, 3, 2))

    assert step.day is None
    assert step.refresh.status is RefreshStatus.FAILED
    assert "ANALYTICS_START_DATE" in step.refresh.detail
