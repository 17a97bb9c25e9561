"""All routes of the dashboard, and what is answered to those who may not pass."""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.problems import problem
from analytics_pipeline.dashboard.dashboard import Dashboard
from analytics_pipeline.dashboard.gate import (
    ForeignFormError,
    RoleNeededError,
    SignInNeededError,
)
from analytics_pipeline.dashboard.sign_in import sign_in_path, sign_in_routers
from analytics_pipeline.dashboard.static_files import static_router
from analytics_pipeline.dashboard.users import users_routers

_PAGES = (sign_in_routers, users_routers)


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

    return {
        SignInNeededError: sign_in_needed,
        RoleNeededError: role_needed,
        ForeignFormError: foreign_form,
    }


def _is_a_browsers(request: Request) -> bool:
    return "text/html" in request.headers.get("Accept", "")
