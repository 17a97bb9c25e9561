"""The day, as Dagster's partition: start date and time zone, once.

Concept: https://docs.dagster.io/guides/build/partitions-and-backfills
"""

import warnings
from collections.abc import Mapping
from datetime import date, timedelta

import dagster as dg

from analytics_pipeline.settings import load_settings

# The parameter is marked beta in Dagster 1.13; a window in one run rests on it.
warnings.filterwarnings(
    "ignore", message=r".*`backfill_policy`", category=dg.BetaWarning
)

_SETTINGS = load_settings()


def _end_of_set_clock() -> str | None:
    """Return the day after today by a set clock: no later day can be collected."""
    if _SETTINGS.clock is None:
        return None
    tomorrow = _SETTINGS.clock.astimezone(_SETTINGS.zone) + timedelta(days=1)
    return tomorrow.date().isoformat()


# Today can be collected too, so its key exists before the day has ended.
DAILY = dg.DailyPartitionsDefinition(
    start_date=_SETTINGS.start_date.isoformat(),
    end_date=_end_of_set_clock(),
    timezone=_SETTINGS.timezone,
    end_offset=0 if _SETTINGS.clock else 1,
)

# One run for a whole window, on every asset: in it one walk serves all its days.
SINGLE_RUN = dg.BackfillPolicy.single_run()

_DAY = "dagster/partition"
_FIRST = "dagster/asset_partition_range_start"
_LAST = "dagster/asset_partition_range_end"


def window_tags(first: date, last: date) -> dict[str, str]:
    """Return the tags that make one run serve a window of days."""
    return {_FIRST: first.isoformat(), _LAST: last.isoformat()}


def tagged_window(tags: Mapping[str, str]) -> tuple[date, date] | None:
    """Return the first and last day of a run by its tags; None if it has no days."""
    first, last = tags.get(_FIRST, tags.get(_DAY)), tags.get(_LAST, tags.get(_DAY))
    if not (first and last):
        return None
    return date.fromisoformat(first), date.fromisoformat(last)
