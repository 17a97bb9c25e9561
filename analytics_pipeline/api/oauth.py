"""Where the platforms' pages lead back to."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from analytics_pipeline.api.connect import SEE_OTHER
from analytics_pipeline.api.context import Service
from analytics_pipeline.api.desk import Desk
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.steps.logins import (
    CALLBACKS,
    LoginProblemError,
    Return,
    return_login,
)

_LONGEST = 4096
# Facebook hangs this on what it sends back.
_TAIL = "#_"


def oauth_router(service: Service) -> APIRouter:
    """Return the routes that the platforms lead back to.

    Args:
        service: What they need.

    Returns:
        The routes.
    """
    desk = Desk(service)
    page = {"description": "A page for people.", "content": {"text/html": {}}}
    router = APIRouter(
        default_response_class=HTMLResponse,
        responses=dict.fromkeys((303, 400, 403, 409, 410, 502), page),
    )

    @router.get(f"/oauth/{CALLBACKS[Platform.INSTAGRAM]}/callback")
    def meta(
        request: Request, state: str = "", code: str = "", error: str = ""
    ) -> Response:
        """Take up a login at Facebook."""
        return _take_up(desk, request, Platform.INSTAGRAM, Return(state, code, error))

    @router.get(f"/oauth/{CALLBACKS[Platform.TIKTOK]}/callback")
    def tiktok(
        request: Request, state: str = "", code: str = "", error: str = ""
    ) -> Response:
        """Take up a login at TikTok."""
        return _take_up(desk, request, Platform.TIKTOK, Return(state, code, error))

    return router


def _take_up(
    desk: Desk, request: Request, platform: Platform, came: Return
) -> Response:
    came = Return(
        came.state[:_LONGEST].partition(_TAIL)[0],
        came.code[:_LONGEST] if came.code else None,
        came.error,
    )
    try:
        login = return_login(desk.logins, platform, came, desk.browser(request))
    except LoginProblemError as error:
        return desk.problem(request, error)
    if login.outcome is not None:
        return desk.outcome(request, login)
    # Another address: this one holds the code, and stays in the browser's history.
    return RedirectResponse(desk.choose_address(login), SEE_OTHER)
