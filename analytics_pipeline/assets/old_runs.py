"""Keeping Dagster's own history in bounds: an op, because it makes no data.

Every run leaves kilobytes of events for each asset and day, forever; Dagster can purge
ticks only. Nothing of ours rests on its runs: whether a day is complete is told by
the warehouse's own tables.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from analytics_pipeline.partitions import tagged_window
from analytics_pipeline.settings import load_settings

_AT_ONCE = 100
_ENDED = [
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
]

_Work = tuple[str, frozenset[dg.AssetKey], date | None]


@dg.op(
    description="Deletes runs that ended and are older than "
    "ANALYTICS_DAGSTER_RETENTION_DAYS, with their events and logs, unless no newer one "
    "has done the same work: Dagster goes on showing which days are materialised.",
    out=dg.Out(dg.Nothing),
)
def delete_old_runs(context: dg.OpExecutionContext) -> None:
    """Delete what is old, a run at a time; one that is killed goes on next time."""
    days = load_settings().dagster_retention_days
    # Runs are stamped by the system's clock, whatever the pipeline's own is set to.
    before = datetime.now(UTC) - timedelta(days=days)
    deleted = delete_runs_before(context.instance, before)
    context.add_output_metadata({"runs_deleted": deleted, "older_than": str(before)})


def delete_runs_before(instance: dg.DagsterInstance, before: datetime) -> int:
    """Delete the runs made before an instant whose work has been done anew since.

    Args:
        instance: Knows the runs.
        before: The instant.

    Returns:
        How many were deleted.
    """
    needed = _newest_successes(instance)
    old = dg.RunsFilter(statuses=_ENDED, created_before=before)
    deleted = 0
    for run in _runs(instance, old):
        if run.run_id not in needed:
            instance.compute_log_manager.delete_logs(prefix=[run.run_id])
            instance.delete_run(run.run_id)
            deleted += 1
    return deleted


def _newest_successes(instance: dg.DagsterInstance) -> set[str]:
    """Return the runs that were the last to do their work, for some day at least."""
    needed: set[str] = set()
    done: set[_Work] = set()
    succeeded = dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS])
    for run in _runs(instance, succeeded):
        work = set(_work_of(run))
        if work - done:
            needed.add(run.run_id)
            done |= work
    return needed


def _work_of(run: dg.DagsterRun) -> Iterable[_Work]:
    """Yield what a run was about: its job, its assets, each of its days."""
    assets = frozenset(run.asset_selection or ())
    window = tagged_window(run.tags)
    if window is None:
        yield run.job_name, assets, None
        return
    first, last = window
    for number in range((last - first).days + 1):
        yield run.job_name, assets, first + timedelta(days=number)


def _runs(
    instance: dg.DagsterInstance, filters: dg.RunsFilter
) -> Iterator[dg.DagsterRun]:
    """Yield runs, newest first; those that were yielded may be deleted meanwhile."""
    page = instance.get_run_records(filters, limit=_AT_ONCE)
    while page:
        # Read first: a page begins after a run, which must be there still.
        cursor = page[-1].dagster_run.run_id
        following = instance.get_run_records(filters, limit=_AT_ONCE, cursor=cursor)
        yield from (record.dagster_run for record in page)
        page = following
