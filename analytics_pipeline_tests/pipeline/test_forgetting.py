"""The sensor that forgets people: at once, once, and again after a failure."""

import dagster as dg
import pytest

from analytics_pipeline.definitions import defs
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.erasure_requests import store_creator_request

STARTED = dg.DagsterRunStatus.STARTED


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


@pytest.fixture
def asked(warehouse, clock):
    """Somebody has asked to be forgotten."""
    with warehouse.begin() as connection:
        store_creator_request(connection, Platform.TIKTOK, "101", clock())


def _look(instance):
    with dg.build_sensor_context(
        instance=instance,
        resources=defs.resources,
        repository_def=defs.get_repository_def(),
    ) as context:
        return defs.resolve_sensor_def("forget_people").evaluate_tick(context)


def _run(instance, **tags):
    job = defs.resolve_job_def("erase")
    return instance.create_run_for_job(job, tags=tags, status=STARTED)


@pytest.mark.usefixtures("warehouse")
def test_it_starts_nothing_while_nobody_waits(instance):
    assert _look(instance).run_requests == []


@pytest.mark.usefixtures("asked")
def test_it_starts_one_run_and_waits_for_it(instance):
    (request,) = _look(instance).run_requests
    assert request.run_key is None

    running = _run(instance)

    busy = _look(instance)
    assert busy.run_requests == []
    assert running.run_id in busy.skip_message


@pytest.mark.usefixtures("asked")
def test_a_run_that_failed_just_now_is_not_repeated_at_once(instance):
    failed = _run(instance)
    instance.report_run_failed(failed)

    resting = _look(instance)

    assert resting.run_requests == []
    assert "has failed" in resting.skip_message


@pytest.mark.usefixtures("asked")
def test_a_run_that_was_stopped_is_completed(instance):
    instance.report_run_canceled(_run(instance))

    assert _look(instance).run_requests


def test_it_is_on():
    sensor = defs.resolve_sensor_def("forget_people")

    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert sensor.job_name == "erase"
