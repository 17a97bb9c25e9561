"""What logging in means on each platform: from a code to tokens and accounts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from analytics_pipeline.clients.conversation import Conversation, RetryPolicy
from analytics_pipeline.clients.errors import ApiError, ReconnectRequired
from analytics_pipeline.clients.meta_login import (
    FacebookPage,
    MetaApp,
    MetaLogin,
    TokenFacts,
)
from analytics_pipeline.clients.tiktok import ClientCredentials
from analytics_pipeline.clients.tiktok_login import TikTokLogin
from analytics_pipeline.clients.transport import Transport, redact
from analytics_pipeline.schemas.logins import (
    ASKED_SCOPES,
    ESSENTIAL_SCOPES,
    LoginChoice,
    LoginGrant,
    LoginOutcome,
    missing_scopes,
)
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Clock
from analytics_pipeline.settings import Settings

# A person waits for the answer.
_POLICY = RetryPolicy(repeats=1, base_seconds=0.5, longest_seconds=2.0)
# A code works once: a second try would only be told so.
_ONCE = RetryPolicy(repeats=0)

Granted = tuple[LoginGrant, tuple[LoginChoice, ...]]
Converse = Callable[[RetryPolicy], Conversation]


class LoginFailedError(Exception):
    """A login cannot go on.

    Args:
        outcome: What became of it.
        detail: More, for the operator; without secrets or names.
        scopes: What was granted, as far as that is the reason.
    """

    def __init__(
        self,
        outcome: LoginOutcome,
        detail: str | None = None,
        scopes: Sequence[str] = (),
    ) -> None:
        super().__init__(f"{outcome}: {detail}" if detail else str(outcome))
        self.outcome = outcome
        self.detail = detail
        self.scopes = tuple(scopes)


class LoginPlatform(Protocol):
    """How people log in on one platform."""

    @property
    def platform(self) -> Platform:
        """Which."""
        ...

    def page(self, redirect_uri: str, state: str) -> str:
        """Return the address of the page on which a person consents."""
        ...

    def redeem(self, code: str, redirect_uri: str) -> Granted:
        """Trade a code for tokens and the accounts they open, at least one.

        Args:
            code: As the page carried it back.
            redirect_uri: Exactly as the page was given it.

        Raises:
            LoginFailedError: There is nothing to bind.
        """
        ...

    def subscribe(self, grant: LoginGrant, choice: LoginChoice) -> str | None:
        """Let the platform push what happens to an account; tell what went wrong."""
        ...


class InstagramLogins:
    """Instagram accounts, by Facebook Login.

    Args:
        login: Asks Meta.
        converse: Begins a conversation that is not recorded.
    """

    platform = Platform.INSTAGRAM

    def __init__(self, login: MetaLogin, converse: Converse) -> None:
        self._login = login
        self._converse = converse

    def page(self, redirect_uri: str, state: str) -> str:
        """Return the address of Facebook's page."""
        return self._login.page(ASKED_SCOPES[self.platform], redirect_uri, state)

    def redeem(self, code: str, redirect_uri: str) -> Granted:
        """Trade a code for a long-lived token and the accounts behind its Pages.

        Args:
            code: As the page carried it back; Facebook sometimes hangs `#_` on it.
            redirect_uri: Exactly as the page was given it.

        Returns:
            The tokens, and at least one account.

        Raises:
            LoginFailedError: There is nothing to bind.
        """
        code = code.removesuffix("#_=_").removesuffix("#_")
        try:
            short = self._login.redeem(self._converse(_ONCE), code, redirect_uri)
        except ApiError as error:
            raise LoginFailedError(*_rejected(error, code)) from error
        return self.accounts(self.lengthen(short))

    def lengthen(self, token: str) -> LoginGrant:
        """Trade any living token of our app for a long-lived one.

        Args:
            token: Short-lived or long-lived.

        Returns:
            The new token, and what Meta itself says was granted.

        Raises:
            LoginFailedError: It is no such token, or lacks an essential permission.
        """
        secrets = [token]
        try:
            long = self._login.prolong(self._converse(_POLICY), token)
            secrets.append(long.token)
            facts = self._login.inspect(self._converse(_POLICY), long.token)
        except ApiError as error:
            raise LoginFailedError(*_failed(error, *secrets)) from error
        self._check(facts)
        return LoginGrant(
            platform_user_id=facts.user_id,
            access_token=long.token,
            refresh_token=None,
            access_token_expires_at=facts.expires_at or long.expires_at,
            refresh_token_expires_at=None,
            consent_expires_at=facts.consent_expires_at,
            scopes=facts.scopes,
        )

    def accounts(self, grant: LoginGrant) -> Granted:
        """Find the accounts that a token opens.

        Args:
            grant: With a long-lived token, so that the Pages' tokens live long too.

        Returns:
            The tokens with the Pages' own, and at least one account.

        Raises:
            LoginFailedError: There is none.
        """
        try:
            pages = self._login.pages(self._converse(_POLICY), grant.access_token)
        except ApiError as error:
            raise LoginFailedError(*_failed(error, grant.access_token)) from error
        tokens = {page.page_id: page.token for page in pages if page.token}
        return replace(grant, page_tokens=tokens), _choices(pages)

    def subscribe(self, grant: LoginGrant, choice: LoginChoice) -> str | None:
        """Let Meta push the account's stories; nothing depends on it.

        Args:
            grant: With the Page's token.
            choice: The account.

        Returns:
            What went wrong; None when nothing did.
        """
        token = grant.page_tokens.get(choice.page_id or "")
        if choice.page_id is None or token is None:
            return "no Page token, so Meta will not push its stories"
        try:
            self._login.subscribe(self._converse(_POLICY), choice.page_id, token)
        except ApiError as error:
            return f"Meta will not push its stories: {_said(error, token)}"
        return None

    def _check(self, facts: TokenFacts) -> None:
        if not facts.is_valid or facts.app_id != self._login.app_id:
            raise LoginFailedError(LoginOutcome.OTHER_APP)
        _check_scopes(self.platform, facts.scopes)
        if not facts.scopes:
            detail = "Meta names no permission of the token"
            raise LoginFailedError(LoginOutcome.PERMISSION_MISSING, detail)


