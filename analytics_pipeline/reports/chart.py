"""Line charts as SVG, to stand in a page: no script, no font, colours from its styles.

Written by hand because a drawing library's files bring colours of their own, which a
dark page and a printer need otherwise, and take longer than the rest of a report.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

_WIDTH, _HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 92, 18, 14, 30
_TICKS = 4
_MOST_DAYS_NAMED = 6
_STEPS = (1, 2, 2.5, 5, 10)

Values = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """A number by day, in two lines.

    Attributes:
        name: Tells charts of a page apart; letters, digits and hyphens.
        title: What is drawn.
        description: The same in words.
        days: The days, in order.
        known: Last known on each day.
        observed: Observed for each day itself.
    """

    name: str
    title: str
    description: str
    days: Sequence[date]
    known: Values
    observed: Values


def draw(
    chart: Chart, number: Callable[[float], str], day: Callable[[date], str]
) -> Markup:
    """Draw a chart; a day that is not known is a gap in its line.

    Args:
        chart: What to draw.
        number: How numbers are written.
        day: How days are written.

    Returns:
        The `svg` element; every text in it is escaped.
    """
    top = ceiling(max(value or 0 for value in (*chart.known, *chart.observed)))
    parts = [
        Markup(
            '<svg class="chart" viewBox="0 0 {} {}" role="img"'
            ' aria-labelledby="{name}-title {name}-text">'
            '<title id="{name}-title">{}</title><desc id="{name}-text">{}</desc>'
        ).format(_WIDTH, _HEIGHT, chart.title, chart.description, name=chart.name),
        *_grid(top, number),
        *_day_names(chart.days, day),
        *_area(chart.known, top),
        *_lines(chart.known, top, "known"),
        *_lines(chart.observed, top, "observed"),
        *_dots(chart.observed, top),
        Markup("</svg>"),
    ]
    return Markup("\n").join(parts)


def ceiling(highest: float) -> float:
    """Return a round number that is not below another, to end an axis with.

    Args:
        highest: The highest value.

    Returns:
        A number that divides well by four; 4 for nothing.

    Examples:
        >>> [ceiling(value) for value in (0, 3, 17, 300891)]
        [4, 4, 20, 400000]
    """
    if highest <= _TICKS:
        return _TICKS
    size = 10 ** (len(str(int(highest / _TICKS))) - 1)
    step = next(it * size for it in _STEPS if it * size * _TICKS >= highest)
    return int(step * _TICKS) if float(step * _TICKS).is_integer() else step * _TICKS


def _x(position: int, count: int) -> float:
    width = _WIDTH - _LEFT - _RIGHT
    share = position / (count - 1) if count > 1 else 0.5
    return round(_LEFT + width * share, 1)


def _y(value: float, top: float) -> float:
    height = _HEIGHT - _TOP - _BOTTOM
    return round(_TOP + height * (1 - value / top), 1)


def _grid(top: float, number: Callable[[float], str]) -> Iterator[Markup]:
    for tick in range(_TICKS + 1):
        value = top * tick / _TICKS
        y = _y(value, top)
        yield Markup(
            '<line class="grid" x1="{}" x2="{}" y1="{y}" y2="{y}"/>'
            '<text class="axis" x="{}" y="{}" text-anchor="end">{}</text>'
        ).format(_LEFT, _WIDTH - _RIGHT, _LEFT - 8, y + 4, number(value), y=y)


def _day_names(days: Sequence[date], name: Callable[[date], str]) -> Iterator[Markup]:
    count = len(days)
    step = max(1, -(-(count - 1) // (_MOST_DAYS_NAMED - 1)))
    for position in range(0, count, step):
        x = _x(position, count)
        anchor = "middle"
        if count > 1:
            anchor = {0: "start", count - 1: "end"}.get(position, "middle")
        yield Markup(
            '<text class="axis" x="{}" y="{}" text-anchor="{}">{}</text>'
        ).format(x, _HEIGHT - 10, anchor, name(days[position]))


def _runs(values: Values, top: float) -> Iterator[list[tuple[float, float]]]:
    """Yield the points of each stretch of days without a gap."""
    run: list[tuple[float, float]] = []
    for position, value in enumerate(values):
        if value is not None:
            run.append((_x(position, len(values)), _y(value, top)))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _area(values: Values, top: float) -> Iterator[Markup]:
    floor = _y(0, top)
    for run in _runs(values, top):
        ends = [(run[-1][0], floor), (run[0][0], floor)]
        yield Markup('<polygon class="area" points="{}"/>').format(_points(run + ends))


def _lines(values: Values, top: float, kind: str) -> Iterator[Markup]:
    for run in _runs(values, top):
        yield Markup('<polyline class="line {}" points="{}"/>').format(
            kind, _points(run)
        )


def _dots(values: Values, top: float) -> Iterator[Markup]:
    for run in _runs(values, top):
        for x, y in run:
            yield Markup('<circle class="dot" cx="{}" cy="{}" r="3"/>').format(x, y)


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
