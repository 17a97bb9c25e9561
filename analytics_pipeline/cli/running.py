"""Running the real Dagster job in this process, visible in the UI like any other."""

import logging
import os
import shutil
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg

from analytics_pipeline.cli.console import err
from analytics_pipeline.definitions import defs
from analytics_pipeline.jobs import ASKING_ASSETS, asking_config
from analytics_pipeline.partitions import window_tags
from analytics_pipeline.resources.processes import (
    HOST_TAG,
    process_tags,
    was_killed,
)
from analytics_pipeline.settings import Settings, project_root

_JOB = "collect_job"


@dataclass(frozen=True, slots=True)
class JobResult:
    """What became of a run of the job.

    Attributes:
        run_id: As the UI shows it.
        success: Whether every step ended well.
        failures: Step → why it failed.
        metadata: Asset and partition → what its materialization tells.
        checks: What the asset checks found.
    """

    run_id: str
    success: bool
    failures: dict[str, str]
    metadata: dict[tuple[str, str | None], dict[str, Any]]
    checks: tuple[dg.AssetCheckEvaluation, ...]

    @property
    def calls(self) -> int:
        """Requests sent; an asset tells them with every day of a window."""
        by_asset = {
            asset: int(told.get("calls_made", 0))
            for (asset, _), told in self.metadata.items()
        }
        return sum(by_asset.values())

    @property
    def rows_changed(self) -> int:
        """Rows inserted, updated or deleted, over all tables and days."""
        return sum(
            int(told.get(f"rows_{what}", 0))
            for told in self.metadata.values()
            for what in ("inserted", "updated", "deleted")
        )


def dagster_home(settings: Settings) -> Path:
    """Return Dagster's folder, with the project's `dagster.yaml` in it.

    Args:
        settings: Where local state is.

    Returns:
        The folder of DAGSTER_HOME if that is set, else one under ANALYTICS_HOME.
    """
    configured = os.environ.get("DAGSTER_HOME")
    if configured:
        return Path(configured).expanduser()
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(project_root() / "dagster.yaml", home / "dagster.yaml")
    return home


@contextmanager
def dagster_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Open Dagster's instance, after putting away what killed commands left behind.

    Args:
        settings: Where local state is.

    Yields:
        The instance.
    """
    os.environ["DAGSTER_HOME"] = str(dagster_home(settings))
    with dg.DagsterInstance.get() as instance:
        _put_away_dead_runs(instance)
        yield instance


def run_job(
    instance: dg.DagsterInstance,
    first: date,
    last: date,
    *,
    refresh: bool = False,
    definitions: dg.Definitions = defs,
) -> JobResult:
    """Run the job for a window of days, in one run.

    Args:
        instance: Where the run is recorded.
        first: First day.
        last: Last day.
        refresh: Ask again for days that can still be observed on time.
        definitions: Holds the job.

    Returns:
        What became of it.
    """
    tags = process_tags()
    partition_key = None
    if first == last:
        partition_key = first.isoformat()
    else:
        tags |= window_tags(first, last)
    job = definitions.resolve_job_def(_JOB)
    selected = {key.to_user_string() for key in job.asset_layer.selected_asset_keys}
    configured = asking_config(
        (name for name in ASKING_ASSETS if name in selected), refresh=refresh
    )
    result = job.execute_in_process(
        instance=instance,
        partition_key=partition_key,
        tags=tags,
        raise_on_error=False,
        run_config={
            "ops": configured,
            # Dagster's own console log would bury ours; the UI has all of it.
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
    )
    return JobResult(
        run_id=result.run_id,
        success=result.success,
        failures=_failures(result.all_events),
        metadata=_metadata(result.all_events),
        checks=tuple(result.get_asset_check_evaluations()),
    )


@contextmanager
def progress_shown(*, is_quiet: bool = False) -> Iterator[None]:
    """Show the pipeline's own log lines on the terminal.

    Args:
        is_quiet: Show only warnings.

    Yields:
        Nothing.
    """
    logger = logging.getLogger("analytics_pipeline")
    handler = _Lines(logging.WARNING if is_quiet else logging.INFO)
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before


class _Lines(logging.Handler):
    """Writes log records as plain lines: when, and what."""

    def emit(self, record: logging.LogRecord) -> None:
        # Dagster puts the run's id before the message of a record it has seen.
        message = record.getMessage().rsplit(" - ", 1)[-1]
        err.print(f"{time.strftime('%H:%M:%S')} {message}")


def _failures(events: Sequence[dg.DagsterEvent]) -> dict[str, str]:
    """Return why steps failed: the failure's own words, else the error's first line."""
    failures = {}
    for event in events:
        if event.is_step_failure:
            data = event.step_failure_data
            own_words = data.user_failure_data and data.user_failure_data.description
            failures[str(event.step_key)] = own_words or _first_line(data.error)
        elif event.is_failure and not failures:
            failures["run"] = _first_line(event.job_failure_data.error)
    return failures


def _first_line(error: Any) -> str:  # noqa: ANN401 - Dagster's SerializableErrorInfo
    """Return the first line of the error that caused all others."""
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip().splitlines()[0] if error is not None else "no message"


def _metadata(
    events: Sequence[dg.DagsterEvent],
) -> dict[tuple[str, str | None], dict[str, Any]]:
    found = {}
    for event in events:
        if not event.is_step_materialization:
            continue
        materialization = event.step_materialization_data.materialization
        key = materialization.asset_key.to_user_string(), materialization.partition
        found[key] = {
            name: value.value for name, value in materialization.metadata.items()
        }
    return found


def _put_away_dead_runs(instance: dg.DagsterInstance) -> None:
    """End runs of commands that were killed, and free the pool slots they hold."""
    running = instance.get_runs(
        dg.RunsFilter(
            statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING],
            tags={HOST_TAG: socket.gethostname()},
        )
    )
    for run in running:
        if not was_killed(run.tags):
            continue
        instance.report_run_failed(run, "The command that ran it was killed.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