class TikTokLogins:
    """TikTok accounts, by Login Kit.

    Args:
        login: Asks TikTok.
        converse: Begins a conversation that is not recorded.
    """

    platform = Platform.TIKTOK

    def __init__(self, login: TikTokLogin, converse: Converse) -> None:
        self._login = login
        self._converse = converse

    def page(self, redirect_uri: str, state: str) -> str:
        """Return the address of TikTok's page."""
        return self._login.page(ASKED_SCOPES[self.platform], redirect_uri, state)

    def redeem(self, code: str, redirect_uri: str) -> Granted:
        """Trade a code for tokens and the one account they open.

        Args:
            code: As the page carried it back.
            redirect_uri: Exactly as the page was given it.

        Returns:
            The tokens and the account.

        Raises:
            LoginFailedError: There is nothing to bind.
        """
        try:
            consent = self._login.redeem(self._converse(_ONCE), code, redirect_uri)
        except ApiError as error:
            raise LoginFailedError(*_rejected(error, code)) from error
        tokens = consent.grant
        scopes = tokens.scopes or ()
        _check_scopes(self.platform, scopes)
        try:
            name = self._login.name(self._converse(_POLICY), tokens)
        except ApiError as error:
            raise LoginFailedError(*_failed(error, tokens.access_token)) from error
        called = name.username or name.display_name or consent.open_id
        grant = LoginGrant(
            platform_user_id=consent.open_id,
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            access_token_expires_at=tokens.access_token_expires_at,
            refresh_token_expires_at=tokens.refresh_token_expires_at,
            consent_expires_at=tokens.refresh_token_expires_at,
            scopes=scopes,
        )
        return grant, (LoginChoice(consent.open_id, called, name.username),)

    def subscribe(self, grant: LoginGrant, choice: LoginChoice) -> str | None:
        """Do nothing: TikTok pushes nothing that is used here."""
        del grant, choice
        return None


def login_platforms(
    settings: Settings, transport: Transport, clock: Clock
) -> dict[Platform, LoginPlatform]:
    """Return how people log in, for the platforms that are configured.

    Args:
        settings: Hold the apps' ids and secrets.
        transport: Sends the requests.
        clock: Turns lifetimes into expiries.

    Returns:
        By platform; nothing for one without an app.
    """

    def converse(policy: RetryPolicy) -> Conversation:
        return Conversation(transport, policy, record=lambda _: None)

    found: dict[Platform, LoginPlatform] = {}
    if settings.meta_app_id and settings.meta_app_secret:
        app = MetaApp(settings.meta_app_id, settings.meta_app_secret.get_secret_value())
        meta = MetaLogin(settings.meta_api_url, settings.meta_login_url, app, clock)
        found[Platform.INSTAGRAM] = InstagramLogins(meta, converse)
    if settings.tiktok_client_key and settings.tiktok_client_secret:
        secret = settings.tiktok_client_secret.get_secret_value()
        credentials = ClientCredentials(settings.tiktok_client_key, secret)
        tiktok = TikTokLogin(
            settings.tiktok_api_url, settings.tiktok_login_url, credentials, clock
        )
        found[Platform.TIKTOK] = TikTokLogins(tiktok, converse)
    return found


def _check_scopes(platform: Platform, granted: Sequence[str]) -> None:
    missing = missing_scopes(platform, granted) & ESSENTIAL_SCOPES[platform]
    if missing:
        detail = f"unticked: {', '.join(sorted(missing))}"
        raise LoginFailedError(LoginOutcome.PERMISSION_MISSING, detail, granted)


def _choices(pages: Sequence[FacebookPage]) -> tuple[LoginChoice, ...]:
    if not pages:
        raise LoginFailedError(LoginOutcome.NO_PAGE)
    choices = {
        page.account_id: LoginChoice(
            account_id=page.account_id,
            name=page.username or page.account_id,
            username=page.username,
            page_id=page.page_id,
            page_name=page.name,
        )
        for page in reversed(pages)  # Of two Pages with one account, the first.
        if page.account_id
    }
    if not choices:
        raise LoginFailedError(LoginOutcome.NO_PROFESSIONAL_ACCOUNT)
    return tuple(reversed(choices.values()))


def _rejected(error: ApiError, code: str) -> tuple[LoginOutcome, str]:
    """Return what the refusal of a code means."""
    is_refusal = isinstance(error, ReconnectRequired) or (
        error.reason is Reason.REQUEST_REJECTED
    )
    if is_refusal:
        return LoginOutcome.CODE_REJECTED, _said(error, code)
    return _failed(error, code)


def _failed(error: ApiError, *secrets: str) -> tuple[LoginOutcome, str]:
    said = _said(error, *secrets)
    if error.reason is Reason.PERMISSION_MISSING:
        return LoginOutcome.PERMISSION_MISSING, said
    return LoginOutcome.PLATFORM_FAILED, said


def _said(error: ApiError, *secrets: str) -> str:
    """Return what a platform said; Meta has been seen to repeat a malformed token."""
    text = str(error)
    for secret in secrets:
        text = redact(text, secret)
    return text
