"""A worker does no step that another does or has done, however often it is sent."""

import pytest
from celery import Celery, states
from dagster_celery.config import TASK_EXECUTE_PLAN_NAME

from analytics_pipeline.execution import tasks
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.leases import Leases


@pytest.fixture
def done():
    return []


@pytest.fixture
def step(warehouse, done):
    """A step of a worker whose broker and results are in its memory."""
    del warehouse  # The environment names it.
    tasks._leases.cache_clear()
    app = Celery(broker="memory://", backend="cache+memory://")
    app.Task = tasks.WatchedTask

    @app.task(name=TASK_EXECUTE_PLAN_NAME, base=tasks.WatchedTask, bind=True)
    def execute_plan(self):
        done.append(self.request.id)

    yield execute_plan
    tasks._leases().close()
    tasks._leases.cache_clear()


def test_a_step_that_nobody_does_is_done(step, done):
    assert step.apply(task_id="one").state == states.SUCCESS
    assert done == ["one"]


def test_a_step_that_another_does_is_left_to_it(step, done):
    other = Leases(load_settings())
    with other.hold("one", on_lost=done.clear):
        assert step.apply(task_id="one").state == states.IGNORED
        step.apply(task_id="two")

    assert done == ["two"]


def test_a_step_that_was_done_is_not_done_again(step, done):
    step.backend.store_result("done", [], states.SUCCESS)

    assert step.apply(task_id="done").state == states.IGNORED
    assert done == []


def test_a_step_that_has_failed_may_be_done_again(step, done):
    step.backend.mark_as_failure("failed", ValueError("worker lost"))

    step.apply(task_id="failed")

    assert done == ["failed"]


def test_what_is_sent_is_watched(step, done):
    result = step.apply_async()

    assert isinstance(result, tasks.WatchedResult)
    assert not result.ready()
    assert done == []
