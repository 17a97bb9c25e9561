"""The days of a report: totals, growth, coverage."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.reports.model import CoverageDay, ReportDay
from analytics_pipeline.schemas.fields import SUMMED_MEASURES
from analytics_pipeline.transform.last_known import DayTotals, add_up
from analytics_pipeline.warehouse.as_known import AsKnown
from analytics_pipeline.warehouse.report_people import outcomes_by_day

_Rows = Sequence[Mapping[str, Any]]


def build_days(
    totals: Sequence[DayTotals], summary: _Rows
) -> tuple[tuple[ReportDay, ...], dict[str, tuple[ReportDay, ...]]]:
    """Join the totals of days with what `campaign_daily_summary` knows of them.

    Args:
        totals: Each day's totals, over both platforms and by platform.
        summary: The campaign's rows of `campaign_daily_summary`.

    Returns:
        The days over both platforms, and by platform.
    """
    by_day: dict[tuple[date, str | None], list[Mapping[str, Any]]] = {}
    for row in summary:
        for platform in (None, row["platform"]):
            by_day.setdefault((row["snapshot_date"], platform), []).append(row)
    over_both: list[ReportDay] = []
    by_platform: dict[str, list[ReportDay]] = {}
    for item in totals:
        day = _day(item, by_day.get((item.day, item.platform), []))
        if item.platform is None:
            over_both.append(day)
        else:
            by_platform.setdefault(item.platform, []).append(day)
    return tuple(over_both), {name: tuple(days) for name, days in by_platform.items()}


def build_coverage(
    connection: sa.Connection, which: AsKnown
) -> tuple[CoverageDay, ...]:
    """Count what became of a campaign's participants, by day and platform.

    Args:
        connection: To the warehouse.
        which: The campaign and its last day.

    Returns:
        One row per day and platform on which it had participants.
    """
    statuses: dict[tuple[date, str], Counter[str]] = {}
    reasons: dict[tuple[date, str], Counter[str]] = {}
    untold: Counter[tuple[date, str]] = Counter()
    for row in outcomes_by_day(connection, which):
        key = (row["snapshot_date"], row["platform"])
        by_status = statuses.setdefault(key, Counter())
        by_reason = reasons.setdefault(key, Counter())
        if row["status"] is None:
            untold[key] += row["accounts"]
            continue
        by_status[row["status"]] += row["accounts"]
        if row["reason"] is not None:
            by_reason[row["reason"]] += row["accounts"]
    return tuple(
        CoverageDay(*key, dict(statuses[key]), dict(reasons[key]), untold[key])
        for key in statuses
    )


def _day(totals: DayTotals, rows: _Rows) -> ReportDay:
    return ReportDay(
        totals=totals,
        growth={
            name: add_up(row[f"{name}_delta"] for row in rows).value
            for name in SUMMED_MEASURES
        },
        participant_count=add_up(row["participant_count"] for row in rows).value,
        answered_count=add_up(row["answered_count"] for row in rows).value,
    )
