"""The books of a day balance, and a row that is broken is named."""

import os
from contextlib import contextmanager

import dagster as dg
import pytest
import sqlalchemy as sa

from analytics_pipeline_tests.agency import FAST
from analytics_pipeline_tests.conftest import FIRST_DAY

THIRD_DAY = FIRST_DAY.replace(day=3)
POST = ["business_discovery", "media", "data"]
STORES = ("ANALYTICS_HOME", "ANALYTICS_DATABASE_URL")
CHECKED = ("sync_outcomes", "post_snapshots", "hashtag_post_metrics")


@pytest.fixture(scope="module")
def collected(module_agency):
    """Two late days and one on time, in one run; two posts of it cannot be kept."""
    ops = [
        {"op": "set", "path": [*POST, 0, "timestamp"], "value": "yesterday"},
        {"op": "set", "path": [*POST, 1, "id"], "value": None},
    ]
    module_agency.sandbox.faults.add(
        "patch", api="instagram", account="tereza.novakova", params={"ops": ops}
    )
    module_agency.wake(THIRD_DAY)
    result = module_agency.collect_well(FIRST_DAY, THIRD_DAY)
    module_agency.sandbox.faults.clear()
    checks = {check.check_name: check for check in result.checks}
    return module_agency, checks, {name: os.environ[name] for name in STORES}


@pytest.fixture
def agency(collected, monkeypatch):
    """The agency as it was collected; the environment names its stores again."""
    for name, value in collected[2].items():
        monkeypatch.setenv(name, value)
    return collected[0]


def _look(agency, table):
    """Run one check alone, for all days of the window."""
    key = dg.AssetCheckKey(dg.AssetKey(table), f"{table}_add_up")
    job = dg.define_asset_job("look", selection=dg.AssetSelection.checks(key))
    result = (
        dg.Definitions.merge(FAST, dg.Definitions(jobs=[job]))
        .resolve_job_def("look")
        .execute_in_process(
            instance=agency.instance,
            tags={
                "dagster/asset_partition_range_start": FIRST_DAY.isoformat(),
                "dagster/asset_partition_range_end": THIRD_DAY.isoformat(),
            },
        )
    )
    (check,) = result.get_asset_check_evaluations()
    return check


@contextmanager
def _broken(agency, table, statement, **parameters):
    """Break a table for the time of a block."""

    def run(text, **values):
        with agency.warehouse.begin() as connection:
            connection.execute(sa.text(text), values)

    run(f"CREATE TABLE kept AS TABLE {table}")
    run(statement, **parameters)
    try:
        yield
    finally:
        run(f"TRUNCATE {table}")
        run(f"INSERT INTO {table} TABLE kept")
        run("DROP TABLE kept")


def _fails_with(agency, table, *told):
    check = _look(agency, table)
    differences = check.metadata["differences"].value

    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.ERROR
    for text in told:
        assert text in differences


@pytest.mark.parametrize("table", CHECKED)
def test_the_books_balance_in_the_run_and_when_looked_at_again(
    agency, collected, table
):
    again = _look(agency, table)

    assert collected[1][f"{table}_add_up"].passed
    assert again.passed
    counted = collected[1][f"{table}_add_up"].metadata["counted"]
    assert again.metadata["counted"] == counted


def test_what_was_left_out_is_counted(collected):
    counted = collected[1]["post_snapshots_add_up"].metadata["counted"].value
    (line,) = [x for x in counted.splitlines() if f"{THIRD_DAY} | instagram" in x]
    *_, in_raw, loaded, rejected = [int(x) for x in line.strip("| ").split(" | ")[2:]]

    assert rejected == 2
    assert in_raw == loaded + rejected


def test_every_day_of_the_run_is_looked_at(collected):
    counted = collected[1]["sync_outcomes_add_up"].metadata["counted"].value

    for day in (1, 2, 3):
        assert f"| {FIRST_DAY.replace(day=day)} | tiktok |" in counted


@pytest.mark.parametrize("day", [FIRST_DAY, THIRD_DAY], ids=["late", "on time"])
def test_a_lost_post_is_named(agency, day):
    (row,) = agency.rows(
        "SELECT platform, post_id FROM post_snapshots WHERE snapshot_date = :day"
        " ORDER BY 2 LIMIT 1",
        day=day,
    )
    platform, lost = row["platform"], row["post_id"]
    delete = "DELETE FROM post_snapshots WHERE snapshot_date = :day AND post_id = :id"

    with _broken(agency, "post_snapshots", delete, day=day, id=lost):
        told = f"{day} | {platform} | in raw, neither loaded nor rejected | {lost} |"
        _fails_with(agency, "post_snapshots", told)


def test_a_post_that_nobody_answered_is_named(agency):
    columns = (
        "snapshot_date, platform, account_id, creator_id, posted_at,"
        " unknown_reasons, count_sources, observed_at, is_late, run_id"
    )
    insert = (
        f"INSERT INTO post_snapshots (post_id, {columns})"
        f" SELECT 'invented', {columns} FROM (SELECT * FROM post_snapshots LIMIT 1) s"
    )

    with _broken(agency, "post_snapshots", insert):
        _fails_with(agency, "post_snapshots", "loaded, not in raw | invented |")


def test_a_post_left_out_without_a_finding_is_named(agency):
    delete = "DELETE FROM data_quality_findings WHERE field = 'id'"

    with _broken(agency, "data_quality_findings", delete):
        _fails_with(agency, "post_snapshots", "neither loaded nor rejected | post 2 of")


def test_a_participant_without_an_outcome_is_named(agency):
    delete = "DELETE FROM sync_outcomes WHERE creator_id = '101'"

    with _broken(agency, "sync_outcomes", delete):
        _fails_with(
            agency,
            "sync_outcomes",
            "participant without an outcome | 101 |",
            "account asked, without an outcome | instagram-101 |",
        )


def test_an_outcome_of_nobody_needed_is_named(agency):
    insert = (
        "INSERT INTO sync_outcomes (snapshot_date, platform, creator_id, status, calls,"
        " run_id) VALUES ('2026-03-02', 'tiktok', 'nobody', 'ok', 0, 'r')"
    )

    with _broken(agency, "sync_outcomes", insert):
        _fails_with(agency, "sync_outcomes", "outcome of nobody needed | nobody |")


def test_a_lost_match_is_named(agency):
    lost = agency.value("SELECT min(post_id) FROM hashtag_post_metrics")
    delete = "DELETE FROM hashtag_post_metrics WHERE post_id = :id"

    with _broken(agency, "hashtag_post_metrics", delete, id=lost):
        _fails_with(agency, "hashtag_post_metrics", "matches, not stored", lost)


def test_a_match_that_is_none_is_named(agency):
    update = (
        "UPDATE hashtag_post_metrics SET match_level = 'full'"
        " WHERE match_level = 'partial' AND snapshot_date = '2026-03-03'"
    )

    with _broken(agency, "hashtag_post_metrics", update):
        _fails_with(agency, "hashtag_post_metrics", "stored, does not match")
