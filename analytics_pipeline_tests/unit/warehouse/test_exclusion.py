"""An erasure is alone with what steps write, and nobody waits for oneself."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from analytics_pipeline.warehouse.exclusion import alone, at_work

LONG = 10.0
SHORT = 0.2


@pytest.fixture
def others():
    with ThreadPoolExecutor(2) as pool:
        yield pool


def _locks_held(warehouse) -> int:
    with warehouse.begin() as connection:
        return connection.scalar(
            sa.text(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND"
                " database = (SELECT oid FROM pg_database"
                " WHERE datname = current_database())"
            )
        )


def _enter(warehouse, lock, entered):
    with lock(warehouse):
        entered.set()


def test_an_erasure_waits_for_a_step_and_a_step_for_an_erasure(warehouse, others):
    for first, second in ((at_work, alone), (alone, at_work), (alone, alone)):
        entered = threading.Event()
        with first(warehouse):
            waiting = others.submit(_enter, warehouse, second, entered)
            assert not entered.wait(SHORT)
        assert entered.wait(LONG)
        waiting.result(LONG)


def test_steps_do_not_wait_for_each_other(warehouse, others):
    entered = threading.Event()
    with at_work(warehouse):
        others.submit(_enter, warehouse, at_work, entered).result(LONG)
    assert entered.is_set()


def test_a_step_within_a_step_does_not_wait_for_an_erasure_between_them(
    warehouse, others
):
    entered = threading.Event()
    with at_work(warehouse):
        waiting = others.submit(_enter, warehouse, alone, entered)
        assert not entered.wait(SHORT)
        with at_work(warehouse):
            pass
        assert not entered.is_set()
    waiting.result(LONG)


def test_a_step_of_the_erasure_itself_does_not_wait(warehouse):
    with alone(warehouse), at_work(warehouse):
        assert _locks_held(warehouse) == 1


@pytest.mark.parametrize("lock", [at_work, alone])
def test_a_step_that_fails_gives_its_lock_back(warehouse, lock):
    with pytest.raises(ZeroDivisionError), lock(warehouse):
        raise ZeroDivisionError

    assert _locks_held(warehouse) == 0


def test_a_session_that_is_lost_costs_the_step_nothing(warehouse):
    with at_work(warehouse), warehouse.begin() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
                " AND database = (SELECT oid FROM pg_database"
                " WHERE datname = current_database())"
            )
        )

    assert _locks_held(warehouse) == 0
