"""All routes of the dashboard, and what is answered to those who may not pass."""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.problems import problem
from analytics_pipeline.dashboard.campaign import campaign_routers
from analytics_pipeline.dashboard.campaigns import campaigns_routers
from analytics_pipeline.dashboard.creators import creators_routers
from analytics_pipeline.dashboard.dashboard import Dashboard
from analytics_pipeline.dashboard.gate import (
    ForeignFormError,
    RoleNeededError,
    SignInNeededError,
)
from analytics_pipeline.dashboard.health import health_routers
from analytics_pipeline.dashboard.months import months_routers
from analytics_pipeline.dashboard.pages import MissingPageError
from analytics_pipeline.dashboard.posts import posts_routers
from analytics_pipeline.dashboard.queries import WrongQueryError
from analytics_pipeline.dashboard.review import review_routers
from analytics_pipeline.dashboard.sign_in import sign_in_path, sign_in_routers
from analytics_pipeline.dashboard.static_files import static_router
from analytics_pipeline.dashboard.users import users_routers

_PAGES = (
    sign_in_routers,
    campaigns_routers,
    campaign_routers,
    creators_routers,
    months_routers,
    posts_routers,
    health_routers,
    review_routers,
    users_routers,
)


def install_dashboard(app: FastAPI, service: Service) -> None:
    """Let an application serve the dashboard.

    Args:
        app: The application.
        service: What the routes need.
    """
    dashboard = Dashboard(service)
    app.include_router(static_router())
    for routers in _PAGES:
        for router in routers(dashboard):
            app.include_router(router)
    for error, answer in _answers(dashboard).items():
        app.add_exception_handler(error, answer)


def _answers(
    dashboard: Dashboard,
) -> dict[type[Exception], Callable[[Request, Exception], Response]]:
    def sign_in_needed(request: Request, _error: Exception) -> Response:
        if not _is_a_browsers(request):
            return problem(HTTPStatus.UNAUTHORIZED, "nobody is signed in")
        return dashboard.go(sign_in_path(request))

    def role_needed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RoleNeededError)  # noqa: S101 - installed for it
        role = dashboard.pages.wording(request).text(f"role_{error.role}")
        return dashboard.message(request, "forbidden", HTTPStatus.FORBIDDEN, role=role)

    def foreign_form(request: Request, _error: Exception) -> Response:
        address = dashboard.service.settings.public_url
        return dashboard.message(
            request, "foreign_form", HTTPStatus.FORBIDDEN, address=address
        )

    def missing(request: Request, _error: Exception) -> Response:
        return dashboard.message(request, "missing_page", HTTPStatus.NOT_FOUND)

    def wrong(request: Request, _error: Exception) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return dashboard.message(request, "wrong_query", status)

    return {
        MissingPageError: missing,
        WrongQueryError: wrong,
        SignInNeededError: sign_in_needed,
        RoleNeededError: role_needed,
        ForeignFormError: foreign_form,
    }


def _is_a_browsers(request: Request) -> bool:
    return "text/html" in request.headers.get("Accept", "")
