"""What a creator's month rests on."""

from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.dashboard.dashboard import Dashboard
from analytics_pipeline.dashboard.pages import MissingPageError
from analytics_pipeline.dashboard.security import DASHBOARD
from analytics_pipeline.steps.explain import NothingToExplainError
from analytics_pipeline.steps.explain_months import explain_month

PATH = f"{DASHBOARD}/creators/{{creator_id}}/months/{{platform}}/{{month}}"


def months_routers(dashboard: Dashboard) -> list[APIRouter]:
    """Return the page that explains a month.

    Args:
        dashboard: What it needs.

    Returns:
        The routers.
    """
    router = dashboard.looking()
    stores, rule = dashboard.service.stores, dashboard.service.rule

    @router.get(PATH)
    def month(request: Request, creator_id: str, platform: str, month: str) -> Response:
        """Show what each post brings to a month's numbers."""
        try:
            day = date.fromisoformat(month)
            told = explain_month(stores, rule, creator_id, platform, day)
        except (ValueError, NothingToExplainError):
            raise MissingPageError from None
        return dashboard.pages.show(request, "month.html", {"told": told})

    return [router]
