"""Who may sign in, and asking for a refresh: pages of admins."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.dashboard.dashboard import Dashboard
from analytics_pipeline.dashboard.security import DASHBOARD
from analytics_pipeline.schemas.users import User, UserError, UserRole
from analytics_pipeline.steps.refreshes import ask_for_refresh
from analytics_pipeline.warehouse.dashboard_reading import newest_refresh
from analytics_pipeline.warehouse.users import (
    disable_user,
    enable_user,
    list_users,
    normal_name,
    set_role,
)

PATH = f"{DASHBOARD}/users"
_SAID = {
    "changed": "good",
    "not_yourself": "bad",
    "unknown_user": "bad",
    "refresh_asked": "good",
    "refresh_joined": "warn",
}
_Change = Callable[[sa.Connection, datetime], User]


def users_routers(dashboard: Dashboard) -> list[APIRouter]:
    """Return the page of users and its forms.

    Args:
        dashboard: What they need.

    Returns:
        The routers.
    """
    looking = dashboard.looking(UserRole.ADMIN)
    changing = dashboard.changing(UserRole.ADMIN)

    @looking.get(PATH)
    def users(request: Request, said: str = "") -> Response:
        """Show who may sign in."""
        with dashboard.service.warehouse.begin() as connection:
            values = {
                "users": list_users(connection),
                "refresh": newest_refresh(connection),
            }
        notice = None
        if said in _SAID:
            text = dashboard.pages.wording(request).text(f"users_{said}")
            notice = {"tone": _SAID[said], "text": text}
        values |= {"roles": list(UserRole), "said": notice}
        return dashboard.pages.show(request, "users.html", values)

    @changing.post(f"{PATH}/role")
    def role(
        request: Request,
        user_name: Annotated[str, Form()] = "",
        role: Annotated[str, Form()] = "",
    ) -> Response:
        """Change what somebody may do."""
        wanted = next((r for r in UserRole if r == role), None)
        if wanted is None:
            return _told(dashboard, "unknown_user")
        return _change(
            dashboard, request, user_name, lambda c, _: set_role(c, user_name, wanted)
        )

    @changing.post(f"{PATH}/disable")
    def disable(request: Request, user_name: Annotated[str, Form()] = "") -> Response:
        """Keep somebody out."""
        return _change(
            dashboard,
            request,
            user_name,
            lambda c, now: disable_user(c, user_name, now),
        )

    @changing.post(f"{PATH}/enable")
    def enable(request: Request, user_name: Annotated[str, Form()] = "") -> Response:
        """Let somebody sign in again."""
        return _change(
            dashboard, request, user_name, lambda c, _: enable_user(c, user_name)
        )

    _add_refresh(dashboard, changing)
    return [looking, changing]


def _add_refresh(dashboard: Dashboard, changing: APIRouter) -> None:
    @changing.post(f"{DASHBOARD}/refreshes")
    def refresh(request: Request) -> Response:
        """Ask the platforms again for the newest day that has ended."""
        service = dashboard.service
        by, now = dashboard.visit(request).user.name, service.clock()
        _, is_new = ask_for_refresh(service.warehouse, by, service.rule, now)
        return _told(dashboard, "refresh_asked" if is_new else "refresh_joined")


def _change(
    dashboard: Dashboard, request: Request, user_name: str, change: _Change
) -> Response:
    # Nobody can lock the last admin out by mistake.
    if normal_name(user_name) == dashboard.visit(request).user.name:
        return _told(dashboard, "not_yourself")
    try:
        with dashboard.service.warehouse.begin() as connection:
            change(connection, dashboard.service.clock())
    except UserError:
        return _told(dashboard, "unknown_user")
    return _told(dashboard, "changed")


def _told(dashboard: Dashboard, said: str) -> Response:
    return dashboard.go(f"{PATH}?said={said}")
