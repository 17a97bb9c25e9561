"""A budget slows down, stops, waits when that is worth it, and keeps its window."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.clients.budget import Budget, Timer, Usage, Window
from analytics_pipeline.clients.errors import BudgetExhausted
from analytics_pipeline_tests.unit.clients.talking import Stopwatch

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def stopwatch():
    return Stopwatch()


def a_budget(stopwatch, patience=timedelta(0), window=None, reset=HOUR):
    return Budget("Some budget", reset, patience, window, stopwatch.timer)


def test_a_fresh_budget_gives_calls_without_a_pause(stopwatch):
    budget = a_budget(stopwatch)
    for _ in range(1000):
        budget.take()
    assert stopwatch.waits == []


@pytest.mark.parametrize(
    ("percent", "pauses"),
    [
        (0, []),
        (75, []),
        (76.5, [0.2]),
        (82.5, [1.0]),
        (89, [pytest.approx(28 / 15)]),
    ],
    ids=str,
)
def test_calls_slow_down_from_75_percent_on(stopwatch, percent, pauses):
    budget = a_budget(stopwatch)
    budget.observe(Usage(percent))
    budget.take()
    assert stopwatch.waits == pauses


@pytest.mark.parametrize("percent", [90, 100, 250.5], ids=str)
def test_the_budget_stops_at_90_percent(stopwatch, percent):
    budget = a_budget(stopwatch)
    budget.observe(Usage(percent))
    with pytest.raises(BudgetExhausted, match="Some budget: limit reached") as caught:
        budget.take()
    assert caught.value.wait == HOUR


def test_the_platform_s_own_word_on_how_long_it_lasts_counts(stopwatch):
    budget = a_budget(stopwatch)
    budget.observe(Usage(95, timedelta(minutes=12)))
    with pytest.raises(BudgetExhausted) as caught:
        budget.take()
    assert caught.value.wait == timedelta(minutes=12)


def test_headers_that_say_nothing_change_nothing(stopwatch):
    budget = a_budget(stopwatch)
    budget.observe(Usage(82.5))
    budget.observe(None)
    budget.take()
    assert stopwatch.waits == [1.0]


def test_calls_speed_up_again_when_there_is_room_again(stopwatch):
    budget = a_budget(stopwatch)
    budget.observe(Usage(89))
    budget.observe(Usage(10))
    budget.take()
    assert stopwatch.waits == []


def test_a_stopped_budget_opens_again(stopwatch):
    budget = a_budget(stopwatch)
    budget.stop(MINUTE)
    stopwatch.seconds += 59
    with pytest.raises(BudgetExhausted) as caught:
        budget.take()
    assert caught.value.wait == timedelta(seconds=1)
    stopwatch.seconds += 1
    budget.take()


@pytest.mark.parametrize(
    ("waits", "lasts"),
    [
        ([None], HOUR),
        ([timedelta(0)], HOUR),
        ([2 * HOUR], 2 * HOUR),
        ([2 * HOUR, MINUTE], 2 * HOUR),
        ([MINUTE, 2 * HOUR], 2 * HOUR),
    ],
    ids=["unknown", "nothing", "told", "long then short", "short then long"],
)
def test_the_longest_stop_counts(stopwatch, waits, lasts):
    budget = a_budget(stopwatch)
    assert [budget.stop(wait) for wait in waits] == [wait or HOUR for wait in waits]
    with pytest.raises(BudgetExhausted) as caught:
        budget.take()
    assert caught.value.wait == lasts


def test_a_short_stop_is_waited_for_by_the_patient(stopwatch):
    budget = a_budget(stopwatch, patience=MINUTE)
    budget.stop(timedelta(seconds=40))
    budget.take()
    budget.take()
    assert stopwatch.waits == [40]


def test_a_stop_longer_than_the_patience_is_not(stopwatch):
    budget = a_budget(stopwatch, patience=MINUTE)
    budget.stop(timedelta(seconds=61))
    with pytest.raises(BudgetExhausted):
        budget.take()
    assert stopwatch.waits == []


@pytest.mark.parametrize(
    ("patience", "is_patient"), [(0, False), (59, False), (60, True)], ids=str
)
def test_patience_is_measured_by_the_usual_stop(stopwatch, patience, is_patient):
    budget = a_budget(stopwatch, timedelta(seconds=patience), reset=MINUTE)
    assert budget.is_patient is is_patient


def test_a_full_window_is_waited_for_until_its_oldest_call_has_left(stopwatch):
    budget = a_budget(stopwatch, window=Window(3, 60))
    for _ in range(3):
        budget.take()
        stopwatch.seconds += 10
    for _ in range(3):
        budget.take()
    assert stopwatch.waits == [30, 10, 10]


def test_a_window_with_room_is_not_waited_for(stopwatch):
    budget = a_budget(stopwatch, window=Window(2, 60))
    for _ in range(5):
        budget.take()
        stopwatch.seconds += 30
    assert stopwatch.waits == []


# Whole numbers, so that no rounding can push a call over the edge of the window.
@given(
    gaps=st.lists(st.integers(0, 30), min_size=1, max_size=60),
    calls=st.integers(1, 5),
    seconds=st.integers(1, 40),
)
def test_no_stretch_of_the_window_s_length_ever_holds_too_many_calls(
    gaps, calls, seconds
):
    stopwatch = Stopwatch()
    budget = a_budget(stopwatch, window=Window(calls, seconds))
    taken = []
    for gap in gaps:
        stopwatch.seconds += gap
        budget.take()
        taken.append(stopwatch.seconds)
    for first, next_but in zip(taken, taken[calls:], strict=False):
        assert next_but - first >= seconds


class WindowFullError(Exception):
    """Raised in the place of waiting."""


def test_many_threads_share_one_window():
    """Whoever finds it full would wait; nobody slips in between look and take."""
    taken = []

    def refuse(_):
        raise WindowFullError

    timer = Timer(lambda: 0.0, refuse)
    budget = Budget("Shared", MINUTE, window=Window(100, 60), timer=timer)

    def take_all():
        while True:
            budget.take()
            taken.append(1)

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(take_all) for _ in range(8)]
    ends = [done.exception() for done in running]
    assert {type(end) for end in ends} == {WindowFullError}
    assert len(taken) == 100
