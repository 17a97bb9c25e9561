"""A later answer that is shorter, cut off or poorer takes nothing away."""

import pytest

from analytics_pipeline_tests.conftest import FIRST_DAY

pytestmark = pytest.mark.media_only

# Zoe is read by the agency's connection; Marcus posts more than a page holds.
ZOE, MARCUS = "114", "110"
LATER = FIRST_DAY.replace(day=13)
DISCOVERY = "business_discovery"


def _account(agency, platform, creator_id):
    return agency.value(
        "SELECT username FROM connections WHERE platform = :p AND creator_id = :c",
        p=platform,
        c=creator_id,
    )


def _posts(agency, platform, creator_id):
    rows = agency.rows(
        "SELECT * FROM post_snapshots WHERE platform = :p AND creator_id = :c",
        p=platform,
        c=creator_id,
    )
    return {row["post_id"]: row for row in rows}


def _patch(agency, api, creator_id, *operations):
    agency.sandbox.faults.add(
        "patch",
        api=api,
        account=_account(agency, api, creator_id),
        params={"ops": list(operations)},
    )


def _look_again(agency, hour=12):
    agency.wake(FIRST_DAY, hour=hour)
    agency.collect_plainly(FIRST_DAY, refresh=True)


def test_a_shorter_page_takes_no_post_away(agency):
    agency.collect_plainly(FIRST_DAY)
    morning, before = agency.sandbox.clock.now(), _posts(agency, "instagram", ZOE)
    remove = {"op": "remove", "path": [DISCOVERY, "media", "data", 1]}
    _patch(agency, "instagram", ZOE, remove, remove, remove)

    _look_again(agency)
    after = _posts(agency, "instagram", ZOE)

    kept = [key for key, row in after.items() if row["observed_at"] == morning]
    assert set(before) <= set(after)
    assert len(kept) >= 3
    assert all(after[key] == before[key] for key in kept)


def test_a_walk_that_is_cut_off_keeps_the_older_pages(agency):
    agency.wake(LATER)
    agency.collect_plainly(LATER)
    morning, before = agency.sandbox.clock.now(), _posts(agency, "tiktok", MARCUS)
    # The first page comes; the second leads back to itself, without end.
    handle = _account(agency, "tiktok", MARCUS)
    agency.sandbox.faults.add("repeat_cursor", api="tiktok", account=handle)

    agency.wake(LATER, hour=12)
    agency.collect_plainly(LATER, refresh=True)
    after = _posts(agency, "tiktok", MARCUS)
    of_marcus = "WHERE platform = 'tiktok' AND creator_id = :c"
    told = agency.rows(
        f"SELECT status, reason FROM sync_outcomes {of_marcus}", c=MARCUS
    )
    tried = agency.rows(
        f"SELECT status FROM collection_attempts {of_marcus} ORDER BY observed_at",
        c=MARCUS,
    )

    assert [row["status"] for row in tried] == ["ok", "failed"]
    assert told == [{"status": "ok", "reason": None}]
    assert set(before) <= set(after)
    instants = {row["observed_at"] for row in after.values()}
    assert instants == {morning, agency.sandbox.clock.now()}


def test_a_profile_without_followers_does_not_hide_those_of_the_morning(agency):
    agency.collect_plainly(FIRST_DAY)
    query = "SELECT * FROM account_snapshots WHERE creator_id = :c"
    before = agency.rows(query, c=ZOE)
    remove = {"op": "remove", "path": [DISCOVERY, "followers_count"]}
    _patch(agency, "instagram", ZOE, remove)

    _look_again(agency)

    assert agency.rows(query, c=ZOE) == before


@pytest.mark.parametrize("value", [None, "many", -1], ids=str)
def test_a_number_that_is_none_does_not_replace_one(agency, value):
    agency.collect_plainly(FIRST_DAY)
    before = _posts(agency, "instagram", ZOE)
    path = [DISCOVERY, "media", "data", "*", "comments_count"]
    _patch(agency, "instagram", ZOE, {"op": "set", "path": path, "value": value})

    _look_again(agency)

    after = _posts(agency, "instagram", ZOE)
    assert {key: after[key] for key in before} == before


def test_likes_that_are_hidden_later_are_hidden(agency):
    agency.collect_plainly(FIRST_DAY)
    path = [DISCOVERY, "media", "data", "*", "like_count"]
    _patch(agency, "instagram", ZOE, {"op": "remove", "path": path})

    _look_again(agency)

    now = agency.sandbox.clock.now()
    newest = [
        row
        for row in _posts(agency, "instagram", ZOE).values()
        if row["observed_at"] == now
    ]
    assert newest
    assert {row["unknown_reasons"]["like_count"] for row in newest} == {"hidden"}


def test_what_was_looked_at_twice_can_be_rebuilt(agency):
    agency.collect_plainly(FIRST_DAY)
    _look_again(agency)
    told = agency.contents()

    agency.rebuild(FIRST_DAY, FIRST_DAY)

    assert agency.contents() == told


def test_an_empty_list_of_participants_takes_nobody_away(agency):
    agency.collect_plainly(FIRST_DAY)
    tables = ("active_campaign_participants", "sync_outcomes", "campaign_daily_summary")
    before = {name: agency.tables()[name] for name in tables}
    agency.sandbox.faults.add("empty", api="creators_app", endpoint="involved")

    agency.collect_plainly(FIRST_DAY)
    assert {name: agency.tables()[name] for name in tables} == before

    # A day that begins with it has those of the day before.
    next_day = FIRST_DAY.replace(day=2)
    agency.wake(next_day)
    agency.collect_plainly(next_day)
    counted = agency.rows(
        "SELECT snapshot_date, count(*) AS n FROM active_campaign_participants"
        " GROUP BY 1 ORDER BY 1"
    )
    assert [row["snapshot_date"] for row in counted] == [FIRST_DAY, next_day]
