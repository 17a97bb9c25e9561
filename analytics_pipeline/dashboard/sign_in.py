"""Signing in and out."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.api.browser import Browsers
from analytics_pipeline.api.signing import Signer, is_same
from analytics_pipeline.dashboard.dashboard import Dashboard
from analytics_pipeline.dashboard.gate import ForeignFormError
from analytics_pipeline.dashboard.queries import known_query
from analytics_pipeline.dashboard.render import lean_query
from analytics_pipeline.dashboard.security import DASHBOARD, safe_path
from analytics_pipeline.schemas.users import UserRole
from analytics_pipeline.warehouse.users import sign_in

PATH = f"{DASHBOARD}/sign-in"


def sign_in_routers(dashboard: Dashboard) -> list[APIRouter]:
    """Return the pages of signing in, which anybody sees, and the form to sign out.

    Args:
        dashboard: What they need.

    Returns:
        The routers.
    """
    desk = _SignInDesk(dashboard)
    anybody = APIRouter(include_in_schema=False)
    signed_in = dashboard.changing(UserRole.VIEWER)

    @anybody.get(PATH)
    def form(request: Request, next: str = "") -> Response:  # noqa: A002 - its name
        """Show the form."""
        if dashboard.gate.visit(request) is not None:
            return dashboard.go(safe_path(next))
        return desk.show(request, next)

    @anybody.post(PATH)
    def enter(
        request: Request,
        form_ticket: Annotated[str, Form()] = "",
        user_name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "",  # noqa: A002 - its name
    ) -> Response:
        """Sign somebody in."""
        desk.check(request, form_ticket)
        service = dashboard.service
        user = sign_in(service.warehouse, user_name, password, service.clock())
        if user is None:
            return desk.show(request, next, is_refused=True)
        response = dashboard.go(safe_path(next))
        dashboard.gate.open(response, user)
        return response

    @signed_in.post(f"{DASHBOARD}/sign-out")
    def leave(request: Request) -> Response:
        """Sign a browser out."""
        response = dashboard.go(PATH)
        dashboard.gate.close(request, response)
        return response

    return [anybody, signed_in]


def sign_in_path(request: Request) -> str:
    """Return where somebody signs in who then wants to be where they asked to be."""
    asked = request.url.path + lean_query(known_query(request)).removesuffix("?")
    wanted = safe_path(asked) if request.method == "GET" else DASHBOARD
    return PATH if wanted == DASHBOARD else f"{PATH}?{urlencode({'next': wanted})}"


class _SignInDesk:
    """The form, which must have been shown to the browser that sends it."""

    def __init__(self, dashboard: Dashboard) -> None:
        settings = dashboard.service.settings
        self._dashboard = dashboard
        self._browsers = Browsers(settings)
        self._tickets = Signer(settings, "sign-in form")

    def show(
        self, request: Request, wanted: str, *, is_refused: bool = False
    ) -> Response:
        browser, cookie = self._browsers.greet(request)
        values = {
            "next": safe_path(wanted),
            "form_ticket": self._tickets.sign(browser),
            "is_refused": is_refused,
            "action": self._dashboard.pages.path(PATH),
        }
        status = HTTPStatus.UNAUTHORIZED if is_refused else HTTPStatus.OK
        page = self._dashboard.pages.show(request, "sign_in.html", values, status)
        self._browsers.give(page, cookie)
        return page

    def check(self, request: Request, ticket: str) -> None:
        self._dashboard.gate.check_origin(request)
        browser = self._browsers.known(request)
        read = self._tickets.read(ticket)
        if browser is None or read is None or not is_same(read, browser):
            raise ForeignFormError
