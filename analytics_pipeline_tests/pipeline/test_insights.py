"""Insights of connected accounts: a metric that goes, days filled later, a budget."""

from datetime import timedelta

import pytest

from analytics_pipeline.resources.stores import (
    ClockResource,
    LandingStoreResource,
    PipelineResource,
    WarehouseResource,
)
from analytics_pipeline.steps.completeness import days_to_ask_again
from analytics_pipeline_tests.conftest import FIRST_DAY

SECOND_DAY = FIRST_DAY + timedelta(days=1)
THIRD_DAY = FIRST_DAY + timedelta(days=2)
ENDPOINTS = ("insights", "account_insights")
WASTED = (
    "SELECT sum(calls_unplanned) FROM collection_attempts"
    " WHERE attempt_kind = 'post_insights' AND :day = ANY(snapshot_dates)"
)
CONNECTED = (
    "post_snapshots JOIN connections USING (platform, account_id)"
    " WHERE platform = 'instagram' AND connection_status = 'connected'"
)
REACHED = f"SELECT post_id, reach FROM {CONNECTED} AND reach > 0 ORDER BY post_id"


def asked(agency):
    return sum(agency.sandbox.calls.count("instagram", name) for name in ENDPOINTS)


def test_a_metric_that_is_retired_in_the_middle_of_a_day_costs_the_day_nothing_else(
    agency,
):
    """Half of the day is collected before, half after; the next day wastes no call."""
    agency.sandbox.faults.add(
        "limit_use_case", api="instagram", endpoint="insights", account="ondra_dvorak"
    )
    agency.collect_plainly(FIRST_DAY)
    deferred = agency.value(
        "SELECT count(*) FROM collection_attempts"
        " WHERE attempt_kind = 'post_insights' AND status = 'deferred'"
    )
    assert deferred == 1
    before = agency.rows(
        f"SELECT post_id, reach FROM {CONNECTED} AND reach > 0 ORDER BY 1"
    )

    agency.sandbox.faults.clear()
    agency.sandbox.state.retired.retire("reach", None)
    agency.wake(FIRST_DAY, hour=7)
    result = agency.collect_well(FIRST_DAY)

    # Whoever was asked before it went keeps it; the others have all but that.
    after = agency.rows(
        f"SELECT post_id, reach FROM {CONNECTED} AND reach > 0 ORDER BY 1"
    )
    assert after == before
    reasons = agency.rows(
        "SELECT DISTINCT unknown_reasons ->> 'reach' AS reason, view_count IS NULL AS"
        f" no_views FROM {CONNECTED} AND unknown_reasons ? 'reach'"
        " AND username = 'ondra_dvorak' AND posted_at > CAST(:day AS date) - 29",
        day=FIRST_DAY,
    )
    assert reasons == [{"reason": "metric_refused", "no_views": False}]
    told = [one for one in result.checks if one.check_name.endswith("are_offered")]
    assert [one.passed for one in told] == [False]
    assert all(one.passed for one in result.checks if one.check_name.endswith("add_up"))
    metadata = result.metadata["raw_instagram_post_insights", str(FIRST_DAY)]
    assert "reach" in metadata["metrics_refused"]
    found = agency.rows(
        "SELECT record_key, field FROM data_quality_findings"
        " WHERE rule = 'metric_refused' ORDER BY 1"
    )
    assert found == [
        {"record_key": f"instagram v23.0 {kind}", "field": "reach"}
        for kind in ("FEED", "REELS", "STORY")
    ]

    agency.wake(SECOND_DAY)
    agency.collect_plainly(SECOND_DAY)
    assert agency.value(WASTED, day=SECOND_DAY) == 0
    assert found == agency.rows(
        "SELECT record_key, field FROM data_quality_findings"
        " WHERE rule = 'metric_refused' ORDER BY 1"
    )


def test_a_day_has_reach_and_rates_and_costs_what_was_planned(agency):
    agency.collect_plainly(FIRST_DAY)

    sums = agency.rows(
        "SELECT attempt_kind, sum(calls) AS made, sum(calls_planned) AS planned,"
        " count(*) AS accounts FROM collection_attempts"
        " WHERE attempt_kind LIKE '%insights' AND status = 'ok' GROUP BY 1"
    )
    assert len(sums) == 2
    assert all(row["made"] == row["planned"] > row["accounts"] for row in sums)
    assert agency.value(
        "SELECT count(engagement_rate_by_reach) FROM hashtag_post_metrics"
    )
    wrong = agency.rows(
        "SELECT post_id, metric FROM post_metric_values"
        " WHERE (metric_value IS NULL) = (unknown_reason IS NULL)"
    )
    assert wrong == []
    unexplained = agency.rows(
        f"SELECT post_id FROM {CONNECTED}"
        " AND ((reach IS NULL) <> (unknown_reasons ? 'reach')"
        " OR (reach IS NULL) = (count_sources ? 'reach'))"
    )
    assert unexplained == []

    agency.sandbox.calls.reset()
    before = agency.tables()
    agency.collect_plainly(FIRST_DAY)
    assert asked(agency) == 0, "nobody is asked twice"
    assert agency.tables() == before


def test_a_post_that_was_not_answered_is_asked_again_alone(agency):
    agency.sandbox.faults.add(
        "transient_code_1",
        api="instagram",
        endpoint="insights",
        account="ondra_dvorak",
        times=4,
    )
    agency.collect_plainly(FIRST_DAY)
    failed = agency.rows(
        "SELECT reason, calls_planned FROM collection_attempts"
        " WHERE attempt_kind = 'post_insights' AND status <> 'ok'"
    )
    assert [row["reason"] for row in failed] == ["transient"]

    with agency.warehouse.begin() as connection:
        now = PipelineResource(
            warehouse=WarehouseResource(),
            landing=LandingStoreResource(),
            clock=ClockResource(),
        ).now()
        (waiting,) = days_to_ask_again(connection, now)
    assert "ondra_dvorak" in {one.account.username for one in waiting.missing}

    agency.sandbox.calls.reset()
    agency.collect_plainly(FIRST_DAY)
    assert asked(agency) == 1 < failed[0]["calls_planned"]


@pytest.fixture
def mornings(agency):
    """The account insights of three mornings, and of the next week's."""
    agency.collect_plainly(FIRST_DAY)
    for day in (SECOND_DAY, THIRD_DAY):
        agency.wake(day)
        agency.collect_plainly(day)
    return agency


def test_account_insights_of_a_backfill_are_those_of_daily_runs(mornings):
    values = (
        "SELECT metric_date, account_id, metric, breakdown_value, metric_value,"
        " unknown_reason FROM account_metric_values WHERE is_final"
        " AND metric_date = CAST(:day AS date) - 1 ORDER BY 1, 2, 3, 4"
    )
    daily = mornings.rows(values, day=FIRST_DAY)
    assert len({row["metric"] for row in daily}) == 15
    with mornings.warehouse.begin() as connection:
        for table in ("account_metric_values", "collection_attempts"):
            connection.exec_driver_sql(f"DELETE FROM analytics.{table}")
    mornings.wake(FIRST_DAY + timedelta(days=9))
    mornings.collect_plainly(FIRST_DAY, THIRD_DAY)

    assert mornings.rows(values, day=FIRST_DAY) == daily
    assert mornings.value("SELECT bool_and(is_final) FROM account_metric_values")
    # Six days are looked at, two calls each, and one series for all of them.
    assert (
        mornings.value(
            "SELECT max(calls) FROM collection_attempts"
            " WHERE attempt_kind = 'account_insights'"
        )
        == 1 + 2 * 6
    )
