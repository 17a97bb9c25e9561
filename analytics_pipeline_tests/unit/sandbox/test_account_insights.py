"""Insights of accounts: the platform's days, what is refused, what is not ready."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics_pipeline_tests.unit.sandbox.asking import error_of

ONDRA, KSENIA, OMAR = 1, 16, 19
PACIFIC = ZoneInfo("America/Los_Angeles")
DAY = 86_400
TOTALS = (
    "views,accounts_engaged,total_interactions,likes,comments,shares,saves,replies,"
    "reposts,profile_links_taps,profile_views,website_clicks"
)


def midnight(year, month, day):
    """Give the Unix second at which a Pacific day begins."""
    return int(datetime(year, month, day, tzinfo=PACIFIC).timestamp())


def ask_for(ask, metric, since=None, until=None, index=ONDRA, **params):
    window = {"since": since, "until": until}
    window = {key: value for key, value in window.items() if value is not None}
    return ask.own(
        index, "insights", metric=metric, **{"period": "day", **window, **params}
    )


def totals(ask, metric, since, until, **params):
    answer = ask_for(ask, metric, since, until, metric_type="total_value", **params)
    return {row["name"]: row["total_value"] for row in answer.json()["data"]}


def series(ask, metric, since, until, **params):
    """Give {end of the day: value}."""
    data = ask_for(ask, metric, since, until, **params).json()["data"]
    return {one["end_time"]: one["value"] for row in data for one in row["values"]}


def test_a_series_has_one_value_per_day_and_names_its_end(ask):
    found = series(ask, "reach", midnight(2026, 2, 1), midnight(2026, 2, 4))
    assert list(found) == [
        "2026-02-02T08:00:00+0000",
        "2026-02-03T08:00:00+0000",
        "2026-02-04T08:00:00+0000",
    ]
    assert len(set(found.values())) > 1


def test_days_end_an_hour_earlier_in_summer(ask):
    found = series(ask, "reach", midnight(2026, 3, 7), midnight(2026, 3, 10))
    assert list(found) == [
        "2026-03-08T08:00:00+0000",
        "2026-03-09T07:00:00+0000",
        "2026-03-10T07:00:00+0000",
    ]


def test_a_row_reads_as_the_sheet_shows(ask):
    since, until = midnight(2026, 2, 1), midnight(2026, 2, 2)
    body = ask_for(ask, "views", since, until, metric_type="total_value").json()
    (row,) = body["data"]
    assert set(row) == {"name", "period", "title", "description", "total_value", "id"}
    assert row["period"] == "day"
    assert set(row["total_value"]) == {"value"}
    assert set(body["paging"]) == {"previous", "next"}
    assert f"since={until}" in body["paging"]["next"]


def test_the_windows_after_lead_into_the_future_where_they_are_refused(ask, sandbox):
    now = int(sandbox.clock.now().timestamp())
    body = ask_for(ask, "reach", now - 3 * DAY, now).json()
    following = ask.get(body["paging"]["next"])
    assert (following.status_code, following.json()["data"]) == (200, [])
    beyond = ask.get(following.json()["paging"]["next"])
    assert error_of(beyond) == (400, 100, None)


def test_a_day_has_the_same_reach_as_series_and_as_total(ask):
    since, until = midnight(2026, 2, 1), midnight(2026, 2, 2)
    (value,) = series(ask, "reach", since, until).values()
    assert totals(ask, "reach", since, until) == {"reach": {"value": value}}


def test_counts_add_up_over_days_and_reach_does_not(ask):
    edges = [midnight(2026, 2, day) for day in (1, 2, 3)]
    first, second, both = (
        totals(ask, f"reach,{TOTALS}", since, until)
        for since, until in (edges[:2], edges[1:], edges[::2])
    )
    for name in set(TOTALS.split(",")) - {"accounts_engaged"}:
        assert both[name]["value"] == first[name]["value"] + second[name]["value"]
    days = (first["reach"]["value"], second["reach"]["value"])
    assert max(days) < both["reach"]["value"] < sum(days)


def test_the_followers_won_and_lost_explain_the_total(ask, sandbox):
    since, until = midnight(2026, 2, 1), midnight(2026, 2, 8)
    found = totals(ask, "follows_and_unfollows", since, until, breakdown="follow_type")
    (part,) = found["follows_and_unfollows"]["breakdowns"]
    assert part["dimension_keys"] == ["follow_type"]
    values = {r["dimension_values"][0]: r["value"] for r in part["results"]}
    before, after = (
        sandbox.world.followers("instagram", ONDRA, datetime.fromtimestamp(at, UTC))
        for at in (since, until)
    )
    assert values["FOLLOWER"] - values["NON_FOLLOWER"] == after - before
    won = series(ask, "follower_count", midnight(2026, 2, 20), midnight(2026, 2, 21))
    day = totals(
        ask,
        "follows_and_unfollows",
        midnight(2026, 2, 20),
        midnight(2026, 2, 21),
        breakdown="follow_type",
    )
    results = day["follows_and_unfollows"]["breakdowns"][0]["results"]
    assert list(won.values()) == [results[0]["value"]]


def test_the_past_is_the_same_however_often_and_whenever_it_is_asked(ask, sandbox):
    since = midnight(2025, 2, 1)
    first = totals(ask, TOTALS, since, since + DAY)
    sandbox.clock.set(sandbox.clock.now() + timedelta(days=20))
    assert totals(ask, TOTALS, since, since + DAY) == first
    assert all(value["value"] >= 0 for value in first.values())
    assert first["views"]["value"] > 0


@pytest.mark.parametrize(
    ("hours", "is_ready"), [(0, False), (5.9, False), (6, True), (30, True)]
)
def test_a_day_is_ready_six_hours_after_its_end(ask, sandbox, hours, is_ready):
    since, until = midnight(2026, 3, 10), midnight(2026, 3, 11)
    sandbox.clock.set(datetime.fromtimestamp(until, UTC) + timedelta(hours=hours))
    assert bool(totals(ask, "views", since, until)) is is_ready
    assert bool(series(ask, "reach", since, until)) is is_ready


def test_a_day_grows_until_two_days_after_its_end(ask, sandbox):
    since, until = midnight(2026, 3, 10), midnight(2026, 3, 11)

    def at(hours):
        sandbox.clock.set(datetime.fromtimestamp(until, UTC) + timedelta(hours=hours))
        return totals(ask, "views", since, until)["views"]["value"]

    early, late, final, later = at(6), at(47.9), at(48), at(500)
    assert early == late < final == later
    assert early > 0.9 * final


def test_of_several_days_the_ready_ones_are_answered(ask, sandbox):
    sandbox.clock.set(datetime.fromtimestamp(midnight(2026, 3, 11), UTC))
    since = midnight(2026, 3, 9)
    both = totals(ask, "likes", since, midnight(2026, 3, 11))
    assert both == totals(ask, "likes", since, midnight(2026, 3, 10))


def test_without_a_range_the_last_day_is_meant(ask):
    answer = ask_for(ask, "views", metric_type="total_value").json()
    assert answer["data"][0]["total_value"]["value"] > 0
    assert len(ask_for(ask, "reach").json()["data"][0]["values"]) == 1


@pytest.mark.parametrize(
    ("metric", "params", "said"),
    [
        ("views", {}, "should be specified with parameter metric_type=total_value"),
        ("reach,likes", {}, "(likes) should be specified"),
        (
            "follower_count",
            {"metric_type": "total_value"},
            "incompatible with the metric type (total_value)",
        ),
        ("follows_and_unfollows", {"metric_type": "total_value"}, "follow_type"),
        (
            "views,follows_and_unfollows",
            {"metric_type": "total_value", "breakdown": "follow_type"},
            "Incompatible breakdowns",
        ),
        ("reach", {"breakdown": "follow_type"}, "Incompatible breakdowns"),
        ("reach,impressions", {}, "metric[1] must be one of the following values: "),
        ("", {}, "metric is required"),
        ("reach", {"period": "lifetime"}, "period"),
        ("reach", {"metric_type": "average"}, "metric_type"),
        ("reach", {"since": "soon"}, "no time"),
    ],
)
def test_a_metric_asked_the_wrong_way_is_refused(ask, metric, params, said):
    params = {"since": midnight(2026, 2, 1), "until": midnight(2026, 2, 2), **params}
    answer = ask_for(ask, metric, **params)
    assert error_of(answer) == (400, 100, None)
    assert said in answer.json()["error"]["message"]


def test_a_window_has_thirty_days_at_most(ask):
    since = midnight(2026, 1, 10)
    assert ask_for(ask, "reach", since, since + 30 * DAY).status_code == 200
    answer = ask_for(ask, "reach", since, since + 30 * DAY + 1)
    assert error_of(answer) == (400, 100, None)
    assert "cannot be more than 30 days" in answer.json()["error"]["message"]


def test_a_plain_date_lasts_until_its_end_so_twenty_nine_fit(ask):
    assert ask_for(ask, "reach", "2026-01-01", "2026-01-29").status_code == 200
    assert ask_for(ask, "reach", "2026-01-01", "2026-01-30").status_code == 400


@pytest.mark.parametrize(("since", "until"), [(1, DAY), (0, 0), (0, -DAY)])
def test_a_window_of_the_future_or_of_nothing_is_refused(ask, sandbox, since, until):
    now = int(sandbox.clock.now().timestamp())
    answer = ask_for(ask, "reach", now + since, now + until)
    assert error_of(answer) == (400, 100, None)


def test_new_followers_are_told_for_thirty_days_without_today(ask):
    today = midnight(2026, 3, 13)
    first = midnight(2026, 2, 11)
    found = series(ask, "follower_count", first, today)
    assert len(found) == 30
    refused = [(first - 1, first + DAY), (today - DAY, today + 3_600)]
    for since, until in refused:
        answer = ask_for(ask, "follower_count", since, until)
        assert error_of(answer) == (400, 100, None)
        assert "for the last 30 days excluding" in answer.json()["error"]["message"]


def test_new_followers_of_a_small_account_are_not_told(ask, sandbox):
    spare = sandbox.world.find_handle("omar.mansour.spare", sandbox.clock.now())
    spare_id = sandbox.world.identities.instagram_id(spare)
    _, token = ask.owner(OMAR)
    window = {"since": midnight(2026, 3, 1), "until": midnight(2026, 3, 3)}
    answer = ask.graph(
        f"{spare_id}/insights",
        token=token,
        metric="reach,follower_count",
        period="day",
        **window,
    )
    assert [row["name"] for row in answer.json()["data"]] == ["reach"]
    alone = ask.graph(
        f"{spare_id}/insights",
        token=token,
        metric="follower_count",
        period="day",
        **window,
    )
    assert (alone.status_code, alone.json()["data"]) == (200, [])


def test_days_before_the_account_was_professional_are_refused(ask):
    window = {"since": midnight(2026, 1, 20), "until": midnight(2026, 2, 5)}
    answer = ask_for(ask, "reach", index=KSENIA, **window)
    assert error_of(answer) == (400, 100, 2108006)
    window["since"] = midnight(2026, 2, 1)
    assert ask_for(ask, "reach", index=KSENIA, **window).status_code == 200


def test_nobody_else_s_account_is_told_about(ask, sandbox):
    _, token = ask.owner(ONDRA)
    other = sandbox.world.identities.instagram_id(OMAR)
    answer = ask.graph(f"{other}/insights", token=token, metric="reach", period="day")
    assert error_of(answer) == (400, 100, 33)


def test_they_count_apart_from_the_insights_of_posts(ask, sandbox):
    ask_for(ask, "reach")
    assert sandbox.calls.count("instagram", "account_insights") == 1
    assert sandbox.calls.count("instagram", "insights") == 0
