"""Two weeks of mornings: planned calls are made calls, odd people have outcomes."""

import pytest

from analytics_pipeline.schemas.review import CandidateKind, Resemblance
from analytics_pipeline_tests.conftest import FIRST_DAY

LAST = FIRST_DAY.replace(day=14)


@pytest.fixture(scope="module")
def fortnight(request, module_agency):
    """Fourteen days, collected once for all tests of this module."""
    del request
    module_agency.collect_on_time(FIRST_DAY, 14)
    return module_agency


def _outcome(agency, creator_id, platform="instagram"):
    rows = agency.rows(
        "SELECT snapshot_date, status, reason FROM sync_outcomes"
        " WHERE creator_id = :c AND platform = :p ORDER BY 1",
        c=creator_id,
        p=platform,
    )
    return {row["snapshot_date"].day: (row["status"], row["reason"]) for row in rows}


def test_the_calls_made_are_the_calls_planned(fortnight):
    """Surprises are few: posts that crossed a page, or are missing for the first time.

    A post that was missing before is read directly as planned. How many stories a look
    meets cannot be known before it.
    """
    rows = fortnight.rows(
        "SELECT snapshot_dates[1] AS day, calls - calls_planned - newly_missing AS"
        " more, calls_unplanned - newly_missing AS calls_unplanned"
        " FROM collection_attempts a LEFT JOIN LATERAL ("
        "   SELECT count(*) AS newly_missing FROM post_removal_checks c"
        "   WHERE c.attempt_id = a.attempt_id AND NOT EXISTS ("
        "     SELECT 1 FROM post_removal_checks b WHERE b.post_id = c.post_id"
        "     AND b.observed_at < c.observed_at)) n ON true"
        " WHERE status = 'ok' AND attempt_kind <> 'stories'"
    )
    known = [row for row in rows if row["day"] > FIRST_DAY.replace(day=4)]
    surprised = [row for row in known if row["calls_unplanned"]]

    assert len(known) > 300
    assert len(surprised) <= 0.05 * len(known)
    assert all(row["more"] <= 1 for row in surprised)


def test_a_renamed_account_is_skipped_and_a_strangers_numbers_are_not_taken(fortnight):
    outcomes = _outcome(fortnight, "108")
    accounts = fortnight.rows(
        "SELECT DISTINCT account_id FROM account_snapshots WHERE creator_id = '108'"
    )

    # Renamed on the 6th; from the 9th the handle is a stranger's.
    assert outcomes[4] == ("ok", None)
    assert outcomes[6] == ("skipped", "not_found")
    assert outcomes[10] == ("skipped", "renamed")
    assert len(accounts) == 1


def test_a_personal_account_is_skipped_every_day(fortnight):
    assert set(_outcome(fortnight, "107").values()) == {("skipped", "not_found")}


def test_a_dead_token_is_told_and_not_asked_with_again(fortnight):
    outcomes = _outcome(fortnight, "112", "tiktok")
    calls = fortnight.value(
        "SELECT sum(calls) FROM collection_attempts"
        " WHERE creator_id = '112' AND platform = 'tiktok'"
    )

    assert set(outcomes.values()) == {("failed", "reconnect_required")}
    assert calls == 1


def test_an_expired_token_is_refreshed_and_the_account_read(fortnight):
    assert set(_outcome(fortnight, "113", "tiktok").values()) == {("ok", None)}


def test_tokens_rotate_for_two_weeks_without_losing_an_account(fortnight):
    lost = fortnight.rows(
        "SELECT connection_id FROM connections WHERE platform = 'tiktok'"
        " AND connection_status <> 'connected'"
    )

    assert lost == [{"connection_id": "tiktok-112"}]


def test_a_creator_without_an_account_is_told(fortnight):
    assert set(_outcome(fortnight, "121", "tiktok").values()) == {
        ("skipped", "no_connection")
    }


