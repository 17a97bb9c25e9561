"""Dagster's part of the cost: of a day, of a window of days, of loading definitions.

A day is run with ten creators on the twin, beside the same graph with nothing in it, in
the same executor and the same instance, whose storage is PostgreSQL.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from tempfile import TemporaryDirectory

import dagster as dg

from analytics_pipeline.cli.running import JobResult, dagster_instance, run_job
from analytics_pipeline.definitions import defs
from analytics_pipeline.settings import load_settings
from benchmarks.empty_graph import empty_graph
from benchmarks.house import House, open_house, scratch_server
from benchmarks.measure import (
    ROUNDS,
    Figure,
    Goal,
    Sample,
    Size,
    alternate,
    median_wall,
    medians,
    timed,
)
from benchmarks.twin.running import Twin, running_twin
from benchmarks.world import World

DAILY = Goal(
    "dagster.daily",
    "a daily run of the whole graph with ten creators ÷ a run of as many empty assets",
    1.5,
)
BACKFILL = Goal(
    "dagster.backfill",
    "a backfill of 60 days in one run ÷ a run of one day, both from nothing; the "
    "window's further calls are counted with it",
    3,
)
LOAD = Goal("dagster.load", "loading definitions ÷ `import dagster`", 1.3)

_JOB = "collect_job"
_CREATORS = 10
_WINDOW_DAYS = {Size.SHORT: 15, Size.FULL: 60}
_ROUNDS = {Size.SHORT: 3, Size.FULL: ROUNDS}


def run(size: Size) -> list[Figure]:
    """Measure all three goals."""
    with scratch_server() as server, running_twin(World(_CREATORS)) as twin:
        return [_load(size), _daily(size, twin, server), _backfill(size, twin, server)]


def _load(size: Size) -> Figure:
    with TemporaryDirectory(prefix="analytics-pyc-") as folder:
        environment = dict(os.environ, PYTHONPYCACHEPREFIX=folder)
        # Installed packages are compiled; a checkout is, once it has been imported.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def loading(module: str) -> Callable[[], Sample]:
            command = [sys.executable, "-c", f"import {module}"]

            def load() -> None:
                subprocess.run(command, check=True, env=environment)

            load()
            return lambda: timed(load)

        ways = {
            "dagster": loading("dagster"),
            "definitions": loading("analytics_pipeline.definitions"),
        }
        samples = alternate(ways, _ROUNDS[size] + 4)
    return _figure(LOAD, size, samples, "definitions", "dagster")


def _daily(size: Size, twin: Twin, server: str) -> Figure:
    """Run day after day in one house, as a deployment does."""
    job = empty_graph(defs, _JOB).resolve_job_def(_JOB)
    with _open(twin, server) as (house, instance):
        days = dict.fromkeys(("empty", "pipeline"), house.world.day)

        def next_day(name: str) -> date:
            days[name] += timedelta(days=1)
            _wake(days[name])
            return days[name]

        def pipeline() -> Sample:
            day = next_day("pipeline")
            return _timed_run(instance, day, day)

        def empty() -> Sample:
            return _timed_empty_run(job, instance, next_day("empty"))

        ways = {"empty": empty, "pipeline": pipeline}
        for way in ways.values():
            way()
        samples = alternate(ways, _ROUNDS[size])
    return _figure(DAILY, size, samples, "pipeline", "empty")


def _backfill(size: Size, twin: Twin, server: str) -> Figure:
    """Run a day and a window, each in a house that knows nothing yet."""
    last = twin.world.day

    def from_nothing(days: int) -> Callable[[], Sample]:
        def collect() -> Sample:
            with _open(twin, server) as (house, instance):
                _wake(last)
                first = last - timedelta(days=days - 1)
                sample = _timed_run(instance, first, last)
                rows = house.count("post_snapshots")
            return Sample(sample.wall, sample.cpu, facts={**sample.facts, "rows": rows})

        return collect

    ways = {"day": from_nothing(1), "window": from_nothing(_WINDOW_DAYS[size])}
    samples = alternate(ways, _ROUNDS[size])
    return _figure(BACKFILL, size, samples, "window", "day")


@contextmanager
def _open(twin: Twin, server: str) -> Iterator[tuple[House, dg.DagsterInstance]]:
    before = os.environ.pop("DAGSTER_HOME", None)
    try:
        with (
            open_house(twin, server) as house,
            dagster_instance(load_settings()) as instance,
        ):
            yield house, instance
    finally:
        os.environ.pop("DAGSTER_HOME", None)
        if before is not None:
            os.environ["DAGSTER_HOME"] = before


def _wake(day: date) -> None:
    """Make it early morning after a day."""
    morning = datetime.combine(day + timedelta(days=1), time(5), UTC)
    os.environ["ANALYTICS_CLOCK"] = morning.isoformat()


def _timed_run(instance: dg.DagsterInstance, first: date, last: date) -> Sample:
    done: list[JobResult] = []

    def work() -> dict[str, int]:
        done.append(run_job(instance, first, last))
        return {"calls": done[0].calls, "rows_changed": done[0].rows_changed}

    sample = timed(work)
    if not done[0].success:
        msg = f"the run failed: {done[0].failures}"
        raise RuntimeError(msg)
    return sample


def _timed_empty_run(
    job: dg.JobDefinition, instance: dg.DagsterInstance, day: date
) -> Sample:
    def work() -> dict[str, int]:
        result = job.execute_in_process(
            instance=instance,
            partition_key=day.isoformat(),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        return {"steps": len(job.nodes), "events": len(result.all_events)}

    return timed(work)


def _figure(
    goal: Goal, size: Size, samples: dict[str, list[Sample]], ours: str, base: str
) -> Figure:
    ratio = median_wall(samples[ours]) / median_wall(samples[base])
    return Figure(goal, ratio, size, medians(samples))
