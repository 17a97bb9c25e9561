"""The ledger: what a process takes, no other has."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.clients.budget import Budgets, Limits, Timer, Usage
from analytics_pipeline.clients.budget_use import Window
from analytics_pipeline.clients.errors import BudgetExhausted
from analytics_pipeline.schemas.budgets import BudgetState, CallSlot
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.budgets import BudgetLedger
from analytics_pipeline.warehouse.engine import Warehouse

HOUR = timedelta(hours=1)
LIMITS = Limits(HOUR, window=Window(100, 3600))


def _budgets(warehouse, clock):
    timer = Timer(lambda: clock().timestamp(), lambda _: None)
    return Budgets(BudgetLedger(warehouse, clock), timer)


def _take_all(budget):
    """Make calls until there are none; tell how many, and how long to wait."""
    taken = 0
    while True:
        try:
            budget.take()
        except BudgetExhausted as error:
            return taken, error.wait
        budget.observe(None)
        taken += 1


def test_what_is_kept_is_what_is_read(warehouse, clock):
    ledger = BudgetLedger(warehouse, clock)
    state = BudgetState(
        stopped_until=1772427600.25,
        used_share=0.28,
        told_at=1772424000.5,
        calls_when_told=56,
        slots=(CallSlot(1772423000.125, 1772423010.5, 40), CallSlot(1.0, 2.0, 16)),
    )

    assert ledger.change("a", lambda before: (state, before)) == BudgetState()
    assert ledger.change("a", lambda before: (before, before)) == state
    assert ledger.change("b", lambda before: (before, before)) == BudgetState()


def test_another_process_goes_on_where_the_first_stopped(warehouse, clock):
    first = _budgets(warehouse, clock).named("instagram/platform", LIMITS)
    for _ in range(60):
        first.take()
        first.observe(None)

    with Warehouse.open(load_settings()) as other:
        taken, wait = _take_all(_budgets(other, clock).named(first.name, LIMITS))

    assert taken == 30
    assert wait == HOUR
    clock.move(hours=1)
    assert _take_all(first)[0] == 90


def test_many_at_once_never_take_more_than_there_is(warehouse, clock):
    with Warehouse.open(load_settings()) as other, ThreadPoolExecutor(8) as pool:
        both = [_budgets(one, clock).named("a", LIMITS) for one in (warehouse, other)]
        taken = list(pool.map(_take_all, both * 4))

    assert sum(count for count, _ in taken) == 90


def test_what_many_threads_make_is_what_is_counted(warehouse, clock):
    """Leased calls that nobody made are given back."""
    limits = Limits(HOUR, window=Window(100_000, 3600))

    def make_calls(budget):
        together.wait()
        for _ in range(100):
            budget.take()
            together.wait()  # So that all of them are under way at once.
            budget.observe(None)

    together = threading.Barrier(16)
    with Warehouse.open(load_settings()) as other, ThreadPoolExecutor(16) as pool:
        both = [_budgets(one, clock).named("a", limits) for one in (warehouse, other)]
        list(pool.map(make_calls, both * 8))

    state = BudgetLedger(warehouse, clock).change("a", lambda state: (state, state))
    assert state.calls == 1600


def test_what_the_platform_tells_one_is_known_to_all(warehouse, clock):
    _budgets(warehouse, clock).named("a", LIMITS).observe(Usage(95, HOUR / 2))

    with Warehouse.open(load_settings()) as other:
        assert _take_all(_budgets(other, clock).named("a", LIMITS)) == (0, HOUR / 2)


def test_a_failed_change_leaves_what_was_known(warehouse, clock):
    ledger = BudgetLedger(warehouse, clock)

    def fail(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ledger.change("a", fail)

    assert ledger.change("a", lambda before: (before, before)) == BudgetState()


def test_a_lost_connection_is_made_anew(warehouse, clock):
    budget = _budgets(warehouse, clock).named("a", LIMITS)
    budget.take()
    budget.observe(None)
    with warehouse.begin() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                " datname = current_database() AND pid <> pg_backend_pid()"
            )
        )

    budget.take()

    with warehouse.begin() as connection:
        slots = connection.scalar(sa.text("SELECT call_slots FROM api_budgets"))
    assert sum(slot[2] for slot in slots) == 2
