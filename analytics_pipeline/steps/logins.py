"""Logging in, step by step: begun, come back from the platform's page, finished.

Each step judges what it is given in one transaction with the rows locked: the state is
used up before its code is traded, and an account is bound together with the use of its
invitation, or not at all.
"""

import hashlib
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

import sqlalchemy as sa

from analytics_pipeline.schemas.connections import BindResult, BoundAccount
from analytics_pipeline.schemas.logins import (
    InvitationState,
    Login,
    LoginChoice,
    LoginGrant,
    LoginOutcome,
    missing_scopes,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Clock
from analytics_pipeline.steps.login_platforms import LoginFailedError, LoginPlatform
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.connections import bind_connection
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.invitations import find_invitation, use_invitation
from analytics_pipeline.warehouse.logins import (
    add_detail,
    end_overdue_logins,
    find_login,
    finish_login,
    keep_grant,
    mark_returned,
    read_grant,
    store_login,
)

_log = logging.getLogger(__name__)

LOGIN_TIME = timedelta(minutes=15)
"""How long a person may take on the platform's page, and again to choose."""

_STATE_BYTES = 32
_ERROR_CODE = re.compile(r"[a-z_]{1,40}")


class LoginProblem(StrEnum):
    """Why a step of a login was not taken; nothing was changed."""

    UNKNOWN = "unknown_login"
    REPLAYED = "login_replayed"
    OTHER_BROWSER = "other_browser"
    NOT_CHOSEN = "not_chosen"


class LoginProblemError(Exception):
    """A step of a login was not taken.

    Args:
        problem: Why.
        login: Which login, if it is known and the asker's own.
    """

    def __init__(self, problem: LoginProblem, login: Login | None = None) -> None:
        super().__init__(str(problem))
        self.problem = problem
        self.login = login


@dataclass(frozen=True, slots=True)
class LoginDesk:
    """What logging in needs.

    Attributes:
        warehouse: Where logins and connections are.
        cipher: Encrypts tokens.
        clock: The current instant.
        platforms: How people log in, where that is configured.
        public_url: The address of the service, which platforms lead back to.
    """

    warehouse: Warehouse
    cipher: TokenCipher
    clock: Clock
    platforms: Mapping[Platform, LoginPlatform]
    public_url: str

    def redirect_uri(self, platform: Platform) -> str:
        """Return where a platform's page leads back to."""
        return f"{self.public_url}/oauth/{CALLBACKS[platform]}/callback"


CALLBACKS = {Platform.INSTAGRAM: "meta", Platform.TIKTOK: "tiktok"}
"""The part of the address that platforms lead back to."""


@dataclass(frozen=True, slots=True)
class Return:
    """What a platform's page carries back.

    Attributes:
        state: As it was given.
        code: What can be traded for tokens; None if the person refused.
        error: What the page calls the refusal.
    """

    state: str
    code: str | None
    error: str | None


def begin_login(
    desk: LoginDesk, invitation_id: str, platform: Platform, browser: str
) -> str:
    """Begin a login. That the invitation is open is for the caller to know.

    Args:
        desk: What it needs.
        invitation_id: Through which invitation.
        platform: Where; configured.
        browser: Hash of the browser's cookie.

    Returns:
        The address of the platform's page.
    """
    state = secrets.token_urlsafe(_STATE_BYTES)
    now = desk.clock()
    login = Login(
        login_id=_hashed(state),
        invitation_id=invitation_id,
        platform=platform,
        browser_hash=browser,
        expires_at=now + LOGIN_TIME,
        returned_at=None,
        choices=(),
        scopes=(),
        outcome=None,
        detail=None,
    )
    with desk.warehouse.begin() as connection:
        end_overdue_logins(connection, now)
        store_login(connection, login, now)
    return desk.platforms[platform].page(desk.redirect_uri(platform), state)


def return_login(
    desk: LoginDesk, platform: Platform, came: Return, browser: str
) -> Login:
    """Take up a login where the platform's page led back, and trade the code.

    Args:
        desk: What it needs.
        platform: Whose page it was.
        came: What it carried back.
        browser: Hash of the browser's cookie.

    Returns:
        The login: with accounts to choose from, or with an outcome.

    Raises:
        LoginProblemError: The state is forged, was used before, or belongs to another
            browser; nothing was changed.
    """
    login = _take_state(desk, platform, came.state, browser)
    if login.outcome is not None:
        return login
    try:
        grant, choices = _trade(desk, platform, came)
    except LoginFailedError as error:
        login = replace(login, scopes=error.scopes)
        return _end(desk, login, error.outcome, error.detail)
    login = replace(
        login,
        choices=choices,
        scopes=grant.scopes,
        expires_at=desk.clock() + LOGIN_TIME,
    )
    with desk.warehouse.begin() as connection:
        is_kept = keep_grant(connection, login, grant, desk.cipher)
    return login if is_kept else replace(login, outcome=LoginOutcome.EXPIRED)


def open_login(desk: LoginDesk, login_id: str, browser: str) -> Login:
    """Return a login of a browser, ended if its time is over.

    Args:
        desk: What it needs.
        login_id: Which.
        browser: Hash of the browser's cookie.

    Returns:
        The login.

    Raises:
        LoginProblemError: There is none, or it is another browser's.
    """
    with desk.warehouse.begin() as connection:
        end_overdue_logins(connection, desk.clock())
        return _own(find_login(connection, login_id), browser)


def finish_with(desk: LoginDesk, login_id: str, account_id: str, browser: str) -> Login:
    """Bind the chosen account.

    Args:
        desk: What it needs.
        login_id: Which login.
        account_id: Which of its accounts.
        browser: Hash of the browser's cookie.

    Returns:
        The login with its outcome; also when it had one before.

    Raises:
        LoginProblemError: There is no such login of this browser, or it does not offer
            this account.
    """
    now = desk.clock()
    with desk.warehouse.begin() as connection:
        end_overdue_logins(connection, now)
        login = _own(find_login(connection, login_id, lock=True), browser)
        if login.outcome is not None:
            return login
        grant = read_grant(connection, login_id, desk.cipher)
        choice = next((c for c in login.choices if c.account_id == account_id), None)
        if grant is None or choice is None:
            raise LoginProblemError(LoginProblem.NOT_CHOSEN, login)
        outcome, detail = _bind(desk, connection, login, grant, choice)
        finish_login(connection, login_id, outcome, detail, now)
    _tell(login, outcome, detail)
    if outcome in {LoginOutcome.OTHER_CREATOR, LoginOutcome.INVITATION_ENDED}:
        return replace(login, outcome=outcome, detail=detail)
    warning = desk.platforms[login.platform].subscribe(grant, choice)
    if warning is not None:
        _log.warning("login %s: %s", _short(login), warning)
        with desk.warehouse.begin() as connection:
            add_detail(connection, login_id, warning)
    return replace(login, outcome=outcome, detail=warning)


def bound_account(
    creator_id: str, platform: Platform, grant: LoginGrant, choice: LoginChoice
) -> BoundAccount:
    """Return what is stored of an account whose owner has logged in."""
    return BoundAccount(
        creator_id=creator_id,
        platform=platform,
        account_id=choice.account_id,
        username=choice.username,
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        access_token_expires_at=grant.access_token_expires_at,
        refresh_token_expires_at=grant.refresh_token_expires_at,
        consent_expires_at=grant.consent_expires_at,
        scopes=grant.scopes,
        platform_user_id=grant.platform_user_id,
        page_id=choice.page_id,
    )


def _take_state(desk: LoginDesk, platform: Platform, state: str, browser: str) -> Login:
    """Use a state up, so that its code can be traded once."""
    now = desk.clock()
    login_id = _hashed(state)
    with desk.warehouse.begin() as connection:
        found = find_login(connection, login_id, lock=True)
        if found is not None and found.platform is not platform:
            found = None
        login = _own(found, browser)
        if login.returned_at is not None:
            raise LoginProblemError(LoginProblem.REPLAYED, login)
        outcome = login.outcome
        if outcome is None and login.expires_at <= now:
            outcome = LoginOutcome.EXPIRED
        elif outcome is None and not _is_open(connection, login, desk):
            outcome = LoginOutcome.INVITATION_ENDED
        login = replace(
            login, returned_at=now, expires_at=now + LOGIN_TIME, outcome=outcome
        )
        mark_returned(connection, login)
        if outcome is not None:
            finish_login(connection, login_id, outcome, None, now)
    if outcome is not None:
        _tell(login, outcome, None)
    return login


def _is_open(connection: sa.Connection, login: Login, desk: LoginDesk) -> bool:
    invitation = find_invitation(connection, login.invitation_id)
    if invitation is None:
        return False
    return invitation.state(login.platform, desk.clock()) is InvitationState.OPEN


def _own(login: Login | None, browser: str) -> Login:
    if login is None:
        raise LoginProblemError(LoginProblem.UNKNOWN)
    if not secrets.compare_digest(login.browser_hash, browser):
        _log.warning("login %s: came back in another browser", _short(login))
        raise LoginProblemError(LoginProblem.OTHER_BROWSER)
    return login


def _trade(
    desk: LoginDesk, platform: Platform, came: Return
) -> tuple[LoginGrant, tuple[LoginChoice, ...]]:
    if came.error == "access_denied":
        raise LoginFailedError(LoginOutcome.REFUSED)
    if came.error or not came.code:
        named = _ERROR_CODE.fullmatch(came.error or "")
        detail = f"the page said {named[0]}" if named else "the page gave no code"
        raise LoginFailedError(LoginOutcome.PLATFORM_FAILED, detail)
    if platform not in desk.platforms:
        detail = "the platform is not configured any more"
        raise LoginFailedError(LoginOutcome.PLATFORM_FAILED, detail)
    return desk.platforms[platform].redeem(came.code, desk.redirect_uri(platform))


def _bind(
    desk: LoginDesk,
    connection: sa.Connection,
    login: Login,
    grant: LoginGrant,
    choice: LoginChoice,
) -> tuple[LoginOutcome, str | None]:
    """Bind an account and use the invitation up, or neither."""
    now = desk.clock()
    invitation = find_invitation(connection, login.invitation_id, lock=True)
    if (
        invitation is None
        or invitation.state(login.platform, now) is not InvitationState.OPEN
    ):
        return LoginOutcome.INVITATION_ENDED, None
    account = bound_account(invitation.creator_id, login.platform, grant, choice)
    bound = bind_connection(connection, account, desk.cipher, now)
    if bound.result is BindResult.REFUSED:
        detail = f"the account is {bound.connection_id}"
        return LoginOutcome.OTHER_CREATOR, detail
    use_invitation(connection, invitation, login.platform, bound.connection_id, now)
    if missing_scopes(login.platform, grant.scopes):
        return LoginOutcome.LIMITED, None
    if bound.result is BindResult.RENEWED:
        return LoginOutcome.RENEWED, None
    return LoginOutcome.CONNECTED, None


def _end(
    desk: LoginDesk, login: Login, outcome: LoginOutcome, detail: str | None
) -> Login:
    with desk.warehouse.begin() as connection:
        finish_login(connection, login.login_id, outcome, detail, desk.clock())
    _tell(login, outcome, detail)
    return replace(login, outcome=outcome, detail=detail)


def _tell(login: Login, outcome: LoginOutcome, detail: str | None) -> None:
    _log.info("login %s: %s%s", _short(login), outcome, f", {detail}" if detail else "")


def _short(login: Login) -> str:
    return f"through invitation {login.invitation_id} on {login.platform}"


def _hashed(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
