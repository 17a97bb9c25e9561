"""Who may see a page: sessions, roles, and forms that were really shown by us."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.security import is_https
from analytics_pipeline.api.signing import Signer, fingerprint, is_same, new_secret
from analytics_pipeline.dashboard.security import own_origin
from analytics_pipeline.schemas.users import LONGEST_LIFE, User, UserRole
from analytics_pipeline.warehouse.sessions import (
    end_session,
    find_session,
    start_session,
)
from analytics_pipeline.warehouse.users import find_user

_SECRET = re.compile(r"[A-Za-z0-9_-]{40,64}")
_LONGEST_LIFE_SECONDS = LONGEST_LIFE // timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who is signed in, in one browser.

    Attributes:
        user: Who.
        session_hash: Hash of the secret in the browser's cookie.
        form_ticket: Proves that a form was shown in this session.
    """

    user: User
    session_hash: str
    form_ticket: str

    def may(self, role: str) -> bool:
        """Tell whether the person may do what a role is needed for."""
        return self.user.role.may(UserRole(role))


class SignInNeededError(Exception):
    """A page was asked for by somebody who is not signed in."""


class RoleNeededError(Exception):
    """Somebody who is signed in may not do this.

    Args:
        role: That it takes.
    """

    def __init__(self, role: UserRole) -> None:
        super().__init__(role.value)
        self.role = role


class ForeignFormError(Exception):
    """A form did not come from a page that we showed in this session."""


class Gate:
    """Lets people pass, or not.

    Args:
        service: The settings, the database, the clock.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._origin = own_origin(service.settings)
        self._is_https = is_https(service.settings)
        # The prefix keeps other hosts of the same domain from setting it.
        self._cookie = "__Host-session" if self._is_https else "session"
        self._tickets = Signer(service.settings, "dashboard form")

    def require(self, role: UserRole) -> Callable[..., None]:
        """Return a dependency that lets only people with a role pass.

        Args:
            role: That it takes.

        Returns:
            The dependency. Who is not signed in is led to the sign-in, who may not
            is told so.
        """

        def check(request: Request) -> None:
            visit = self.visit(request)
            if visit is None:
                raise SignInNeededError
            if not visit.user.role.may(role):
                raise RoleNeededError(role)

        return check

    async def check_form(self, request: Request) -> None:
        """Refuse what another site sends in somebody's name; a dependency.

        Args:
            request: What is answered; `require` has let its sender pass.

        Raises:
            ForeignFormError: No page of ours, shown in this session, has sent it.
        """
        self.check_origin(request)
        visit = self.visit(request)
        ticket = (await request.form()).get("form_ticket")
        if visit is None or not is_same(str(ticket), visit.form_ticket):
            raise ForeignFormError

    def visit(self, request: Request) -> Visit | None:
        """Return who is signed in in a browser; None if nobody is."""
        if not hasattr(request.state, "visit"):
            request.state.visit = self._recognise(request)
        found: Visit | None = request.state.visit
        return found

    def check_origin(self, request: Request) -> None:
        """Refuse a form that another site has sent.

        Args:
            request: What is answered.

        Raises:
            ForeignFormError: The browser does not say that one of our pages sent it.
        """
        # Neither header can be set by a page; old browsers know only the second.
        site = request.headers.get("Sec-Fetch-Site")
        is_ours = (
            site == "same-origin"
            if site is not None
            else request.headers.get("Origin") == self._origin
        )
        if not is_ours:
            raise ForeignFormError

    def open(self, response: Response, user: User) -> None:
        """Sign somebody in: a new session, whatever the browser had before.

        Args:
            response: Gets the cookie.
            user: Who.
        """
        secret = new_secret()
        with self._service.warehouse.begin() as connection:
            start_session(
                connection, fingerprint(secret), user.user_id, self._service.clock()
            )
        self._set_cookie(response, secret, _LONGEST_LIFE_SECONDS)

    def close(self, request: Request, response: Response) -> None:
        """Sign a browser out.

        Args:
            request: What is answered.
            response: Takes the cookie away.
        """
        visit = self.visit(request)
        if visit is not None:
            with self._service.warehouse.begin() as connection:
                end_session(connection, visit.session_hash, self._service.clock())
        self._set_cookie(response, "", 0)

    def _recognise(self, request: Request) -> Visit | None:
        secret = request.cookies.get(self._cookie, "")
        if not _SECRET.fullmatch(secret):
            return None
        session_hash = fingerprint(secret)
        with self._service.warehouse.begin() as connection:
            name = find_session(connection, session_hash, self._service.clock())
            user = None if name is None else find_user(connection, name)
        if user is None:
            return None
        return Visit(user, session_hash, self._tickets.sign(session_hash))

    def _set_cookie(self, response: Response, value: str, seconds: int) -> None:
        response.set_cookie(
            self._cookie,
            value,
            max_age=seconds,
            path="/",
            secure=self._is_https,
            httponly=True,
            # A link in a mail leads to the page; foreign forms come without it.
            samesite="lax",
        )
