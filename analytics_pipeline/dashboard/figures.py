"""Key figures: a number, what it rests on, and what opens it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analytics_pipeline.dashboard.wording import Wording
from analytics_pipeline.reports.model import CampaignReport
from analytics_pipeline.transform.campaign_figures import Figures, Rate, Total

MEASURES = ("view_count", "like_count", "comment_count", "share_count")


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A number that stands alone.

    Attributes:
        label: What it is.
        value: The number; None where it is not known.
        notes: What it rests on.
        reason: Why it is not known.
        path: Where its parts are shown.
    """

    label: str
    value: str | None
    notes: list[str] = field(default_factory=list)
    reason: str | None = None
    path: str | None = None


def campaign_figures(report: CampaignReport, rate: str, w: Wording) -> list[KeyFigure]:
    """Return the key figures of a campaign.

    Args:
        report: Its report.
        rate: The engagement rate that is shown.
        w: How the page says things.

    Returns:
        The figures; each sum leads to the posts it is made of.
    """
    figures = report.figures
    newest = report.days[-1].growth if report.days else {}
    here = f"/campaigns/{report.campaign.campaign_id}"
    as_of = f"&as_of={report.asked_day}" if report.asked_day else ""
    counted = KeyFigure(
        w.text("posts"),
        w.count(figures.post_count),
        list(_about_posts(figures, w)),
        path=f"{here}?sort=posted_at&order=desc{as_of}#posts",
    )
    sums = [
        KeyFigure(
            w.text(f"column_{name}"),
            _known(figures.totals[name].value, w),
            list(_about_total(figures.totals[name], figures, newest.get(name), w)),
            _first(figures.totals[name].unknown),
            f"{here}?sort={name}&order=desc{as_of}#posts",
        )
        for name in MEASURES
    ]
    told = figures.rates[rate]
    weighted = None if told.weighted is None else w.rate(told.weighted)
    engagement = KeyFigure(
        w.text(f"column_{rate}"),
        weighted,
        list(_about_rate(told, figures, w)),
        _first(told.unknown),
        f"{here}?sort={rate}&order=desc{as_of}#posts",
    )
    return [counted, *sums, engagement]


def _about_posts(figures: Figures, w: Wording) -> Iterable[str]:
    yield w.text("figure_creators", count=w.count(figures.creator_count))
    for name, count in (
        ("ended", figures.ended_post_count),
        ("removed", figures.removed_post_count),
        ("late", figures.late_post_count),
        ("erased", figures.erased_post_count),
    ):
        if count:
            yield w.text(f"figure_{name}", count=w.count(count))


def _about_total(
    total: Total, figures: Figures, growth: int | None, w: Wording
) -> Iterable[str]:
    if growth is not None:
        yield w.text("figure_growth", growth=w.count(growth, is_signed=True))
    yield from _about_basis(total, figures, w)


def _about_rate(rate: Rate, figures: Figures, w: Wording) -> Iterable[str]:
    if rate.median is not None:
        yield w.text("figure_median", median=w.rate(rate.median))
    yield from _about_basis(rate, figures, w)


def _about_basis(told: Total | Rate, figures: Figures, w: Wording) -> Iterable[str]:
    if told.posts != figures.post_count:
        yield w.text(
            "figure_rests_on", n=w.count(told.posts), m=w.count(figures.post_count)
        )
    if told.older_posts:
        yield w.text("figure_older", n=w.count(told.older_posts))


def _known(value: int | None, w: Wording) -> str | None:
    return None if value is None else w.count(value)


def _first(reasons: Mapping[str, int]) -> str:
    return next(iter(reasons), "no_posts")
