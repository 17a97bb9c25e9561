"""Odd answers: nothing stops but the record concerned, and each leaves a trace."""

from typing import Any

import pytest

from analytics_pipeline_tests.agency import Agency
from analytics_pipeline_tests.conftest import FIRST_DAY

pytestmark = pytest.mark.media_only

ZOE = "114"
POST = ["business_discovery", "media", "data", 0]


def _patch(agency: Agency, path: list[Any], value: object, **where: str) -> None:
    ops = [{"op": "set", "path": path, "value": value}]
    agency.sandbox.faults.add("patch", params={"ops": ops}, **where)


def _zoe(agency: Agency) -> dict[str, str]:
    username = agency.value(
        "SELECT username FROM connections WHERE connection_id = 'instagram-114'"
    )
    return {"api": "instagram", "account": username}


def _findings(agency: Agency) -> set[tuple[str, str | None]]:
    rows = agency.rows(
        "SELECT rule, field FROM data_quality_findings"
        " WHERE asset IN ('raw_instagram_media', 'raw_tiktok_media')"
    )
    return {(row["rule"], row["field"]) for row in rows}


ODD = [
    ("like_count", "12", "count_as_text"),
    ("like_count", -3, "negative_count"),
    ("like_count", 3.5, "wrong_type"),
    ("like_count", 2**70, "count_too_large"),
    ("comments_count", "many", "wrong_type"),
    ("caption", 17, "wrong_type"),
    ("media_product_type", "HOLOGRAM", "unknown_value"),
]


@pytest.mark.parametrize(
    ("name", "value", "rule"), ODD, ids=[f"{n}={v}" for n, v, _ in ODD]
)
def test_an_odd_field_leaves_a_finding_and_the_record_stays(agency, name, value, rule):
    _patch(agency, [*POST, name], value, **_zoe(agency))

    agency.collect_plainly(FIRST_DAY)

    assert (rule, name) in _findings(agency)
    posts = agency.value("SELECT count(*) FROM posts WHERE creator_id = :c", c=ZOE)
    assert posts == 50


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("timestamp", "2026-03-01T05:00:00", "time_without_offset"),
        ("timestamp", "yesterday", "unreadable_time"),
        ("timestamp", None, "unreadable_time"),
        ("id", None, "missing_field"),
    ],
)
def test_a_record_that_cannot_be_kept_is_left_out_alone(agency, name, value, rule):
    _patch(agency, [*POST, name], value, **_zoe(agency))

    agency.collect_plainly(FIRST_DAY)

    assert (rule, name) in _findings(agency)
    posts = agency.value("SELECT count(*) FROM posts WHERE creator_id = :c", c=ZOE)
    assert posts == 49


def test_a_large_count_is_a_count(agency):
    _patch(agency, [*POST, "like_count"], 2**40, **_zoe(agency))

    agency.collect_plainly(FIRST_DAY)

    assert agency.value("SELECT max(like_count) FROM post_snapshots") == 2**40
    assert _findings(agency) == set()


def test_an_id_as_a_number_is_kept_as_text(agency):
    _patch(agency, [*POST, "id"], 17900000000000001, **_zoe(agency))

    agency.collect_plainly(FIRST_DAY)

    found = agency.rows("SELECT 1 FROM posts WHERE post_id = '17900000000000001'")
    assert found
    assert ("id_as_number", "id") in _findings(agency)


@pytest.mark.parametrize(
    "caption",
    [
        "😀🎉🌷",
        "a" * 10_000,
        "Cafe\u0301 #jarni\u0301",
        "#",
        "nul\x00byte",
        "",
        "\u202ertl",
    ],
    ids=["emoji", "long", "decomposed", "sign", "nul", "empty", "direction"],
)
def test_any_caption_is_a_caption(agency, caption):
    _patch(agency, [*POST, "caption"], caption, **_zoe(agency))

    agency.collect_plainly(FIRST_DAY)

    kept = agency.rows(
        "SELECT 1 FROM posts WHERE creator_id = :c AND post_caption = :t",
        c=ZOE,
        t=caption.replace("\x00", ""),
    )
    assert kept


def test_items_that_are_no_records_are_left_out(agency):
    _patch(agency, POST, "not a post", **_zoe(agency))

    agency.collect_plainly(FIRST_DAY)

    assert ("not_an_object", None) in _findings(agency)


def test_a_personal_text_never_stands_in_a_finding(agency):
    _patch(agency, [*POST, "comments_count"], "call me: 123", **_zoe(agency))

    agency.collect_plainly(FIRST_DAY)

    values = agency.rows("SELECT value FROM data_quality_findings")
    assert not any("call me" in (row["value"] or "") for row in values)


def _lists(agency: Agency, path: list[Any], value: object, endpoint: str) -> None:
    _patch(agency, path, value, api="creators_app", endpoint=endpoint)


