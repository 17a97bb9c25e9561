"""The schedule repairs what was missed, in one run, and leaves whole days alone."""

from datetime import timedelta

import dagster as dg
import pytest

from analytics_pipeline_tests.agency import FAST
from analytics_pipeline_tests.conftest import FIRST_DAY

pytestmark = pytest.mark.media_only


def day(number):
    return FIRST_DAY + timedelta(days=number - 1)


def tick(agency):
    """Evaluate the schedule at the agency's hour."""
    schedule = FAST.resolve_schedule_def("collect_daily")
    with dg.build_schedule_context(
        instance=agency.instance,
        resources=FAST.resources,
        repository_def=FAST.get_repository_def(),
    ) as context:
        return schedule.evaluate_tick(context)


def asked_days(evaluation):
    """Return the first and last day of the only run a tick asks for."""
    (request,) = evaluation.run_requests
    tags = request.tags
    return (
        tags.get("dagster/asset_partition_range_start", request.partition_key),
        tags.get("dagster/asset_partition_range_end", request.partition_key),
    )


def run_tick(agency):
    """Do what the daemon does with a tick's request."""
    (request,) = tick(agency).run_requests
    result = FAST.resolve_job_def("collect_job").execute_in_process(
        instance=agency.instance,
        partition_key=request.partition_key,
        tags=request.tags,
    )
    assert result.success
    return request


def span(first, last):
    return (day(first).isoformat(), day(last).isoformat())


def test_the_first_tick_of_a_deployment_asks_for_yesterday_only(agency):
    agency.wake(day(10))

    assert asked_days(tick(agency)) == span(10, 10)


def test_a_week_before_the_deployment_is_not_asked_for(agency):
    agency.wake(day(10))
    run_tick(agency)
    agency.wake(day(11))

    assert asked_days(tick(agency)) == span(11, 11)


def test_ticks_on_healthy_days_ask_for_yesterday_only(agency):
    for number in (1, 2, 3):
        agency.wake(day(number))
        assert asked_days(tick(agency)) == span(number, number)
        agency.collect_plainly(day(number))


def test_an_outage_of_four_days_is_repaired_by_the_first_tick_in_one_run(agency):
    agency.collect_on_time(day(1), 1)
    agency.wake(day(6))
    agency.sandbox.calls.reset()

    request = run_tick(agency)

    assert request.tags["dagster/asset_partition_range_start"] == "2026-03-02"
    assert request.tags["dagster/asset_partition_range_end"] == "2026-03-06"
    walks = agency.rows(
        "SELECT connection_id FROM collection_attempts WHERE run_id <> ("
        "SELECT run_id FROM collection_attempts ORDER BY observed_at LIMIT 1)"
        " GROUP BY connection_id, attempt_kind HAVING count(*) > 1"
    )
    assert walks == []
    filled = agency.rows(
        "SELECT snapshot_date, bool_and(is_late) AS late FROM post_snapshots"
        " GROUP BY 1 ORDER BY 1"
    )
    assert [row["snapshot_date"] for row in filled] == [day(n) for n in range(1, 7)]
    assert [row["late"] for row in filled] == [False, True, True, True, True, False]

    agency.wake(day(7))
    next_request = tick(agency).run_requests[0]
    assert next_request.partition_key == "2026-03-07"
    assert next_request.run_key != request.run_key


def test_a_hole_older_than_a_week_is_left_to_a_backfill(agency):
    agency.collect_plainly(day(1))
    agency.wake(day(12))

    assert asked_days(tick(agency)) == span(6, 12)


def test_an_account_that_failed_for_a_while_is_filled_late(agency):
    agency.sandbox.faults.add("server_error", api="tiktok")
    agency.collect_plainly(day(1))
    agency.sandbox.faults.clear()
    agency.wake(day(2))
    agency.collect_plainly(day(2))
    agency.wake(day(3))

    assert asked_days(tick(agency)) == span(1, 3)

    agency.collect_plainly(day(1), day(3))
    reasons = agency.rows(
        "SELECT DISTINCT reason FROM sync_outcomes WHERE snapshot_date = :d"
        " AND platform = 'tiktok' AND status = 'ok'",
        d=day(1),
    )
    assert reasons == [{"reason": "late"}]
    agency.wake(day(4))
    assert asked_days(tick(agency)) == span(4, 4)


def test_what_a_person_has_to_mend_is_not_asked_again(agency):
    agency.monkeypatch.delenv("TIKTOK_CLIENT_KEY")
    agency.collect_plainly(day(1))
    reasons = agency.rows(
        "SELECT DISTINCT reason FROM sync_outcomes WHERE status = 'failed'"
    )
    assert {"reason": "not_configured"} in reasons
    agency.wake(day(2))

    assert asked_days(tick(agency)) == span(2, 2)


def test_an_account_that_was_imported_late_is_filled_for_the_last_week(agency):
    (account,) = agency.rows(
        "DELETE FROM connections WHERE platform = 'instagram' AND creator_id = '114'"
        " RETURNING *"
    )
    agency.collect_plainly(day(1))
    agency.wake(day(2))
    assert asked_days(tick(agency)) == span(2, 2)

    names = ", ".join(account)
    values = ", ".join(f":{name}" for name in account)
    agency.rows(
        f"INSERT INTO connections ({names}) VALUES ({values}) RETURNING 1", **account
    )

    assert asked_days(tick(agency)) == span(1, 2)


@pytest.mark.parametrize("table", ["sync_outcomes", "campaign_daily_summary"])
def test_a_day_whose_run_died_before_its_end_is_finished(agency, table):
    agency.collect_plainly(day(1))
    agency.wake(day(2))
    agency.collect_plainly(day(2))
    agency.rows(f"DELETE FROM {table} WHERE snapshot_date = :d RETURNING 1", d=day(2))
    agency.wake(day(3))

    assert asked_days(tick(agency)) == span(2, 3)


def test_days_without_a_campaign_need_nobody(agency):
    agency.collect_plainly(day(1))
    agency.wake(day(39))  # The week before lies between the sandbox's campaigns.

    assert asked_days(tick(agency)) == span(39, 39)


def test_nothing_is_asked_before_the_first_day_has_ended(agency):
    agency.monkeypatch.setenv("ANALYTICS_START_DATE", "2026-03-02")

    evaluation = tick(agency)

    assert evaluation.run_requests == []
    assert "ANALYTICS_START_DATE (2026-03-02)" in evaluation.skip_message


def test_healing_never_goes_before_the_start_date(agency):
    agency.collect_plainly(day(1))
    agency.monkeypatch.setenv("ANALYTICS_START_DATE", "2026-03-04")
    agency.wake(day(6))

    assert asked_days(tick(agency)) == span(4, 6)
