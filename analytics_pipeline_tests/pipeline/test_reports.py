"""A report of collected days, number by number against the raw answers."""

import csv
import gzip
import io
import json
import os
import re
from datetime import timedelta

import dagster as dg
import openpyxl
import pytest

from analytics_pipeline.cli.report import report as report_command
from analytics_pipeline.definitions import defs
from analytics_pipeline.settings import environment_names, load_settings
from analytics_pipeline_tests.agency import FAST
from analytics_pipeline_tests.conftest import FIRST_DAY

pytestmark = pytest.mark.media_only

LAST_DAY = FIRST_DAY + timedelta(days=1)
CAMPAIGN = "501"
# What the platforms call a number, whichever of them it is.
RAW_NAMES = {
    "view_count": ("view_count",),
    "like_count": ("like_count",),
    "comment_count": ("comment_count", "comments_count"),
    "share_count": ("share_count",),
}


class Collected:
    """Two days of an agency, and a report of one campaign in every form."""

    def __init__(self, agency, folder):
        self.agency = agency
        for day in (FIRST_DAY, LAST_DAY):
            agency.wake(day)
            agency.collect_plainly(day)
        self.environment = {
            name: os.environ[name] for name in environment_names() if name in os.environ
        }
        self.files = {}
        for form in ("json", "csv", "xlsx", "html"):
            self.files[form] = folder / f"report.{form}"
            arguments = [CAMPAIGN, "--format", form, "--output", self.files[form]]
            report_command.main(list(map(str, arguments)), standalone_mode=False)
        self.read = json.loads(self.files["json"].read_text())
        self.raw = _newest_in_raw(load_settings().home / "raw")

    def expected(self, post, name):
        """Give what the platform last said of a number; None if it said nothing."""
        said = self.raw[post["post_id"]]
        return next((said[raw] for raw in RAW_NAMES[name] if raw in said), None)


def _newest_in_raw(folder):
    """Give every post as the newest raw answer has it, read without our parsers."""
    newest = {}
    for path in folder.rglob("*.jsonl.gz"):
        for line in gzip.decompress(path.read_bytes()).decode().splitlines():
            landed = json.loads(line)
            payload = landed.get("payload")
            if isinstance(payload, str) and "like_count" in payload:
                for post in _posts(json.loads(payload)):
                    said = (landed["observed_at"], post)
                    newest[post["id"]] = max(
                        said, newest.get(post["id"], said), key=lambda it: it[0]
                    )
    return {post_id: post for post_id, (_, post) in newest.items()}


def _posts(value):
    if isinstance(value, dict):
        if "id" in value and "like_count" in value:
            yield value
        for item in value.values():
            yield from _posts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _posts(item)


@pytest.fixture(scope="module")
def collected(module_agency, tmp_path_factory):
    return Collected(module_agency, tmp_path_factory.mktemp("reports"))


@pytest.fixture
def agency(collected, monkeypatch):
    for name, value in collected.environment.items():
        monkeypatch.setenv(name, value)
    return collected.agency


def test_every_posts_numbers_are_those_of_the_raw_answers(collected):
    posts = collected.read["posts"]

    assert len(posts) > 10
    for post in posts:
        for name in RAW_NAMES:
            assert post["numbers"][name] == collected.expected(post, name), (
                post["post_url"],
                name,
            )


@pytest.mark.parametrize("name", RAW_NAMES)
def test_totals_are_sums_over_the_raw_answers(collected, name):
    posts = collected.read["posts"]
    for part, total in (
        (None, collected.read["figures"]["totals"][name]),
        *(
            (platform, its["totals"][name])
            for platform, its in collected.read["by_platform"].items()
        ),
    ):
        said = [
            collected.expected(post, name)
            for post in posts
            if part in {None, post["platform"]}
        ]
        known = [value for value in said if value is not None]
        assert total["value"] == (sum(known) if known else None)
        assert total["posts"] == len(known)
        assert sum(total["unknown"].values()) == len(said) - len(known)


