"""A campaign's day in one row per platform: totals, growth, rates, coverage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from analytics_pipeline.schemas.fields import RATES, SUMMED_MEASURES
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.tables import CAMPAIGN_DAILY_SUMMARY
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.engagement import rate_definitions
from analytics_pipeline.warehouse.load import LoadResult, replace
from analytics_pipeline.warehouse.rates import RateParts
from analytics_pipeline.warehouse.summary import has_summary, summarise

_COUNTS = (
    "participant_count",
    "answered_count",
    "creator_count",
    "post_count",
    "partial_post_count",
    "late_post_count",
    "erased_post_count",
)


@dataclass(frozen=True, slots=True)
class SummaryReport:
    """What became of a day.

    Attributes:
        load: What changed in the table, the following day included.
        rows: The day's rows.
    """

    load: LoadResult
    rows: tuple[dict[str, Any], ...]


def summarise_day(run: Run, day: date) -> SummaryReport:
    """Write a day's summary; and the following day's again, if it has one.

    Growth is measured against the day before, so a day that arrives late changes the
    growth of the next one.

    Args:
        run: The run.
        day: The day.

    Returns:
        What changed.
    """
    rows = _rows(run, day)
    load = _store(run, day, rows)
    following = day + timedelta(days=1)
    with run.warehouse.begin() as connection:
        is_there = has_summary(connection, following)
    if is_there:
        load += _store(run, following, _rows(run, following))
    return SummaryReport(load, tuple(rows))


def _store(run: Run, day: date, rows: list[dict[str, Any]]) -> LoadResult:
    scope = {"snapshot_date": [day]}
    with run.warehouse.begin() as connection:
        return replace(connection, CAMPAIGN_DAILY_SUMMARY, rows, scope)


def _rows(run: Run, day: date) -> list[dict[str, Any]]:
    days = (day, day - timedelta(days=1))
    with run.warehouse.begin() as connection:
        found = summarise(connection, days, run.rule.start(day), rate_parts())
    return [_row(run, day, item) for item in found]


def _row(run: Run, day: date, found: Mapping[str, Any]) -> dict[str, Any]:
    counts = {name: found[name] or 0 for name in _COUNTS}
    known = {
        f"posts_with_{name}": found[f"posts_with_{name}"] or 0
        for name in (*SUMMED_MEASURES, *RATES)
    }
    numbers = {
        **{name: found[name] for name in (*SUMMED_MEASURES, *RATES)},
        **{f"{name}_delta": found[f"{name}_delta"] for name in SUMMED_MEASURES},
        **{f"{name}_median": found[f"{name}_median"] for name in RATES},
    }
    unknown = {
        name: _why(name, found, has_posts=counts["post_count"] > 0)
        for name, value in numbers.items()
        if value is None
    }
    return {
        "snapshot_date": day,
        "campaign_id": found["campaign_id"],
        "platform": found["platform"],
        **counts,
        **known,
        **numbers,
        "unknown_reasons": unknown,
        "observed_at": found["observed_at"],
        "run_id": run.run_id,
    }


def _why(name: str, found: Mapping[str, Any], *, has_posts: bool) -> str:
    """Return why a number of the summary is null."""
    if not has_posts:
        return Unknown.NO_POSTS
    measure = name.removesuffix("_delta").removesuffix("_median")
    if name.endswith("_delta") and found[measure] is not None:
        return Unknown.NO_PREVIOUS_DAY
    return str(found[f"why_no_{measure}"] or Unknown.NOT_REPORTED)


def rate_parts() -> dict[str, RateParts]:
    """Return what each rate is made of, by column."""
    by_platform = {platform: rate_definitions(platform) for platform in Platform}
    return {
        name: RateParts(
            numerator={
                platform.value: definitions[name].numerator
                for platform, definitions in by_platform.items()
            },
            denominator=by_platform[Platform.TIKTOK][name].denominator,
        )
        for name in RATES
    }
