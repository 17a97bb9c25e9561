"""A post that is missing from a list: when that proves a removal, and when not."""

from datetime import timedelta

import pytest

from analytics_pipeline.cli.report import report
from analytics_pipeline_tests.conftest import FIRST_DAY

pytestmark = pytest.mark.media_only

ONDRA = "102"
INDEX = 1
KSENIA = "117"
LIAM = "123"
A_DAY = timedelta(days=1)


def _ondra(agency):
    """Return Ondra's handle and one of his posts that counts for a campaign."""
    (row,) = agency.rows(
        "SELECT c.username, m.post_id, m.campaign_id FROM hashtag_post_metrics m"
        " JOIN connections c USING (creator_id, platform)"
        " WHERE m.creator_id = :c AND match_level = 'full' LIMIT 1",
        c=ONDRA,
    )
    return row


def _hide(agency, row, *, is_gone=True):
    """Take a post out of its account's list; directly read, it may not exist."""
    now = agency.sandbox.clock.now()
    posts = agency.sandbox.world.instagram_posts(INDEX, now)
    place = [post.post_id for post in posts].index(row["post_id"])
    where = {"api": "instagram", "account": row["username"]}
    remove = {"op": "remove", "path": ["data", place]}
    agency.sandbox.faults.clear()
    agency.sandbox.faults.add(
        "patch", endpoint="/media", params={"ops": [remove]}, **where
    )
    if not is_gone:
        return
    error = {"code": 100, "error_subcode": 33, "message": "Unsupported get request"}
    gone = {"op": "set", "path": ["error"], "value": error}
    agency.sandbox.faults.add(
        "patch", endpoint="media_item", params={"ops": [gone]}, **where
    )


def _look_again(agency, hour):
    agency.wake(FIRST_DAY, hour=hour)
    agency.collect_plainly(FIRST_DAY, refresh=True)


def _removed(agency):
    rows = agency.rows(
        "SELECT post_id, removed_at FROM posts WHERE removed_at IS NOT NULL"
    )
    return {row["post_id"]: row["removed_at"] for row in rows}


@pytest.fixture
def hidden(agency):
    """The post was there at five in the morning, and is gone since six."""
    agency.collect_plainly(FIRST_DAY)
    row = _ondra(agency)
    agency.wake(FIRST_DAY, hour=6)
    _hide(agency, row)
    agency.collect_plainly(FIRST_DAY, refresh=True)
    return row


def test_one_direct_read_proves_nothing(agency, hidden):
    checks = agency.rows("SELECT post_id, is_gone FROM post_removal_checks")

    assert checks == [{"post_id": hidden["post_id"], "is_gone": True}]
    assert _removed(agency) == {}


def test_two_reads_six_hours_apart_prove_a_removal(agency, hidden):
    post = "SELECT last_seen_at FROM posts WHERE post_id = :id"
    seen_at = agency.value(post, id=hidden["post_id"])
    agency.wake(FIRST_DAY, hour=12)
    _hide(agency, hidden)
    agency.collect_plainly(FIRST_DAY, refresh=True)

    assert _removed(agency) == {hidden["post_id"]: agency.sandbox.clock.now()}
    assert agency.value(post, id=hidden["post_id"]) == seen_at
    history = "SELECT 1 FROM post_snapshots WHERE post_id = :id"
    assert agency.rows(history, id=hidden["post_id"])


def test_a_read_too_early_is_not_made(agency, hidden):
    agency.sandbox.calls.reset()
    agency.wake(FIRST_DAY, hour=11)
    _hide(agency, hidden)
    agency.collect_plainly(FIRST_DAY, refresh=True)

    assert agency.sandbox.calls.count(endpoint="media_item") == 0
    assert _removed(agency) == {}


def test_a_post_that_is_seen_again_is_not_removed(agency, hidden):
    agency.wake(FIRST_DAY, hour=12)
    _hide(agency, hidden)
    agency.collect_plainly(FIRST_DAY, refresh=True)
    assert _removed(agency)

    agency.sandbox.faults.clear()
    _look_again(agency, hour=13)

    assert _removed(agency) == {}


