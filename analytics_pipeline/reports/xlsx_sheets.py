"""What stands on which sheet of a report's workbook."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from analytics_pipeline.reports.language import Language
from analytics_pipeline.reports.model import CampaignReport, ReportDay
from analytics_pipeline.reports.post_table import (
    POST_COLUMNS,
    Cell,
    every_post,
    post_cells,
)
from analytics_pipeline.reports.wording import Wording, formulas, opening
from analytics_pipeline.schemas.fields import RATES, SUMMED_MEASURES
from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.transform.campaign_figures import Figures, Rate
from analytics_pipeline.transform.last_known import MEASURES

_WIDTHS = {"post_caption": 60.0, "post_url": 42.0, "post_id": 24.0, "posted_at": 17.0}
_USUAL_WIDTH = 14.0


@dataclass(frozen=True, slots=True)
class Percent:
    """A fraction that is shown as a percentage."""

    fraction: float


SheetCell = Cell | Percent


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a sheet.

    Attributes:
        label: What it is called.
        width: In characters.
        is_link: Whether its texts are addresses.
    """

    label: str
    width: float = _USUAL_WIDTH
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook.

    Attributes:
        name: On its tab.
        headings: Its columns.
        rows: Its cells.
        lines: What stands above the table.
        frozen_columns: Columns that stay in sight.
    """

    name: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[SheetCell]]
    lines: Sequence[str] = ()
    frozen_columns: int = 1


def sheets(report: CampaignReport) -> Iterator[Sheet]:
    """Yield the sheets of a report's workbook, in order."""
    say = Wording(Language.ENGLISH, ZoneInfo(report.zone))
    yield _summary(report, say)
    yield _days(report, say)
    yield _posts(report, say)
    yield _creators(report, say)
    yield _coverage(report, say)
    yield _near_misses(report, say)
    yield _about(report, say)


def _summary(report: CampaignReport, say: Wording) -> Sheet:
    parts = [(say("over_both"), report.figures)]
    parts += [
        (say.value("platform", name), its) for name, its in report.by_platform.items()
    ]
    parts += [
        (say.value("type", name), its) for name, its in report.by_content_type.items()
    ]
    made = say("made_at", when=say.instant(report.made_at), zone=report.zone)
    campaign = report.campaign
    return Sheet(
        "Summary",
        (
            Heading("Of", 22),
            Heading("Number", 30),
            Heading("Last known"),
            Heading("Median of posts"),
            Heading("Rests on posts"),
            Heading("Of these, older"),
            Heading("Not known of other posts", 60),
        ),
        [row for name, its in parts for row in _figure_rows(name, its, say)],
        lines=(
            campaign.campaign_name or campaign.campaign_id,
            ". ".join(
                (
                    say("campaign_id_is", campaign_id=campaign.campaign_id),
                    opening(report, say),
                    made,
                )
            ),
        ),
        frozen_columns=2,
    )


def _figure_rows(part: str, its: Figures, say: Wording) -> Iterator[list[SheetCell]]:
    older = its.older_post_count
    yield [part, say("posts"), its.post_count, None, its.post_count, older, None]
    yield [part, say("creators_with_posts"), its.creator_count, *[None] * 4]
    for name in MEASURES:
        total = its.totals[name]
        known: list[SheetCell] = [total.value, None, total.posts, total.older_posts]
        yield [part, say.label(name), *known, _whys(total.unknown, say)]
    for name in RATES:
        rate = its.rates[name]
        known = [*_percents(rate), rate.posts, rate.older_posts]
        yield [part, say.label(name), *known, _whys(rate.unknown, say)]


def _days(report: CampaignReport, say: Wording) -> Sheet:
    names = [say.label(name) for name in SUMMED_MEASURES]
    return Sheet(
        "Days",
        [
            Heading(say("day")),
            Heading("Of"),
            Heading(say("posts")),
            Heading(say("posts_carried")),
            Heading(say("posts_observed")),
            *(Heading(f"{name}, last known") for name in names),
            *(Heading(f"{name}, observed") for name in names),
            *(Heading(say("growth_of", name=name)) for name in names),
            Heading("Participants"),
            Heading("Participants answered"),
        ],
        [
            *(_day_row(say("over_both"), day) for day in report.days),
            *(
                _day_row(say.value("platform", name), day)
                for name, days in report.days_by_platform.items()
                for day in days
            ),
        ],
        frozen_columns=2,
    )


def _day_row(part: str, day: ReportDay) -> list[SheetCell]:
    totals = day.totals
    return [
        totals.day,
        part,
        totals.post_count,
        totals.carried_post_count,
        totals.observed_post_count,
        *(totals.known[name].value for name in SUMMED_MEASURES),
        *(totals.observed[name].value for name in SUMMED_MEASURES),
        *(day.growth[name] for name in SUMMED_MEASURES),
        day.participant_count,
        day.answered_count,
    ]


