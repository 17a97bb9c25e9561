"""How one account is read, by platform and connection; and what that should cost."""

from dataclasses import dataclass
from typing import Protocol

from analytics_pipeline.clients.conversation import Conversation
from analytics_pipeline.clients.errors import (
    ItemUnavailable,
    PermanentApiError,
    ReconnectRequired,
)
from analytics_pipeline.clients.instagram import (
    OUTSIDE_PAGE_SIZE,
    OWN_PAGE_SIZE,
    AgencyConnection,
    InstagramClient,
    Missing,
)
from analytics_pipeline.clients.tiktok import PAGE_SIZE, TikTokClient, Token
from analytics_pipeline.clients.walk import Walk
from analytics_pipeline.schemas.connections import (
    Connection,
    ConnectionStatus,
    ReconnectReason,
)
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.planning import AccountPlan, expected_pages
from analytics_pipeline.warehouse.attempts import KnownPosts
from analytics_pipeline.warehouse.tokens import TokenVault


class AccountReader(Protocol):
    """Reads the accounts of one platform."""

    @property
    def platform(self) -> Platform:
        """Which platform."""
        ...

    def planned_calls(self, plan: AccountPlan, known: KnownPosts) -> int:
        """Return how many requests reading an account should take."""
        ...

    def read(
        self, plan: AccountPlan, conversation: Conversation, missing: Missing
    ) -> Walk:
        """Read an account, or raise the ApiError that kept it from being read."""
        ...


@dataclass(slots=True)
class InstagramReader:
    """Reads outside creators by the agency's connection, connected ones by their own.

    Attributes:
        client: Asks Instagram.
        vault: Has the connected creators' tokens.
        agency: The agency's connection; None when it is not configured.
    """

    client: InstagramClient
    vault: TokenVault
    agency: AgencyConnection | None
    platform: Platform = Platform.INSTAGRAM
    _agency_refusal: str | None = None

    def planned_calls(self, plan: AccountPlan, known: KnownPosts) -> int:
        """Return how many requests reading an account should take."""
        if plan.connection.status is ConnectionStatus.RECONNECT_REQUIRED:
            return 0
        if plan.connection.status is ConnectionStatus.CONNECTED:
            return 1 + _pages(known, OWN_PAGE_SIZE) + known.awaited
        return _pages(known, OUTSIDE_PAGE_SIZE) if self._can_ask_others else 0

    def read(
        self, plan: AccountPlan, conversation: Conversation, missing: Missing
    ) -> Walk:
        """Read an account, or raise the ApiError that kept it from being read."""
        _require_living(plan.connection)
        if plan.connection.status is ConnectionStatus.CONNECTED:
            return self._read_own(plan, conversation, missing)
        return self._read_outside(plan, conversation)

    @property
    def _can_ask_others(self) -> bool:
        return self.agency is not None and self._agency_refusal is None

    def _read_own(
        self, plan: AccountPlan, conversation: Conversation, missing: Missing
    ) -> Walk:
        account = plan.connection.account
        token = self.vault.access_token(account.connection_id)
        if token is None or account.account_id is None:
            msg = "no token is stored for this connected account"
            raise ReconnectRequired(msg)
        return self.client.walk_own(
            conversation, account.account_id, token, plan.floor, missing
        )

    def _read_outside(self, plan: AccountPlan, conversation: Conversation) -> Walk:
        account = plan.connection.account
        if self.agency is None:
            msg = "META_ACCESS_TOKEN or META_IG_USER_ID is not set"
            raise PermanentApiError(msg, Reason.NOT_CONFIGURED)
        if account.username is None:
            msg = "no handle is stored for this account"
            raise ItemUnavailable(msg)
        if self._agency_refusal is not None:
            raise ReconnectRequired(self._agency_refusal, is_certain=False)
        try:
            return self.client.walk_outside(
                conversation,
                self.agency,
                account.username,
                plan.floor,
                account.account_id,
            )
        except ReconnectRequired as error:
            # The agency's own token is dead: nobody else's turn can go better.
            self._agency_refusal = f"META_ACCESS_TOKEN is refused: {error}"
            raise ReconnectRequired(self._agency_refusal, is_certain=False) from error


@dataclass(frozen=True, slots=True)
class TikTokReader:
    """Reads creators by their own tokens, which it refreshes before they expire.

    Attributes:
        client: Asks TikTok; None when the app's key or secret is not configured.
        vault: Has the tokens.
    """

    client: TikTokClient | None
    vault: TokenVault
    platform: Platform = Platform.TIKTOK

    def planned_calls(self, plan: AccountPlan, known: KnownPosts) -> int:
        """Return how many requests reading an account should take."""
        connection = plan.connection
        if self.client is None or (
            connection.status is ConnectionStatus.RECONNECT_REQUIRED
        ):
            return 0
        needs_refresh = self.vault.expires_soon(connection.access_token_expires_at)
        return 1 + _pages(known, PAGE_SIZE) + int(needs_refresh)

    def read(
        self, plan: AccountPlan, conversation: Conversation, missing: Missing
    ) -> Walk:
        """Read an account, or raise the ApiError that kept it from being read."""
        del missing  # Nothing that TikTok answers proves a removal.
        _require_living(plan.connection)
        client, connection = self.client, plan.connection
        if client is None:
            msg = "TIKTOK_CLIENT_KEY or TIKTOK_CLIENT_SECRET is not set"
            raise PermanentApiError(msg, Reason.NOT_CONFIGURED)
        return client.walk(
            conversation,
            stored_token(client, self.vault, connection),
            connection.scopes,
            plan.floor,
            connection.account.account_id,
        )


def stored_token(
    client: TikTokClient, vault: TokenVault, connection: Connection
) -> Token:
    """Return what gives a TikTok account's token, refreshing it when it must.

    Args:
        client: Refreshes it.
        vault: Has it, and keeps the new one before it is used.
        connection: Whose.

    Returns:
        The function a walk asks for the token.
    """

    def token(asking: Conversation, stale: str | None) -> str:
        fresh = vault.fresh_access_token(
            connection.account.connection_id,
            lambda refresh_token: client.refresh(asking, refresh_token),
            stale,
        )
        if fresh is None:
            msg = "the access token has expired and there is no refresh token"
            raise ReconnectRequired(msg, ReconnectReason.EXPIRED)
        return fresh

    return token


def _require_living(connection: Connection) -> None:
    if connection.status is ConnectionStatus.RECONNECT_REQUIRED:
        cause = connection.reconnect_reason or ReconnectReason.UNKNOWN
        msg = f"the platform refused this connection's token before: {cause}"
        raise ReconnectRequired(msg, cause)


def _pages(known: KnownPosts, size: int) -> int:
    expected = known.since_floor + round(known.expected_new)
    return expected_pages(expected, size, has_older=known.has_older)
