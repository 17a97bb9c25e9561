"""A budget that is too small, lists that do not come, hashtags that are corrected."""

import dagster as dg
import pytest

from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.state import Behaviour
from analytics_pipeline.sandbox.world import WorldConfig
from analytics_pipeline_tests.agency import FAST
from analytics_pipeline_tests.conftest import FIRST_DAY, FIRST_MORNING

pytestmark = pytest.mark.media_only


@pytest.fixture
def tight_sandbox():
    config = WorldConfig(seed=7, start=FIRST_DAY, timezone="Europe/Prague")
    behaviour = Behaviour(graph_calls_per_hour=8)
    with SandboxServer(config, FIRST_MORNING, behaviour=behaviour) as server:
        yield server


class TestATightBudget:
    @pytest.fixture
    def sandbox(self, tight_sandbox, monkeypatch):
        for name, value in tight_sandbox.environment().items():
            monkeypatch.setenv(name, value)
        return tight_sandbox

    def test_a_day_larger_than_the_budget_is_finished_by_later_runs(self, agency):
        agency.monkeypatch.setenv("ANALYTICS_CONCURRENCY", "2")
        hours = 0
        while True:
            agency.collect_plainly(FIRST_DAY)
            hours += 1
            deferred = agency.value(
                "SELECT count(*) FROM sync_outcomes WHERE status = 'deferred'"
            )
            if not deferred:
                break
            assert hours < 12, "the day does not end"
            agency.wake(FIRST_DAY, hour=5 + hours)

        assert hours > 1
        asked = agency.rows(
            "SELECT connection_id FROM collection_attempts WHERE status = 'ok'"
            " GROUP BY connection_id, attempt_kind HAVING count(*) > 1"
        )
        assert asked == [], "nobody is asked twice"

    def test_accounts_that_were_deferred_come_first(self, agency):
        agency.monkeypatch.setenv("ANALYTICS_CONCURRENCY", "1")
        agency.collect_plainly(FIRST_DAY)
        deferred = {
            row["connection_id"]
            for row in agency.rows(
                "SELECT connection_id FROM sync_outcomes WHERE status = 'deferred'"
            )
        }
        next_day = FIRST_DAY.replace(day=2)
        agency.wake(next_day)
        agency.collect_plainly(FIRST_DAY, next_day)

        tried = agency.rows(
            "SELECT connection_id, status FROM collection_attempts"
            " WHERE platform = 'instagram' AND attempt_kind = 'media'"
            " AND observed_at > :first",
            first=FIRST_MORNING,
        )
        answered = {r["connection_id"] for r in tried if r["status"] == "ok"}
        assert deferred <= answered
        assert any(row["status"] == "deferred" for row in tried)


def test_the_first_run_without_the_creators_app_says_what_to_do(agency):
    agency.sandbox.faults.add("server_error", api="creators_app")

    result = agency.collect(FIRST_DAY)

    assert not result.success
    told = " ".join(result.failures.values())
    assert "CREATORS_API_URL" in told
    assert "doctor" in told


def test_a_day_goes_on_with_what_is_known_when_the_creators_app_is_silent(agency):
    agency.collect_well(FIRST_DAY)
    agency.sandbox.faults.add("server_error", api="creators_app")
    next_day = FIRST_DAY.replace(day=2)
    agency.wake(next_day)

    result = agency.collect_well(next_day)

    assert agency.value(
        "SELECT count(*) FROM post_snapshots WHERE snapshot_date = :d", d=next_day
    )
    told = result.metadata["creators", None]["creators_app"]
    assert "500" in told
    participants = agency.rows(
        "SELECT snapshot_date, count(*) AS n FROM active_campaign_participants"
        " GROUP BY 1 ORDER BY 1"
    )
    assert participants[0]["n"] == participants[1]["n"]


def test_a_silent_creators_app_takes_nobody_away(agency):
    agency.collect_plainly(FIRST_DAY)
    before = agency.tables()
    agency.sandbox.faults.add("html", api="creators_app")

    agency.collect_plainly(FIRST_DAY)

    assert agency.tables() == before


def test_an_ended_campaign_is_ended_even_when_the_creators_app_is_silent(agency):
    agency.collect_plainly(FIRST_DAY)
    agency.sandbox.faults.add("reset", api="creators_app")
    later = FIRST_DAY.replace(day=28)
    agency.wake(later)

    agency.collect_plainly(later)

    status = agency.value(
        "SELECT campaign_status FROM campaigns WHERE campaign_id = '501'"
    )
    assert status == "ended"


def test_a_corrected_hashtag_re_matches_history_without_a_call(agency):
    agency.sandbox.faults.add(
        "patch",
        api="creators_app",
        endpoint="campaigns",
        params={
            "ops": [
                {"op": "set", "path": ["campaigns", 0, "hashtags"], "value": "#wrong"}
            ]
        },
    )
    agency.collect_on_time(FIRST_DAY, 2)
    count = (
        "SELECT count(*) FROM hashtag_post_metrics"
        " WHERE campaign_id = '501' AND match_level = 'full'"
    )
    assert agency.value(count) == 0
    agency.sandbox.faults.clear()
    agency.sandbox.calls.reset()

    for day in (None, FIRST_DAY, FIRST_DAY.replace(day=2)):
        names = ["campaigns"]
        if day is not None:
            names = ["hashtag_post_metrics", "campaign_daily_summary"]
        result = dg.materialize(
            [*FAST.assets],
            selection=names,
            partition_key=day.isoformat() if day else None,
            resources=FAST.resources,
            instance=agency.instance,
        )
        assert result.success

    assert agency.value(count) > 0
    assert agency.sandbox.calls.count(api="instagram") == 0
    assert agency.sandbox.calls.count(api="tiktok") == 0


def test_the_rule_any_counts_what_all_only_lists(agency):
    agency.collect_plainly(FIRST_DAY)
    count = (
        "SELECT count(*) FROM hashtag_post_metrics"
        " WHERE campaign_id = '501' AND match_level = 'partial'"
    )
    assert agency.value(count) > 0

    agency.monkeypatch.setenv("ANALYTICS_HASHTAG_RULE", "any")
    agency.collect_plainly(FIRST_DAY)

    assert agency.value(count) == 0


def test_a_day_that_has_not_begun_is_refused(agency):
    result = agency.collect(FIRST_DAY.replace(day=20))

    assert not result.success
    assert "has not begun yet" in " ".join(result.failures.values())


def test_checks_fail_with_names_when_accounts_are_missing(agency):
    result = agency.collect_well(FIRST_DAY)

    checks = {check.check_name: check for check in result.checks}
    missing = checks["sync_outcomes_every_account_answered"]
    assert not missing.passed
    assert missing.severity is dg.AssetCheckSeverity.ERROR
    assert "tiktok-112" in str(missing.metadata["missing"].value)
    assert checks["sync_outcomes_account_for_everyone"].passed
    assert checks["campaign_daily_summary_is_fresh"].passed
    assert not checks["campaigns_can_match"].passed
    assert all(
        check.passed
        for name, check in checks.items()
        if name.endswith(("has_unique_key", "are_fresh"))
    )
