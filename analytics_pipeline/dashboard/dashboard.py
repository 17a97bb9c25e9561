"""What the routes of the dashboard share: the gate, the pages, the database."""

from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from analytics_pipeline.api.context import Service
from analytics_pipeline.dashboard.gate import Gate, Visit
from analytics_pipeline.dashboard.pages import MissingPageError
from analytics_pipeline.dashboard.render import DashboardPages
from analytics_pipeline.schemas.users import UserRole

# What a browser is told to follow with a GET.
SEE_OTHER = 303


class Dashboard:
    """Serves people who are signed in.

    Args:
        service: What it needs.
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self.gate = Gate(service)
        self.pages = DashboardPages(service)

    def looking(self, role: UserRole = UserRole.VIEWER) -> APIRouter:
        """Return a router whose pages only people with a role see."""
        return APIRouter(
            dependencies=[Depends(self.gate.require(role)), Depends(_could_be_there)],
            include_in_schema=False,
        )

    def changing(self, role: UserRole) -> APIRouter:
        """Return a router for forms of ours that only people with a role may send."""
        return APIRouter(
            dependencies=[
                Depends(self.gate.require(role)),
                Depends(self.gate.check_form),
            ],
            include_in_schema=False,
        )

    def visit(self, request: Request) -> Visit:
        """Return who asks; for routes behind the gate."""
        visit = self.gate.visit(request)
        assert visit is not None  # noqa: S101 - the gate let somebody pass
        return visit

    def go(self, path: str) -> Response:
        """Lead to a page of the dashboard after a form."""
        return RedirectResponse(self.pages.path(path), SEE_OTHER)

    def message(
        self,
        request: Request,
        name: str,
        status: int,
        **values: Any,  # noqa: ANN401 - blanks of a text
    ) -> Response:
        """Return a page that says one thing.

        Args:
            request: What is answered.
            name: Of its texts.
            status: Of the answer.
            **values: For the blanks of its text.

        Returns:
            The page.
        """
        self.gate.visit(request)
        shown = {"name": name, "values": values}
        return self.pages.show(request, "message.html", shown, status)


def _could_be_there(request: Request) -> None:
    """Let only addresses pass whose ids the database could hold."""
    if any("\x00" in str(value) for value in request.path_params.values()):
        raise MissingPageError
