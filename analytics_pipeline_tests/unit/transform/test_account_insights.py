"""Insights of accounts: the platform's days, what is asked, and what is made of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.findings import Rule
from analytics_pipeline.schemas.metric_sets import ACCOUNT_SERIES, ACCOUNT_TOTALS
from analytics_pipeline.schemas.outcomes import Status, Unknown
from analytics_pipeline.transform.account_insight_plan import (
    PLATFORM_DAYS,
    asked_days,
    is_final,
    metric_days,
    open_days,
    windows,
)
from analytics_pipeline.transform.account_insights import (
    choose_account_metrics,
    parse_account_insights,
)
from analytics_pipeline.transform.days import each_day
from analytics_pipeline.transform.insights import InsightsRequest
from analytics_pipeline_tests.unit.transform.building import DAY, attempt, json_values

NOW = datetime(2026, 3, 12, 4, tzinfo=UTC)
"""Five o'clock in Prague: the platform's 11th has not ended."""
HOUR = timedelta(hours=1)
ID = "17841400000000001"


def asked(first, last=None, metrics=ACCOUNT_TOTALS, breakdown=None, *, series=False):
    since = int(PLATFORM_DAYS.start(first).timestamp())
    until = int(PLATFORM_DAYS.end(last or first).timestamp())
    return InsightsRequest(ID, tuple(metrics), breakdown, since, until, series)


def read(data, request, at=NOW):
    return parse_account_insights({"data": data}, request, at)


def numbers(parsed):
    return {
        (one.metric_date, one.metric, one.breakdown_value): one.value or one.unknown
        for one in parsed.metrics
    }


def answered(*days, at=NOW, status=Status.OK):
    kind = AttemptKind.ACCOUNT_INSIGHTS
    return attempt(at, *days, attempt_kind=kind, status=status)


# Which days -------------------------------------------------------------------------


def test_a_day_looks_back_until_its_figures_are_final():
    assert metric_days([DAY]) == each_day(date(2026, 2, 26), DAY)
    found = asked_days([date(2026, 3, 11)], NOW)
    assert found == each_day(date(2026, 3, 8), date(2026, 3, 10))
    assert [is_final(day, NOW) for day in found] == [True, False, False]


def test_every_day_is_seen_when_it_is_final_by_mornings_alone():
    made = []
    for number in range(30):
        at = NOW + timedelta(days=number)
        days = open_days(asked_days([at.date() - timedelta(days=1)], at), made, at)
        made += [answered(*days, at=at)] if days else []
    for day in each_day(date(2026, 3, 8), date(2026, 3, 30)):
        seen = [one.observed_at for one in made if day in one.snapshot_dates]
        assert is_final(day, max(seen))
        assert len(seen) <= 3


def test_a_day_is_asked_again_until_it_is_final_but_not_by_the_hour():
    days = [date(2026, 3, 8), date(2026, 3, 10)]
    before = [answered(*days, at=NOW - HOUR)]
    assert open_days(days, before, NOW) == []
    assert open_days(days, before, NOW, refresh=True) == [days[1]]
    assert open_days(days, before, NOW + timedelta(hours=20)) == [days[1]]
    assert open_days(days, [answered(*days, status=Status.FAILED)], NOW) == days


def test_a_day_is_not_asked_for_before_the_platform_has_its_figures():
    tomorrow = DAY + timedelta(days=1)
    ready = PLATFORM_DAYS.end(DAY) + timedelta(hours=6)
    assert DAY not in asked_days([tomorrow], ready - timedelta(seconds=1))
    assert DAY in asked_days([tomorrow], ready)


def test_a_days_own_date_is_left_to_the_next_until_it_is_final():
    final = PLATFORM_DAYS.end(DAY) + timedelta(hours=48)
    assert DAY not in asked_days([DAY], final - timedelta(seconds=1))
    assert asked_days([DAY], final) == metric_days([DAY])
    afternoon = NOW + timedelta(hours=15)
    assert asked_days([DAY, date(2026, 3, 11)], NOW) == asked_days(
        [DAY, date(2026, 3, 11)], afternoon
    )


def test_a_year_is_asked_in_few_windows_none_too_long_for_the_platform():
    days = each_day(date(2025, 3, 1), date(2026, 3, 10))
    found = windows(days, NOW)
    assert [day for window in found for day in window] == days
    assert len(found) <= 15
    for window in found:
        length = PLATFORM_DAYS.end(window[-1]) - PLATFORM_DAYS.start(window[0])
        assert length <= timedelta(days=30)
    # Followers gained are told of the last 30 days only, so no window straddles that.
    assert any(window[0] == date(2026, 2, 9) for window in found)


def test_a_gap_parts_windows():
    days = [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 4)]
    assert windows(days, NOW) == [tuple(days[:2]), (days[2],)]


# What an answer says ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("end_time", "day"),
    [
        pytest.param("2026-03-02T08:00:00+0000", date(2026, 3, 1), id="winter"),
        pytest.param("2026-03-09T07:00:00+0000", date(2026, 3, 8), id="23 hours"),
        pytest.param("2026-07-02T07:00:00+0000", date(2026, 7, 1), id="summer"),
        pytest.param("2026-07-02T08:00:00+0000", date(2026, 7, 1), id="an hour off"),
        pytest.param("2026-11-02T08:00:00+0000", date(2026, 11, 1), id="25 hours"),
    ],
)
def test_a_value_belongs_to_the_day_that_its_end_time_ends(end_time, day):
    values = [{"value": 500, "end_time": end_time}]
    request = asked(day, metrics=["reach"], series=True)
    parsed = read([{"name": "reach", "values": values}], request)
    assert numbers(parsed)[day, "reach", None] == 500


def test_a_day_that_a_series_leaves_out_is_not_reported():
    values = [{"value": 5, "end_time": "2026-03-03T08:00:00+0000"}]
    request = asked(DAY, date(2026, 3, 2), ["reach"], series=True)
    found = numbers(read([{"name": "reach", "values": values}], request))
    assert found[date(2026, 3, 2), "reach", None] == 5
    assert found[DAY, "reach", None] is Unknown.NOT_REPORTED


@pytest.mark.parametrize(
    ("metrics", "at", "data", "reason"),
    [
        pytest.param(
            ACCOUNT_SERIES,
            NOW,
            [{"name": "reach", "values": []}],
            Unknown.TOO_FEW_FOLLOWERS,
            id="left out although reach is told",
        ),
        pytest.param(ACCOUNT_SERIES, NOW, [], Unknown.NOT_REPORTED, id="nothing ready"),
        pytest.param(
            ["reach"], NOW, [{"name": "reach"}], Unknown.METRIC_REFUSED, id="refused"
        ),
        pytest.param(
            ["reach"],
            NOW + timedelta(days=60),
            [{"name": "reach"}],
            Unknown.TOO_LONG_AGO,
            id="too long ago",
        ),
    ],
)
def test_followers_gained_that_are_not_told_say_why(metrics, at, data, reason):
    found = numbers(read(data, asked(DAY, metrics=metrics, series=True), at))
    assert found[DAY, "follower_count", None] is reason


def test_totals_are_of_the_day_that_was_asked():
    data = [{"name": "views", "total_value": {"value": 1800}}]
    found = numbers(read(data, asked(DAY, metrics=ACCOUNT_TOTALS[:-1])))
    assert found[DAY, "views", None] == 1800
    assert found[DAY, "likes", None] is Unknown.NOT_REPORTED
    assert found[DAY, ACCOUNT_TOTALS[-1], None] is Unknown.METRIC_REFUSED


def test_follows_come_in_their_parts():
    results = [
        {"dimension_values": ["FOLLOWER"], "value": 8},
        {"dimension_values": ["NON_FOLLOWER"], "value": 3},
    ]
    value = {"breakdowns": [{"dimension_keys": ["follow_type"], "results": results}]}
    data = [{"name": "follows_and_unfollows", "total_value": value}]
    request = asked(DAY, metrics=["follows_and_unfollows"], breakdown="follow_type")
    assert numbers(read(data, request)) == {
        (DAY, "follows_and_unfollows", "follower"): 8,
        (DAY, "follows_and_unfollows", "non_follower"): 3,
    }
    assert numbers(read([], request)) == {
        (DAY, "follows_and_unfollows", None): Unknown.NOT_REPORTED
    }


def test_an_unreadable_day_is_told():
    values = [{"value": 5, "end_time": "yesterday"}, "x"]
    request = asked(DAY, metrics=["reach"], series=True)
    parsed = read([{"name": "reach", "values": values}], request)
    assert {found.rule for found in parsed.findings} == {Rule.UNREADABLE_TIME}


def test_a_request_without_a_window_says_nothing():
    assert read([], InsightsRequest(ID, ("reach",), None, None, None, False)) is None


@given(st.one_of(json_values, st.fixed_dictionaries({"data": json_values})))
def test_no_answer_breaks_the_parser(payload):
    for request in (
        asked(DAY),
        asked(DAY, metrics=["reach"], series=True),
        asked(DAY, metrics=["follows_and_unfollows"], breakdown="follow_type"),
    ):
        parsed = parse_account_insights(payload, request, NOW)
        for one in parsed.metrics:
            assert (one.value is None) == (one.unknown is not None)


# Which observation stands -----------------------------------------------------------


def test_the_newest_number_stands_and_none_takes_no_number_away():
    early = read([{"name": "views", "total_value": {"value": 97}}], asked(DAY))
    final = read([{"name": "views", "total_value": {"value": 100}}], asked(DAY))
    nothing = read([], asked(DAY))
    answers = [
        (NOW + 2 * HOUR, nothing),
        (NOW + HOUR, final),
        (NOW, early),
    ]
    for order in (answers, answers[::-1]):
        seen = {one.metric.metric: one for one in choose_account_metrics(order, {DAY})}
        assert seen["views"].metric.value == 100
        assert seen["views"].observed_at == NOW + HOUR
        assert seen["likes"].metric.unknown is Unknown.NOT_REPORTED


def test_days_before_the_conversion_are_unknown_with_that_reason():
    error = {"error": {"code": 100, "error_subcode": 2108006}}
    refused = parse_account_insights(error, asked(DAY), NOW)
    days = {DAY - timedelta(days=1), DAY, DAY + timedelta(days=1)}
    seen = choose_account_metrics([(NOW, refused)], days)

    assert {one.metric.metric_date for one in seen} == days - {DAY + timedelta(days=1)}
    assert {one.metric.unknown for one in seen} == {Unknown.BEFORE_CONVERSION}
    assert len(seen) == 2 * (len(ACCOUNT_SERIES) + len(ACCOUNT_TOTALS) + 1)


def test_a_refused_window_of_several_days_does_not_tell_which_of_them():
    error = {"error": {"code": 100, "error_subcode": 2108006}}
    request = asked(DAY, DAY + timedelta(days=3), ["reach"], series=True)
    assert parse_account_insights(error, request, NOW).known_since is None


def test_parts_take_the_place_of_their_absence():
    request = asked(DAY, metrics=["follows_and_unfollows"], breakdown="follow_type")
    results = [{"dimension_values": ["FOLLOWER"], "value": 8}]
    value = {"breakdowns": [{"dimension_keys": ["follow_type"], "results": results}]}
    data = [{"name": "follows_and_unfollows", "total_value": value}]
    answers = [(NOW, read([], request)), (NOW + HOUR, read(data, request))]
    (seen,) = choose_account_metrics(answers, {DAY})
    assert (seen.metric.breakdown_value, seen.metric.value) == ("follower", 8)
