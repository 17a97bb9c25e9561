"""Dagster's own storage: what a window of days costs in it."""

from contextlib import contextmanager
from datetime import date, timedelta

import dagster as dg
import pytest
import sqlalchemy as sa

from analytics_pipeline.cli.running import dagster_instance
from analytics_pipeline.partitions import DAILY, SINGLE_RUN, window_tags
from analytics_pipeline.settings import load_settings

FIRST = date(2026, 3, 1)


@pytest.fixture
def instance(database_url, monkeypatch):
    monkeypatch.setenv("ANALYTICS_DATABASE_URL", database_url)
    # Set by the storage for its process; both are put back afterwards.
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "100")
    monkeypatch.delenv("DAGSTER_EVENT_BATCH_SIZE")
    monkeypatch.setenv("DAGSTER_HOME", "")
    with dagster_instance(load_settings()) as opened:
        yield opened


@contextmanager
def inserted_events():
    """Give the statements that write into Dagster's event log."""
    sent = []

    def keep(_connection, _cursor, statement, *_):
        if statement.startswith("INSERT INTO event_logs "):
            sent.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", keep)


def _window(instance, days):
    def build(name, deps):
        @dg.asset(
            name=name, deps=deps, partitions_def=DAILY, backfill_policy=SINGLE_RUN
        )
        def empty() -> None:
            pass

        return empty

    last = FIRST + timedelta(days=days - 1)
    with inserted_events() as sent:
        result = dg.materialize(
            [build("up", []), build("down", ["up"])],
            instance=instance,
            tags=window_tags(FIRST, last),
        )
    assert result.success
    return result.run_id, len(sent)


@pytest.mark.filterwarnings("ignore:.*backfill_policy.*beta")
def test_a_long_window_is_written_in_as_many_statements_as_a_short_one(instance):
    _, of_two_days = _window(instance, 2)
    run_id, of_ten_days = _window(instance, 10)

    assert of_ten_days == of_two_days
    days = {(FIRST + timedelta(days=n)).isoformat() for n in range(10)}
    for name in ("up", "down"):
        assert instance.get_materialized_partitions(dg.AssetKey(name)) == days
    planned = instance.get_records_for_run(
        run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED
    ).records
    assert len(planned) == 20
    assert {record.partition_key for record in planned} == days
