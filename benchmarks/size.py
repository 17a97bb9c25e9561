"""How many bytes a creator's day takes: landing store, warehouse, Dagster's log.

One day of some creators on both platforms, 50 posts each, is run through Dagster on the
twin. What an empty house takes is subtracted; indexes are counted with their tables.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.cli.running import dagster_instance, run_job
from analytics_pipeline.schemas.tables import SCHEMA, TABLES
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.engine import DAGSTER_SCHEMA
from benchmarks.house import House, open_house, scratch_server
from benchmarks.measure import Figure, Goal, Size
from benchmarks.twin.running import running_twin
from benchmarks.world import World

PER_CREATOR = Goal(
    "size.per_creator",
    "bytes per creator-day (landing store and warehouse) with ten times the creators ÷ "
    "with a tenth of them",
    1.1,
)
EVENT_LOG = Goal(
    "size.event_log",
    "Dagster's log of a day with ten times the creators ÷ with a tenth of them",
    1.5,
)

_CREATORS = {Size.SHORT: (20, 200), Size.FULL: (200, 2_000)}
_LANDING = "landing store"
_DAGSTER = "Dagster's log"
# Of a partitioned table the tree has the partitions; of another, itself.
_TABLE_BYTES = sa.text(
    "SELECT coalesce(sum(pg_total_relation_size(relid)), 0)"
    " FROM pg_partition_tree(CAST(:name AS regclass))"
)
_PLAIN_BYTES = sa.text("SELECT pg_total_relation_size(CAST(:name AS regclass))")
_SCHEMA_BYTES = sa.text(
    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = :schema AND c.relkind = 'r'"
)


class BenchmarkError(Exception):
    """The run did not do what was to be measured."""


def run(size: Size) -> list[Figure]:
    """Measure a day of few creators and of ten times as many.

    Args:
        size: How many they are.

    Returns:
        Both growths, with the bytes by place in their details.
    """
    few, many = _CREATORS[size]
    found = {count: _day(count) for count in (few, many)}
    details = {
        "bytes_by_creators": {
            str(count): {
                place: {"bytes": used, "per_creator_day": round(used / count, 1)}
                for place, used in places.items()
                if used
            }
            for count, places in found.items()
        }
    }
    return [
        Figure(
            PER_CREATOR,
            _data(found[many]) / many / (_data(found[few]) / few),
            size,
            details,
        ),
        Figure(EVENT_LOG, found[many][_DAGSTER] / found[few][_DAGSTER], size, {}),
    ]


def _data(places: Mapping[str, int]) -> int:
    return sum(used for place, used in places.items() if place != _DAGSTER)


def _day(creators: int) -> dict[str, int]:
    """Return what a day of some creators adds, in bytes by place."""
    world = World(creators)
    with (
        running_twin(world) as twin,
        scratch_server() as server,
        _without_home(),
        open_house(twin, server) as house,
        dagster_instance(load_settings()) as instance,
    ):
        morning = datetime.combine(world.day + timedelta(days=1), time(5), UTC)
        os.environ["ANALYTICS_CLOCK"] = morning.isoformat()
        before = _used(house)
        done = run_job(instance, world.day, world.day)
        if not done.success:
            msg = f"the run failed: {done.failures}"
            raise BenchmarkError(msg)
        after = _used(house)
    return {place: used - before[place] for place, used in after.items()}


@contextmanager
def _without_home() -> Iterator[None]:
    """Let no DAGSTER_HOME of whoever measures be used."""
    before = os.environ.pop("DAGSTER_HOME", None)
    try:
        yield
    finally:
        os.environ.pop("DAGSTER_HOME", None)
        if before is not None:
            os.environ["DAGSTER_HOME"] = before


def _used(house: House) -> dict[str, int]:
    used: dict[str, Any] = {_LANDING: _bytes_under(Path(load_settings().landing_url))}
    with house.warehouse.begin() as connection:
        for table in TABLES:
            query = _TABLE_BYTES if table.partitioned_by else _PLAIN_BYTES
            name = {"name": f"{SCHEMA}.{table.name}"}
            used[table.name] = int(connection.execute(query, name).scalar_one())
        schema = {"schema": DAGSTER_SCHEMA}
        used[_DAGSTER] = int(connection.execute(_SCHEMA_BYTES, schema).scalar_one())
    return used


def _bytes_under(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
