"""Days in a zone: no instant is in none of them, none in two."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics_pipeline.transform.days import DayRule, each_day

NO_GRACE = timedelta(0)
PRAGUE = DayRule(ZoneInfo("Europe/Prague"), timedelta(hours=24))
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        pytest.param("UTC", date(2026, 3, 29), 24, id="no summer time"),
        pytest.param("Europe/Prague", date(2026, 3, 1), 24, id="Prague, ordinary"),
        pytest.param("Europe/Prague", date(2026, 3, 29), 23, id="Prague, spring"),
        pytest.param("Europe/Prague", date(2026, 10, 25), 25, id="Prague, autumn"),
        pytest.param("America/New_York", date(2026, 3, 8), 23, id="New York, spring"),
        pytest.param("America/New_York", date(2026, 11, 1), 25, id="New York, autumn"),
        pytest.param("Australia/Lord_Howe", date(2026, 4, 5), 24.5, id="half an hour"),
        pytest.param("America/Santiago", date(2024, 9, 8), 23, id="no midnight"),
        pytest.param("America/Havana", date(2024, 11, 3), 25, id="midnight twice"),
        pytest.param("Pacific/Apia", date(2011, 12, 30), 0, id="a day left out"),
    ],
)
def test_a_day_is_as_long_as_the_calendar_says(zone, day, hours):
    rule = DayRule(ZoneInfo(zone), NO_GRACE)
    assert rule.end(day) - rule.start(day) == timedelta(hours=hours)


def test_a_day_begins_at_midnight_of_its_zone_told_in_utc():
    start = PRAGUE.start(date(2026, 3, 1))
    assert start == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert start.tzinfo is UTC


zones = st.sampled_from(
    [
        "UTC",
        "Europe/Prague",
        "America/New_York",
        "America/Santiago",
        "Africa/Cairo",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Pacific/Kiritimati",
    ]
).map(ZoneInfo)
days = st.dates(date(2012, 1, 1), date(2060, 1, 1))
instants = st.builds(
    lambda day, seconds: (
        datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds)
    ),
    days,
    st.floats(0, 86_400, exclude_max=True),
)


@given(zones, instants)
@example(ZoneInfo("Europe/Prague"), datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
@example(ZoneInfo("Europe/Prague"), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
@example(ZoneInfo("America/New_York"), datetime(2026, 11, 1, 5, 30, tzinfo=UTC))
@example(ZoneInfo("America/New_York"), datetime(2026, 11, 1, 6, 30, tzinfo=UTC))
def test_every_instant_is_in_exactly_one_day(zone, instant):
    rule = DayRule(zone, NO_GRACE)
    day = rule.day_of(instant)
    near = [day + timedelta(days=n) for n in (-1, 0, 1)]
    assert [rule.contains(each, instant) for each in near] == [False, True, False]


@given(zones, days)
@example(ZoneInfo("Europe/Prague"), date(2026, 3, 29))
@example(ZoneInfo("America/New_York"), date(2026, 11, 1))
@example(ZoneInfo("Pacific/Apia"), date(2011, 12, 30))
def test_one_day_begins_where_the_other_ends(zone, day):
    rule = DayRule(zone, NO_GRACE)
    assert rule.end(day) == rule.start(day + timedelta(days=1))
    assert rule.contains(day, rule.start(day)) == (rule.start(day) < rule.end(day))
    assert not rule.contains(day, rule.end(day))


@given(zones, days, instants, st.timedeltas(NO_GRACE, timedelta(days=3)))
def test_without_grace_on_time_means_during_the_day(zone, day, instant, grace):
    assert DayRule(zone, NO_GRACE).is_on_time(day, instant) == DayRule(
        zone, grace
    ).contains(day, instant)


@pytest.mark.parametrize(
    ("observed_at", "on_time"),
    [
        pytest.param(PRAGUE.start(date(2026, 3, 29)) - SECOND, False, id="before"),
        pytest.param(PRAGUE.start(date(2026, 3, 29)), True, id="first instant"),
        pytest.param(PRAGUE.end(date(2026, 3, 29)), True, id="just ended"),
        pytest.param(
            PRAGUE.end(date(2026, 3, 29)) + timedelta(hours=24) - SECOND,
            True,
            id="last of the grace",
        ),
        pytest.param(
            PRAGUE.end(date(2026, 3, 29)) + timedelta(hours=24), False, id="too late"
        ),
    ],
)
def test_an_observation_is_on_time_from_the_first_instant_to_the_end_of_the_grace(
    observed_at, on_time
):
    assert PRAGUE.is_on_time(date(2026, 3, 29), observed_at) is on_time


def test_a_day_can_be_observed_from_its_first_instant():
    day = date(2026, 3, 1)
    assert PRAGUE.has_begun(day, PRAGUE.start(day))
    assert not PRAGUE.has_begun(day, PRAGUE.start(day) - SECOND)


@pytest.mark.parametrize("zone", ["Europe/Prague", "America/New_York", "UTC"])
def test_the_first_and_the_last_day_of_the_calendar_stop_nothing(zone):
    rule = DayRule(ZoneInfo(zone), NO_GRACE)
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert rule.start(date.min) < now < rule.end(date.max)
    assert rule.start(date.max) < rule.end(date.max)
    assert rule.start(date.min) < rule.end(date.min)


@given(days, st.integers(-3, 40))
def test_each_day_is_listed_once_in_order(first, count):
    listed = each_day(first, first + timedelta(days=count - 1))
    assert listed == sorted(set(listed))
    assert len(listed) == max(0, count)
    assert not listed or (listed[0] == first)
