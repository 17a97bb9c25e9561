"""Connections: which platform account belongs to which creator, and with what token."""

from dataclasses import dataclass, field
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


class ReconnectReason(StrEnum):
    """Why a platform does not accept a connection's token any more."""

    EXPIRED = "expired"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason, no password
    APP_REMOVED = "app_removed"
    CHECKPOINT = "checkpoint"
    INVALIDATED = "invalidated"
    REVOKED = "revoked"
    PERMISSION_MISSING = "permission_missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReconnectInfo:
    """What a reason means and what brings the connection back.

    Attributes:
        meaning: One sentence for the operator.
        way_back: What the account's owner has to do.
    """

    meaning: str
    way_back: str


_LOG_IN_AGAIN = "The owner logs in again by a new invitation."

RECONNECT_REASONS: dict[ReconnectReason, ReconnectInfo] = {
    ReconnectReason.EXPIRED: ReconnectInfo(
        "The token or the consent reached its end before it could be renewed.",
        _LOG_IN_AGAIN,
    ),
    ReconnectReason.PASSWORD_CHANGED: ReconnectInfo(
        "The owner changed the password, which ends all tokens.", _LOG_IN_AGAIN
    ),
    ReconnectReason.APP_REMOVED: ReconnectInfo(
        "The owner removed the app, or never finished adding it.",
        "Ask whether the owner still agrees; then log in again by a new invitation.",
    ),
    ReconnectReason.CHECKPOINT: ReconnectInfo(
        "Facebook wants the owner to confirm the account first.",
        "The owner logs in on facebook.com and does what is asked there; then logs in "
        "again by a new invitation.",
    ),
    ReconnectReason.INVALIDATED: ReconnectInfo(
        "The platform ended the session, as after logging out everywhere.",
        _LOG_IN_AGAIN,
    ),
    ReconnectReason.REVOKED: ReconnectInfo(
        "The owner withdrew the consent, or its refresh token was already used.",
        "Ask whether the owner still agrees; then log in again by a new invitation.",
    ),
    ReconnectReason.PERMISSION_MISSING: ReconnectInfo(
        "The person who logged in has no role any more on the account's Page.",
        "Somebody with full control of the Page logs in by a new invitation.",
    ),
    ReconnectReason.UNKNOWN: ReconnectInfo(
        "The platform refuses the token and does not say why.", _LOG_IN_AGAIN
    ),
}


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
    """One stored connection, without its tokens.

    Attributes:
        account: Whose, and which.
        status: How it can be read.
        access_token_expires_at: None when unknown, or when it never does.
        refresh_token_expires_at: When a token that rotates cannot be renewed any more.
        scopes: What the owner granted; empty when not known.
        platform_user_id: Who logged in, as the platform's callbacks name them.
        page_id: The Facebook Page that leads to the account.
        access_token_issued_at: None when it was not seen being handed out.
        consent_expires_at: When the owner must agree again, whatever the tokens say.
        reconnect_reason: Why the owner must log in again; None while not.
        reconnect_since: Since when.
        renewal_tried_at: When renewing the token was last tried.
        renewal_problem: Why that failed; None when it did not.
        token_doubted_at: When the platform refused the token in a way that only
            debug_token can explain; None once that was asked.
        has_refresh_token: Whether its token can be renewed by another one.
        updated_at: When it was last changed.
    """

    account: Account
    status: ConnectionStatus
    access_token_expires_at: datetime | None
    refresh_token_expires_at: datetime | None
    scopes: tuple[str, ...]
    platform_user_id: str | None = None
    page_id: str | None = None
    access_token_issued_at: datetime | None = None
    consent_expires_at: datetime | None = None
    reconnect_reason: ReconnectReason | None = None
    reconnect_since: datetime | None = None
    renewal_tried_at: datetime | None = None
    renewal_problem: str | None = None
    token_doubted_at: datetime | None = None
    has_refresh_token: bool = False
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LoginState:
    """How long a stored login lasts; without tokens, and without who it is.

    Attributes:
        platform: Where.
        status: How the account can be read.
        access_token_expires_at: None when unknown, or when it never does.
        refresh_token_expires_at: None when unknown, or when there is none.
        consent_expires_at: None when unknown.
    """

    platform: Platform
    status: ConnectionStatus
    access_token_expires_at: datetime | None
    refresh_token_expires_at: datetime | None
    consent_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class BoundAccount:
    """An account whose owner has just logged in. Its tokens are never printed.

    Attributes:
        creator_id: The creator who was invited.
        platform: Where.
        account_id: Instagram user id, or TikTok `open_id`.
        username: The handle, if the platform told it.
        access_token: The token to ask with.
        refresh_token: What renews it; None on Instagram.
        access_token_expires_at: None when it never does, or the platform does not say.
        refresh_token_expires_at: None when there is none, or not known.
        consent_expires_at: When the owner must agree again; None when not known.
        scopes: What was really granted.
        platform_user_id: Who logged in; TikTok's `open_id`, Meta's `user_id`.
        page_id: The Facebook Page that leads to the account.
    """

    creator_id: str
    platform: Platform
    account_id: str
    username: str | None
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    access_token_expires_at: datetime | None
    refresh_token_expires_at: datetime | None
    consent_expires_at: datetime | None
    scopes: tuple[str, ...]
    platform_user_id: str | None
    page_id: str | None = None


class BindResult(StrEnum):
    """What binding an account to a creator did."""

    ADDED = "added"
    UPGRADED = "upgraded"
    RECONNECTED = "reconnected"
    RENEWED = "renewed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Bound:
    """What became of a login's account.

    Attributes:
        result: `added` for an account that was not known, `upgraded` for one that the
            agency's connection looked up before, `reconnected` for one that had to log
            in again, `renewed` for one that was connected, `refused` for one that
            belongs to another creator; then nothing is stored.
        connection_id: The connection; for a refused one, that of the other creator.
    """

    result: BindResult
    connection_id: str


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What a platform hands out when a token is renewed. Never printed.

    Attributes:
        access_token: The token to ask with; the old one where there is no better.
        access_token_expires_at: None when it never does.
        refresh_token: What renews it next time; None on Instagram.
        refresh_token_expires_at: None when not told.
        scopes: What is granted; None when not told.
        consent_expires_at: When the owner must agree again; None when not told.
        platform_user_id: Who logged in; None when not told.
        problem: Why the token is no better than the old one; None when it is.
    """

    access_token: str
    access_token_expires_at: datetime | None
    refresh_token: str | None
    refresh_token_expires_at: datetime | None
    scopes: tuple[str, ...] | None
    consent_expires_at: datetime | None = None
    platform_user_id: str | None = None
    problem: str | None = None

    def __repr__(self) -> str:
        """Tell the expiry, not the tokens."""
        ends = self.access_token_expires_at
        return f"TokenGrant(until {ends:%Y-%m-%d %H:%M})" if ends else "TokenGrant()"
