"""One campaign: the same report as its file and the API, as a page."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.dashboard.campaign_posts import posts_table
from analytics_pipeline.dashboard.charts import Chart, Series, chart_over_days
from analytics_pipeline.dashboard.checks import (
    ShownProblem,
    check_now,
    shown_problems,
)
from analytics_pipeline.dashboard.coverage import MOST_ACCOUNTS, coverage_table
from analytics_pipeline.dashboard.dashboard import Dashboard
from analytics_pipeline.dashboard.figures import MEASURES, campaign_figures
from analytics_pipeline.dashboard.pages import MissingPageError
from analytics_pipeline.dashboard.queries import asked_day
from analytics_pipeline.dashboard.security import DASHBOARD
from analytics_pipeline.dashboard.wording import Wording
from analytics_pipeline.reports.build import UnknownCampaignError, build_report
from analytics_pipeline.reports.files import (
    MEDIA_TYPES,
    FileFormat,
    file_name,
    render,
)
from analytics_pipeline.reports.html_file import PageOptions
from analytics_pipeline.reports.language import Language as ReportLanguage
from analytics_pipeline.reports.model import CampaignReport, ReportOptions
from analytics_pipeline.transform.lift import LEAST_POSTS
from analytics_pipeline.warehouse.reading.coverage import coverage_of_campaign
from analytics_pipeline.warehouse.reading.rows import Rows

PATH = f"{DASHBOARD}/campaigns/{{campaign_id}}"
_COVERED_DAYS = timedelta(days=30)
_LEVELS = 5


@dataclass(frozen=True, slots=True)
class _HeatCell:
    value: int
    level: int


def campaign_routers(dashboard: Dashboard) -> list[APIRouter]:
    """Return the page of a campaign.

    Args:
        dashboard: What it needs.

    Returns:
        The routers.
    """
    router = dashboard.looking()

    @router.get(PATH)
    def campaign(request: Request, campaign_id: str) -> Response:
        """Show a campaign."""
        w = dashboard.pages.wording(request)
        day = asked_day(request, "as_of")
        report, outcomes = _read(dashboard, campaign_id, day)
        rate = dashboard.service.settings.engagement_rate
        values = _values(report, outcomes, rate, w)
        values["check"] = _check(dashboard, campaign_id, w)
        if report.day is not None:
            values["table"] = posts_table(request, report, rate, w)
        return dashboard.pages.show(request, "campaign.html", values)

    @router.get(f"{PATH}/report.{{form}}")
    def report(request: Request, campaign_id: str, form: str) -> Response:
        """Return a campaign's report as a file, in the page's language."""
        wanted = next((it for it in FileFormat if it == form), None)
        if wanted is None:
            raise MissingPageError
        built, _ = _read(dashboard, campaign_id, asked_day(request, "as_of"))
        language = ReportLanguage(dashboard.pages.wording(request).language)
        agency = dashboard.service.settings.agency_name
        content = render(built, wanted, PageOptions(language, agency))
        named = quote(file_name(built, wanted))
        return Response(
            content,
            media_type=MEDIA_TYPES[wanted],
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{named}"},
        )

    return [router]


def report_options(dashboard: Dashboard) -> ReportOptions:
    """Return how reports are made here and now."""
    service = dashboard.service
    return ReportOptions(service.settings.zone, service.clock(), service.rule)


def _read(
    dashboard: Dashboard, campaign_id: str, day: date | None
) -> tuple[CampaignReport, Rows]:
    how = report_options(dashboard)
    with dashboard.service.warehouse.reading() as connection:
        try:
            report = build_report(connection, campaign_id, day, how)
        except UnknownCampaignError:
            raise MissingPageError from None
        if report.day is None:
            return report, []
        first = report.day - _COVERED_DAYS
        return report, coverage_of_campaign(
            connection, campaign_id, first, report.day, MOST_ACCOUNTS
        )


def _check(dashboard: Dashboard, campaign_id: str, w: Wording) -> list[ShownProblem]:
    # Not as a reader, who may not see all of a connection; nothing is written.
    with dashboard.service.warehouse.begin() as connection:
        return shown_problems(check_now(dashboard.service, connection, campaign_id), w)


def _values(
    report: CampaignReport, outcomes: Rows, rate: str, w: Wording
) -> dict[str, Any]:
    return {
        "report": report,
        "notices": _notices(report, w),
        "key_figures": campaign_figures(report, rate, w),
        "charts": _charts(report, w),
        "heat": _heat(report.heat_map),
        "coverage": coverage_table(outcomes, w),
        "measures": ("post_count", *MEASURES),
        "main_rate": rate,
        "least_posts": LEAST_POSTS,
    }


def _notices(report: CampaignReport, w: Wording) -> list[str]:
    notices = [w.known_text("problem", problem) for problem in report.campaign.problems]
    if report.left_out.rows:
        notices.append(
            w.text(
                "as_of_left_out",
                day=w.day(report.asked_day),
                rows=w.count(report.left_out.rows),
                posts=w.count(report.left_out.posts),
            )
        )
    return notices


def _charts(report: CampaignReport, w: Wording) -> dict[str, Chart]:
    days = [row.totals.day for row in report.days]
    known = [row.totals.known["view_count"].value for row in report.days]
    observed = [row.totals.observed["view_count"].value for row in report.days]
    growth = [row.growth.get("view_count") for row in report.days]
    return {
        "views": chart_over_days(
            days,
            [
                Series(w.text("series_known"), known),
                Series(w.text("series_observed"), observed, is_dashed=True),
            ],
            w,
        ),
        "growth": chart_over_days(
            days, [Series(w.text("series_growth"), growth, is_bar=True)], w
        ),
    }


def _heat(counts: Sequence[Sequence[int]]) -> dict[str, Any]:
    most = max((value for row in counts for value in row), default=0)
    rows = [
        (weekday, [_HeatCell(value, _level(value, most)) for value in row])
        for weekday, row in enumerate(counts)
    ]
    return {"hours": range(len(counts[0]) if counts else 0), "rows": rows}


def _level(value: int, most: int) -> int:
    return math.ceil(_LEVELS * value / most) if most else 0
