"""A report as one HTML file: nothing outside it, no script; it prints well.

The model knows no words and no markup; here they are put together. Everything that
somebody wrote (names, captions, hashtags, links) is escaped by the template engine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import ascii_lowercase
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analytics_pipeline.reports.chart import Chart, draw
from analytics_pipeline.reports.language import Language
from analytics_pipeline.reports.model import (
    CampaignReport,
    CreatorFigures,
    MissingAccount,
    NearMiss,
    ReportPost,
    StoryToReview,
)
from analytics_pipeline.reports.wording import Wording, formulas, opening
from analytics_pipeline.schemas.fields import RATES, SUMMED_MEASURES
from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.transform.campaign_figures import Figures
from analytics_pipeline.transform.last_known import MEASURES
from analytics_pipeline.transform.lift import LEAST_POSTS

MOST_POSTS = 100
"""Posts that the page lists; the other files have all of them."""

_MOST_LISTED = 25
_CAPTION_LENGTH = 90
_HEAT_LEVELS = 5
_PACKAGE = "analytics_pipeline.reports"


@dataclass(frozen=True, slots=True)
class PageOptions:
    """How a page is written.

    Attributes:
        language: In which language.
        agency: Whose report it is; None: nobody is named.
    """

    language: Language = Language.ENGLISH
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A chart that is drawn, and of which column."""

    column: str
    drawing: Markup


def as_html(report: CampaignReport, how: PageOptions | None = None) -> str:
    """Return a report as a page.

    Args:
        report: The report.
        how: Language, and whose report it is.

    Returns:
        A whole document; the same report gives the same text.
    """
    how = how or PageOptions()
    say = Wording(how.language, ZoneInfo(report.zone))
    return (
        _templates()
        .get_template("report.html")
        .render(
            report=report,
            t=say,
            agency=how.agency,
            style=Markup(_style()),  # noqa: S704 - our own file
            opening=opening(report, say),
            measures=MEASURES,
            summed=SUMMED_MEASURES,
            rate_names=RATES,
            statuses=tuple(Status),
            parts=_parts(report, say),
            last_day=report.days[-1] if report.days else None,
            charts=_charts(report, say),
            formulas={
                rate.name: _formula(rate.numerator, rate.denominator, say)
                for rate in report.rates
            },
            posts=_ranked_posts(report),
            most_listed=_MOST_LISTED,
            least_posts=LEAST_POSTS,
            heat_level=_heat_levels(report),
            excerpt=_excerpt,
            name_of=_name_of,
            share=_shares(report.creators),
            why=_Whys(say),
            new_notes=_Notes,
        )
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader(_PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    return files(_PACKAGE).joinpath("templates/style.css").read_text(encoding="utf-8")


def _parts(report: CampaignReport, say: Wording) -> list[tuple[str, Figures]]:
    """Return the columns of the table by platform."""
    if len(report.by_platform) == 1:
        return [
            (say.value("platform", name), it) for name, it in report.by_platform.items()
        ]
    return [(say("over_both"), report.figures)] + [
        (say.value("platform", name), it) for name, it in report.by_platform.items()
    ]


def _charts(report: CampaignReport, say: Wording) -> list[_Drawn]:
    """Draw what grew; a number that is known on no day has no chart."""
    drawn = []
    days = [day.totals.day for day in report.days]
    for name in SUMMED_MEASURES:
        known = [day.totals.known[name].value for day in report.days]
        if all(value is None for value in known):
            continue
        description = say(
            "chart_description",
            name=say.label(name),
            first=say.day(days[0]),
            last=say.day(days[-1]),
            from_value=say.number(known[0]),
            to_value=say.number(known[-1]),
        )
        chart = Chart(
            name=f"chart-{name.replace('_', '-')}",
            title=say.label(name),
            description=description,
            days=days,
            known=known,
            observed=[day.totals.observed[name].value for day in report.days],
        )
        drawn.append(_Drawn(name, draw(chart, say.number, say.short_day)))
    return drawn


def _formula(
    numerator: Mapping[str, Sequence[str]], denominator: str, say: Wording
) -> list[str]:
    """Return a rate's formula; by platform only where they differ."""
    told = dict(formulas(numerator, denominator, say))
    if len(set(told.values())) == 1:
        return [next(iter(told.values()))]
    return [f"{say.value('platform', name)}: {text}" for name, text in told.items()]


def _ranked_posts(report: CampaignReport) -> list[ReportPost]:
    def rank(post: ReportPost) -> tuple[float, str]:
        likes = post.numbers["like_count"]
        return (1 if likes is None else -likes, post.post_id)

    return sorted(report.posts, key=rank)[:MOST_POSTS]


def _heat_levels(report: CampaignReport) -> dict[int, int]:
    """Return by how many posts a cell has how dark it is."""
    counts = {count for hours in report.heat_map for count in hours}
    most = max(counts, default=0)
    return {count: -(-count * _HEAT_LEVELS // most) if count else 0 for count in counts}


def _shares(creators: Sequence[CreatorFigures]) -> dict[str, float]:
    """Return how long each creator's bar is, in percent of the longest."""
    views = {
        it.creator_id: it.figures.totals["view_count"].value or 0 for it in creators
    }
    most = max(views.values(), default=0)
    return {
        name: round(100 * value / most, 1) if most else 0
        for name, value in views.items()
    }


def _excerpt(caption: str | None) -> str:
    """Return the beginning of a caption, in one line."""
    line = " ".join((caption or "").split())
    if len(line) <= _CAPTION_LENGTH:
        return line
    return line[: _CAPTION_LENGTH - 1].rstrip() + "…"


def _name_of(it: ReportPost | NearMiss | StoryToReview | MissingAccount) -> str:
    """Return whose something is: the account, else the creator's number."""
    return f"@{it.username}" if it.username else it.creator_id


class _Notes:
    """The notes under a table: each text once, with its mark."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """Return the mark of a text."""
        return self._marks.setdefault(text, _mark(len(self._marks)))

    @property
    def listed(self) -> list[tuple[str, str]]:
        """The marks with their texts, in order."""
        return [(mark, text) for text, mark in self._marks.items()]


def _mark(number: int) -> str:
    """Return the mark of a note: a, b, and so on to z, then aa, bb."""
    times, letter = divmod(number, len(ascii_lowercase))
    return ascii_lowercase[letter] * (times + 1)


class _Whys:
    """Tells why a number is unknown.

    Args:
        say: The words.
    """

    def __init__(self, say: Wording) -> None:
        self._say = say

    def __call__(self, unknown: Mapping[str, int]) -> str:
        """Return the reasons of a total, the commonest first."""
        return "; ".join(self._say.unknown(reason) for reason in unknown)

    def of(self, post: ReportPost, column: str) -> str:
        """Return the reason of a post's number."""
        return self._say.unknown(post.unknown_reasons.get(column, ""))
