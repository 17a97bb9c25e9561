"""Requests to have everything asked again: one row stands, whoever asks how often."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from analytics_pipeline.schemas.refreshes import RefreshStatus
from analytics_pipeline.warehouse.refreshes import (
    find_refresh,
    open_refresh,
    request_refresh,
    store_progress,
)
from analytics_pipeline_tests.conftest import FIRST_DAY, FIRST_MORNING


def ask(warehouse, by="a key", at=FIRST_MORNING):
    with warehouse.begin() as connection:
        return request_refresh(connection, by, FIRST_DAY, at)


def end(warehouse, refresh):
    ended = replace(refresh, status=RefreshStatus.SUCCEEDED, ended_at=FIRST_MORNING)
    with warehouse.begin() as connection:
        store_progress(connection, ended)


def test_a_request_waits_until_something_is_noted(warehouse):
    refresh, is_new = ask(warehouse)

    assert is_new
    assert refresh.status is RefreshStatus.WAITING
    assert (refresh.run_id, refresh.started_at, refresh.ended_at) == (None, None, None)
    assert (refresh.requested_by, refresh.requested_at) == ("a key", FIRST_MORNING)
    with warehouse.reading() as connection:
        assert open_refresh(connection) == refresh
        assert find_refresh(connection, refresh.refresh_id) == refresh
        assert find_refresh(connection, "0" * 32) is None


def test_whoever_asks_while_one_waits_gets_that_one(warehouse):
    first, _ = ask(warehouse)

    assert ask(warehouse, "another", FIRST_MORNING + timedelta(hours=1)) == (
        first,
        False,
    )


def test_of_many_at_once_one_is_new(warehouse):
    with ThreadPoolExecutor(8) as pool:
        asked = list(pool.map(lambda _: ask(warehouse), range(16)))

    assert sum(is_new for _, is_new in asked) == 1
    assert len({refresh.refresh_id for refresh, _ in asked}) == 1


@pytest.mark.parametrize("status", RefreshStatus)
def test_what_is_noted_is_what_is_read(warehouse, status):
    refresh, _ = ask(warehouse)
    later = FIRST_MORNING + timedelta(minutes=3)
    told = replace(
        refresh,
        snapshot_date=date(2026, 3, 2),
        status=status,
        run_id="run-1",
        started_at=later,
        checked_at=later,
        detail="3 accounts gave no answer",
    )

    with warehouse.begin() as connection:
        store_progress(connection, told)
        assert find_refresh(connection, refresh.refresh_id) == told


def test_after_one_has_ended_the_next_may_be_asked_for(warehouse):
    first, _ = ask(warehouse)
    end(warehouse, first)
    second, is_new = ask(warehouse)

    assert is_new
    with warehouse.reading() as connection:
        assert open_refresh(connection) == second
        ended = find_refresh(connection, first.refresh_id)
    assert ended.status is RefreshStatus.SUCCEEDED
