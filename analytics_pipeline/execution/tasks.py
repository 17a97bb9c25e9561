"""Steps as Celery tasks that survive their worker.

A broker delivers a step at least once, or, when a worker or the broker itself dies,
perhaps never. What it cannot know stands in PostgreSQL: a step at work holds a lease.

* A worker begins no step whose lease is held or whose result is there, however often
  its message is delivered.
* The run watches each step that it has sent. One whose lease is free for too long and
  that has left no result is sent again, under the same id.

So a step is done by one worker at a time and in the end by one; and a step that is done
twice does nothing twice: an account that has answered is not asked again.
"""

import logging
import os
import signal
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from billiard.exceptions import WorkerLostError
from celery import Task, states
from celery.exceptions import DuplicateTaskNameWarning, Ignore
from celery.result import AsyncResult
from dagster_celery.config import TASK_EXECUTE_PLAN_NAME

from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.leases import Leases

_log = logging.getLogger(__name__)
# A step that has not begun may be waiting for a worker: then sending it again only
# makes its message longer waited for. The wait doubles each time.
_UNBEGUN_SECONDS = 600.0
_MOST_DEATHS = 5
# dagster-celery makes its task anew for every step that it sends.
warnings.filterwarnings("ignore", category=DuplicateTaskNameWarning)


class WorkersKeepDyingError(Exception):
    """A step has taken one worker after the other with it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a step may show no sign of life.

    Attributes:
        lost_seconds: After a worker has begun it.
        unbegun_seconds: Before one has; doubled each time it is sent again.
    """

    lost_seconds: float
    unbegun_seconds: float = _UNBEGUN_SECONDS


class WatchedResult:
    """What becomes of a step, watched until it is there.

    Args:
        result: Celery's own.
        send_again: Sends the step again, under the same id.
        is_at_work: Tells whether a worker is at work on it.
        patience: How long it may show no sign of life.
        now: Seconds that only grow.
    """

    def __init__(
        self,
        result: AsyncResult,
        send_again: Callable[[], object],
        is_at_work: Callable[[], bool],
        patience: Patience,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._result = result
        self._send_again = send_again
        self._is_at_work = is_at_work
        self._patience = patience
        self._now = now
        self._absent_since: float | None = None
        self._was_begun = False
        self._deaths = 0
        self._sent = 1

    def ready(self) -> bool:
        """Tell whether the step has ended; send it again if it never will."""
        if self._deaths >= _MOST_DEATHS:
            return True
        if self._result.ready() and not self._lost_its_process():
            return True
        # Looked at before the lease, which is taken before it is told: so who has
        # begun and holds none is gone, even if this process stood still in between.
        has_begun = self._result.state == states.STARTED
        if self._is_at_work():
            self._was_begun, self._absent_since = True, None
        else:
            self._note_absence(has_begun=has_begun)
        return False

    def get(self) -> Any:  # noqa: ANN401 - as Celery has it
        """Return the step's events.

        Returns:
            As the worker told them.

        Raises:
            WorkersKeepDyingError: Nobody has lived to tell them.
        """
        if self._deaths >= _MOST_DEATHS:
            msg = f"{_MOST_DEATHS} workers died of one step; look at their memory"
            raise WorkersKeepDyingError(msg)
        return self._result.get()

    def revoke(self) -> None:
        """Have the step dropped if no worker has begun it."""
        self._result.revoke()

    def _note_absence(self, *, has_begun: bool) -> None:
        if has_begun and not self._was_begun:
            # A worker has begun and died between two looks.
            self._was_begun, self._absent_since = True, None
        if self._absent_since is None:
            self._absent_since = self._now()
        elif self._now() - self._absent_since > self._allowed():
            self._begin_again()

    def _lost_its_process(self) -> bool:
        """Tell whether what came back is only that a worker's child was killed."""
        if not isinstance(self._result.result, WorkerLostError):
            return False
        self._was_begun = True
        self._result.forget()
        return True

    def _allowed(self) -> float:
        if self._was_begun:
            return self._patience.lost_seconds
        return float(self._patience.unbegun_seconds * 2 ** (self._sent - 1))

    def _begin_again(self) -> None:
        self._deaths += self._was_begun
        if self._deaths >= _MOST_DEATHS:
            return
        _log.warning(
            "a step %s; it is sent again",
            "has lost its worker" if self._was_begun else "was begun by no worker",
        )
        # Only the worker that takes it next says again that it has begun.
        self._result.forget()
        self._send_again()
        self._sent += 1
        self._was_begun, self._absent_since = False, None


class WatchedTask(Task):
    """What dagster-celery makes its tasks of."""

    abstract = True
    # Celery logs what a task returns: here all of a step's events.
    resultrepr_maxsize = 60

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Celery's own
        """Run the step, unless another worker does or has done."""
        if self.name != TASK_EXECUTE_PLAN_NAME:
            return self.run(*args, **kwargs)
        task_id = self.request.id
        with _leases().hold(task_id, _give_up) as is_mine:
            if not is_mine or self.AsyncResult(task_id).state == states.SUCCESS:
                _log.info("a step that was delivered twice is left to its worker")
                raise Ignore
            self.update_state(state=states.STARTED)
            return self.run(*args, **kwargs)

    def apply_async(
        self,
        args: Any = None,  # noqa: ANN401 - Celery's own
        kwargs: Any = None,  # noqa: ANN401
        task_id: str | None = None,
        **options: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Send the step, and watch it."""
        send = super().apply_async
        result = send(args, kwargs, task_id, **options)
        return WatchedResult(
            result,
            lambda: send(args, kwargs, result.id, **options),
            lambda: _leases().is_held(result.id),
            Patience(load_settings().lost_worker_seconds),
        )


@cache
def _leases() -> Leases:
    """Return this process's leases: all steps are looked at over one connection."""
    return Leases(load_settings())


def _give_up() -> None:
    """End this process: its step is another worker's now.

    A kill is what everything here withstands; it stops the asking at once.
    """
    os.kill(os.getpid(), signal.SIGKILL)