def test_a_post_that_a_direct_read_finds_is_not_removed(agency, hidden):
    agency.wake(FIRST_DAY, hour=12)
    _hide(agency, hidden, is_gone=False)
    agency.collect_plainly(FIRST_DAY, refresh=True)
    found = agency.rows("SELECT is_gone FROM post_removal_checks ORDER BY observed_at")
    agency.wake(FIRST_DAY, hour=18)
    _hide(agency, hidden)
    agency.collect_plainly(FIRST_DAY, refresh=True)

    assert [row["is_gone"] for row in found] == [True, False]
    assert _removed(agency) == {}, "the first proof is void"


@pytest.mark.parametrize("kind", ["server_error", "expired_token", "limit_use_case"])
def test_a_direct_read_that_fails_otherwise_is_no_proof_and_costs_nothing(agency, kind):
    agency.collect_plainly(FIRST_DAY)
    row = _ondra(agency)
    agency.wake(FIRST_DAY, hour=6)
    _hide(agency, row, is_gone=False)
    agency.sandbox.faults.add(kind, api="instagram", endpoint="media_item")
    agency.collect_plainly(FIRST_DAY, refresh=True)

    (attempt,) = agency.rows(
        "SELECT a.* FROM collection_attempts a WHERE creator_id = :c"
        " AND attempt_kind = 'media'"
        " ORDER BY observed_at DESC LIMIT 1",
        c=ONDRA,
    )
    assert attempt["status"] == "ok"
    assert attempt["covers_from"] is not None
    assert attempt["calls"] == (
        attempt["calls_planned"]
        + attempt["calls_unplanned"]
        + attempt["calls_repeated"]
    )
    assert attempt["calls_unplanned"] == 1
    assert agency.rows("SELECT 1 FROM post_removal_checks") == []


def test_the_report_says_since_when_a_post_is_removed(agency, hidden, capsys):
    agency.wake(FIRST_DAY, hour=12)
    _hide(agency, hidden)
    agency.collect_plainly(FIRST_DAY, refresh=True)
    next_day = FIRST_DAY + A_DAY
    agency.wake(next_day)
    _hide(agency, hidden)
    agency.collect_plainly(next_day)

    report.main([hidden["campaign_id"]], standalone_mode=False)

    assert "since 2026-03-02 12:00" in capsys.readouterr().out


def test_deletions_of_the_sandbox_are_proven_for_connected_accounts_only(agency):
    """Ksenia and Liam, read with their own tokens, delete a post; so do others."""
    for day in (2, 5, 6, 7):
        agency.wake(FIRST_DAY.replace(day=day))
        agency.collect_plainly(FIRST_DAY.replace(day=day))

    rows = agency.rows(
        "SELECT creator_id, removed_at, last_seen_at FROM posts"
        " WHERE removed_at IS NOT NULL"
    )
    missing = agency.rows(
        "SELECT DISTINCT creator_id FROM posts WHERE last_seen_at < :now"
        " AND posted_at >= '2026-02-27'",
        now=agency.sandbox.clock.now(),
    )
    calls = agency.rows(
        "SELECT calls_unplanned FROM collection_attempts WHERE creator_id = :c"
        " AND attempt_kind = 'media'"
        " ORDER BY observed_at",
        c=KSENIA,
    )

    removed = {row["creator_id"]: row for row in rows}
    assert set(removed) == {KSENIA, LIAM}
    assert removed[KSENIA]["removed_at"] == agency.sandbox.clock.now()
    assert removed[KSENIA]["last_seen_at"] == agency.sandbox.clock.now() - 2 * A_DAY
    assert {row["creator_id"] for row in missing} > set(removed)
    # The first direct read could not be planned, the second was.
    assert [row["calls_unplanned"] for row in calls[1:]] == [0, 1, 0]

    before = agency.contents()["posts"]
    checks = agency.contents()["post_removal_checks"]
    agency.rows("WITH gone AS (DELETE FROM post_removal_checks RETURNING 1) SELECT 1")
    agency.rows("WITH gone AS (DELETE FROM posts RETURNING 1) SELECT 1")
    agency.sandbox.calls.reset()
    for day in (7, 2, 6, 5, 6):
        agency.collect_plainly(FIRST_DAY.replace(day=day))

    assert agency.contents()["posts"] == before
    assert agency.contents()["post_removal_checks"] == checks
    assert agency.sandbox.calls.count(api="instagram") == 0
