"""Which metrics a platform refuses: learned once, known to all threads and later runs.

A refused metric is left out until it is tried again, a month later. What is learned is
kept in a ledger at once, so a run that is killed has not learned in vain.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from analytics_pipeline.schemas.metrics import ProductType
from analytics_pipeline.schemas.records import Clock

TRIED_AGAIN_AFTER = timedelta(days=30)
Refused = tuple[ProductType, str]


class CapabilityLedger(Protocol):
    """Keeps what is known of refused metrics."""

    def refused(self) -> Mapping[Refused, datetime]:
        """Return the refused metrics, each with when it was last tried."""
        ...

    def keep(self, refused: Refused, detail: str) -> None:
        """Keep that a metric was refused just now."""
        ...

    def forget(self, answered: Iterable[Refused]) -> None:
        """Forget metrics that are answered again."""
        ...


class MemoryCapabilityLedger:
    """A ledger that learns nothing from other processes."""

    def refused(self) -> Mapping[Refused, datetime]:
        """Return nothing: no other run has learned anything."""
        return {}

    def keep(self, refused: Refused, detail: str) -> None:
        """Leave it to the capabilities to remember."""

    def forget(self, answered: Iterable[Refused]) -> None:
        """Leave it to the capabilities to forget."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A metric that was refused in this run."""

    product: ProductType
    metric: str
    detail: str


class Capabilities:
    """What may be asked for, by product type. Safe to be used from several threads.

    Args:
        clock: Tells when a metric is to be tried again.
        ledger: Keeps what is learned.
    """

    def __init__(self, clock: Clock, ledger: CapabilityLedger | None = None) -> None:
        self._clock = clock
        self._ledger = ledger or MemoryCapabilityLedger()
        self._tried_at = dict(self._ledger.refused())
        self._refusals: list[Refusal] = []
        self._lock = threading.Lock()
        self._first_calls: dict[tuple[str, ...], threading.Lock] = {}
        self._settled: set[tuple[str, ...]] = set()

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What was refused in this run."""
        with self._lock:
            return tuple(self._refusals)

    def usable(self, product: ProductType, metrics: Sequence[str]) -> tuple[str, ...]:
        """Return the metrics that are worth asking for, in their order."""
        tried_again = self._clock() - TRIED_AGAIN_AFTER
        with self._lock:
            return tuple(
                metric
                for metric in metrics
                if self._tried_at.get((product, metric), tried_again) <= tried_again
            )

    def refuse(self, product: ProductType, metrics: Iterable[str], detail: str) -> None:
        """Remember metrics that were refused.

        Args:
            product: What they were asked of.
            metrics: Their names.
            detail: What the platform said.
        """
        for metric in metrics:
            with self._lock:
                self._tried_at[product, metric] = self._clock()
                self._refusals.append(Refusal(product, metric, detail))
            self._ledger.keep((product, metric), detail)

    def answered(self, product: ProductType, metrics: Iterable[str]) -> None:
        """Take note of metrics that were answered, refused before or not."""
        with self._lock:
            again = [
                (product, metric)
                for metric in metrics
                if self._tried_at.pop((product, metric), None) is not None
            ]
        if again:
            self._ledger.forget(again)

    @contextmanager
    def asking(self, product: ProductType, metrics: Sequence[str]) -> Iterator[None]:
        """Let one thread alone ask for some metrics the first time in a run.

        So a refusal costs one call, not one of each account that is asked just then.

        Args:
            product: What they are asked of.
            metrics: Their names.

        Yields:
            Nothing.
        """
        what = (product, *metrics)
        if what in self._settled:
            yield
            return
        with self._lock:
            first_call = self._first_calls.setdefault(what, threading.Lock())
        with first_call:
            if what not in self._settled:
                try:
                    yield
                finally:
                    self._settled.add(what)
                return
        yield
