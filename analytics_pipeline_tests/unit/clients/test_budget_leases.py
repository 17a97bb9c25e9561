"""Leases: few transactions, never too many calls, all calls that are made counted."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.clients.budget import (
    Budgets,
    Limits,
    MemoryLedger,
    Usage,
)
from analytics_pipeline.clients.budget_use import Window
from analytics_pipeline.clients.errors import BudgetExhausted
from analytics_pipeline_tests.unit.clients.talking import Stopwatch

HOUR = timedelta(hours=1)
WIDE = Window(100_000, 3600)


class CountingLedger(MemoryLedger):
    """Counts how often it is asked."""

    def __init__(self):
        super().__init__()
        self.asked = 0

    def change(self, budget, how):
        self.asked += 1
        return super().change(budget, how)

    def state(self):
        return super().change("a", lambda state: (state, state))


@pytest.fixture
def ledger():
    return CountingLedger()


@pytest.fixture
def stopwatch():
    return Stopwatch()


@pytest.fixture
def process(ledger, stopwatch):
    """Start another process that takes its calls from the ledger."""

    def process(window=WIDE, patience=timedelta(0)):
        shared = Budgets(ledger, stopwatch.timer)
        return shared.named("a", Limits(HOUR, patience, window))

    return process


def take(budget, calls):
    for _ in range(calls):
        budget.take()


def end(budget, calls, usage=None):
    for _ in range(calls):
        budget.observe(usage)


def made_until_stopped(budget):
    """Make one call after the other; tell how many."""
    made = 0
    while True:
        try:
            budget.take()
        except BudgetExhausted:
            return made
        budget.observe(None)
        made += 1


def keep_busy(budget, calls, at_once=64):
    """Make calls, always so many of them under way; leave none."""
    take(budget, at_once)
    for _ in range(calls - at_once):
        budget.observe(None)
        budget.take()
    end(budget, at_once)


def test_who_makes_one_call_after_the_other_takes_them_one_by_one(ledger, process):
    budget = process()
    for made in range(1, 31):
        budget.take()
        assert ledger.state().calls == made
        budget.observe(None)
    assert ledger.asked == 30
    assert ledger.state().calls == 30


@pytest.mark.parametrize("window", [WIDE, None], ids=["window", "no window"])
def test_who_has_many_under_way_asks_the_ledger_for_few_of_them(
    ledger, process, window
):
    keep_busy(process(window), 5000)
    assert ledger.asked <= 5000 / 40


def test_what_was_leased_and_not_used_is_given_back(ledger, process):
    budget = process()
    take(budget, 64)
    assert ledger.state().calls > 64
    end(budget, 63)
    assert ledger.state().calls > 64
    end(budget, 1)
    assert ledger.state().calls == 64


def test_what_a_killed_process_had_leased_counts_as_used(ledger, process, stopwatch):
    window = Window(1000, 3600)
    take(process(window), 10)
    leased = ledger.state().calls
    assert leased > 10
    survivor = process(window)
    assert made_until_stopped(survivor) == 900 - leased
    stopwatch.seconds += 3601
    survivor.take()
    assert ledger.state().calls == 1


def test_one_lease_leaves_enough_for_others(ledger, process):
    """However much a process has under way."""
    window = Window(1000, 3600)
    greedy = process(window)
    take(greedy, 1)
    for _ in range(600):
        before = ledger.state().calls
        greedy.take()
        leased = ledger.state().calls - before
        assert leased <= max(1, (750 - before) / 4)


def test_near_the_limit_calls_are_taken_one_by_one(ledger, process):
    window = Window(1000, 3600)
    budget = process(window)
    take(budget, 750)
    for made in range(751, 901):
        budget.take()
        assert ledger.state().calls == made


def test_a_stop_is_seen_by_others_within_a_second(process, stopwatch):
    busy, other = process(), process()
    take(busy, 64)
    other.stop(HOUR)
    stopwatch.seconds += 1
    with pytest.raises(BudgetExhausted):
        busy.take()


def test_a_stop_is_overrun_by_one_lease_at_most(process):
    busy, other = process(), process()
    take(busy, 64)
    other.stop(HOUR)
    assert made_until_stopped(busy) <= 1 + 4 * 64


def test_one_s_own_stop_is_obeyed_at_once(process):
    budget = process()
    take(budget, 64)
    budget.stop(HOUR)
    with pytest.raises(BudgetExhausted):
        budget.take()


@pytest.mark.parametrize("percent", [90, 100])
def test_a_platform_that_says_stop_is_obeyed_at_once(process, percent):
    budget = process()
    take(budget, 64)
    budget.observe(Usage(percent))
    with pytest.raises(BudgetExhausted):
        budget.take()


def test_a_word_that_slows_calls_down_ends_the_lease(ledger, process, stopwatch):
    budget = process(Window(1000, 3600))
    take(budget, 64)
    budget.observe(Usage(82))
    assert ledger.state().used_share == 0.82
    budget.take()
    assert stopwatch.waits


def test_words_far_from_any_limit_cost_no_question_each(ledger, process):
    budget = process()
    take(budget, 64)
    before = ledger.asked
    end(budget, 60, Usage(12))
    assert ledger.asked == before
    end(budget, 4, Usage(13))
    assert ledger.asked == before + 1
    assert ledger.state().used_share == 0.13


def test_a_word_counts_the_calls_that_had_ended_by_then(ledger, process):
    """Calls under way, and what is leased, the platform cannot have counted."""
    budget = process(Window(1000, 3600))
    take(budget, 20)
    end(budget, 10)
    budget.observe(Usage(80))
    assert ledger.state().calls_when_told == 11


def test_what_others_give_back_makes_no_room(ledger, process):
    """They had not made those calls when the platform told how much is used."""
    busy, other = process(Window(1000, 3600)), process(Window(1000, 3600))
    take(busy, 30)
    other.take()
    other.observe(Usage(85))
    end(busy, 30)
    state = ledger.state()
    assert state.calls == 31
    assert state.calls_when_told == 31


class Played:
    """Processes that share a budget, played step by step."""

    def __init__(self, window, count):
        self.stopwatch = Stopwatch()
        self.ledger = CountingLedger()
        self.window = window
        self.processes = [self._started() for _ in range(count)]
        self.under_way = [0] * count
        self.made = []
        self.has_killed = False

    def _started(self):
        shared = Budgets(self.ledger, self.stopwatch.timer)
        return shared.named("a", Limits(HOUR, window=self.window))

    def step(self, which, what, number):
        which %= len(self.processes)
        if what == "take":
            for _ in range(number):
                self._take(which)
        elif what == "end":
            for _ in range(min(number, self.under_way[which])):
                self.processes[which].observe(None)
                self.under_way[which] -= 1
        elif what == "wait":
            self.stopwatch.seconds += number
        else:
            self.has_killed = True
            self.processes[which] = self._started()
            self.under_way[which] = 0

    def finish(self):
        for which, process in enumerate(self.processes):
            end(process, self.under_way[which])

    def _take(self, which):
        try:
            self.processes[which].take()
        except BudgetExhausted:
            return
        self.under_way[which] += 1
        self.made.append(self.stopwatch.seconds)


steps = st.tuples(
    st.integers(0, 2),
    st.sampled_from(["take", "take", "end", "wait", "kill"]),
    st.integers(1, 20),
)


@given(st.integers(5, 200), st.sampled_from([60, 3600]), st.lists(steps, max_size=40))
def test_never_too_many_calls_and_all_of_them_counted(calls, seconds, played_steps):
    played = Played(Window(calls, seconds), 3)
    for step in played_steps:
        played.step(*step)
        # Up to two seconds of pause lie between taking a call and making it.
        begin = played.stopwatch.seconds - seconds + 2
        made = sum(at > begin for at in played.made)
        assert made <= calls
        assert made <= played.ledger.state().calls
    played.finish()
    if not played.has_killed and played.stopwatch.seconds < seconds:
        assert played.ledger.state().calls == len(played.made)
