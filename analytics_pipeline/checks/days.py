"""Which days a check is about."""

from datetime import date, timedelta

import dagster as dg

from analytics_pipeline.partitions import tagged_window
from analytics_pipeline.resources.stores import ClockResource
from analytics_pipeline.transform.days import each_day


def days_of(context: dg.AssetCheckExecutionContext, clock: ClockResource) -> list[date]:
    """Return the days of the run; the last complete one when a check runs alone.

    Partitioned checks are still in preview in Dagster 1.13, so the run's tags tell.

    Args:
        context: Of the check.
        clock: Tells the last complete day.

    Returns:
        At least one day.
    """
    window = tagged_window(context.run.tags)
    return each_day(*window) if window else [last_complete_day(clock)]


def last_complete_day(clock: ClockResource) -> date:
    """Return the newest day that has ended."""
    return clock.rule().day_of(clock.now()) - timedelta(days=1)
