"""The schedules: the daily one, the look at stories, the care of tokens and the house.

The daily one heals: days that were missed are asked for with the newest.

Concept: https://docs.dagster.io/guides/automate/schedules
"""

import dagster as dg

from analytics_pipeline.jobs import (
    ask_for,
    collect_job,
    collect_stories_job,
    forget_old_runs_job,
    housekeeping_job,
    look_for,
    tokens_job,
)
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.settings import load_settings
from analytics_pipeline.transform.days import FIRST_LOOK

# Once a day it looks at everything, so that the check is never older than that.
_DAILY_LOOK = 4, 50


@dg.schedule(
    job=collect_job,
    cron_schedule=f"{FIRST_LOOK.minute} {FIRST_LOOK.hour} * * *",
    execution_timezone=load_settings().timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Early each day, in ANALYTICS_TIMEZONE: the day that has just ended, "
    "and in the same run the days of the last week that are not complete.",
)
def collect_daily(pipeline: PipelineResource) -> dg.RunRequest | dg.SkipReason:
    """Ask for yesterday, by the pipeline's clock, and for what the week lacks."""
    from analytics_pipeline.steps.completeness import days_to_heal

    now = pipeline.now()
    if now.yesterday < now.start_date:
        return dg.SkipReason(
            f"no day has ended yet since ANALYTICS_START_DATE ({now.start_date})"
        )
    with explained(), pipeline.warehouse.open().begin() as connection:
        incomplete = days_to_heal(connection, now)
    # Complete days between them cost no call: they are rebuilt.
    first = min(incomplete, default=now.yesterday)
    return ask_for(first, now.yesterday, run_key=now.yesterday.isoformat())


@dg.schedule(
    job=collect_stories_job,
    cron_schedule="0 */4 * * *",
    execution_timezone=load_settings().timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every four hours, in ANALYTICS_TIMEZONE: a look at the stories of "
    "connected creators, which live a day.",
)
def collect_stories(pipeline: PipelineResource) -> dg.RunRequest | dg.SkipReason:
    """Look at the active stories of everybody who takes part now."""
    from analytics_pipeline.steps.stories import connected_participants

    now = pipeline.now()
    if now.yesterday < now.start_date:
        return dg.SkipReason(
            f"no day has ended yet since ANALYTICS_START_DATE ({now.start_date})"
        )
    with explained():
        run = pipeline.run("schedule")
        with run.warehouse.begin() as connection:
            taking_part = connected_participants(connection, run)
    if not taking_part:
        return dg.SkipReason("no connected Instagram account takes part in a campaign")
    return look_for(now.yesterday, run_key=f"look-{now.instant:%Y-%m-%dT%H:%M}")


@dg.schedule(
    job=tokens_job,
    cron_schedule="20,50 * * * *",
    execution_timezone=load_settings().timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every half hour: renews the tokens that have passed half their life, "
    "and raises and posts alerts; nothing to do, no run.",
)
def keep_tokens_alive(
    context: dg.ScheduleEvaluationContext, pipeline: PipelineResource
) -> dg.RunRequest | dg.SkipReason:
    """Ask for a run when a token or an alert is due, and once a day."""
    from analytics_pipeline.steps.alerts import has_untold
    from analytics_pipeline.steps.token_life import connections_in_need

    tick = context.scheduled_execution_time
    if (tick.hour, tick.minute) == _DAILY_LOOK:
        return dg.RunRequest()
    can_post = load_settings().alert_webhook is not None
    now = pipeline.clock.now()
    with explained(), pipeline.warehouse.open().begin() as connection:
        due = connections_in_need(connection, pipeline.vault(), now)
        untold = has_untold(connection, now, can_post=can_post)
    if due or untold:
        return dg.RunRequest()
    return dg.SkipReason("no token is due, and there is no alert to raise")


@dg.schedule(
    job=housekeeping_job,
    cron_schedule="30 3 * * 0",
    execution_timezone=load_settings().timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every Sunday, in ANALYTICS_TIMEZONE, while nothing is collected.",
)
def keep_house() -> dg.RunRequest:
    """Ask for the weekly run."""
    return dg.RunRequest()


@dg.schedule(
    # By its name: a job without assets would be copied, with a warning of Dagster's.
    job_name=forget_old_runs_job.name,
    cron_schedule="10 3 * * *",
    execution_timezone=load_settings().timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night, in ANALYTICS_TIMEZONE: runs past "
    "ANALYTICS_DAGSTER_RETENTION_DAYS are deleted.",
)
def forget_old_runs() -> dg.RunRequest:
    """Ask for the nightly run."""
    return dg.RunRequest()
