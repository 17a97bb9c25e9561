"""Creators: the list, and one with accounts, months, posts and coverage."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.dashboard.charts import Chart, Series, chart_over_days
from analytics_pipeline.dashboard.coverage import coverage_table
from analytics_pipeline.dashboard.dashboard import Dashboard
from analytics_pipeline.dashboard.figures import MEASURES
from analytics_pipeline.dashboard.pages import MissingPageError
from analytics_pipeline.dashboard.queries import Filter, asked_code, asked_text
from analytics_pipeline.dashboard.render import lean_query
from analytics_pipeline.dashboard.security import DASHBOARD
from analytics_pipeline.dashboard.wording import Wording
from analytics_pipeline.schemas.connections import ConnectionStatus
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.creator_months import months_of
from analytics_pipeline.warehouse.dashboard_reading import newest_posts_of
from analytics_pipeline.warehouse.reading.coverage import (
    coverage_of_creator,
    newest_asked_day,
)
from analytics_pipeline.warehouse.reading.creators import (
    followers_of,
    read_creator,
    read_creators,
)
from analytics_pipeline.warehouse.reading.rows import (
    Order,
    PageRequest,
    Position,
    Rows,
)

PATH = f"{DASHBOARD}/creators"
_PAGE_LENGTH = 100
_NEWEST_POSTS = 30
_COVERED_DAYS = timedelta(days=30)


def creators_routers(dashboard: Dashboard) -> list[APIRouter]:
    """Return the pages of creators.

    Args:
        dashboard: What they need.

    Returns:
        The routers.
    """
    router = dashboard.looking()

    @router.get(PATH)
    def creators(request: Request) -> Response:
        """Show the creators."""
        w = dashboard.pages.wording(request)
        return dashboard.pages.show(
            request, "creators.html", _list(dashboard, request, w)
        )

    @router.get(f"{PATH}/{{creator_id}}")
    def creator(request: Request, creator_id: str) -> Response:
        """Show one creator."""
        w = dashboard.pages.wording(request)
        return dashboard.pages.show(
            request, "creator.html", _one(dashboard, creator_id, w)
        )

    return [router]


def _list(dashboard: Dashboard, request: Request, w: Wording) -> dict[str, Any]:
    platform = asked_code(request, "platform", Platform)
    status = asked_code(request, "connection", ConnectionStatus)
    after = asked_text(request, "after")
    wanted = PageRequest(
        Order("creator_id"), _PAGE_LENGTH, Position(after, (after,)) if after else None
    )
    with dashboard.service.warehouse.reading() as connection:
        page = read_creators(connection, wanted, platform, status)
    query = {"platform": platform, "connection": status}
    return {
        "creators": page.rows,
        "filters": [
            _filter("platform", "platform", platform, Platform, w),
            _filter("connection", "connection", status, ConnectionStatus, w),
        ],
        "next": lean_query(query | {"after": page.after.key[0]})
        if page.after
        else None,
    }


def _filter(
    name: str,
    prefix: str,
    value: str | None,
    codes: type[Platform] | type[ConnectionStatus],
    w: Wording,
) -> Filter:
    options = [("", w.text("any"))]
    options += [(code.value, w.text(f"{prefix}_{code}")) for code in codes]
    return Filter(name, w.text(name), value or "", options)


def _one(dashboard: Dashboard, creator_id: str, w: Wording) -> dict[str, Any]:
    with dashboard.service.warehouse.reading() as connection:
        found = read_creator(connection, creator_id)
        if found is None:
            raise MissingPageError
        ids = [row["account_id"] for row in found["accounts"] if row["account_id"]]
        followers = followers_of(connection, ids)
        months = months_of(connection, creator_id)
        posts = newest_posts_of(connection, creator_id, _NEWEST_POSTS)
        last = newest_asked_day(connection)
        outcomes: Rows = []
        if last is not None:
            first = last - _COVERED_DAYS
            outcomes = coverage_of_creator(connection, creator_id, first, last)
    return {
        "creator": found,
        "followers": {(row["platform"], row["account_id"]): row for row in followers},
        "months": months,
        "chart": _chart(months, w),
        "posts": posts,
        "coverage": coverage_table(outcomes, w),
        "measures": MEASURES,
        "main_rate": dashboard.service.settings.engagement_rate,
    }


def _chart(months: Rows, w: Wording) -> Chart:
    days = sorted({row["month_start_date"] for row in months})
    views = {
        (row["platform"], row["month_start_date"]): row["view_count"] for row in months
    }
    platforms = sorted({row["platform"] for row in months})
    series = [
        Series(
            w.known_text("platform", platform),
            [views.get((platform, day)) for day in days],
            is_bar=True,
        )
        for platform in platforms
    ]
    return chart_over_days(days, series, w, is_monthly=True)
