"""One bad account never costs another's data, and the next run completes the day."""

import pytest

from analytics_pipeline_tests.agency import Agency
from analytics_pipeline_tests.conftest import FIRST_DAY

pytestmark = pytest.mark.media_only

# Zoe is read by the agency's connection; Dima has a token of his own.
ZOE, DIMA = "114", "104"
ONE_ACCOUNT = [
    ("server_error", {}, "transient"),
    ("transient_code_1", {}, "transient"),
    ("reduce_data", {}, "transient"),
    ("truncated_json", {}, "bad_answer"),
    ("html", {}, "bad_answer"),
    ("slow", {"seconds": 2.5}, "transient"),
    ("reset", {}, "transient"),
]
METAS_OWN = {"transient_code_1", "reduce_data"}


def _account(agency: Agency, platform: str, creator_id: str) -> str:
    return agency.value(
        "SELECT username FROM connections WHERE platform = :p AND creator_id = :c",
        p=platform,
        c=creator_id,
    )


def _outcomes(agency: Agency) -> dict[tuple[str, str], tuple[str, str | None]]:
    rows = agency.rows(
        "SELECT platform, creator_id, status, reason FROM sync_outcomes"
        " WHERE connection_id IS NOT NULL"
    )
    return {
        (row["platform"], row["creator_id"]): (row["status"], row["reason"])
        for row in rows
    }