def test_what_was_observed_is_what_the_summary_has(collected, agency):
    (row,) = agency.rows(
        "SELECT sum(post_count) AS posts, sum(view_count) AS views,"
        " sum(like_count) AS likes FROM campaign_daily_summary"
        " WHERE campaign_id = :c AND snapshot_date = :d",
        c=CAMPAIGN,
        d=LAST_DAY,
    )
    last = collected.read["days"][-1]["totals"]

    assert last["observed_post_count"] == row["posts"]
    assert last["observed"]["view_count"]["value"] == row["views"]
    assert last["observed"]["like_count"]["value"] == row["likes"]


def test_all_files_have_the_same_numbers(collected):
    posts = {post["post_id"]: post["numbers"] for post in collected.read["posts"]}
    rows = csv.DictReader(io.StringIO(collected.files["csv"].read_text()))
    in_csv = {row["post_id"]: row for row in rows if row["match_level"] == "full"}
    sheet = openpyxl.load_workbook(collected.files["xlsx"])["Posts"]
    head, *lines = sheet.iter_rows(values_only=True)
    in_xlsx = {
        row["Post id"]: row
        for row in (dict(zip(head, line, strict=True)) for line in lines)
        if row["Match"] == "full"
    }
    page = collected.files["html"].read_text()

    assert set(in_csv) == set(in_xlsx) == set(posts)
    for post_id, numbers in posts.items():
        likes, views = numbers["like_count"], numbers["view_count"]
        assert in_csv[post_id]["like_count"] == str(likes)
        assert in_csv[post_id]["view_count"] == ("" if views is None else str(views))
        assert (in_xlsx[post_id]["Likes"], in_xlsx[post_id]["Views"]) == (likes, views)
        assert f">{likes:,}" in page or f"\n{likes:,}" in page
    for name in RAW_NAMES:
        value = collected.read["figures"]["totals"][name]["value"]
        assert f'<span class="figure">{value:,}</span>' in page
    assert len(re.findall("<svg", page)) > 4


def test_the_job_writes_a_file_of_each_kind_for_every_campaign(agency):
    with agency.warehouse.begin() as connection:
        # A campaign that is gone from the Creators app's list costs no other's report.
        connection.exec_driver_sql(
            "INSERT INTO campaign_daily_summary SELECT (jsonb_populate_record("
            'NULL::campaign_daily_summary, to_jsonb(s) || \'{"campaign_id": "lost"}\''
            ")).* FROM campaign_daily_summary s WHERE campaign_id = '501'"
            f" AND snapshot_date = '{LAST_DAY}' AND platform = 'tiktok'"
        )
    key = LAST_DAY.isoformat()
    result = FAST.resolve_job_def("reports_job").execute_in_process(
        instance=agency.instance, partition_key=key
    )

    assert result.success
    (told,) = result.asset_materializations_for_node("campaign_reports")
    campaigns = agency.value(
        "SELECT count(DISTINCT campaign_id) FROM campaign_daily_summary"
        " WHERE snapshot_date = :d",
        d=LAST_DAY,
    )
    assert told.metadata["failed"].value == 1
    assert "UnknownCampaignError" in told.metadata["reports"].value
    assert told.metadata["files"].value == 3 * (campaigns - 1)
    folder = load_settings().home / "reports" / key
    assert len(list(folder.iterdir())) == 3 * (campaigns - 1)
    written = json.loads((folder / f"campaign-{CAMPAIGN}-{key}.json").read_text())
    assert written["asked_day"] == key
    assert written["figures"]["post_count"] > 10
    (check,) = result.get_asset_check_evaluations()
    assert not check.passed
    assert f"{key}/campaign-lost-{key}.html" in check.metadata["missing"].value

    sensor = defs.resolve_sensor_def("write_reports")
    context = dg.build_run_status_sensor_context(
        sensor_name="write_reports",
        dagster_instance=agency.instance,
        dagster_run=result.dagster_run,
        dagster_event=result.get_run_success_event(),
    )
    request = sensor(context)
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert request.partition_key == key
    assert request.run_key == result.dagster_run.run_id
