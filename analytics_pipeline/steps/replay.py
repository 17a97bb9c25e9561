"""Rebuilding the index of the landing store from its objects."""

from collections.abc import Iterator
from dataclasses import replace

from analytics_pipeline.landing.publishing import recover_spools
from analytics_pipeline.landing.store import LandingStore
from analytics_pipeline.schemas.attempt_kinds import raw_assets
from analytics_pipeline.schemas.records import Attempt
from analytics_pipeline.steps.run import Run
from analytics_pipeline.warehouse.attempts import store_attempts
from analytics_pipeline.warehouse.exclusion import at_work


def reindex(run: Run) -> Iterator[tuple[str, int]]:
    """Read every landing object and keep its attempts in the warehouse.

    Args:
        run: The stores.

    Yields:
        Each object's address, and how many attempts it holds.
    """
    with at_work(run.warehouse):
        recover_spools(run.spool_folder, run.landing, lambda made: _store(run, made))
    for asset in raw_assets():
        for name in run.landing.names(asset):
            yield name, index_object(run, name)


def index_object(run: Run, name: str) -> int:
    """Keep the attempts of one landing object in the warehouse.

    Args:
        run: The stores.
        name: The object's address.

    Returns:
        How many attempts it holds.
    """
    # An erasure that came between reading and keeping would be undone.
    with at_work(run.warehouse):
        attempts = list(_attempts(run.landing, name))
        _store(run, attempts)
    return len(attempts)


def _attempts(store: LandingStore, name: str) -> Iterator[Attempt]:
    for attempt, _ in store.read_attempts(name):
        yield replace(attempt, object_url=name)


def _store(run: Run, attempts: list[Attempt]) -> None:
    with run.warehouse.begin() as connection:
        store_attempts(connection, attempts)
