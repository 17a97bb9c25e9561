"""The daily schedule.

Concept: https://docs.dagster.io/guides/automate/schedules
"""

from datetime import timedelta

import dagster as dg

from analytics_pipeline.jobs import collect_job
from analytics_pipeline.resources.stores import ClockResource
from analytics_pipeline.settings import load_settings


@dg.schedule(
    job=collect_job,
    cron_schedule="0 5 * * *",
    execution_timezone=load_settings().timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Early each day, in ANALYTICS_TIMEZONE: the day that has just ended.",
)
def collect_daily(clock: ClockResource) -> dg.RunRequest:
    """Ask for the closing state of yesterday, by the pipeline's clock."""
    yesterday = clock.rule().day_of(clock.now()) - timedelta(days=1)
    key = yesterday.isoformat()
    return dg.RunRequest(run_key=key, partition_key=key)
