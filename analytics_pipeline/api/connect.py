"""The pages of an invitation: what is asked for, the way to a platform, the choice."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.desk import Desk
from analytics_pipeline.schemas.logins import (
    ASKED_SCOPES,
    Invitation,
    InvitationState,
    missing_scopes,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.steps.logins import (
    LoginProblemError,
    begin_login,
    finish_with,
    open_login,
)
from analytics_pipeline.warehouse.invitations import find_invitation

# What a browser is told to follow with a GET.
SEE_OTHER = 303
_PAGE = "A page for people."

_STATUS = {
    InvitationState.USED: 409,
    InvitationState.EXPIRED: 410,
    InvitationState.REVOKED: 410,
    InvitationState.NOT_INVITED: 404,
}


@dataclass(frozen=True, slots=True)
class _Offer:
    """One platform of an invitation, as the page shows it."""

    platform: Platform
    state: InvitationState | str
    scopes: tuple[str, ...]
    action: str


def connect_router(service: Service) -> APIRouter:
    """Return the routes of invitations.

    Args:
        service: What they need.

    Returns:
        The routes.
    """
    desk = Desk(service)
    router = APIRouter(
        default_response_class=HTMLResponse,
        responses={
            status: {"description": _PAGE, "content": {"text/html": {}}}
            for status in (400, 403, 404, 409, 410, 503)
        },
    )

    @router.get("/connect/choose")
    def choose(request: Request, login: str = "") -> Response:
        """Show the accounts that a login can bind."""
        return _choose(desk, request, login)

    @router.post(
        "/connect/choose",
        status_code=SEE_OTHER,
        response_class=RedirectResponse,
    )
    def chosen(
        request: Request,
        login: Annotated[str, Form()] = "",
        account_id: Annotated[str, Form()] = "",
    ) -> Response:
        """Bind the chosen account."""
        return _chosen(desk, request, login, account_id)

    @router.get("/connect/done")
    def done(request: Request, login: str = "") -> Response:
        """Show what became of a login."""
        return _done(desk, request, login)

    @router.get("/connect/{token}")
    def invitation(request: Request, token: str) -> Response:
        """Show an invitation."""
        return _invitation(desk, request, token)

    @router.post(
        "/connect/{token}/{platform}",
        status_code=SEE_OTHER,
        response_class=RedirectResponse,
    )
    def begin(
        request: Request,
        token: str,
        platform: str,
        form_ticket: Annotated[str, Form()] = "",
    ) -> Response:
        """Lead to a platform's page."""
        return _begin(desk, request, token, platform, form_ticket)

    return router


def _invitation(desk: Desk, request: Request, token: str) -> Response:
    found = _found(desk, token)
    if found is None:
        return desk.message(request, "invitation_unknown", 404, can_switch=True)
    now = desk.service.clock()
    ended = found.ended(now)
    if ended is not None and not found.used_on:
        return desk.message(
            request, f"invitation_{ended}", _STATUS[ended], can_switch=True
        )
    browser, cookie = desk.browsers.greet(request)
    values = {
        "expires_at": found.expires_at,
        "offers": [
            _offer(desk, found, token, platform) for platform in found.platforms
        ],
        "form_ticket": desk.form_ticket(found.invitation_id, browser),
    }
    page = desk.pages.show(request, "connect.html", values, can_switch=True)
    desk.browsers.give(page, cookie)
    return page


def _offer(desk: Desk, found: Invitation, token: str, platform: Platform) -> _Offer:
    state: InvitationState | str = found.state(platform, desk.service.clock())
    if state is InvitationState.OPEN and platform not in desk.logins.platforms:
        state = "not_configured"
    action = desk.address(f"/connect/{token}/{platform}")
    return _Offer(platform, state, ASKED_SCOPES[platform], action)


def _begin(
    desk: Desk, request: Request, token: str, named: str, form_ticket: str
) -> Response:
    found = _found(desk, token)
    platform = next((p for p in Platform if p == named), None)
    if found is None or platform is None:
        return desk.message(request, "invitation_unknown", 404)
    back = desk.links.link(found.invitation_id)
    state = found.state(platform, desk.service.clock())
    if state is not InvitationState.OPEN:
        return desk.message(request, f"invitation_{state}", _STATUS[state], back=back)
    browser = desk.browsers.known(request)
    if browser is None or not desk.is_form_ticket(
        form_ticket, found.invitation_id, browser
    ):
        return desk.message(request, "form_expired", 403, back=back)
    if platform not in desk.logins.platforms:
        return desk.message(request, "not_configured", 503, back=back)
    page = begin_login(desk.logins, found.invitation_id, platform, browser)
    return RedirectResponse(page, SEE_OTHER)


def _choose(desk: Desk, request: Request, ticket: str) -> Response:
    try:
        login = open_login(desk.logins, *desk.asked(request, ticket))
    except LoginProblemError as error:
        return desk.problem(request, error, can_switch=True)
    if login.outcome is not None:
        return RedirectResponse(desk.done_address(login), SEE_OTHER)
    if not login.choices:  # Its page has not led back.
        return desk.message(request, "not_chosen", 400, can_switch=True)
    values: dict[str, Any] = {
        "choices": login.choices,
        "platform": login.platform,
        "missing": sorted(missing_scopes(login.platform, login.scopes)),
        "ticket": ticket,
        "action": desk.address("/connect/choose"),
        "back": desk.links.link(login.invitation_id),
    }
    return desk.pages.show(request, "choose.html", values, can_switch=True)


def _chosen(desk: Desk, request: Request, ticket: str, account_id: str) -> Response:
    try:
        login_id, browser = desk.asked(request, ticket)
        login = finish_with(desk.logins, login_id, account_id, browser)
    except LoginProblemError as error:
        return desk.problem(request, error)
    return RedirectResponse(desk.done_address(login), SEE_OTHER)


def _done(desk: Desk, request: Request, ticket: str) -> Response:
    try:
        login = open_login(desk.logins, *desk.asked(request, ticket))
    except LoginProblemError as error:
        return desk.problem(request, error, can_switch=True)
    if login.outcome is None:
        return RedirectResponse(desk.choose_address(login), SEE_OTHER)
    return desk.outcome(request, login, can_switch=True)


def _found(desk: Desk, token: str) -> Invitation | None:
    invitation_id = desk.links.read(token)
    if invitation_id is None:
        return None
    with desk.service.warehouse.begin() as connection:
        return find_invitation(connection, invitation_id)
