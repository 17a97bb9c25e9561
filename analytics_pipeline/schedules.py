"""The daily schedule. It heals: days that were missed are asked for with the newest.

Concept: https://docs.dagster.io/guides/automate/schedules
"""

import dagster as dg

from analytics_pipeline.jobs import ask_for, collect_job
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.completeness import FIRST_LOOK, days_to_heal


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