def _posts(report: CampaignReport, say: Wording) -> Sheet:
    headings = [
        Heading(say.label(name), _WIDTHS.get(name, _USUAL_WIDTH), name == "post_url")
        for name in POST_COLUMNS
    ]
    rows = []
    for post in every_post(report):
        cells: dict[str, SheetCell] = {**post_cells(post)}
        for name in RATES:
            rate = post.numbers[name]
            cells[name] = None if rate is None else Percent(rate)
        rows.append([cells[name] for name in POST_COLUMNS])
    return Sheet("Posts", headings, rows, frozen_columns=2)


def _creators(report: CampaignReport, say: Wording) -> Sheet:
    rows: list[list[SheetCell]] = [
        [
            rank,
            its.creator_id,
            ", ".join(its.usernames.values()),
            its.figures.post_count,
            *(its.figures.totals[name].value for name in MEASURES),
            *(
                cell
                for name in RATES
                for cell in (*_percents(its.figures.rates[name]),)
            ),
        ]
        for rank, its in enumerate(report.creators, 1)
    ]
    return Sheet(
        "Creators",
        [
            Heading(say("rank"), 7),
            Heading(say.label("creator_id")),
            Heading(say.label("username"), 40),
            Heading(say("posts")),
            *(Heading(say.label(name)) for name in MEASURES),
            *(
                Heading(f"{say.label(name)}, {how}", 18)
                for name in RATES
                for how in ("weighted", "median")
            ),
        ],
        rows,
        frozen_columns=3,
    )


def _coverage(report: CampaignReport, say: Wording) -> Sheet:
    reasons = sorted({reason for day in report.coverage for reason in day.reasons})
    rows: list[list[SheetCell]] = [
        [
            day.day,
            say.value("platform", day.platform),
            *(day.statuses.get(status, 0) for status in Status),
            day.untold,
            *(day.reasons.get(reason, 0) for reason in reasons),
        ]
        for day in report.coverage
    ]
    return Sheet(
        "Coverage",
        [
            Heading(say("day")),
            Heading(say.label("platform")),
            *(Heading(say.value("status", status)) for status in Status),
            Heading(say("untold")),
            *(Heading(f"Reason: {reason}", 20) for reason in reasons),
        ],
        rows,
        frozen_columns=2,
    )


def _near_misses(report: CampaignReport, say: Wording) -> Sheet:
    rows: list[list[SheetCell]] = [
        [
            near.score,
            say.value("kind", near.kind),
            say.value("platform", near.platform),
            near.post_id,
            near.post_url,
            near.creator_id,
            near.username,
            near.posted_at,
            near.post_caption,
            ", ".join(near.hashtags),
        ]
        for near in report.near_misses
    ]
    left_out = sum(report.near_misses_by_kind.values()) - len(rows)
    lines = [say("near_misses"), say("near_misses_intro")]
    if left_out:
        lines.append(say("listed_more", count=left_out))
    columns = ("post_id", "post_url", "creator_id", "username", "posted_at")
    return Sheet(
        "Near misses",
        [
            Heading(say("score")),
            Heading(say("kind"), 34),
            Heading(say.label("platform")),
            *(
                Heading(
                    say.label(name),
                    _WIDTHS.get(name, _USUAL_WIDTH),
                    name == "post_url",
                )
                for name in columns
            ),
            Heading(say.label("post_caption"), 60),
            Heading(say("carries"), 34),
        ],
        rows,
        lines=lines,
        frozen_columns=2,
    )


def _about(report: CampaignReport, say: Wording) -> Sheet:
    rows: list[list[SheetCell]] = [
        [say("about"), say("about_counts")],
        [say("day"), say("about_days", zone=report.zone)],
        [say("last_known"), say("about_last_known")],
        [say("unknowns"), say("about_unknown")],
        [say.label("view_count"), say("about_views")],
        [say.label("reach"), say("reach_note")],
    ]
    rows += [
        [f"{say.label(rate.name)}, {say.value('platform', platform)}", formula]
        for rate in report.rates
        for platform, formula in formulas(rate.numerator, rate.denominator, say)
    ]
    rows += [
        [
            f"{say('unknowns')}: {say.value('platform', it.platform)}",
            f"{say.label(it.column)}: {it.posts}: {say.unknown(it.reason)}",
        ]
        for it in report.unknowns
    ]
    return Sheet("About", (Heading("What", 44), Heading("Meaning", 120)), rows)


def _percents(rate: Rate) -> tuple[SheetCell, SheetCell]:
    """Return a rate's weighted value and its median."""
    return (
        None if rate.weighted is None else Percent(rate.weighted),
        None if rate.median is None else Percent(rate.median),
    )


def _whys(unknown: Mapping[str, int], say: Wording) -> str | None:
    told = [f"{say.unknown(reason)}: {posts}" for reason, posts in unknown.items()]
    return "; ".join(told) or None
