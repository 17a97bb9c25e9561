"""The clock stands, runs and is set; rate windows go by it."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from analytics_pipeline.sandbox.clock import SandboxClock
from analytics_pipeline.sandbox.limits import Budgets, RollingWindow, refused
from analytics_pipeline.sandbox.state import Behaviour, SandboxState

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_clock_stands_still_unless_told_to_run():
    clock = SandboxClock(NOON)
    time.sleep(0.01)
    assert clock.now() == NOON
    assert clock.rate == 0


def test_a_running_clock_runs_at_its_rate():
    clock = SandboxClock(NOON, rate=3_600)
    time.sleep(0.05)
    first = clock.now()
    assert first > NOON + timedelta(minutes=2)
    time.sleep(0.01)
    assert clock.now() > first


def test_a_clock_can_be_set_forwards_and_backwards():
    clock = SandboxClock(NOON)
    for moment in (NOON + timedelta(days=14), NOON - timedelta(days=400)):
        clock.set(moment)
        assert clock.now() == moment


def test_setting_keeps_the_rate_unless_told_otherwise():
    clock = SandboxClock(NOON, rate=5)
    clock.set(NOON)
    assert clock.rate == 5
    clock.set(NOON, 0)
    assert clock.now() == NOON


def test_any_offset_is_understood_and_shown_in_utc():
    clock = SandboxClock(NOON.astimezone(timezone(timedelta(hours=5, minutes=30))))
    assert clock.now() == NOON
    assert clock.now().utcoffset() == timedelta()


def test_an_instant_without_offset_and_a_negative_rate_are_refused():
    with pytest.raises(ValueError, match="UTC offset"):
        SandboxClock(datetime(2026, 3, 2))  # noqa: DTZ001
    with pytest.raises(ValueError, match="negative"):
        SandboxClock(NOON, rate=-1)


def test_answers_bear_the_date_of_the_sandbox_s_clock(ask, sandbox):
    sandbox.clock.set(NOON)
    for answer in (
        ask.creators_app("creators/"),
        ask.graph("me"),
        ask.user_info("nonsense", "open_id"),
    ):
        assert answer.headers["date"] == "Mon, 02 Mar 2026 12:00:00 GMT"


def test_without_a_clock_a_sandbox_opens_on_the_second_morning():
    assert SandboxState().clock.now() == datetime(2026, 3, 2, 5, tzinfo=UTC)


def test_a_window_fills_and_refuses_what_goes_beyond():
    window = RollingWindow(4, 3_600)
    percents = [window.use(NOON) for _ in range(6)]
    assert percents[:4] == [25, 50, 75, 100]
    assert [refused(percent) for percent in percents] == [False] * 4 + [True] * 2


def test_a_window_rolls_with_the_clock():
    window = RollingWindow(2, 3_600)
    window.use(NOON)
    window.use(NOON + timedelta(minutes=30))
    assert refused(window.use(NOON + timedelta(minutes=59)))
    assert window.use(NOON + timedelta(minutes=121)) == 50


def test_a_refused_call_counts_too():
    window = RollingWindow(1, 60)
    window.use(NOON)
    assert refused(window.use(NOON + timedelta(seconds=50)))
    assert refused(window.use(NOON + timedelta(seconds=70)))
    assert not refused(window.use(NOON + timedelta(seconds=140)))


def test_going_back_in_time_forgets_what_has_not_happened_yet():
    window = RollingWindow(2, 60)
    for _ in range(5):
        window.use(NOON)
    assert window.use(NOON - timedelta(days=1)) == 50


def test_a_window_stays_small_however_many_calls_it_saw():
    window = RollingWindow(1_000, 3_600)
    for second in range(0, 20_000, 7):
        window.use(NOON + timedelta(seconds=second))
    assert len(window._buckets) <= 61


def test_a_large_limit_is_hardly_touched_but_never_passed_unnoticed():
    window = RollingWindow(1_000, 60)
    assert window.use(NOON) == 0
    for _ in range(999):
        window.use(NOON)
    assert refused(window.use(NOON))


def test_budgets_are_kept_apart_by_name():
    budgets = Budgets(1, 60)
    assert budgets.use("one", NOON) == 100
    assert budgets.use("two", NOON) == 100
    assert refused(budgets.use("one", NOON))


@pytest.mark.parametrize(
    "change",
    [{"graph_calls_per_hour": 0}, {"tiktok_calls_per_minute": 0}, {"latency_ms": -1}],
    ids=str,
)
def test_impossible_behaviour_is_refused(change):
    with pytest.raises(ValueError, match=r"budget|latency"):
        Behaviour(**change)
