"""What an asset's page shows after a run: the metadata of each materialization."""

import pytest

from analytics_pipeline.schemas.tables import TABLES
from analytics_pipeline_tests.conftest import FIRST_DAY

SECOND_DAY = FIRST_DAY.replace(day=2)
DAILY_TABLES = [table.name for table in TABLES if "snapshot_date" in table.key]
RAW = [
    "raw_instagram_media",
    "raw_instagram_post_insights",
    "raw_instagram_account_insights",
    "raw_instagram_stories",
    "raw_tiktok_media",
]


@pytest.fixture(scope="module")
def result(module_agency):
    """The first two days, collected late but for the second, in one run."""
    module_agency.wake(SECOND_DAY)
    return module_agency.collect_well(FIRST_DAY, SECOND_DAY)


@pytest.fixture(scope="module")
def told(result):
    return result.metadata


@pytest.mark.parametrize("name", ["creators", "campaigns"])
def test_a_list_tells_all_rows_of_its_table(told, module_agency, name):
    in_table = module_agency.value(f"SELECT count(*) FROM {name}")

    assert told[name, None]["dagster/row_count"] == in_table
    assert told[name, None]["rows_inserted"] == in_table


def test_every_asset_of_the_job_tells_something(told):
    written = {table.name for table in TABLES if table.is_asset} - {"connections"}

    assert {asset for asset, _ in told} == written | set(RAW)


@pytest.mark.parametrize("name", DAILY_TABLES)
@pytest.mark.parametrize("day", [FIRST_DAY, SECOND_DAY], ids=str)
def test_a_tables_partition_tells_its_own_rows(told, module_agency, name, day):
    whose = " AND asset LIKE 'raw_%'" if name == "data_quality_findings" else ""
    in_table = module_agency.value(
        f"SELECT count(*) FROM {name} WHERE snapshot_date = :day{whose}", day=day
    )

    metadata = told[name, day.isoformat()]
    assert metadata["rows"] == in_table
    assert metadata["dagster/partition_row_count"] == in_table
    assert metadata["rows_inserted"] <= in_table


@pytest.mark.parametrize("name", RAW)
def test_calls_are_told_as_planned_and_as_made(told, module_agency, name):
    metadata = told[name, SECOND_DAY.isoformat()]
    (sums,) = module_agency.rows(
        "SELECT sum(calls) AS made, sum(calls_planned) AS planned, count(*) AS asked"
        " FROM collection_attempts"
        " WHERE :name = 'raw_' || platform || '_' || attempt_kind",
        name=name,
    )

    assert metadata["calls_made"] == sums["made"]
    assert metadata["calls_planned"] == sums["planned"]
    assert metadata["accounts_asked"] == sums["asked"]
    assert metadata["accounts_ok"] + metadata["accounts_failed"] + metadata[
        "accounts_skipped"
    ] + metadata["accounts_deferred"] == int(sums["asked"])
    assert all(".jsonl.gz" in url for url in metadata["landing_objects"])


def test_who_gave_no_answer_is_named_with_the_reason(told):
    table = told["raw_tiktok_media", SECOND_DAY.isoformat()]["accounts_without_answer"]

    assert "| 112 | tiktok-112 | failed | reconnect_required |" in table


def test_the_summary_has_a_table_and_a_picture(told):
    metadata = told["campaign_daily_summary", SECOND_DAY.isoformat()]

    assert metadata["summary"].startswith("| campaign_id | platform | post_count |")
    assert "| 501 | instagram |" in metadata["summary"]
    assert metadata["growth"].startswith("![growth](data:image/svg+xml;base64,")


def test_every_check_of_the_job_has_looked(result):
    passed = {item.check_name for item in result.checks if item.passed}
    failed = {item.check_name for item in result.checks if not item.passed}

    assert "post_snapshots_has_unique_key" in passed
    assert "sync_outcomes_account_for_everyone" in passed
    assert "sync_outcomes_every_account_answered" in failed, "vojta_k must log in again"
