"""The sensors: whom to ask again, last looks, what waits: pushes, refreshes, erasures.

Asking again is for the grace period only, while an answer still belongs to the day;
later the schedule fills the day as late. Who has answered is not asked again.
Concept: https://docs.dagster.io/guides/automate/sensors
"""

import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import dagster as dg

from analytics_pipeline.assets.canonical import MISSING_ACCOUNTS_TAG
from analytics_pipeline.jobs import (
    REFRESH_TAG,
    ask_for,
    collect_job,
    collect_stories_job,
    erase_job,
    look_for,
    process_pushes_job,
    refresh_of,
    reports_job,
)
from analytics_pipeline.partitions import tagged_window
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.processes import was_killed
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.refreshes import RefreshRun, RefreshStatus

if TYPE_CHECKING:
    from analytics_pipeline.steps.completeness import AskAgain

_SECONDS_BETWEEN_LOOKS = 300
_SECONDS_BETWEEN_REQUESTS = 60
_SECONDS_AFTER_FAILURE = 15 * 60
_SECONDS_BETWEEN_INBOX_LOOKS = 30
_SECONDS_BETWEEN_REFRESH_LOOKS = 30
_SECONDS_UNTIL_PROCESSED_AGAIN = 300
_IN_FLIGHT = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_STATUS_OF_A_REFRESH = {
    dg.DagsterRunStatus.STARTED: RefreshStatus.STARTED,
    dg.DagsterRunStatus.CANCELING: RefreshStatus.STARTED,
    dg.DagsterRunStatus.SUCCESS: RefreshStatus.SUCCEEDED,
    dg.DagsterRunStatus.FAILURE: RefreshStatus.FAILED,
    dg.DagsterRunStatus.CANCELED: RefreshStatus.FAILED,
}


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
    from analytics_pipeline.steps.completeness import days_to_ask_again

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
    job=collect_stories_job,
    minimum_interval_seconds=_SECONDS_BETWEEN_LOOKS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Looks once more at a story between 22.5 and 23.8 hours of its life. "
    "Asks the warehouse which stories are that old; no call when there is none.",
)
def look_before_stories_end(
    pipeline: PipelineResource,
) -> dg.RunRequest | dg.SkipReason:
    """Ask for a look at exactly the accounts whose stories are about to end."""
    from analytics_pipeline.steps.stories import last_looks_due

    now = pipeline.now()
    with explained():
        due = last_looks_due(pipeline.run("sensor"))
    if due is None or now.yesterday < now.start_date:
        return dg.SkipReason("no story is about to end unseen")
    return look_for(now.yesterday, due.key, due.connection_ids)


@dg.sensor(
    # By its name: with the job itself Dagster builds the sensor anew, with a parameter
    # that it warns of as beta.
    job_name=process_pushes_job.name,
    minimum_interval_seconds=_SECONDS_BETWEEN_INBOX_LOOKS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a run when pushes of platforms wait in the inbox.",
)
def process_pushes(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.RunRequest | dg.SkipReason:
    """Ask for the pushes that wait to be processed, one run at a time."""
    from analytics_pipeline.warehouse.inbox import waiting_messages

    with explained(), pipeline.warehouse.open().begin() as connection:
        waiting = waiting_messages(connection)
    if not waiting:
        return dg.SkipReason("no push waits")
    for run in context.instance.get_runs(
        dg.RunsFilter(job_name=process_pushes_job.name, statuses=_IN_FLIGHT)
    ):
        if not was_killed(run.tags):
            return dg.SkipReason(f"run {run.run_id} is at work on the inbox")
    # A push that failed is tried again a little later, with those that came since.
    period = int(pipeline.clock.now().timestamp()) // _SECONDS_UNTIL_PROCESSED_AGAIN
    newest = waiting[-1].message_id
    return dg.RunRequest(run_key=f"{newest}/{len(waiting)}/{period}")


@dg.sensor(
    job=collect_job,
    minimum_interval_seconds=_SECONDS_BETWEEN_REFRESH_LOOKS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a run for a request to have everything asked again now, and "
    "tells the request what became of its run.",
)
def start_refreshes(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.RunRequest | dg.SkipReason:
    """Follow the refresh that waits or runs, and start its run when none is."""
    from analytics_pipeline.steps.refreshes import follow_refresh
    from analytics_pipeline.warehouse.refreshes import open_refresh

    now = pipeline.now()
    with explained(), pipeline.warehouse.open().begin() as connection:
        refresh = open_refresh(connection, lock=True)
        if refresh is None:
            return dg.SkipReason("nobody waits for a refresh")
        run = _run_of_refresh(context.instance, refresh.refresh_id)
        busy = None
        if run is None:
            busy = _run_in_flight(context.instance, now.yesterday, now.yesterday)
        step = follow_refresh(connection, refresh, run, busy, now)
    if step.day is not None:
        return refresh_of(step.day, refresh.refresh_id)
    known = step.refresh
    told = f": {known.detail}" if known.detail else ""
    return dg.SkipReason(f"refresh {known.refresh_id} {known.status}{told}")


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
    from analytics_pipeline.warehouse.erasure_requests import pending_requests

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


def _run_of_refresh(instance: dg.DagsterInstance, refresh_id: str) -> RefreshRun | None:
    """Return what is known of the run that a refresh became."""
    records = instance.get_run_records(
        dg.RunsFilter(tags={REFRESH_TAG: refresh_id}), limit=1
    )
    if not records:
        return None
    record, run = records[0], records[0].dagster_run
    window = tagged_window(run.tags)
    status = _STATUS_OF_A_REFRESH.get(run.status, RefreshStatus.WAITING)
    detail = _told_of_run(run)
    if run.status in _IN_FLIGHT and was_killed(run.tags):
        status, detail = RefreshStatus.FAILED, "the process of its run was killed"
    return RefreshRun(
        run_id=run.run_id,
        snapshot_date=window and window[1],
        status=status,
        started_at=_instant(record.start_time),
        ended_at=_instant(record.end_time),
        detail=detail,
    )


def _told_of_run(run: dg.DagsterRun) -> str | None:
    if run.status is dg.DagsterRunStatus.CANCELED:
        return "its run was cancelled"
    if run.status is dg.DagsterRunStatus.FAILURE:
        return "its run failed; Dagster's log of it tells why"
    missing = run.tags.get(MISSING_ACCOUNTS_TAG)
    return f"{missing} accounts gave no answer" if missing else None


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[collect_job],
    request_job=reports_job,
    minimum_interval_seconds=_SECONDS_BETWEEN_REQUESTS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="After a collection, has the reports of its newest day written.",
)
def write_reports(
    context: dg.RunStatusSensorContext,
) -> dg.RunRequest | dg.SkipReason:
    """Ask for the reports of the last day that a run was about."""
    run = context.dagster_run
    window = tagged_window(run.tags)
    if window is None:
        return dg.SkipReason("the run was about no day")
    return dg.RunRequest(run_key=run.run_id, partition_key=window[1].isoformat())


def _why_not(waiting: "list[AskAgain]") -> str:
    if not waiting:
        return "nobody is missing whom asking again could bring"
    return "; ".join(f"{item.day}: {_told(item)}" for item in waiting)


def _told(item: "AskAgain") -> str:
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