@pytest.mark.parametrize(
    ("value", "tags", "problems"),
    [
        ("#Spring, ,brandx,", ["Spring", "brandx"], []),
        (None, [], ["no_hashtags"]),
        (17, [], ["no_hashtags"]),
        (["#a", "b"], ["a", "b"], []),
        ("spring sale!", [], ["unmatchable_hashtag"]),
        ("#a#b #c", ["a", "b", "c"], []),
    ],
)
def test_hashtags_are_understood_or_said_not_to_be(agency, value, tags, problems):
    _lists(agency, ["campaigns", 0, "hashtags"], value, "campaigns")

    agency.collect_plainly(FIRST_DAY)

    campaign = agency.rows("SELECT * FROM campaigns WHERE campaign_id = '501'")[0]
    assert campaign["campaign_hashtags"] == tags
    assert campaign["problems"] == problems


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        (["creators", 0, "email"], None, "missing_field"),
        (["creators", 1, "id"], 101, "duplicate_record"),
        (["creators", 0], "nobody", "not_an_object"),
        (["creators", 0, "id"], "101", None),
        (["creators", 0, "id"], {}, "wrong_type"),
    ],
)
def test_an_odd_creator_costs_no_other(agency, path, value, rule):
    _lists(agency, path, value, "creators")

    agency.collect_plainly(FIRST_DAY)

    rows = agency.rows("SELECT rule FROM data_quality_findings WHERE asset='creators'")
    rules = {row["rule"] for row in rows}
    assert rules == ({rule} if rule else set())
    assert agency.value("SELECT count(*) FROM creators") >= 23


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        (["campaigns", 0, "publishing_start_date"], "soon", "unreadable_time"),
        (["campaigns", 0, "platforms"], None, "missing_field"),
        (["campaigns", 0, "platforms"], [{"id": "one"}], "wrong_type"),
        (["campaigns", 0, "name"], 5, "wrong_type"),
    ],
)
def test_an_odd_campaign_costs_no_other(agency, path, value, rule):
    _lists(agency, path, value, "campaigns")

    agency.collect_plainly(FIRST_DAY)

    found = agency.rows(
        "SELECT 1 FROM data_quality_findings WHERE asset = 'campaigns'"
        " AND record_key = '501' AND rule = :r",
        r=rule,
    )
    assert found
    assert agency.value("SELECT count(*) FROM campaigns") == 17
    others = agency.rows("SELECT 1 FROM hashtag_post_metrics WHERE campaign_id='502'")
    assert others


def test_reversed_dates_are_told(agency):
    _lists(agency, ["campaigns", 0, "publishing_end_date"], "2026-02-01", "campaigns")

    agency.collect_plainly(FIRST_DAY)

    campaign = agency.rows("SELECT * FROM campaigns WHERE campaign_id = '501'")[0]
    assert campaign["problems"] == ["dates_reversed"]
    assert campaign["campaign_status"] == "incomplete"


def test_a_creator_gone_from_the_list_stays_known(agency):
    agency.collect_plainly(FIRST_DAY)
    agency.sandbox.faults.add(
        "patch",
        api="creators_app",
        endpoint="creators",
        params={"ops": [{"op": "remove", "path": ["creators", 0]}]},
    )
    next_day = FIRST_DAY.replace(day=2)
    agency.wake(next_day)

    agency.collect_plainly(next_day)

    rows = agency.rows("SELECT creator_id, is_listed FROM creators ORDER BY 1")
    assert rows[0] == {"creator_id": "101", "is_listed": False}
    assert all(row["is_listed"] for row in rows[1:])
    still = agency.rows(
        "SELECT 1 FROM sync_outcomes WHERE creator_id = '101' AND status = 'ok'"
        " AND snapshot_date = :d",
        d=next_day,
    )
    assert still


def test_an_unknown_creator_among_the_involved_is_told_and_accounted_for(agency):
    _lists(agency, [0, "creator_ids"], [101, 987654], "involved")

    agency.collect_plainly(FIRST_DAY)

    finding = agency.rows(
        "SELECT value FROM data_quality_findings WHERE rule = 'unknown_creator'"
    )
    outcome = agency.rows(
        "SELECT DISTINCT reason FROM sync_outcomes WHERE creator_id = '987654'"
    )
    assert {"value": "987654"} in finding
    assert outcome == [{"reason": "no_connection"}]


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("create_time", 1_772_000_000_000_000, "unreadable_time"),
        ("view_count", None, None),
        ("share_count", "7", "count_as_text"),
        ("video_description", None, None),
    ],
)
def test_an_odd_video_costs_no_other(agency, name, value, rule):
    account = agency.value(
        "SELECT username FROM connections WHERE connection_id = 'tiktok-104'"
    )
    path = ["data", "videos", 0, name]
    _patch(agency, path, value, api="tiktok", account=account, endpoint="video/list")

    agency.collect_plainly(FIRST_DAY)

    assert _findings(agency) == ({(rule, name)} if rule else set())
    posts = agency.value("SELECT count(*) FROM post_snapshots WHERE creator_id = '104'")
    assert posts >= 1
    if name == "view_count":
        reasons = agency.rows(
            "SELECT unknown_reasons ->> 'view_count' AS why FROM post_snapshots"
            " WHERE creator_id = '104' AND view_count IS NULL"
        )
        assert reasons == [{"why": "not_reported"}]
