"""What became of a collection: counts, and the few accounts worth naming."""

import heapq
from collections import Counter
from dataclasses import dataclass, field

from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.records import Attempt

MOST_NAMED = 20
"""Accounts that a report names of each sort; `sync_outcomes` has all of them."""


@dataclass(slots=True)
class Tally:
    """Attempts, counted; it does not grow with them.

    Attributes:
        accounts: How many were made, one per account asked.
        calls: Requests sent in all.
        calls_repeated: Requests sent again after a transient failure.
        by_status: How many ended with each status.
        without_answer: The first that gave no answer to use.
    """

    accounts: int = 0
    calls: int = 0
    calls_repeated: int = 0
    by_status: Counter[Status] = field(default_factory=Counter)
    without_answer: list[Attempt] = field(default_factory=list)
    _off_plan: list[tuple[int, int, int, Attempt]] = field(default_factory=list)
    _object_urls: set[str] = field(default_factory=set)

    @property
    def off_plan(self) -> list[Attempt]:
        """Those whose calls differ most from the plan; then those with most calls."""
        return [item[-1] for item in sorted(self._off_plan, reverse=True)]

    @property
    def object_urls(self) -> tuple[str, ...]:
        """Landing objects written."""
        return tuple(sorted(self._object_urls))

    def add(self, attempt: Attempt) -> None:
        """Count an attempt that has ended."""
        self.accounts += 1
        self.calls += attempt.calls
        self.calls_repeated += attempt.calls_repeated
        self.by_status[attempt.status] += 1
        if attempt.status is not Status.OK and len(self.without_answer) < MOST_NAMED:
            self.without_answer.append(attempt)
        # The number keeps attempts themselves from being compared.
        entry = (abs(attempt.calls_unplanned), attempt.calls, -self.accounts, attempt)
        if len(self._off_plan) < MOST_NAMED:
            heapq.heappush(self._off_plan, entry)
        else:
            heapq.heappushpop(self._off_plan, entry)

    def add_object(self, url: str) -> None:
        """Note a landing object that was written."""
        self._object_urls.add(url)


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What became of a collection.

    Attributes:
        asked: The accounts asked.
        calls_planned: Requests planned in all.
        reused: Account days that the landing store already had.
        recovered: Attempts that an earlier, killed run had left in its spool.
    """

    asked: Tally
    calls_planned: int
    reused: int
    recovered: int

    @property
    def object_urls(self) -> tuple[str, ...]:
        """Landing objects written."""
        return self.asked.object_urls

    @property
    def calls(self) -> int:
        """Requests sent in all."""
        return self.asked.calls

    def count(self, status: Status) -> int:
        """Return how many accounts ended with a status."""
        return self.asked.by_status[status]
