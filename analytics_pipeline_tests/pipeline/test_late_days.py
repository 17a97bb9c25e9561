"""Days that nobody looked at in time: what is still true of them, and what is not."""

from datetime import UTC, datetime, time, timedelta

import pytest

from analytics_pipeline_tests.agency import PRAGUE
from analytics_pipeline_tests.conftest import FIRST_DAY

pytestmark = pytest.mark.media_only

LAST = FIRST_DAY + timedelta(days=8)


def test_a_late_day_has_the_posts_published_that_day_and_says_so(agency):
    agency.wake(LAST)
    agency.collect_plainly(FIRST_DAY)
    rows = agency.rows("SELECT * FROM post_snapshots")

    assert rows
    for row in rows:
        assert row["is_late"]
        assert row["posted_at"].astimezone(PRAGUE).date() == FIRST_DAY
        assert row["observed_at"] == agency.sandbox.clock.now()
    outcomes = agency.rows(
        "SELECT DISTINCT reason FROM sync_outcomes WHERE status='ok'"
    )
    assert outcomes == [{"reason": "late"}]


def test_a_day_looked_at_only_while_it_lasted_is_completed_late(agency):
    """What was published after that look would be missing for ever otherwise."""
    evening = datetime.combine(FIRST_DAY, time(18), PRAGUE)
    agency.set_now(evening.astimezone(UTC))
    agency.collect_plainly(FIRST_DAY)
    query = "SELECT post_id, posted_at, is_late, like_count FROM post_snapshots"
    early = {row["post_id"]: row for row in agency.rows(query)}

    agency.wake(LAST)
    agency.collect_plainly(FIRST_DAY)
    agency.collect_plainly(FIRST_DAY)
    posts = {row["post_id"]: row for row in agency.rows(query)}

    assert early.items() <= posts.items()
    added = [row for post_id, row in posts.items() if post_id not in early]
    assert added
    for row in added:
        assert row["is_late"]
        assert row["posted_at"] >= evening
        assert row["posted_at"].astimezone(PRAGUE).date() == FIRST_DAY
    assert not any(row["is_late"] for row in early.values())
    asked = agency.value(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM"
        " collection_attempts WHERE status = 'ok'"
        " GROUP BY connection_id, attempt_kind) asked"
    )
    assert asked == 2, "once in the evening and once late"


def test_a_late_day_has_no_followers(agency):
    agency.wake(LAST)
    agency.collect_plainly(FIRST_DAY)

    accounts = agency.rows("SELECT * FROM account_snapshots")
    matches = agency.rows("SELECT * FROM hashtag_post_metrics")

    assert all(row["follower_count"] is None for row in accounts)
    assert {row["unknown_reasons"]["follower_count"] for row in accounts} == {"late"}
    assert matches
    for row in matches:
        assert row["engagement_rate_by_followers"] is None
        reason = row["unknown_reasons"]["engagement_rate_by_followers"]
        assert reason in {"follower_count: late", "like_count: hidden"}


def test_late_numbers_tell_nothing_of_growth(agency):
    agency.wake(LAST)
    agency.collect_plainly(FIRST_DAY)

    rows = agency.rows("SELECT * FROM campaign_daily_summary WHERE post_count > 0")

    assert rows
    assert all(row["like_count_delta"] is None for row in rows)
    assert all(row["late_post_count"] == row["post_count"] for row in rows)


def test_a_day_that_was_seen_in_time_is_never_replaced_by_a_late_look(agency):
    agency.collect_plainly(FIRST_DAY)
    # Account insights can be asked for later, and are until they are final.
    others = ["creators", "campaigns", "collection_attempts", "account_metric_values"]
    before = agency.tables(but=others)

    agency.wake(LAST)
    calls = agency.sandbox.calls
    calls.reset()
    agency.collect_plainly(FIRST_DAY)

    assert agency.tables(but=others) == before
    assert calls.count(api="instagram") == calls.count(endpoint="account_insights")


