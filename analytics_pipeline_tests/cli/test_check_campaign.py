"""`analytics-pipeline check-campaign`: what it asks, prints and ends with."""

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from analytics_pipeline.cli.check_campaign import check as command
from analytics_pipeline.cli.connections import import_file
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.tables import metadata
from analytics_pipeline_tests.conftest import FIRST_MORNING


@pytest.fixture
def check(sandbox, warehouse, monkeypatch, tmp_path):
    """The command with the agency's accounts imported; in this process, to be cheap."""
    del warehouse  # The environment names it.
    monkeypatch.setenv("ANALYTICS_CLOCK", FIRST_MORNING.isoformat())
    sandbox.write_connections(tmp_path / "accounts.csv")
    import_file(load_settings(), tmp_path / "accounts.csv")

    def run(*arguments):
        return CliRunner().invoke(command, arguments)

    return run


def _rows(warehouse):
    with warehouse.begin() as connection:
        return sum(
            connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in metadata.tables.values()
            if table.name != "connections"
        )


def test_campaigns_are_checked_before_any_run_and_nothing_is_stored(check, warehouse):
    before = _rows(warehouse)
    found = {}
    for name in ("509", "510", "512", "514", "516"):
        done = check(name, "--format", "json")
        told = json.loads(done.stdout)
        found[name] = {item["code"]: item for item in told["problems"]}
        assert done.exit_code == (0 if told["is_ready"] else 3)

    assert found["509"]["too_many_hashtags"]["details"]["allowed"] == 5
    assert found["510"]["unmatchable_hashtag"]["details"] == {
        "hashtags": ["spring sale!"]
    }
    assert "no_dates" in found["512"]
    assert "dates_reversed" not in found["514"]
    assert found["516"]["content_type_not_collected"]["severity"] == "error"
    assert _rows(warehouse) == before


def test_it_prints_what_is_wrong_and_what_to_do(check, monkeypatch):
    monkeypatch.setenv("ANALYTICS_INSTAGRAM_CALLS_PER_HOUR", "1")
    done = check("509")

    assert done.exit_code == 3
    assert "Campaign 509 (Šest chutí), participants: 3" in done.stdout
    assert "error   too_many_hashtags: A post must carry all hashtags" in done.stdout
    assert "→ Ask for five hashtags at most" in done.stdout
    assert "calls_over_budget" in done.stdout


def test_a_campaign_nobody_knows_is_told_in_one_line(check):
    done = check("99999")

    assert done.exit_code == 1
    assert "there is no campaign '99999'" in done.output


def test_without_the_creators_app_and_its_last_lists_nothing_can_be_checked(
    check, monkeypatch
):
    monkeypatch.setenv("CREATORS_API_URL", "http://127.0.0.1:9")

    done = check("509")

    assert done.exit_code == 1
