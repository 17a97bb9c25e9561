"""What is asked again and how often, what is kept, and what is counted."""

import time
from datetime import timedelta

import pytest

from analytics_pipeline.clients.budget import Budgets, Limits, Usage
from analytics_pipeline.clients.conversation import Conversation, RetryPolicy
from analytics_pipeline.clients.errors import (
    ApiError,
    BudgetExhausted,
    ItemUnavailable,
    PermanentApiError,
    ReconnectRequired,
    TooMuchDataError,
    TransientApiError,
)
from analytics_pipeline.clients.transport import Request
from analytics_pipeline.landing.store import LandingStoreError
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.unit.clients.scripted import answer, hang_up
from analytics_pipeline_tests.unit.clients.talking import Stopwatch, Talk

MINUTE = timedelta(minutes=1)
BUSY = answer("busy", 503)
WELL = answer("well")


def understand(found):
    """Understand 200; take 429 for a limit and all else for a passing trouble."""
    if found.status == 429:
        msg = "limit"
        raise BudgetExhausted(msg, MINUTE)
    if found.status != 200:
        msg = f"HTTP {found.status}"
        raise TransientApiError(msg)
    return found.body


def a_budget(reset=MINUTE, patience=timedelta(0), timer=None):
    shared = Budgets() if timer is None else Budgets(timer=timer)
    return shared.named("some budget", Limits(reset, patience))


def ask(talk, server, budget=None, read=understand, **options):
    request = Request("GET", server.url, **options.pop("request", {}))
    budget = budget or a_budget()
    return talk.conversation.ask(request, read, budget, **options)


def refuse(error):
    def read(_):
        raise error

    return read


def test_one_good_answer_takes_one_call(talk, server):
    server.will(WELL)
    assert ask(talk, server) == "well"
    assert (talk.calls, talk.repeated, talk.pauses) == (1, 0, [])
    assert [kept.body for kept in talk.kept] == ["well"]


def test_passing_troubles_are_asked_again_after_growing_pauses(talk, server):
    server.will(BUSY, BUSY, BUSY, WELL)
    assert ask(talk, server) == "well"
    assert (talk.calls, talk.repeated) == (4, 3)
    assert [kept.status for kept in talk.kept] == [503, 503, 503, 200]
    for pause, longest in zip(talk.pauses, (1, 2, 4), strict=True):
        assert longest / 2 <= pause <= longest


def test_pauses_are_drawn_so_that_accounts_do_not_ask_in_step(server):
    pauses = set()
    for _ in range(5):
        with Talk(repeats=1) as talk:
            server.will(BUSY, WELL)
            ask(talk, server)
            pauses.update(talk.pauses)
    assert len(pauses) > 1


@pytest.mark.parametrize("repeats", [0, 1, 3], ids=str)
def test_after_the_last_repeat_the_trouble_is_told(server, repeats):
    server.will(BUSY)
    with Talk(repeats=repeats) as talk:
        with pytest.raises(TransientApiError, match="HTTP 503") as caught:
            ask(talk, server)
        assert caught.value.reason is Reason.TRANSIENT
        assert (talk.calls, talk.repeated) == (repeats + 1, repeats)
        assert len(talk.pauses) == repeats
    assert len(server.asked) == repeats + 1


def test_a_lost_connection_is_asked_again_and_leaves_nothing_to_keep(talk, server):
    server.will(hang_up, WELL)
    assert ask(talk, server) == "well"
    assert (talk.calls, talk.repeated, len(talk.kept)) == (2, 1, 1)


@pytest.mark.parametrize(
    ("asked", "waited"),
    [("7", 7), ("0", 0), ("59", 59), ("600", 60), ("999999999", 60)],
    ids=str,
)
def test_the_server_s_own_wait_is_kept_within_bounds(talk, server, asked, waited):
    server.will(answer("busy", 503, {"Retry-After": asked}), WELL)
    assert ask(talk, server) == "well"
    assert talk.pauses == [waited]


@pytest.mark.parametrize(
    "asked",
    ["Wed, 21 Oct 2026 07:28:00 GMT", "-5", "soon", "1.5", "9" * 30],
    ids=lambda text: text[:12],
)
def test_a_wait_that_is_no_number_of_seconds_is_not_heeded(talk, server, asked):
    server.will(answer("busy", 503, {"Retry-After": asked}), WELL)
    assert ask(talk, server) == "well"
    assert 0.5 <= talk.pauses[0] <= 1


def test_a_wait_counts_for_one_repeat_only(talk, server):
    server.will(answer("busy", 503, {"Retry-After": "30"}), hang_up, WELL)
    ask(talk, server)
    assert talk.pauses[0] == 30
    assert 1 <= talk.pauses[1] <= 2