def test_a_window_costs_one_walk_per_account(agency):
    agency.wake(LAST)
    agency.collect_plainly(FIRST_DAY, LAST)
    walks = agency.rows(
        "SELECT connection_id, count(*) AS walks FROM collection_attempts"
        " WHERE attempt_kind = 'media' GROUP BY 1"
    )

    assert {row["walks"] for row in walks} == {1}
    outside = agency.sandbox.calls.count(endpoint="business_discovery")
    asked = agency.value(
        "SELECT count(*) FROM collection_attempts a JOIN connections c"
        " USING (connection_id) WHERE a.platform = 'instagram'"
        " AND c.connection_status = 'public'"
    )
    # The one creator who posts more than a page holds takes two.
    assert asked <= outside <= asked + 2


def test_a_window_is_late_but_for_its_last_day(agency):
    agency.wake(LAST)
    agency.collect_plainly(FIRST_DAY, LAST)
    rows = agency.rows(
        "SELECT snapshot_date, bool_and(is_late) AS late, bool_or(is_late) AS any_late"
        " FROM post_snapshots GROUP BY 1"
    )
    told = {row["snapshot_date"]: (row["late"], row["any_late"]) for row in rows}

    assert told.pop(LAST) == (False, False)
    assert set(told.values()) == {(True, True)}


def test_a_second_look_at_a_late_window_asks_nobody(agency):
    agency.wake(LAST)
    agency.collect_plainly(FIRST_DAY, LAST)
    before = agency.tables(but=["creators", "campaigns"])
    agency.sandbox.calls.reset()

    agency.collect_plainly(FIRST_DAY, LAST)

    assert agency.tables(but=["creators", "campaigns"]) == before
    assert agency.sandbox.calls.count(api="instagram") == 0
    assert agency.sandbox.calls.count(api="tiktok") == 0


def test_a_hole_between_days_is_filled_without_touching_them(agency):
    days = [FIRST_DAY + timedelta(days=n) for n in range(3)]
    for day in (days[0], days[2]):
        agency.wake(day)
        agency.collect_plainly(day)
    query = (
        "SELECT t::text FROM post_snapshots t WHERE snapshot_date <> :hole ORDER BY 1"
    )
    before = agency.rows(query, hole=days[1])

    agency.wake(days[2] + timedelta(days=3))
    agency.collect_plainly(days[0], days[2])

    assert agency.rows(query, hole=days[1]) == before
    assert agency.value(
        "SELECT bool_and(is_late) FROM post_snapshots WHERE snapshot_date = :hole",
        hole=days[1],
    )


def test_a_post_published_at_the_last_second_of_a_day_belongs_to_it(agency):
    agency.wake(LAST)
    agency.collect_plainly(FIRST_DAY)
    first = agency.value("SELECT min(posted_at) FROM post_snapshots")

    midnight = datetime(2026, 3, 1, tzinfo=PRAGUE)
    assert midnight <= first < midnight + timedelta(seconds=60)


def test_participants_of_a_past_day_are_added_to_and_never_taken_away(agency):
    agency.collect_plainly(FIRST_DAY)
    before = agency.rows(
        "SELECT campaign_id, creator_id FROM active_campaign_participants ORDER BY 1, 2"
    )
    agency.sandbox.faults.add(
        "patch",
        api="creators_app",
        endpoint="involved",
        params={
            "ops": [{"op": "set", "path": [0, "creator_ids"], "value": [119]}],
        },
    )

    agency.wake(LAST)
    agency.collect_plainly(FIRST_DAY)
    after = agency.rows(
        "SELECT campaign_id, creator_id, is_late FROM"
        " active_campaign_participants ORDER BY 1, 2"
    )

    kept = [row for row in after if not row.pop("is_late")]
    assert kept == before
    assert {row["creator_id"] for row in after if row not in kept} == {"119"}


@pytest.mark.parametrize("grace", ["24h", "60h"])
def test_the_grace_period_decides_what_is_late(agency, grace):
    agency.monkeypatch.setenv("ANALYTICS_SNAPSHOT_GRACE", grace)
    agency.wake(FIRST_DAY + timedelta(days=1))

    agency.collect_plainly(FIRST_DAY)

    late = agency.value("SELECT bool_and(is_late) FROM post_snapshots")
    assert late is (grace == "24h")
