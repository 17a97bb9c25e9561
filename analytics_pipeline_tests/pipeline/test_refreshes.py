"""A refresh from the request to the run's end, and what comes in between."""

import socket

import dagster as dg
import pytest

from analytics_pipeline.steps.refreshes import ask_for_refresh
from analytics_pipeline.warehouse.refreshes import find_refresh
from analytics_pipeline_tests.agency import FAST, MEDIA_ONLY
from analytics_pipeline_tests.conftest import FIRST_DAY

pytestmark = pytest.mark.media_only
DAY = FIRST_DAY.isoformat()


class Desk:
    """Asks for refreshes, and looks as the sensor does."""

    def __init__(self, agency):
        self.agency = agency
        run = agency.run()
        self.rule, self.clock = run.rule, run.clock

    def ask(self):
        warehouse = self.agency.warehouse
        return ask_for_refresh(warehouse, "a test", self.rule, self.clock())[0]

    def look(self):
        """Evaluate the sensor; give the requests for runs, and why there is none."""
        with dg.build_sensor_context(
            instance=self.agency.instance,
            resources=FAST.resources,
            repository_def=FAST.get_repository_def(),
        ) as context:
            done = FAST.resolve_sensor_def("start_refreshes").evaluate_tick(context)
        return done.run_requests, done.skip_message

    def state(self, refresh):
        with self.agency.warehouse.reading() as connection:
            return find_refresh(connection, refresh.refresh_id)

    def run_of(self, request, status, **tags):
        """Make the run that the daemon makes of a request, as far as it has come."""
        return self.agency.instance.create_run_for_job(
            FAST.resolve_job_def("collect_job"),
            tags={**request.tags, "dagster/partition": request.partition_key, **tags},
            status=status,
        )


@pytest.fixture
def desk(agency):
    return Desk(agency)


def test_without_a_request_nothing_is_started(desk):
    assert desk.look() == ([], "nobody waits for a refresh")


def test_a_request_becomes_a_run_that_asks_again_whoever_has_answered(desk):
    agency = desk.agency
    agency.collect_plainly(FIRST_DAY)
    refresh = desk.ask()
    (request,), _ = desk.look()
    again, _ = desk.look()
    agency.sandbox.calls.reset()
    job = MEDIA_ONLY.resolve_job_def("collect_job")
    assets = {key.to_user_string() for key in job.asset_layer.selected_asset_keys}
    result = job.execute_in_process(
        instance=agency.instance,
        partition_key=request.partition_key,
        tags=request.tags,
        run_config={
            "ops": {
                name: config
                for name, config in request.run_config["ops"].items()
                if name in assets
            }
        },
    )
    told, why = desk.look()
    state = desk.state(refresh)

    assert request.partition_key == DAY
    # The daemon makes one run of a key, however often it is asked for.
    assert [one.run_key for one in (request, *again)] == [refresh.refresh_id] * 2
    assert result.success
    assert agency.sandbox.calls.count(api="instagram") > 0
    assert (told, state.run_id) == ([], result.run_id)
    assert state.status == "succeeded"
    assert "succeeded" in why
    assert state.requested_at <= state.checked_at
    assert state.started_at <= state.ended_at
    # One account's token is dead, and only its owner can mend that.
    assert "gave no answer" in state.detail
    assert desk.look()[1] == "nobody waits for a refresh"


def test_every_asset_that_asks_is_told_to_ask_again(desk):
    desk.ask()
    (request,), _ = desk.look()
    job = FAST.resolve_job_def("collect_job")

    configured = {name: op["config"] for name, op in request.run_config["ops"].items()}
    raw = {
        key.to_user_string()
        for key in job.asset_layer.selected_asset_keys
        if key.to_user_string().startswith("raw_")
    }
    assert configured == {name: {"refresh": True} for name in raw}
    dg.validate_run_config(job, request.run_config)


@pytest.mark.parametrize(
    ("run_status", "status", "detail"),
    [
        (dg.DagsterRunStatus.NOT_STARTED, "waiting", None),
        (dg.DagsterRunStatus.STARTED, "started", None),
        (dg.DagsterRunStatus.CANCELING, "started", None),
        (dg.DagsterRunStatus.CANCELED, "failed", "its run was cancelled"),
        (dg.DagsterRunStatus.FAILURE, "failed", "its run failed"),
    ],
)
def test_its_state_is_that_of_its_run(desk, run_status, status, detail):
    refresh = desk.ask()
    (request,), _ = desk.look()
    run = desk.run_of(request, run_status)

    told, _ = desk.look()

    state = desk.state(refresh)
    assert told == []
    assert (state.status, state.run_id) == (status, run.run_id)
    assert (state.ended_at is not None) is (status == "failed")
    assert (state.detail or "").startswith(detail or "")


def test_a_run_whose_process_was_killed_has_failed(desk):
    refresh = desk.ask()
    (request,), _ = desk.look()
    # No process has this number.
    gone = {"analytics/host": socket.gethostname(), "analytics/pid": str(2**30)}
    desk.run_of(request, dg.DagsterRunStatus.STARTED, **gone)

    desk.look()

    assert desk.state(refresh).detail == "the process of its run was killed"
    assert desk.ask().refresh_id != refresh.refresh_id, "the next may be asked for"


def test_a_run_that_was_deleted_has_failed(desk):
    refresh = desk.ask()
    (request,), _ = desk.look()
    run = desk.run_of(request, dg.DagsterRunStatus.STARTED)
    desk.look()
    desk.agency.instance.delete_run(run.run_id)

    told, _ = desk.look()

    assert told == []
    assert desk.state(refresh).status == "failed"


def test_it_waits_while_another_run_is_at_work_on_the_day(desk):
    refresh = desk.ask()
    other = desk.agency.instance.create_run_for_job(
        FAST.resolve_job_def("collect_job"),
        tags={"dagster/partition": DAY},
        status=dg.DagsterRunStatus.STARTED,
    )
    told, _ = desk.look()
    state = desk.state(refresh)
    desk.agency.instance.report_run_canceled(other)

    assert told == []
    assert other.run_id in state.detail
    assert state.run_id is None, "it is another's run"
    assert len(desk.look()[0]) == 1
