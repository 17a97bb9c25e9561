"""A run that leaves accounts missing does not look like one that has everybody."""

import dagster as dg
import pytest

from analytics_pipeline_tests.agency import Agency
from analytics_pipeline_tests.conftest import FIRST_DAY

pytestmark = pytest.mark.media_only

TAG = "analytics/missing_accounts"
CHECK = "sync_outcomes_every_account_answered"
LAST_DAY = FIRST_DAY.replace(day=2)


def _collect(agency: Agency, first=FIRST_DAY, last=FIRST_DAY):
    """Collect; return the run's tags and the check that everybody answered."""
    result = agency.collect_well(first, last)
    run = agency.instance.get_run_by_id(result.run_id)
    (check,) = [item for item in result.checks if item.check_name == CHECK]
    return run.tags, check


def test_a_run_with_missing_accounts_is_tagged_and_its_check_names_them(agency):
    agency.sandbox.faults.add("server_error", api="tiktok")

    tags, check = _collect(agency)

    missing = agency.rows(
        "SELECT connection_id, reason FROM sync_outcomes"
        " WHERE status = 'failed' AND platform = 'tiktok'"
    )
    assert len(missing) > 10
    assert tags[TAG] == str(len(missing))
    assert check.metadata["accounts"].value == len(missing)
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.ERROR
    for row in missing:
        assert row["connection_id"] in check.metadata["missing"].value


def test_a_window_counts_and_names_an_account_once(agency):
    agency.wake(LAST_DAY)

    tags, check = _collect(agency, FIRST_DAY, LAST_DAY)

    assert tags[TAG] == "1"
    assert check.metadata["accounts"].value == 1
    table = check.metadata["missing"].value
    assert table.count("tiktok-112 ") == 1
    assert "| reconnect_required | 2 | 2026-03-01 | 2026-03-02 |" in table


def test_a_run_that_has_everybody_has_no_such_tag(agency):
    agency.rows(
        "DELETE FROM connections WHERE connection_id = 'tiktok-112' RETURNING 1"
    )

    tags, check = _collect(agency)

    assert TAG not in tags
    assert check.passed
    assert check.metadata["accounts"].value == 0
