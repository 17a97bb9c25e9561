"""Figures of charts: what Plotly draws, and the same numbers as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics_pipeline.api.pages.language import Language
from analytics_pipeline.dashboard.wording import Wording

_DAY_FORMATS = {Language.ENGLISH: "%-d %b", Language.CZECH: "%-d. %-m."}
_MONTH_FORMATS = {Language.ENGLISH: "%b %Y", Language.CZECH: "%-m/%Y"}
# Decimal sign, then the sign between thousands.
_SEPARATORS = {Language.ENGLISH: ".,", Language.CZECH: ",\u00a0"}
_FEW = 8


@dataclass(frozen=True, slots=True)
class Series:
    """One line or set of bars.

    Attributes:
        name: What it shows, for people.
        values: One per day; None where unknown: the line has a gap there.
        is_bar: Bars instead of a line.
        is_dashed: A dashed line.
    """

    name: str
    values: Sequence[float | None]
    is_bar: bool = False
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and its text alternative.

    Attributes:
        plotly: Traces and layout without colours, which are the page's.
        first_column: What the table's first column holds.
        columns: Names of the others.
        rows: The label of each row, and its numbers as text.
    """

    plotly: dict[str, Any]
    first_column: str
    columns: list[str]
    rows: list[tuple[str, list[str]]]


def chart_over_days(
    days: Sequence[date],
    series: Sequence[Series],
    w: Wording,
    *,
    is_monthly: bool = False,
) -> Chart:
    """Return a chart of numbers over days or months.

    Args:
        days: The days, in order; of a month its first.
        series: What is drawn over them.
        w: How the page says things.
        is_monthly: The days stand for months.

    Returns:
        The chart.
    """
    label = w.month if is_monthly else w.day
    formats = _MONTH_FORMATS if is_monthly else _DAY_FORMATS
    axis: dict[str, Any] = {"type": "date", "tickformat": formats[w.language]}
    axis["hoverformat"] = formats[w.language]
    if len(days) <= _FEW:
        # Else a short axis is divided into hours.
        axis["tickvals"] = [day.isoformat() for day in days]
    layout = {
        "xaxis": axis,
        "yaxis": {"tickformat": ",.3~s" if w.language is Language.ENGLISH else ","},
        "separators": _SEPARATORS[w.language],
        "showlegend": len(series) > 1,
    }
    traces = [_trace(days, item, number) for number, item in enumerate(series, 1)]
    rows = [
        (label(day), [w.count(item.values[place]) for item in series])
        for place, day in enumerate(days)
    ]
    return Chart(
        {"data": traces, "layout": layout},
        w.text("month" if is_monthly else "day"),
        [item.name for item in series],
        rows,
    )


def _trace(days: Sequence[date], series: Series, number: int) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "x": [day.isoformat() for day in days],
        "y": list(series.values),
        "name": series.name,
        "meta": {"colour": f"--series-{number}"},
        "hovertemplate": "%{y:,}",
    }
    if series.is_bar:
        return trace | {"type": "bar"}
    line = {"dash": "dot"} if series.is_dashed else {}
    return trace | {"type": "scatter", "mode": "lines+markers", "line": line}
