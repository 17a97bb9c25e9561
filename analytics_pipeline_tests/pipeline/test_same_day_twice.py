"""Re-running anything is safe: the same tables, and nobody asked twice."""

import dagster as dg

from analytics_pipeline.cli.connections import import_file
from analytics_pipeline.settings import load_settings
from analytics_pipeline_tests.agency import FAST
from analytics_pipeline_tests.conftest import FIRST_DAY

# What the Creators app says is asked anew each time; the platforms are not.
LISTS = {"creators", "campaigns", "active_campaign_participants"}


def test_a_second_run_changes_no_table_and_asks_no_platform(agency):
    agency.collect_well(FIRST_DAY)
    before = agency.tables()
    agency.sandbox.calls.reset()

    result = agency.collect_well(FIRST_DAY)

    assert agency.tables() == before
    assert result.rows_changed == 0
    assert agency.sandbox.calls.count(api="instagram") == 0
    assert agency.sandbox.calls.count(api="tiktok") == 0
    assert result.calls == agency.sandbox.calls.count(api="creators_app") == 3


def test_a_second_run_hours_later_keeps_the_numbers_of_the_first(agency):
    """But for account insights: of days that the platform goes on counting.

    Not so late that a story is about to end, which is looked at once more.
    """
    goes_on = {*LISTS, "account_metric_values", "collection_attempts"}
    agency.collect_well(FIRST_DAY)
    before = agency.tables(but=goes_on)

    agency.wake(FIRST_DAY, hour=15)
    agency.sandbox.calls.reset()
    agency.collect_well(FIRST_DAY)

    assert agency.tables(but=goes_on) == before
    asked = agency.sandbox.calls.count("instagram", "account_insights")
    assert agency.sandbox.calls.count("instagram") == asked


def test_a_refresh_takes_the_newer_numbers(agency):
    agency.collect_well(FIRST_DAY)
    before = agency.value("SELECT sum(like_count) FROM post_snapshots")

    agency.wake(FIRST_DAY, hour=19)
    agency.collect(FIRST_DAY, refresh=True)

    assert agency.value("SELECT sum(like_count) FROM post_snapshots") > before
    now = agency.sandbox.clock.now()
    seen = agency.rows("SELECT DISTINCT observed_at FROM post_snapshots")
    assert {"observed_at": now} in seen


def test_a_day_looked_at_while_it_lasts_is_looked_at_again_when_it_has_ended(agency):
    agency.set_now(agency.sandbox.clock.now().replace(day=1, hour=18))
    agency.collect_well(FIRST_DAY)
    at_noon = agency.value("SELECT count(*) FROM post_snapshots")
    agency.sandbox.calls.reset()
    agency.collect_well(FIRST_DAY)
    again_at_noon = agency.sandbox.calls.count(api="instagram")

    agency.wake(FIRST_DAY)
    agency.collect_well(FIRST_DAY)

    assert again_at_noon == 0
    assert agency.sandbox.calls.count(api="instagram") > 0
    newest = agency.value("SELECT max(observed_at) FROM post_snapshots")
    assert newest == agency.sandbox.clock.now()
    assert agency.value("SELECT count(*) FROM post_snapshots") >= at_noon


def test_days_in_another_order_give_the_same_tables(agency):
    """Two mornings in order; then the first day once more, out of order."""
    agency.collect_on_time(FIRST_DAY, 3)
    before = agency.tables(but=LISTS)

    for day in (1, 3, 2):
        agency.collect_well(FIRST_DAY.replace(day=day))

    assert agency.tables(but=LISTS) == before


def test_a_window_in_one_run_gives_the_tables_of_single_days(agency):
    agency.collect_on_time(FIRST_DAY, 3)
    before = agency.tables(but=LISTS)
    agency.sandbox.calls.reset()

    agency.collect_well(FIRST_DAY, FIRST_DAY.replace(day=3))

    assert agency.tables(but=LISTS) == before
    assert agency.sandbox.calls.count(api="instagram") == 0


def test_materializing_asset_by_asset_does_what_the_job_does(agency, tmp_path):
    """As from the UI: one asset at a time, each in a run of its own."""
    agency.collect_well(FIRST_DAY)
    by_job = agency.contents()
    for table in by_job:
        agency.rows(f"WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT 1")
    import_file(load_settings(), tmp_path / "connections.csv")
    agency.sandbox.reset()

    graph = FAST.resolve_asset_graph()
    ours = FAST.resolve_job_def("collect_job").asset_layer.selected_asset_keys
    for layer in graph.toposorted_asset_keys_by_level:
        for key in layer:
            node = graph.get(key)
            if key not in ours:
                continue
            result = dg.materialize(
                [*FAST.assets],
                selection=[key],
                partition_key=FIRST_DAY.isoformat() if node.is_partitioned else None,
                resources=FAST.resources,
                instance=agency.instance,
            )
            assert result.success

    assert agency.contents() == by_job
