"""Months of creators, brought up to date with the days of a run."""

from collections.abc import Sequence
from datetime import date

from analytics_pipeline.steps.run import Run
from analytics_pipeline.steps.summary import rate_parts
from analytics_pipeline.warehouse.creator_months import MonthsUpdate, update_months
from analytics_pipeline.warehouse.load import LoadResult


def make_months(run: Run, days: Sequence[date]) -> LoadResult:
    """Make the months anew in which something was published that some days tell of.

    Args:
        run: The run.
        days: The days.

    Returns:
        What changed.
    """
    update = MonthsUpdate(
        days=days,
        zone=run.rule.zone.key,
        rates=rate_parts(),
        now=run.clock(),
        run_id=run.run_id,
    )
    with run.warehouse.begin() as connection:
        return update_months(connection, update)