def test_a_long_row_of_repeats_never_pauses_for_longer_than_the_longest(server):
    waits = []
    policy = RetryPolicy(repeats=9, longest_seconds=5, sleep=waits.append)
    server.will(BUSY)
    with Talk() as talk:
        conversation = Conversation(talk.transport, policy, talk.kept.append)
        with pytest.raises(TransientApiError):
            conversation.ask(Request("GET", server.url), understand, a_budget())
    assert len(waits) == 9
    assert max(waits) == 5


def test_the_real_pause_is_the_real_sleep():
    assert RetryPolicy().sleep is time.sleep


@pytest.mark.parametrize(
    "error",
    [
        TooMuchDataError("too much"),
        ReconnectRequired("dead"),
        ItemUnavailable("gone"),
        PermanentApiError("wrong"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_cannot_get_better_is_asked_once(talk, server, error):
    server.will(WELL)
    with pytest.raises(ApiError) as caught:
        ask(talk, server, read=refuse(error))
    assert caught.value is error
    assert (talk.calls, talk.repeated, talk.pauses) == (1, 0, [])


def test_an_answer_is_kept_before_anything_looks_into_it(talk, server):
    server.will(answer("odd"))
    with pytest.raises(ZeroDivisionError):
        ask(talk, server, read=refuse(ZeroDivisionError()))
    assert [kept.body for kept in talk.kept] == ["odd"]


def test_an_answer_to_a_form_is_not_kept(talk, server):
    server.will(BUSY, WELL)
    assert ask(talk, server, request={"form": {"secret": "x"}}) == "well"
    assert (talk.calls, talk.repeated, talk.kept) == (2, 1, [])


def test_when_an_answer_cannot_be_kept_nothing_more_is_asked(talk, server):
    def record(_):
        msg = "disk full"
        raise LandingStoreError(msg)

    server.will(BUSY)
    policy = RetryPolicy(sleep=talk.pauses.append)
    conversation = Conversation(talk.transport, policy, record)
    with pytest.raises(LandingStoreError, match="disk full"):
        conversation.ask(Request("GET", server.url), understand, a_budget())
    assert len(server.asked) == 1


def test_a_limit_stops_the_budget_for_everyone(server):
    budget = a_budget(timedelta(hours=1))
    server.will(answer("", 429), WELL)
    with Talk() as first, Talk() as second:
        with pytest.raises(BudgetExhausted) as caught:
            ask(first, server, budget)
        assert caught.value.wait == MINUTE
        with pytest.raises(BudgetExhausted) as deferred:
            ask(second, server, budget)
        assert deferred.value.reason is Reason.BUDGET
        assert timedelta(0) < deferred.value.wait <= MINUTE
        assert (first.calls, second.calls) == (1, 0)
    assert len(server.asked) == 1


def test_a_limit_that_resets_soon_is_waited_for(talk, server):
    stopwatch = Stopwatch()
    budget = a_budget(patience=MINUTE, timer=stopwatch.timer)
    server.will(answer("", 429), answer("", 429), WELL)
    assert ask(talk, server, budget) == "well"
    assert (talk.calls, talk.repeated) == (3, 2)
    assert stopwatch.waits == [60, 60]
    assert talk.pauses == []


def test_a_limit_is_not_waited_for_for_ever(talk, server):
    stopwatch = Stopwatch()
    budget = a_budget(patience=MINUTE, timer=stopwatch.timer)
    server.will(answer("", 429))
    with pytest.raises(BudgetExhausted, match="limit"):
        ask(talk, server, budget)
    assert (talk.calls, talk.repeated) == (4, 3)
    assert stopwatch.waits == [60, 60, 60]


def test_the_patient_do_not_wait_for_a_block_of_a_day(talk, server):
    def read(_):
        msg = "blocked"
        raise BudgetExhausted(msg, timedelta(days=1))

    budget = a_budget(patience=MINUTE, timer=Stopwatch().timer)
    server.will(WELL)
    with pytest.raises(BudgetExhausted) as caught:
        ask(talk, server, budget, read)
    assert caught.value.wait == timedelta(days=1)
    assert (talk.calls, talk.repeated) == (1, 0)


def test_usage_in_the_headers_of_a_good_answer_stops_the_next_call(talk, server):
    budget = a_budget()
    server.will(WELL)
    assert ask(talk, server, budget, usage=lambda _: Usage(95)) == "well"
    with pytest.raises(BudgetExhausted, match="some budget: limit reached"):
        ask(talk, server, budget)
    assert talk.calls == 1


def test_a_repeat_that_was_never_sent_is_not_counted(talk, server):
    """The failed answer's own headers stop the budget: planned = made stays true."""
    budget = a_budget()
    server.will(BUSY)
    with pytest.raises(BudgetExhausted):
        ask(talk, server, budget, usage=lambda _: Usage(95))
    assert (talk.calls, talk.repeated, len(server.asked)) == (1, 0, 1)
