"""Connections: which platform account belongs to which creator, and with what token."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account

CONNECTION_COLUMNS: dict[str, str] = {
    "creator_id": "The Creators app's id of the creator. Required.",
    "platform": "`instagram` or `tiktok`. Required.",
    "username": "The handle, with or without @. Required for an Instagram account "
    "without a token, and for any account without `account_id`.",
    "account_id": "The platform's own id: Instagram user id, TikTok `open_id`. "
    "Required for an Instagram account with a token.",
    "access_token": "The creator's own token. Empty for an Instagram account that the "
    "agency's connection looks up.",
    "refresh_token": "TikTok only. Without one the account must be imported again when "
    "its access token expires.",
    "access_token_expires_at": "ISO 8601 with offset. Empty if unknown.",
    "refresh_token_expires_at": "ISO 8601 with offset. Empty if unknown.",
    "scopes": "Granted permissions, separated by blanks. Empty if unknown.",
}
"""The columns of a connections file, in order, with their meaning."""


class ConnectionStatus(StrEnum):
    """How an account can be read."""

    PUBLIC = "public"
    CONNECTED = "connected"
    RECONNECT_REQUIRED = "reconnect_required"


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """One row of a connections file, checked. Tokens in clear, never printed."""

    creator_id: str
    platform: Platform
    username: str | None
    account_id: str | None
    access_token: str | None
    refresh_token: str | None
    access_token_expires_at: datetime | None
    refresh_token_expires_at: datetime | None
    scopes: tuple[str, ...]

    def __repr__(self) -> str:
        """Name the account, not its tokens."""
        name = self.username or self.account_id
        return f"ConnectionRow({self.platform} {name} of creator {self.creator_id})"


@dataclass(frozen=True, slots=True)
class Connection:
    """One stored connection, without its tokens."""

    account: Account
    status: ConnectionStatus
    access_token_expires_at: datetime | None
    refresh_token_expires_at: datetime | None
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What a platform hands out when a token is refreshed. Never printed."""

    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    refresh_token_expires_at: datetime | None
    scopes: tuple[str, ...] | None

    def __repr__(self) -> str:
        """Tell the expiry, not the tokens."""
        return f"TokenGrant(until {self.access_token_expires_at:%Y-%m-%d %H:%M})"
