"""Pictures in the metadata of materializations: SVG, written by hand.

A drawing library takes longer to import and to draw than the rest of a day's marts.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import dagster as dg

_MOST_CAMPAIGNS = 6
_COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b")
_WIDTH, _HEIGHT = 720, 260
_LEFT, _TOP, _BOTTOM = 56, 34, 28
_PANEL_WIDTH, _PANEL_STEP = 290, 366
_TICKS = 4
_MOST_DAYS_NAMED = 5
_LONGEST_NAME = 40
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}"'
    ' height="{1}" font-family="sans-serif" font-size="10">'
)

Series = Mapping[str, Mapping[date, float]]


def growth_plot(rows: Sequence[Mapping[str, Any]]) -> dg.MarkdownMetadataValue:
    """Draw how campaigns grew: posts that count, and their likes.

    A day that is not known is a gap in the line.

    Args:
        rows: One per campaign and day, as `warehouse.growth.growth_until` gives them.

    Returns:
        The picture, inside Markdown; a word where there is nothing to draw.
    """
    if not rows:
        return dg.MetadataValue.md("*no campaign has posts yet*")
    days = sorted({row["snapshot_date"] for row in rows})
    posts, likes = (_series(rows, measure) for measure in ("post_count", "like_count"))
    on_last_day = {key: values.get(days[-1], -1) for key, values in posts.items()}
    largest = sorted(on_last_day, key=lambda key: (-on_last_day[key], key))
    drawn = largest[:_MOST_CAMPAIGNS]
    names = {row["campaign_id"]: row["campaign_name"] for row in rows}
    parts = [
        _SVG.format(_WIDTH, _HEIGHT),
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        *_panel(_LEFT, "Posts that count", days, {key: posts[key] for key in drawn}),
        *_panel(
            _LEFT + _PANEL_STEP, "Their likes", days, {key: likes[key] for key in drawn}
        ),
        *_legend([names[key] or f"campaign {key}" for key in drawn]),
        "</svg>",
    ]
    encoded = base64.b64encode("\n".join(parts).encode()).decode()
    return dg.MetadataValue.md(f"![growth](data:image/svg+xml;base64,{encoded})")


def _series(rows: Sequence[Mapping[str, Any]], measure: str) -> Series:
    """Return a number by campaign and day, where it is known."""
    series: dict[str, dict[date, float]] = {}
    for row in rows:
        values = series.setdefault(row["campaign_id"], {})
        if row[measure] is not None:
            values[row["snapshot_date"]] = float(row[measure])
    return series


def _panel(
    left: int, title: str, days: Sequence[date], series: Series
) -> Iterator[str]:
    from analytics_pipeline.reports.chart import ceiling

    top = ceiling(max(max(it.values(), default=0) for it in series.values()))
    right, floor = left + _PANEL_WIDTH, _HEIGHT - _BOTTOM
    yield _text((left + right) / 2, _TOP - 14, title, 'text-anchor="middle"')
    for tick in range(_TICKS + 1):
        y = _y(top * tick / _TICKS, top)
        yield f'<path d="M{left} {y}H{right}" stroke="#ddd"/>'
        value = f"{top * tick / _TICKS:,.10g}"
        yield _text(left - 6, y + 3, value, 'text-anchor="end"')
    for position in _named_days(len(days)):
        x = _x(position, len(days), left)
        name = f"{days[position]:%d %b}"
        yield _text(x, floor + 16, name, 'text-anchor="middle"')
    for colour, values in zip(_COLOURS, series.values(), strict=False):
        yield from _line(
            [
                (_x(position, len(days), left), _y(values[day], top))
                if day in values
                else None
                for position, day in enumerate(days)
            ],
            colour,
        )


def _line(points: Sequence[tuple[float, float] | None], colour: str) -> Iterator[str]:
    """Draw a dot for each day, joined to that of the day before where it is known."""
    steps = []
    for before, point in zip([None, *points], points, strict=False):
        if point is not None:
            steps.append(f"{'M' if before is None else 'L'}{point[0]} {point[1]}")
            yield f'<circle cx="{point[0]}" cy="{point[1]}" r="2" fill="{colour}"/>'
    yield f'<path d="{"".join(steps)}" fill="none" stroke="{colour}"/>'


def _legend(names: Sequence[str]) -> Iterator[str]:
    for number, (colour, name) in enumerate(zip(_COLOURS, names, strict=False)):
        y = _TOP + 10 + 13 * number
        yield f'<path d="M{_LEFT + 6} {y - 3}h14" stroke="{colour}" stroke-width="2"/>'
        yield _text(_LEFT + 25, y, name[:_LONGEST_NAME])


def _named_days(count: int) -> range:
    return range(0, count, max(1, -(-count // _MOST_DAYS_NAMED)))


def _x(position: int, count: int, left: int) -> float:
    share = position / (count - 1) if count > 1 else 0.5
    return round(left + _PANEL_WIDTH * share, 1)


def _y(value: float, top: float) -> float:
    return round(_TOP + (_HEIGHT - _BOTTOM - _TOP) * (1 - value / top), 1)


def _text(x: float, y: float, text: str, more: str = "") -> str:
    plain = "".join(char if char.isprintable() else " " for char in text)
    return f'<text x="{x}" y="{y}" {more}>{escape(plain)}</text>'
