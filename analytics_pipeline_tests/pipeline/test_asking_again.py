"""The sensor: within the grace period, asks again for whom that can help."""

import socket
import subprocess
from datetime import date, timedelta

import dagster as dg
import psutil
import pytest

from analytics_pipeline.steps.completeness import scheduled_for
from analytics_pipeline_tests.agency import FAST, MEDIA_ONLY
from analytics_pipeline_tests.conftest import FIRST_DAY

pytestmark = pytest.mark.media_only

SECOND_DAY = FIRST_DAY + timedelta(days=1)
FAILING = {"kind": "server_error", "api": "tiktok"}


def look(agency):
    """Evaluate the sensor at the agency's hour."""
    with dg.build_sensor_context(
        instance=agency.instance,
        resources=FAST.resources,
        repository_def=FAST.get_repository_def(),
    ) as context:
        return FAST.resolve_sensor_def("ask_missing_again").evaluate_tick(context)


def wait(agency, **time):
    agency.set_now(agency.sandbox.clock.now() + timedelta(**time))


@pytest.fixture
def failed(agency):
    """An agency whose first look at the first day got no answer from TikTok."""
    agency.sandbox.faults.add(**FAILING)
    agency.collect_plainly(FIRST_DAY)
    return agency


def test_a_new_deployment_begins_with_the_schedule(agency):
    wait(agency, hours=9)

    assert "nobody is missing" in look(agency).skip_message


def test_a_day_the_schedule_did_not_come_to_is_asked_for_in_time(agency):
    agency.collect_plainly(FIRST_DAY)
    agency.wake(SECOND_DAY)
    wait(agency, minutes=14)
    early = look(agency)
    wait(agency, minutes=1)
    (request,) = look(agency).run_requests

    assert "2026-03-02" in early.skip_message
    assert request.partition_key == "2026-03-02"


def test_a_run_that_failed_before_it_asked_anybody_is_repeated(agency):
    agency.collect_plainly(FIRST_DAY)
    agency.wake(SECOND_DAY)
    with agency.monkeypatch.context() as patch:
        patch.delenv("ANALYTICS_CLOCK")  # Only allowed with the sandbox's addresses.
        patch.delenv("CREATORS_API_URL")
        failed = agency.collect(SECOND_DAY)
    wait(agency, minutes=15)

    assert not failed.success
    (request,) = look(agency).run_requests
    assert request.partition_key == "2026-03-02"


def test_a_day_that_answered_is_left_alone(agency):
    agency.collect_plainly(FIRST_DAY)
    wait(agency, hours=3)

    # One token is dead, which only its owner can mend.
    assert agency.value("SELECT count(*) FROM sync_outcomes WHERE status = 'failed'")
    assert "nobody is missing" in look(agency).skip_message


def test_a_look_gives_its_connections_back(agency):
    """The sensor looks some hundred times a day."""
    count = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'analytics-pipeline'"
    )
    before = agency.value(count)

    for _ in range(3):
        look(agency)

    assert agency.value(count) <= before


def test_a_failed_account_is_asked_again_after_a_quarter_of_an_hour(failed):
    wait(failed, minutes=14)
    early = look(failed)
    wait(failed, minutes=1)
    (request,) = look(failed).run_requests

    assert early.run_requests == []
    missing = failed.value(
        "SELECT count(*) FROM sync_outcomes WHERE reason = 'transient'"
    )
    assert f"2026-03-01: {missing} accounts are missing" in early.skip_message
    assert "asked once, again after 04:15 UTC" in early.skip_message
    assert request.partition_key == "2026-03-01"


def test_only_who_is_missing_is_asked_and_the_day_stays_on_time(failed):
    failed.sandbox.faults.clear()
    wait(failed, minutes=15)
    (request,) = look(failed).run_requests
    failed.sandbox.calls.reset()

    result = MEDIA_ONLY.resolve_job_def("collect_job").execute_in_process(
        instance=failed.instance,
        partition_key=request.partition_key,
        tags=request.tags,
    )

    assert result.success
    assert failed.sandbox.calls.count(api="instagram") == 0
    reasons = failed.rows("SELECT DISTINCT reason FROM sync_outcomes WHERE status='ok'")
    assert reasons == [{"reason": None}]
    wait(failed, hours=5)
    assert "nobody is missing" in look(failed).skip_message


