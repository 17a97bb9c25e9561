"""One post: its numbers day by day, its captions, its campaigns, and why."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.dashboard.charts import Chart, Series, chart_over_days
from analytics_pipeline.dashboard.dashboard import Dashboard
from analytics_pipeline.dashboard.figures import MEASURES, KeyFigure
from analytics_pipeline.dashboard.pages import MissingPageError
from analytics_pipeline.dashboard.queries import asked_day, asked_text
from analytics_pipeline.dashboard.security import DASHBOARD
from analytics_pipeline.dashboard.wording import Wording
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.table_groups.canonical import COUNTS
from analytics_pipeline.steps.explain import (
    NothingToExplainError,
    explain_post,
)
from analytics_pipeline.steps.explain_totals import explain_totals
from analytics_pipeline.warehouse.reading.campaigns import read_campaign
from analytics_pipeline.warehouse.reading.posts import (
    post_days,
    post_insights,
    post_matches,
    post_wordings,
    read_post,
)
from analytics_pipeline.warehouse.reading.rows import Row, Rows

PATH = f"{DASHBOARD}/posts/{{platform}}/{{post_id}}"
TOTALS_PATH = f"{DASHBOARD}/campaigns/{{campaign_id}}/explanation"


@dataclass(frozen=True, slots=True)
class _Match:
    """A post's part in one campaign, over all its days; the newest says how."""

    campaign_id: str
    campaign_name: str | None
    match_level: str
    match_basis: str
    matched_hashtags: list[str]
    missing_hashtags: list[str]
    first_day: date
    last_day: date


def posts_routers(dashboard: Dashboard) -> list[APIRouter]:
    """Return the pages of posts and of what figures rest on.

    Args:
        dashboard: What they need.

    Returns:
        The routers.
    """
    router = dashboard.looking()

    @router.get(PATH)
    def post(request: Request, platform: str, post_id: str) -> Response:
        """Show a post."""
        w = dashboard.pages.wording(request)
        values = _post(dashboard, _platform(platform), post_id, w)
        values["here"] = dashboard.pages.path(request.url.path)
        return dashboard.pages.show(request, "post.html", values)

    @router.get(f"{PATH}/explanation")
    def explanation(request: Request, platform: str, post_id: str) -> Response:
        """Show what a post's numbers of a day rest on."""
        day = asked_day(request, "day")
        campaign_id = asked_text(request, "campaign_id") or None
        try:
            told = explain_post(
                dashboard.service.stores, _platform(platform), post_id, day, campaign_id
            )
        except NothingToExplainError:
            raise MissingPageError from None
        values = {"told": told, "pretty": _pretty, "object_name": _object_name}
        return dashboard.pages.show(request, "explanation.html", values)

    @router.get(TOTALS_PATH)
    def totals(request: Request, campaign_id: str) -> Response:
        """Show what a campaign's totals of a day rest on."""
        service = dashboard.service
        day = asked_day(request, "day") or _newest_day(dashboard, campaign_id)
        try:
            told = explain_totals(service.stores, service.rule, campaign_id, day)
        except NothingToExplainError:
            raise MissingPageError from None
        return dashboard.pages.show(request, "totals.html", {"told": told})

    return [router]


def _newest_day(dashboard: Dashboard, campaign_id: str) -> date:
    with dashboard.service.warehouse.reading() as connection:
        found = read_campaign(connection, campaign_id)
    newest: date | None = None if found is None else found["newest_day"]
    if newest is None:
        raise MissingPageError
    return newest


def _platform(name: str) -> Platform:
    found = next((platform for platform in Platform if platform == name), None)
    if found is None:
        raise MissingPageError
    return found


def _post(
    dashboard: Dashboard, platform: Platform, post_id: str, w: Wording
) -> dict[str, Any]:
    with dashboard.service.warehouse.reading() as connection:
        found = read_post(connection, platform, post_id)
        if found is None:
            raise MissingPageError
        days = post_days(connection, platform, post_id)
        insights = post_insights(connection, platform, post_id)
        matches = post_matches(connection, platform, post_id)
        wordings = post_wordings(connection, platform, post_id)
    newest_day = max((row["snapshot_date"] for row in insights), default=None)
    return {
        "post": found,
        "days": days,
        "counts": COUNTS,
        "wordings": wordings,
        "matches": _matches(matches),
        "insights": [row for row in insights if row["snapshot_date"] == newest_day],
        "key_figures": [_figure(name, days, w) for name in COUNTS],
        "views_chart": _chart(days, MEASURES[:1], w),
        "engagement_chart": _chart(days, MEASURES[1:], w),
    }


def _figure(name: str, days: Rows, w: Wording) -> KeyFigure:
    """Return the last known value of a number."""
    label = w.text(f"column_{name}")
    for row in reversed(days):
        if row[name] is not None:
            note = w.text("observed_on", day=w.day(row["snapshot_date"]))
            return KeyFigure(label, w.count(row[name]), [note])
    reason = days[-1]["unknown_reasons"].get(name) if days else None
    return KeyFigure(label, None, [w.reason(reason)] if reason else [], reason)


def _matches(rows: Rows) -> list[_Match]:
    by_campaign: dict[str, Rows] = {}
    for row in rows:
        by_campaign.setdefault(row["campaign_id"], []).append(row)
    return [_match(its) for its in by_campaign.values()]


def _match(rows: Rows) -> _Match:
    newest: Row = rows[-1]
    shown = (
        "campaign_id",
        "campaign_name",
        "match_level",
        "match_basis",
        "matched_hashtags",
        "missing_hashtags",
    )
    return _Match(
        **{name: newest[name] for name in shown},
        first_day=rows[0]["snapshot_date"],
        last_day=newest["snapshot_date"],
    )


def _chart(days: Rows, names: Sequence[str], w: Wording) -> Chart | None:
    series = [
        Series(w.text(f"column_{name}"), [row[name] for row in days])
        for name in names
        if any(row[name] is not None for row in days)
    ]
    if not series:
        return None
    return chart_over_days([row["snapshot_date"] for row in days], series, w)


def _pretty(record: object) -> str:
    return json.dumps(record, ensure_ascii=False, indent=2, default=str)


def _object_name(url: str) -> str:
    """Return the end of a stored object's address; the folder is nobody's business."""
    return "/".join(PurePosixPath(url).parts[-3:])
