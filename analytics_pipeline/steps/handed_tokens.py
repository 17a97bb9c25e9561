"""Accounts that the Creators app connects itself: it asked the person, we check.

The agency's older system took such tokens from anybody and believed what came with
them. Here the caller has a key, the creator must be one the Creators app has listed,
and what was granted to whom is asked of the platform.
"""

import logging
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from analytics_pipeline.schemas.connections import BindResult
from analytics_pipeline.schemas.logins import (
    LoginChoice,
    LoginGrant,
    LoginOutcome,
    missing_scopes,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.steps.login_platforms import (
    Granted,
    InstagramLogins,
    LoginFailedError,
    TikTokLogins,
)
from analytics_pipeline.steps.logins import LoginDesk, bound_account
from analytics_pipeline.warehouse.campaigns import creator_of_email
from analytics_pipeline.warehouse.connections import bind_connection, list_connections

_log = logging.getLogger(__name__)


class HandedProblem(StrEnum):
    """Why a handed token was not taken; the first six are the older system's names."""

    USER_NOT_EXIST = "user_not_exist"
    LONG_LIVED_TOKEN = "long_lived_token_retriev_failed"  # noqa: S105 - a name
    PAGE_REQUEST = "page_id_request_failed"
    NO_PAGE = "page_id_doesnt_exist"
    TIKTOK_TOKEN_REQUEST = "tiktok_token_request_failed"  # noqa: S105 - a name
    EXPIRED_CODE = "expired_code"
    PERMISSION_MISSING = "permission_missing"
    SEVERAL_ACCOUNTS = "several_accounts"
    OTHER_CREATOR = "account_of_other_creator"
    NOT_CONFIGURED = "not_configured"


class HandedTokenError(Exception):
    """A handed token was not taken; nothing was stored.

    Args:
        problem: Why.
        detail: What the platform said, or what to do; without secrets.
    """

    def __init__(self, problem: HandedProblem, detail: str) -> None:
        super().__init__(f"{problem}: {detail}")
        self.problem = problem
        self.detail = detail


@dataclass(frozen=True, slots=True)
class HandedAccount:
    """An account that was connected.

    Attributes:
        connection_id: Ours.
        platform: Where.
        account_id: The platform's id.
        username: The handle, where it is told.
        missing: Permissions that were unticked and whose lack shows.
    """

    connection_id: str
    platform: Platform
    account_id: str
    username: str | None
    missing: tuple[str, ...]


def take_facebook_token(
    desk: LoginDesk, email: str, token: str, user_id: str | None
) -> HandedAccount:
    """Connect the Instagram account that a person's Facebook token opens.

    Args:
        desk: What logging in needs.
        email: Of the creator, as the Creators app has it.
        token: The person's, of our app.
        user_id: Whose the caller thinks it is.

    Returns:
        The account.

    Raises:
        HandedTokenError: Nothing was connected.
    """
    creator_id = _creator(desk, email)
    logins = desk.platforms.get(Platform.INSTAGRAM)
    if not isinstance(logins, InstagramLogins):
        detail = "META_APP_ID and META_APP_SECRET are needed"
        raise HandedTokenError(HandedProblem.NOT_CONFIGURED, detail)
    try:
        grant = logins.lengthen(token)
    except LoginFailedError as error:
        raise HandedTokenError(
            *_translated(error, HandedProblem.LONG_LIVED_TOKEN)
        ) from error
    if user_id is not None and user_id != grant.platform_user_id:
        detail = "the token is of another person than facebook_user_id"
        raise HandedTokenError(HandedProblem.LONG_LIVED_TOKEN, detail)
    try:
        granted = logins.accounts(grant)
    except LoginFailedError as error:
        raise HandedTokenError(
            *_translated(error, HandedProblem.PAGE_REQUEST)
        ) from error
    grant, choice = _one(desk, creator_id, granted)
    account = _bind(desk, creator_id, Platform.INSTAGRAM, grant, choice)
    warning = logins.subscribe(grant, choice)
    if warning is not None:
        _log.warning("connection %s: %s", account.connection_id, warning)
    return account


def take_tiktok_code(
    desk: LoginDesk, email: str, code: str, redirect_uri: str
) -> HandedAccount:
    """Connect the TikTok account that a consent's code opens.

    Args:
        desk: What logging in needs.
        email: Of the creator, as the Creators app has it.
        code: As the consent page carried it back, URL-decoded or not.
        redirect_uri: Exactly as the consent page was given it.

    Returns:
        The account.

    Raises:
        HandedTokenError: Nothing was connected.
    """
    creator_id = _creator(desk, email)
    logins = desk.platforms.get(Platform.TIKTOK)
    if not isinstance(logins, TikTokLogins):
        detail = "TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET are needed"
        raise HandedTokenError(HandedProblem.NOT_CONFIGURED, detail)
    try:
        # TikTok wants it decoded once, and no decoded code holds a percent sign.
        grant, (choice,) = logins.redeem(unquote(code), redirect_uri)
    except LoginFailedError as error:
        raise HandedTokenError(
            *_translated(error, HandedProblem.TIKTOK_TOKEN_REQUEST)
        ) from error
    return _bind(desk, creator_id, Platform.TIKTOK, grant, choice)


def _creator(desk: LoginDesk, email: str) -> str:
    with desk.warehouse.begin() as connection:
        creator_id = creator_of_email(connection, email)
    if creator_id is None:
        detail = "the Creators app has not listed one creator with this e-mail address"
        raise HandedTokenError(HandedProblem.USER_NOT_EXIST, detail)
    return creator_id


def _one(
    desk: LoginDesk, creator_id: str, granted: Granted
) -> tuple[LoginGrant, LoginChoice]:
    """Return the only account, or the only one that is known as this creator's."""
    grant, choices = granted
    if len(choices) > 1:
        with desk.warehouse.begin() as connection:
            known = list_connections(connection, Platform.INSTAGRAM, [creator_id])
        ids = {item.account.account_id for item in known}
        names = {item.account.username for item in known} - {None}
        choices = tuple(
            choice
            for choice in choices
            if choice.account_id in ids or choice.username in names
        )
    if len(choices) != 1:
        detail = "the person has several Instagram accounts; send an invitation instead"
        raise HandedTokenError(HandedProblem.SEVERAL_ACCOUNTS, detail)
    return grant, choices[0]


def _bind(
    desk: LoginDesk,
    creator_id: str,
    platform: Platform,
    grant: LoginGrant,
    choice: LoginChoice,
) -> HandedAccount:
    account = bound_account(creator_id, platform, grant, choice)
    with desk.warehouse.begin() as connection:
        bound = bind_connection(connection, account, desk.cipher, desk.clock())
    if bound.result is BindResult.REFUSED:
        _log.warning(
            "a token handed over for creator %s opens %s of another creator",
            creator_id,
            bound.connection_id,
        )
        detail = "the account is connected for another creator; nothing was changed"
        raise HandedTokenError(HandedProblem.OTHER_CREATOR, detail)
    _log.info("connection %s: %s by a handed token", bound.connection_id, bound.result)
    return HandedAccount(
        connection_id=bound.connection_id,
        platform=platform,
        account_id=choice.account_id,
        username=choice.username,
        missing=tuple(sorted(missing_scopes(platform, grant.scopes))),
    )


def _translated(
    error: LoginFailedError, usual: HandedProblem
) -> tuple[HandedProblem, str]:
    problem = {
        LoginOutcome.NO_PAGE: HandedProblem.NO_PAGE,
        LoginOutcome.NO_PROFESSIONAL_ACCOUNT: HandedProblem.NO_PAGE,
        LoginOutcome.PERMISSION_MISSING: HandedProblem.PERMISSION_MISSING,
    }.get(error.outcome, usual)
    if error.outcome is LoginOutcome.CODE_REJECTED:
        problem = HandedProblem.EXPIRED_CODE
    return problem, error.detail or str(error.outcome)