def test_each_failure_doubles_the_wait(failed):
    waited = []
    for _ in range(4):
        minutes = 0
        while not look(failed).run_requests:
            wait(failed, minutes=5)
            minutes += 5
        waited.append(minutes)
        failed.collect_plainly(FIRST_DAY)

    assert waited == [15, 30, 60, 120]


def test_the_same_state_asks_once_and_a_run_that_asked_nobody_is_repeated_later(failed):
    wait(failed, minutes=15)
    (first,) = look(failed).run_requests
    wait(failed, minutes=29)
    (again,) = look(failed).run_requests
    wait(failed, minutes=1)
    (later,) = look(failed).run_requests

    assert first.run_key == again.run_key
    assert later.run_key != first.run_key


@pytest.mark.parametrize(
    "tags",
    [
        {"dagster/partition": "2026-03-01"},
        {
            "dagster/asset_partition_range_start": "2026-02-20",
            "dagster/asset_partition_range_end": "2026-03-01",
        },
    ],
    ids=["day", "window"],
)
def test_a_day_has_one_run_in_flight_at_most(failed, tags):
    wait(failed, minutes=15)
    job = FAST.resolve_job_def("collect_job")
    running = failed.instance.create_run_for_job(
        job, tags=tags, status=dg.DagsterRunStatus.STARTED
    )
    busy = look(failed)
    failed.instance.report_run_canceled(running)

    assert busy.run_requests == []
    assert running.run_id in busy.skip_message
    assert look(failed).run_requests


def test_a_run_whose_command_was_killed_is_not_waited_for(failed):
    wait(failed, minutes=15)
    command = subprocess.Popen(["sleep", "60"])
    started = int(psutil.Process(command.pid).create_time())
    failed.instance.create_run_for_job(
        FAST.resolve_job_def("collect_job"),
        tags={
            "dagster/partition": "2026-03-01",
            "analytics/host": socket.gethostname(),
            "analytics/pid": str(command.pid),
            "analytics/process_started": str(started),
        },
        status=dg.DagsterRunStatus.STARTED,
    )
    alive = look(failed)
    command.kill()
    command.wait()

    assert alive.run_requests == []
    assert look(failed).run_requests


def test_a_run_of_another_day_does_not_keep_it_waiting(failed):
    wait(failed, minutes=15)
    failed.instance.create_run_for_job(
        FAST.resolve_job_def("collect_job"),
        tags={"dagster/partition": "2026-02-28"},
        status=dg.DagsterRunStatus.STARTED,
    )

    assert look(failed).run_requests


def test_after_the_grace_period_the_schedule_takes_over(failed):
    failed.wake(SECOND_DAY, hour=0)
    told = look(failed).skip_message

    assert "2026-03-01" not in told
    assert (
        told == "2026-03-02: not everybody has been asked; to be asked after 04:15 UTC"
    )


def test_a_longer_grace_period_asks_for_two_days_in_one_run(failed):
    failed.monkeypatch.setenv("ANALYTICS_SNAPSHOT_GRACE", "60h")
    failed.wake(SECOND_DAY)
    failed.collect_plainly(SECOND_DAY)
    wait(failed, hours=1)

    (request,) = look(failed).run_requests

    assert request.tags["dagster/asset_partition_range_start"] == "2026-03-01"
    assert request.tags["dagster/asset_partition_range_end"] == "2026-03-02"


def test_a_day_seen_only_while_it_lasted_is_left_to_the_schedule(agency):
    agency.sandbox.faults.add(**FAILING)
    agency.set_now(agency.sandbox.clock.now().replace(day=1, hour=18))
    agency.collect_plainly(FIRST_DAY)
    agency.wake(FIRST_DAY, hour=1)
    early = look(agency)
    agency.wake(FIRST_DAY, hour=6)

    assert early.run_requests == []
    assert look(agency).run_requests, "the schedule did not come"


@pytest.mark.parametrize(
    "day", ["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25"]
)
def test_the_schedules_hour_is_one_on_the_wall(day_rule, day):
    """Two days around each change of summer time in Prague."""
    at = scheduled_for(date.fromisoformat(day), day_rule)

    assert at.astimezone(day_rule.zone).strftime("%H:%M") == "05:00"
