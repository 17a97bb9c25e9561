"""What the pages of logging in have in common: tickets, addresses, messages."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.api.browser import Browsers
from analytics_pipeline.api.context import Service
from analytics_pipeline.api.pages.render import Pages
from analytics_pipeline.api.signing import InvitationLinks, Signer, is_same
from analytics_pipeline.schemas.logins import (
    LOGIN_OUTCOMES,
    Login,
    LoginOutcome,
    missing_scopes,
)
from analytics_pipeline.steps.login_platforms import login_platforms
from analytics_pipeline.steps.logins import (
    LoginDesk,
    LoginProblem,
    LoginProblemError,
)
from analytics_pipeline.warehouse.logins import bound_name

_PROBLEM_STATUS = {
    LoginProblem.UNKNOWN: 400,
    LoginProblem.REPLAYED: 409,
    LoginProblem.OTHER_BROWSER: 403,
    LoginProblem.NOT_CHOSEN: 400,
}
_REFUSAL_NAMES = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "not_found",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}
_OUTCOME_STATUS = {
    LoginOutcome.EXPIRED: 410,
    LoginOutcome.CODE_REJECTED: 400,
    LoginOutcome.OTHER_APP: 400,
    LoginOutcome.OTHER_CREATOR: 409,
    LoginOutcome.INVITATION_ENDED: 410,
    LoginOutcome.PLATFORM_FAILED: 502,
}
_WITH_STEPS = frozenset({"no_page", "no_professional_account"})
# Where there is no way back: another browser's login, or an invitation that is over.
_NO_WAY_BACK = frozenset(
    {
        LoginOutcome.CONNECTED,
        LoginOutcome.RENEWED,
        LoginOutcome.LIMITED,
        LoginOutcome.INVITATION_ENDED,
    }
)


class Desk:
    """Serves people who log in.

    Args:
        service: What it needs.
    """

    def __init__(self, service: Service) -> None:
        settings = service.settings
        self.service = service
        self.pages = Pages(settings)
        self.browsers = Browsers(settings)
        self.links = InvitationLinks(settings)
        self.logins = LoginDesk(
            service.warehouse,
            service.cipher,
            service.clock,
            login_platforms(settings, service.transport, service.clock),
            settings.public_url,
        )
        self._form_tickets = Signer(settings, "form")
        self._login_tickets = Signer(settings, "login")

    def address(self, path: str) -> str:
        """Return an address of ours; never made from what a request says."""
        return self.service.settings.public_url + path

    def choose_address(self, login: Login) -> str:
        """Return where the accounts of a login are shown."""
        return self.address(f"/connect/choose?{self._ticket_query(login)}")

    def done_address(self, login: Login) -> str:
        """Return where a login's outcome is shown."""
        return self.address(f"/connect/done?{self._ticket_query(login)}")

    def form_ticket(self, invitation_id: str, browser: str) -> str:
        """Return what proves that a form was shown by us to this browser."""
        return self._form_tickets.sign(f"{invitation_id} {browser}")

    def is_form_ticket(self, ticket: str, invitation_id: str, browser: str) -> bool:
        """Tell whether a form was shown by us to this browser."""
        read = self._form_tickets.read(ticket)
        return read is not None and is_same(read, f"{invitation_id} {browser}")

    def asked(self, request: Request, ticket: str) -> tuple[str, str]:
        """Return the login that a ticket names, and the browser that brings it.

        Args:
            request: What is answered.
            ticket: As it stood in our own address or form.

        Returns:
            The login's id, and the hash of the browser's cookie.

        Raises:
            LoginProblemError: The ticket is none of ours, or the browser has no cookie.
        """
        login_id = self._login_tickets.read(ticket)
        if login_id is None:
            raise LoginProblemError(LoginProblem.UNKNOWN)
        return login_id, self.browser(request)

    def browser(self, request: Request) -> str:
        """Return the hash of a browser's cookie.

        Args:
            request: What is answered.

        Returns:
            The hash.

        Raises:
            LoginProblemError: It has none, so it began nothing here.
        """
        browser = self.browsers.known(request)
        if browser is None:
            raise LoginProblemError(LoginProblem.OTHER_BROWSER)
        return browser

    def message(
        self,
        request: Request,
        name: str,
        status: int,
        *,
        can_switch: bool = False,
        **values: Any,  # noqa: ANN401 - whatever the template shows
    ) -> Response:
        """Return a page that says one thing.

        Args:
            request: What is answered.
            name: Of its texts.
            status: Of the answer.
            can_switch: Whether it may be shown again in the other language.
            **values: The account's name, what is missing, the way back.

        Returns:
            The page.
        """
        shown = {
            "name": name,
            "account": None,
            "missing": (),
            "back": None,
            "steps": name in _WITH_STEPS,
        }
        return self.pages.show(
            request, "message.html", shown | values, status, can_switch=can_switch
        )

    def refusal(self, request: Request, status: HTTPStatus) -> Response:
        """Return the page for an address that is not known, or cannot be served."""
        name = _REFUSAL_NAMES.get(status, "failed")
        return self.message(request, name, status)

    def problem(
        self, request: Request, error: LoginProblemError, *, can_switch: bool = False
    ) -> Response:
        """Return the page for a step that was not taken."""
        login = error.login
        back = self.links.link(login.invitation_id) if login else None
        status = _PROBLEM_STATUS[error.problem]
        return self.message(
            request, error.problem, status, can_switch=can_switch, back=back
        )

    def outcome(
        self, request: Request, login: Login, *, can_switch: bool = False
    ) -> Response:
        """Return the page for what became of a login.

        Args:
            request: What is answered.
            login: With an outcome.
            can_switch: Whether it may be shown again in the other language.

        Returns:
            The page, with the way back where there is one.
        """
        outcome = LoginOutcome(login.outcome or LoginOutcome.EXPIRED)
        shows_missing = outcome in {
            LoginOutcome.LIMITED,
            LoginOutcome.PERMISSION_MISSING,
        }
        missing = missing_scopes(login.platform, login.scopes) if shows_missing else ()
        has_back = outcome not in _NO_WAY_BACK
        return self.message(
            request,
            outcome,
            _OUTCOME_STATUS.get(outcome, 200),
            can_switch=can_switch,
            account=self._bound_name(login, outcome),
            missing=sorted(missing),
            back=self.links.link(login.invitation_id) if has_back else None,
        )

    def _bound_name(self, login: Login, outcome: LoginOutcome) -> str | None:
        if not LOGIN_OUTCOMES[outcome].is_bound:
            return None
        with self.service.warehouse.begin() as connection:
            name = bound_name(connection, login)
        return f"@{name}" if name else None

    def _ticket_query(self, login: Login) -> str:
        return urlencode({"login": self._login_tickets.sign(login.login_id)})
