"""A step whose worker is gone is sent again; one that only takes long is not."""

from types import SimpleNamespace

import pytest
from billiard.exceptions import WorkerLostError
from celery import states

from analytics_pipeline.execution.tasks import (
    Patience,
    WatchedResult,
    WorkersKeepDyingError,
)


class Step:
    """A step as the broker, the result store and PostgreSQL would tell of it."""

    def __init__(self):
        self.seconds = 0.0
        self.sent = 0
        self.is_at_work = False
        self.outcome = None
        self.state = states.PENDING
        self.watched = WatchedResult(
            self,
            self._send,
            lambda: self.is_at_work,
            Patience(lost_seconds=30, unbegun_seconds=600),
            lambda: self.seconds,
        )

    def _send(self):
        self.sent += 1

    def ready(self):
        return self.outcome is not None

    @property
    def result(self):
        return self.outcome

    def get(self):
        return self.outcome

    def forget(self):
        self.outcome = None
        self.state = states.PENDING

    def after(self, seconds):
        """Let time pass, and look."""
        self.seconds += seconds
        return self.watched.ready()


@pytest.fixture
def step():
    return Step()


def test_a_result_that_is_there_is_handed_on(step):
    step.outcome = ["event"]

    assert step.watched.ready()
    assert step.watched.get() == ["event"]


def test_a_step_at_work_may_take_as_long_as_it_does(step):
    step.is_at_work = True

    assert not any(step.after(10_000) for _ in range(10))
    assert step.sent == 0


def test_a_step_whose_worker_is_gone_is_sent_again_once_patience_ends(step):
    step.is_at_work = True
    step.after(1)
    step.is_at_work = False

    # However long nobody looked, patience begins with the first look.
    step.after(1000)
    step.after(29)
    assert step.sent == 0
    step.after(2)
    assert step.sent == 1
    step.is_at_work = True
    step.after(100)
    assert step.sent == 1


def test_a_worker_that_dies_between_two_looks_is_missed_too(step):
    step.after(1)
    step.state = states.STARTED

    step.after(500)
    step.after(29)
    assert step.sent == 0
    step.after(2)
    assert step.sent == 1
    # Sent again, it waits for a worker as a new one does.
    step.after(500)
    assert step.sent == 1


def test_a_step_that_nobody_has_begun_is_sent_again_less_and_less_often(step):
    sent = []
    for _ in range(50):
        step.after(100)
        sent.append(step.sent)

    assert [sent.index(number) for number in (1, 2, 3)] == [7, 7 + 14, 7 + 14 + 26]
    assert step.sent == 3


def test_a_child_that_was_killed_alone_is_no_result(step):
    step.outcome = WorkerLostError("killed")

    assert not step.after(1)
    assert step.outcome is None
    step.after(1)
    step.after(31)
    assert step.sent == 1


def test_a_step_that_kills_its_workers_fails_in_the_end(step):
    for _ in range(5):
        step.is_at_work = True
        step.after(1)
        step.is_at_work = False
        step.after(1)
        step.after(31)

    assert step.sent == 4
    assert step.watched.ready()
    with pytest.raises(WorkersKeepDyingError, match="memory"):
        step.watched.get()


def test_an_error_of_the_step_itself_is_a_result(step):
    step.outcome = SimpleNamespace(reason="wrong")

    assert step.watched.ready()
