"""A budget slows down, stops, waits when that is worth it, and keeps its window."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.clients.budget import Budgets, Limits, Timer, Usage
from analytics_pipeline.clients.budget_use import Window
from analytics_pipeline.clients.errors import BudgetExhausted
from analytics_pipeline_tests.unit.clients.talking import Stopwatch

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
HOURLY = Window(200, 3600)


@pytest.fixture
def stopwatch():
    return Stopwatch()


def a_budget(stopwatch, patience=timedelta(0), window=None, reset=HOUR):
    shared = Budgets(timer=stopwatch.timer)
    return shared.named("some budget", Limits(reset, patience, window))


def take_all(budget):
    """Make calls until there are none; tell how many, and how long to wait."""
    taken = 0
    while True:
        try:
            budget.take()
        except BudgetExhausted as error:
            return taken, error.wait
        budget.observe(None)
        taken += 1


def test_without_a_window_calls_are_given_without_a_pause(stopwatch):
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
        (89, [28 / 15]),
    ],
    ids=str,
)
def test_calls_slow_down_from_75_percent_on(stopwatch, percent, pauses):
    budget = a_budget(stopwatch)
    budget.observe(Usage(percent))
    budget.take()
    assert stopwatch.waits == pytest.approx(pauses)


@pytest.mark.parametrize("percent", [90, 100, 250.5], ids=str)
@pytest.mark.parametrize("window", [None, HOURLY], ids=["no window", "window"])
def test_the_budget_stops_at_90_percent(stopwatch, percent, window):
    budget = a_budget(stopwatch, window=window)
    budget.observe(Usage(percent))
    with pytest.raises(BudgetExhausted, match="some budget: limit reached") as caught:
        budget.take()
    assert caught.value.wait == HOUR


@pytest.mark.parametrize("window", [None, HOURLY], ids=["no window", "window"])
def test_the_platform_s_own_word_on_how_long_it_lasts_counts(stopwatch, window):
    budget = a_budget(stopwatch, window=window)
    budget.observe(Usage(95, timedelta(minutes=12)))
    with pytest.raises(BudgetExhausted) as caught:
        budget.take()
    assert caught.value.wait == timedelta(minutes=12)


def test_headers_that_say_nothing_change_nothing(stopwatch):
    budget = a_budget(stopwatch)
    budget.observe(Usage(82.5))
    budget.observe(None)
    budget.take()
    assert stopwatch.waits == pytest.approx([1.0])


def test_calls_speed_up_again_when_there_is_room_again(stopwatch):
    budget = a_budget(stopwatch)
    budget.observe(Usage(89))
    budget.observe(Usage(10))
    budget.take()
    assert stopwatch.waits == []


def test_after_a_stop_without_a_window_the_platform_is_asked_again(stopwatch):
    """Nothing but its next answer can tell whether there is room."""
    budget = a_budget(stopwatch)
    budget.observe(Usage(97))
    stopwatch.seconds += 3600
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


def test_a_clock_that_stands_still_is_not_waited_for_for_ever():
    waits = []
    shared = Budgets(timer=Timer(lambda: 0.0, waits.append))
    budget = shared.named("some budget", Limits(HOUR, MINUTE))
    budget.stop(timedelta(seconds=25))
    with pytest.raises(BudgetExhausted):
        budget.take()
    assert waits == [25, 25]


@pytest.mark.parametrize(
    ("patience", "is_patient"), [(0, False), (59, False), (60, True)], ids=str
)
def test_patience_is_measured_by_the_usual_stop(stopwatch, patience, is_patient):
    budget = a_budget(stopwatch, timedelta(seconds=patience), reset=MINUTE)
    assert budget.is_patient is is_patient


class TestWindow:
    def test_nine_tenths_of_it_are_used(self, stopwatch):
        budget = a_budget(stopwatch, window=HOURLY)
        taken, wait = take_all(budget)
        assert taken == 180
        assert timedelta(minutes=59) < wait <= HOUR

    def test_calls_slow_down_before_it_is_full(self, stopwatch):
        take_all(a_budget(stopwatch, window=HOURLY))
        assert len(stopwatch.waits) == 29
        assert stopwatch.waits == sorted(stopwatch.waits)
        assert max(stopwatch.waits) < 2

    def test_it_opens_when_there_is_room_for_more_than_a_call(self, stopwatch):
        """Else every call of the next hour would have to wait for one of this."""
        budget = a_budget(stopwatch, window=HOURLY)
        _, wait = take_all(budget)
        stopwatch.seconds += wait.total_seconds()
        taken, _ = take_all(budget)
        assert taken >= 30

    def test_a_window_with_room_is_not_waited_for(self, stopwatch):
        budget = a_budget(stopwatch, window=Window(4, 60))
        for _ in range(9):
            budget.take()
            stopwatch.seconds += 30
        assert stopwatch.waits == []

    def test_the_platform_knows_of_calls_that_others_made(self, stopwatch):
        budget = a_budget(stopwatch, window=HOURLY)
        budget.take()
        budget.observe(Usage(80))
        taken, _ = take_all(budget)
        assert taken == 20

    def test_the_platform_s_word_makes_a_larger_budget_known(self, stopwatch):
        """200 an hour is a guess: ten active users have ten times as many."""
        budget = a_budget(stopwatch, window=HOURLY)
        for number in range(1, 1001):
            budget.take()
            budget.observe(Usage(number * 100 // 2000))
        assert stopwatch.waits == []

    def test_a_word_older_than_the_window_counts_no_longer(self, stopwatch):
        budget = a_budget(stopwatch, window=HOURLY)
        budget.observe(Usage(89))
        stopwatch.seconds += 3600
        budget.take()
        assert stopwatch.waits == []

    def test_a_clock_that_was_set_back_stops_nobody(self, stopwatch):
        budget = a_budget(stopwatch, window=HOURLY)
        take_all(budget)
        stopwatch.seconds -= 7 * 24 * 3600
        taken, _ = take_all(budget)
        assert taken == 180


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
    window = Window(calls, seconds)
    budget = a_budget(stopwatch, timedelta(days=1), window)
    taken = []
    for gap in gaps:
        stopwatch.seconds += gap
        budget.take()
        taken.append(stopwatch.seconds)
    for first, next_but in zip(taken, taken[calls:], strict=False):
        # A pause before a call comes after it was taken from the budget.
        assert next_but - first >= seconds - 2


def test_many_threads_share_one_window():
    """Whoever finds it full goes; nobody slips in between look and take."""
    shared = Budgets(timer=Timer(lambda: 0.0, lambda _: None))
    budget = shared.named("shared", Limits(MINUTE, window=Window(100, 60)))
    taken = []

    def take():
        while True:
            budget.take()
            taken.append(1)

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(take) for _ in range(8)]
    assert {type(done.exception()) for done in running} == {BudgetExhausted}
    assert len(taken) == 90


def test_budgets_of_one_ledger_and_name_are_one(stopwatch):
    shared = Budgets(timer=stopwatch.timer)
    shared.named("a", Limits(HOUR)).stop()
    with pytest.raises(BudgetExhausted):
        shared.named("a", Limits(HOUR)).take()
    shared.named("b", Limits(HOUR)).take()
