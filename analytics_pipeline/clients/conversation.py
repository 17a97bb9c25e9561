"""One attempt's conversation with an API: repeats, counting, keeping every answer."""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from analytics_pipeline.clients.budget import Budget, Usage
from analytics_pipeline.clients.errors import (
    BudgetExhausted,
    TooMuchDataError,
    TransientApiError,
)
from analytics_pipeline.clients.transport import Request, Transport
from analytics_pipeline.schemas.records import Answer

T = TypeVar("T")

_SECONDS = re.compile(r"[0-9]{1,9}")

Record = Callable[[Answer], None]
"""Keeps an answer before anything looks into it."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often to ask again after a transient failure, and how long to pause.

    Attributes:
        repeats: Further tries after the first.
        base_seconds: Pause before the first repeat; it doubles each time. The actual
            pause is drawn between half of that and that.
        longest_seconds: Longest pause, also of those the server asks for.
        sleep: Waits; tests replace it.
    """

    repeats: int = 3
    base_seconds: float = 1.0
    longest_seconds: float = 60.0
    sleep: Callable[[float], None] = time.sleep

    def pause(self, repeat: int, asked: timedelta | None) -> None:
        """Wait before a repeat, counted from 1."""
        if asked is not None:
            seconds = asked.total_seconds()
        else:
            seconds = self.base_seconds * 2 ** (repeat - 1)
            seconds *= random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, no secret
        self.sleep(min(seconds, self.longest_seconds))


class Conversation:
    """Asks an API on behalf of one attempt.

    Args:
        transport: Sends the requests.
        policy: For repeats.
        record: Keeps each answer.
    """

    def __init__(
        self, transport: Transport, policy: RetryPolicy, record: Record
    ) -> None:
        self._transport = transport
        self._policy = policy
        self._record = record
        self.calls = 0
        self.repeated = 0

    def ask(
        self,
        request: Request,
        understand: Callable[[Answer], T],
        budget: Budget,
        usage: Callable[[Answer], Usage | None] = lambda _: None,
    ) -> T:
        """Ask until there is an answer that can be used.

        Args:
            request: What to ask. The answer to a secret one is not kept.
            understand: Turns an answer into what was asked for, or raises an ApiError.
            budget: What the calls are taken from.
            usage: Reads the usage headers.

        Returns:
            What `understand` returned.

        Raises:
            TransientApiError: No try gave a usable answer.
            TooMuchDataError: The server needs smaller pages; not repeated here.
            BudgetExhausted: The budget is stopped for longer than is worth waiting.
        """
        repeat = 0
        while True:
            budget.take()
            self.calls += 1
            self.repeated += repeat > 0
            answer = None
            try:
                try:
                    answer = self._transport.send(request)
                    if not request.is_secret:
                        self._record(answer)
                finally:
                    budget.observe(usage(answer) if answer else None)
                return understand(answer)
            except TooMuchDataError:
                raise
            except TransientApiError:
                if repeat == self._policy.repeats:
                    raise
                repeat += 1
                self._policy.pause(repeat, _asked_wait(answer))
            except BudgetExhausted as error:
                budget.stop(error.wait)
                if repeat == self._policy.repeats or not budget.is_patient:
                    raise
                repeat += 1


def _asked_wait(answer: Answer | None) -> timedelta | None:
    """Return the seconds of a Retry-After; its other form, a date, is not heeded."""
    asked = answer.headers.get("retry-after", "") if answer else ""
    return timedelta(seconds=int(asked)) if _SECONDS.fullmatch(asked) else None
