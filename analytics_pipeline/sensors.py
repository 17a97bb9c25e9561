"""The sensors: asking again, and forgetting people.

Accounts that were deferred or failed are asked again only within the grace period,
while an answer still belongs to the day; later the schedule fills the day as late.
Accounts that have answered are not asked again.
Concept: https://docs.dagster.io/guides/automate/sensors
"""

import time
from datetime import date

import dagster as dg

from analytics_pipeline.jobs import ask_for, collect_job, erase_job
from analytics_pipeline.partitions import tagged_window
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.processes import was_killed
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.steps.completeness import AskAgain, days_to_ask_again
from analytics_pipeline.warehouse.erasure_requests import pending_requests

_SECONDS_BETWEEN_LOOKS = 300
_SECONDS_BETWEEN_REQUESTS = 60
_SECONDS_AFTER_FAILURE = 15 * 60
_IN_FLIGHT = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dg.sensor(
    job=collect_job,
    minimum_interval_seconds=_SECONDS_BETWEEN_LOOKS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Within the grace period, asks again for accounts that were deferred "
    "or failed in a way that may pass, or that the schedule did not come to: after 15 "
    "minutes, then doubling up to 4 hours.",
)
def ask_missing_again(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.RunRequest | dg.SkipReason:
    """Ask for the days whose missing accounts have waited long enough, in one run."""
    with explained(), pipeline.warehouse.open().begin() as connection:
        waiting = days_to_ask_again(connection, pipeline.now())
    due = [item for item in waiting if item.pauses]
    if not due:
        return dg.SkipReason(_why_not(waiting))
    first, last = due[0].day, due[-1].day
    busy = _run_in_flight(context.instance, first, last)
    if busy is not None:
        return dg.SkipReason(f"run {busy} is at work on these days")
    # The same state gives the same key, so a tick that comes twice asks once; a run
    # that never got to ask is asked for again after the next pause.
    run_key = " ".join(
        f"{item.day}/{item.since:%Y-%m-%dT%H:%M:%S.%f}/{item.pauses}" for item in due
    )
    return ask_for(first, last, run_key)


@dg.sensor(
    # By its name: a job without assets would be copied, with a warning of Dagster's.
    job_name=erase_job.name,
    minimum_interval_seconds=_SECONDS_BETWEEN_REQUESTS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts an erasure as soon as somebody has asked to be forgotten; "
    "again 15 minutes after one that failed.",
)
def forget_people(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.RunRequest | dg.SkipReason:
    """Start a run when requests wait and none is at work on them."""
    with explained(), pipeline.warehouse.open().begin() as connection:
        waiting = pending_requests(connection)
    if not waiting:
        return dg.SkipReason("nobody waits to be forgotten")
    runs = context.instance.get_run_records(
        dg.RunsFilter(job_name=erase_job.name), limit=1
    )
    if runs:
        run, ended = runs[0].dagster_run, runs[0].end_time
        if run.status in _IN_FLIGHT and not was_killed(run.tags):
            return dg.SkipReason(f"run {run.run_id} is at work on it")
        is_recent = ended is not None and time.time() - ended < _SECONDS_AFTER_FAILURE
        if run.status is dg.DagsterRunStatus.FAILURE and is_recent:
            return dg.SkipReason(f"run {run.run_id} has failed; tried again soon")
    return dg.RunRequest()


def _why_not(waiting: list[AskAgain]) -> str:
    if not waiting:
        return "nobody is missing whom asking again could bring"
    return "; ".join(f"{item.day}: {_told(item)}" for item in waiting)


def _told(item: AskAgain) -> str:
    if not item.tries:
        return (
            f"not everybody has been asked; to be asked after {item.due_at:%H:%M} UTC"
        )
    times = "once" if item.tries == 1 else f"{item.tries} times"
    return (
        f"{len(item.missing)} accounts are missing, asked {times}, again after "
        f"{item.due_at:%H:%M} UTC"
    )


def _run_in_flight(instance: dg.DagsterInstance, first: date, last: date) -> str | None:
    """Return a run that has not ended and is about one of the days."""
    for run in instance.get_runs(dg.RunsFilter(statuses=_IN_FLIGHT)):
        window = tagged_window(run.tags)
        is_about = window and window[0] <= last and first <= window[1]
        if is_about and not was_killed(run.tags):
            return run.run_id
    return None
