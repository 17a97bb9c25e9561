"""A field that no parser knows: kept raw, told once with its first day, never again."""

from datetime import timedelta

import dagster as dg
import pytest

from analytics_pipeline_tests.conftest import FIRST_DAY

pytestmark = pytest.mark.media_only

NEXT_DAY = FIRST_DAY + timedelta(days=1)
POST = ["business_discovery", "media", "data", "*"]
LISTS = ["creators", "campaigns", "active_campaign_participants"]
DRIFT = (
    "SELECT asset, platform, record_key, field, value, snapshot_date"
    " FROM data_quality_findings WHERE rule = 'unknown_field' ORDER BY 3, 4"
)


def _send(agency, path, value=7, **where):
    ops = [{"op": "set", "path": path, "value": value}]
    agency.sandbox.faults.add("patch", params={"ops": ops}, **where)


def _fields(agency):
    return {
        (row["record_key"], row["field"]): row["snapshot_date"]
        for row in agency.rows(DRIFT)
    }


@pytest.mark.parametrize(
    ("kind", "path", "where"),
    [
        ("instagram media", [*POST, "reposts_count"], {"api": "instagram"}),
        ("instagram profile", ["business_discovery", "website"], {"api": "instagram"}),
        ("tiktok video", ["data", "videos", "*", "save_count"], {"api": "tiktok"}),
        ("tiktok user", ["data", "user", "is_verified"], {"api": "tiktok"}),
        ("creators app creator", ["creators", "*", "phone"], {"endpoint": "creators"}),
        ("creators app campaign", ["campaigns", 0, "brief"], {"endpoint": "campaigns"}),
        ("creators app involvement", ["*", "role"], {"endpoint": "involved"}),
    ],
)
def test_a_new_field_is_one_finding_and_costs_nothing(agency, kind, path, where):
    _send(agency, path, **where)

    agency.collect_plainly(FIRST_DAY)

    (row,) = agency.rows(DRIFT)
    assert (row["record_key"], row["field"], row["value"]) == (kind, path[-1], "number")
    assert agency.value("SELECT count(*) FROM post_snapshots") > 500
    assert agency.rows("SELECT 1 FROM hashtag_post_metrics")


def test_later_days_do_not_tell_it_again(agency):
    _send(agency, [*POST, "reposts_count"], api="instagram")
    _send(agency, ["creators", "*", "phone"], api="creators_app")
    agency.collect_plainly(FIRST_DAY)
    before = agency.tables(
        but=["creators", "campaigns", "active_campaign_participants"]
    )
    agency.collect_plainly(FIRST_DAY)
    after = agency.tables(but=LISTS)
    agency.wake(NEXT_DAY)
    agency.collect_plainly(NEXT_DAY)

    assert after == before
    assert _fields(agency) == {
        ("instagram media", "reposts_count"): FIRST_DAY,
        ("creators app creator", "phone"): NEXT_DAY,  # The day it was asked on.
    }


def test_days_loaded_in_another_order_end_with_the_earliest(agency):
    _send(agency, [*POST, "reposts_count"], api="instagram")
    agency.collect_plainly(FIRST_DAY)
    agency.wake(NEXT_DAY)
    agency.collect_plainly(NEXT_DAY)
    agency.rows("WITH gone AS (DELETE FROM data_quality_findings RETURNING 1) SELECT 1")

    agency.collect_plainly(NEXT_DAY)
    of_next = _fields(agency)
    agency.collect_plainly(FIRST_DAY)

    assert of_next == {("instagram media", "reposts_count"): NEXT_DAY}
    assert _fields(agency) == {("instagram media", "reposts_count"): FIRST_DAY}


def test_a_late_day_is_not_the_day_a_field_was_seen(agency):
    _send(agency, [*POST, "reposts_count"], api="instagram")
    agency.wake(FIRST_DAY + timedelta(days=6))

    agency.collect_plainly(FIRST_DAY)

    seen_on = agency.sandbox.clock.now().date()
    assert _fields(agency) == {("instagram media", "reposts_count"): seen_on}


def test_a_check_warns_in_the_run_that_found_it_and_is_silent_then(agency):
    _send(agency, [*POST, "reposts_count"], api="instagram")
    first = {item.check_name: item for item in agency.collect_well(FIRST_DAY).checks}
    agency.wake(NEXT_DAY)
    later = {item.check_name: item for item in agency.collect_well(NEXT_DAY).checks}

    name = "data_quality_findings_fields_are_known"
    assert not first[name].passed
    assert first[name].severity is dg.AssetCheckSeverity.WARN
    assert "reposts_count" in first[name].metadata["new"].value
    assert later[name].passed
    assert "reposts_count" in later[name].metadata["all"].value
    rules = first["data_quality_findings_are_none"].metadata["rows"].value
    assert "unknown_field" not in rules