def test_an_empty_list_of_posts_is_an_answer(fortnight):
    posts = fortnight.rows("SELECT 1 FROM posts WHERE creator_id = '111'")

    assert set(_outcome(fortnight, "111").values()) == {("ok", None)}
    assert posts == []


def test_deleted_posts_keep_their_history(fortnight):
    gone = fortnight.rows(
        "SELECT p.post_id FROM posts p WHERE creator_id = '114' AND posted_at >= :day"
        " AND NOT EXISTS (SELECT 1 FROM post_snapshots s WHERE s.post_id = p.post_id"
        " AND s.snapshot_date = :last)",
        day=FIRST_DAY,
        last=LAST,
    )
    history = fortnight.rows(
        "SELECT post_id FROM post_snapshots WHERE creator_id = '114'"
    )

    assert gone
    assert {row["post_id"] for row in gone} <= {row["post_id"] for row in history}


def test_counters_that_fall_are_kept_as_they_are(fortnight):
    falls = fortnight.value(
        "SELECT count(*) FROM (SELECT like_count - lag(like_count) OVER"
        " (PARTITION BY platform, post_id ORDER BY snapshot_date) AS delta"
        " FROM post_snapshots) d WHERE delta < 0"
    )

    assert falls > 0


def test_growth_is_the_difference_of_two_days(fortnight):
    rows = fortnight.rows(
        "SELECT s.snapshot_date, s.campaign_id, s.platform, s.like_count_delta,"
        " sum(m.like_count - CASE WHEN m.posted_at >= :start THEN 0"
        "     ELSE b.like_count END) AS expected"
        " FROM campaign_daily_summary s"
        " JOIN hashtag_post_metrics m USING (snapshot_date, campaign_id, platform)"
        " LEFT JOIN post_snapshots b ON b.snapshot_date = s.snapshot_date - 1"
        "   AND b.platform = m.platform AND b.post_id = m.post_id"
        " WHERE m.match_level = 'full' AND s.snapshot_date = :day GROUP BY 1, 2, 3, 4",
        day=LAST,
        start="2026-03-13T23:00:00Z",
    )

    assert rows
    for row in rows:
        assert row["like_count_delta"] == row["expected"]


def test_posts_in_the_first_and_last_second_of_the_window_count(fortnight):
    edges = fortnight.rows(
        "SELECT DISTINCT post_id, posted_at FROM hashtag_post_metrics"
        " WHERE creator_id = '122' AND campaign_id = '501' AND match_level = 'full'"
        " AND (posted_at < '2026-02-28T23:00:01Z'"
        "      OR posted_at >= '2026-03-13T22:59:59Z')"
    )

    assert len(edges) >= 2


def test_every_days_checks_look_at_that_day(fortnight):
    missing = fortnight.rows(
        "SELECT DISTINCT snapshot_date FROM campaign_daily_summary"
    )

    assert len(missing) == 14


def test_every_kind_of_near_miss_is_proposed_and_nothing_that_counts(fortnight):
    """The sandbox's creators forget, misspell and mix up hashtags in all these ways."""
    kinds = fortnight.rows("SELECT DISTINCT candidate_kind FROM review_candidates")
    on_day = "snapshot_date, campaign_id, platform, post_id"
    proposed = f"SELECT {on_day} FROM review_candidates"
    listed = f"SELECT {on_day} FROM hashtag_post_metrics WHERE match_level ="

    assert {row["candidate_kind"] for row in kinds} == set(CandidateKind)
    assert fortnight.rows(f"{listed} 'full' INTERSECT {proposed}") == []
    assert fortnight.rows(f"{listed} 'partial' EXCEPT {proposed}") == []
    hows = fortnight.rows(
        "SELECT DISTINCT reason.value->>'how' AS how"
        " FROM review_candidates, jsonb_each(candidate_reasons) AS reason"
    )
    assert {row["how"] for row in hows} >= set(Resemblance) - {
        Resemblance.UNDERSCORE,
        Resemblance.MIXED,
    }