@pytest.mark.parametrize(
    ("platform", "fault"),
    [
        *(("instagram", fault) for fault in ONE_ACCOUNT),
        *(("tiktok", fault) for fault in ONE_ACCOUNT if fault[0] not in METAS_OWN),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_fault_of_one_account_is_its_own(agency, platform, fault):
    kind, params, reason = fault
    creator_id = {"instagram": ZOE, "tiktok": DIMA}[platform]
    account = _account(agency, platform, creator_id)
    agency.sandbox.faults.add(kind, api=platform, account=account, params=params)

    agency.collect_plainly(FIRST_DAY)
    outcomes = _outcomes(agency)

    assert outcomes.pop((platform, creator_id)) == ("failed", reason)
    outcomes.pop(("tiktok", "112"))  # Her token was dead before.
    assert set(outcomes.values()) == {("ok", None)}

    agency.sandbox.faults.clear()
    agency.sandbox.calls.reset()
    agency.collect_plainly(FIRST_DAY)

    assert _outcomes(agency)[platform, creator_id] == ("ok", None)
    others = [api for api in ("instagram", "tiktok") if api != platform]
    assert agency.sandbox.calls.count(api=others[0]) == 0
    asked = agency.rows(
        "SELECT DISTINCT creator_id FROM collection_attempts WHERE platform = :p"
        " GROUP BY creator_id, attempt_kind HAVING count(*) > 1",
        p=platform,
    )
    assert {row["creator_id"] for row in asked} <= {creator_id, "112"}


@pytest.mark.parametrize("kind", ["limit_429", "limit_code_4", "limit_code_17"])
def test_a_limit_of_the_agency_defers_the_others_and_spares_the_connected(agency, kind):
    agency.sandbox.faults.add(
        kind, api="instagram", account=_account(agency, "instagram", ZOE)
    )
    agency.collect_plainly(FIRST_DAY)
    outcomes = _outcomes(agency)
    instagram = {who: told for (on, who), told in outcomes.items() if on == "instagram"}
    tiktok = {who: told for (on, who), told in outcomes.items() if on == "tiktok"}

    assert instagram[ZOE] == ("deferred", "budget")
    assert set(instagram.values()) <= {("ok", None), ("deferred", "budget")}
    for connected in ("102", "106", "115", "117", "120", "123"):
        if connected in instagram:
            assert instagram[connected] == ("ok", None)
    tiktok.pop("112")
    assert set(tiktok.values()) == {("ok", None)}

    agency.sandbox.faults.clear()
    agency.wake(FIRST_DAY, hour=6)
    agency.collect_plainly(FIRST_DAY)
    assert _outcomes(agency)["instagram", ZOE] == ("ok", None)


def test_a_full_window_of_tiktok_defers_and_the_next_run_completes(agency):
    agency.sandbox.faults.add("limit_429", api="tiktok", endpoint="video/list")
    agency.collect_plainly(FIRST_DAY)
    deferred = [
        told
        for (platform, _), told in _outcomes(agency).items()
        if platform == "tiktok" and told == ("deferred", "budget")
    ]
    assert deferred

    agency.sandbox.faults.clear()
    agency.wake(FIRST_DAY, hour=6)
    agency.collect_plainly(FIRST_DAY)
    tiktok = {
        who: told for (on, who), told in _outcomes(agency).items() if on == "tiktok"
    }
    tiktok.pop("112")
    assert set(tiktok.values()) == {("ok", None)}


def test_a_dead_token_of_the_agency_is_asked_with_once(agency):
    agency.sandbox.faults.add(
        "expired_token", api="instagram", endpoint="business_discovery"
    )
    agency.monkeypatch.setenv("ANALYTICS_CONCURRENCY", "1")

    agency.collect_plainly(FIRST_DAY)

    told = _outcomes(agency)["instagram", ZOE]
    details = agency.rows(
        "SELECT DISTINCT detail FROM sync_outcomes WHERE reason = 'reconnect_required'"
        " AND platform = 'instagram'"
    )
    assert told == ("failed", "reconnect_required")
    assert all("META_ACCESS_TOKEN" in row["detail"] for row in details)
    assert agency.sandbox.calls.count(endpoint="business_discovery") == 1
    statuses = agency.rows(
        "SELECT DISTINCT connection_status FROM connections"
        " WHERE platform = 'instagram' AND access_token_encrypted IS NULL"
    )
    assert statuses == [{"connection_status": "public"}]


def test_an_expired_token_of_a_creator_is_told_and_not_used_again(agency):
    account = _account(agency, "instagram", "120")
    agency.sandbox.faults.add("expired_token", api="instagram", account=account)
    agency.collect_plainly(FIRST_DAY)
    agency.sandbox.calls.reset()

    agency.collect_plainly(FIRST_DAY)

    assert _outcomes(agency)["instagram", "120"] == ("failed", "reconnect_required")
    assert agency.sandbox.calls.count(api="instagram") == 0


def test_a_token_refused_in_the_middle_of_a_walk_is_refreshed_there(agency):
    account = _account(agency, "tiktok", DIMA)
    agency.sandbox.faults.add(
        "expired_token", api="tiktok", account=account, endpoint="video/list", times=1
    )

    agency.collect_plainly(FIRST_DAY)

    assert _outcomes(agency)["tiktok", DIMA] == ("ok", None)
    assert agency.sandbox.calls.count(account=account, endpoint="oauth/token") == 1


def test_smaller_pages_are_asked_for_when_the_server_cannot_gather_them(agency):
    agency.sandbox.faults.add(
        "reduce_data",
        api="instagram",
        account=_account(agency, "instagram", ZOE),
        params={"max_limit": 30},
    )

    agency.collect_plainly(FIRST_DAY)

    assert _outcomes(agency)["instagram", ZOE] == ("ok", None)


def test_an_empty_answer_after_a_full_one_takes_nothing_away(agency):
    agency.collect_plainly(FIRST_DAY)
    before = agency.value("SELECT count(*) FROM post_snapshots")
    agency.sandbox.faults.add("empty", api="instagram")
    agency.sandbox.faults.add("empty", api="tiktok")

    agency.wake(FIRST_DAY, hour=12)
    agency.collect_plainly(FIRST_DAY, refresh=True)

    assert agency.value("SELECT count(*) FROM post_snapshots") == before


def test_failures_after_a_good_answer_take_nothing_away(agency):
    agency.collect_plainly(FIRST_DAY)
    before = agency.tables(but=["collection_attempts", "sync_outcomes"])
    for kind in ("server_error", "reset"):
        agency.sandbox.faults.clear()
        agency.sandbox.faults.add(kind, api="instagram")
        agency.sandbox.faults.add(kind, api="tiktok")
        agency.collect_plainly(FIRST_DAY, refresh=True)

    assert agency.tables(but=["collection_attempts", "sync_outcomes"]) == before
    assert set(_outcomes(agency).values()) == {
        ("ok", None),
        ("failed", "reconnect_required"),
    }


def test_scattered_faults_everywhere_still_complete_the_day(agency):
    for kind in ("server_error", "truncated_json", "reset", "html"):
        for api in ("instagram", "tiktok", "creators_app"):
            agency.sandbox.faults.add(kind, api=api, rate=0.06)

    for _ in range(6):
        agency.collect_plainly(FIRST_DAY)
    agency.sandbox.faults.clear()
    agency.collect_plainly(FIRST_DAY)

    outcomes = _outcomes(agency)
    outcomes.pop(("tiktok", "112"))
    assert set(outcomes.values()) == {("ok", None)}
