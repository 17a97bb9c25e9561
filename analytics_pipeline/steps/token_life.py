"""Keeping tokens alive: renewed at half their life, each connection alone.

One that fails never stops another. What cannot be renewed now is noted and tried again;
what the platform has ended for good is marked, with the reason, for its owner.
"""

import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from analytics_pipeline.clients.conversation import Conversation, RetryPolicy
from analytics_pipeline.clients.errors import (
    ApiError,
    PermanentApiError,
    ReconnectRequired,
    TransientApiError,
)
from analytics_pipeline.clients.meta_login import LongToken, MetaLogin, TokenFacts
from analytics_pipeline.clients.tiktok import TikTokClient
from analytics_pipeline.clients.transport import Transport
from analytics_pipeline.schemas.connections import (
    Connection,
    ConnectionStatus,
    ReconnectReason,
    TokenGrant,
)
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Clock
from analytics_pipeline.steps.readers import refreshed
from analytics_pipeline.transform.token_life import NOT_PROLONGED, Need, need_of
from analytics_pipeline.warehouse.connections import (
    list_connections,
    mark_reconnect_required,
)
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.logins import end_overdue_logins
from analytics_pipeline.warehouse.renewals import note_renewal_problem
from analytics_pipeline.warehouse.tokens import TokenVault, Trade

_log = logging.getLogger(__name__)

# A token that ends a minute later was not prolonged, its lifetime was rounded.
_LEAST_GAIN = timedelta(hours=1)


class Kept(StrEnum):
    """What became of one connection's token."""

    RENEWED = "renewed"
    LOOKED_AT = "looked_at"
    NOT_PROLONGED = "not_prolonged"
    PROBLEM = "problem"
    RECONNECT_REQUIRED = "reconnect_required"


@dataclass(frozen=True, slots=True)
class TokenKeeping:
    """What keeping tokens alive needs.

    Attributes:
        warehouse: Where the connections are.
        vault: Renews their tokens.
        clock: The current instant.
        transport: Sends the requests.
        policy: For repeats.
        concurrency: How many are renewed at the same time.
        meta: Asks Meta; None when the app is not configured.
        tiktok: Asks TikTok; None when the app is not configured.
    """

    warehouse: Warehouse
    vault: TokenVault
    clock: Clock
    transport: Transport
    policy: RetryPolicy
    concurrency: int
    meta: MetaLogin | None
    tiktok: TikTokClient | None


@dataclass(frozen=True, slots=True)
class TokenReport:
    """What became of the connections that needed something, in numbers."""

    connections: int
    counts: Counter[Kept] = field(default_factory=Counter)


def connections_in_need(
    connection: sa.Connection, vault: TokenVault, now: datetime
) -> list[Connection]:
    """Return the connections whose tokens need something now.

    Args:
        connection: To the warehouse.
        vault: Knows what a killed process has left of a token.
        now: The current instant.

    Returns:
        The connections; also one that counts as dead although its newest token is
        still in the journal.
    """
    return [
        item
        for item in list_connections(connection)
        if need_of(item, now) is not None
        or (
            item.status is ConnectionStatus.RECONNECT_REQUIRED
            and vault.has_unsettled(item.account.connection_id)
        )
    ]


def keep_tokens_alive(keeping: TokenKeeping) -> TokenReport:
    """Look at, renew or give up every token that needs it.

    Args:
        keeping: With what.

    Returns:
        What became of them.
    """
    with keeping.warehouse.begin() as connection:
        # Tokens that await the choice of an account do not wait for ever.
        end_overdue_logins(connection, keeping.clock())
        stored = len(list_connections(connection))
        due = connections_in_need(connection, keeping.vault, keeping.clock())
    with ThreadPoolExecutor(keeping.concurrency, "tokens") as pool:
        kept = list(pool.map(lambda item: _keep(keeping, item), due))
    return TokenReport(stored, Counter(kept))


def _keep(keeping: TokenKeeping, item: Connection) -> Kept:
    """Do what one connection needs; whatever happens is its own affair."""
    asked_at = keeping.clock()
    try:
        return _kept(keeping, item)
    except ReconnectRequired as error:
        return _lost(keeping, item, error, asked_at)
    except ApiError as error:
        return _put_off(keeping, item, error.reason, str(error))
    except Exception as error:  # noqa: BLE001 - one connection's fault is its own
        _log.exception("%s: a token could not be kept", item.account.platform)
        return _put_off(keeping, item, Reason.PIPELINE_FAULT, type(error).__name__)


def _kept(keeping: TokenKeeping, item: Connection) -> Kept:
    now = keeping.clock()
    need = need_of(item, now)
    connection_id = item.account.connection_id
    if need is None:
        keeping.vault.settle(connection_id)
        return Kept.RENEWED
    if need is Need.END:
        msg = "the access token has expired and there is no refresh token"
        raise ReconnectRequired(msg, ReconnectReason.EXPIRED)
    grant = keeping.vault.renew(
        connection_id,
        _trade(keeping, item, need),
        lambda current: need_of(current, now) is need,
    )
    if grant is not None and grant.problem is not None:
        return Kept.NOT_PROLONGED
    return Kept.LOOKED_AT if need is Need.LOOK else Kept.RENEWED


def _trade(keeping: TokenKeeping, item: Connection, need: Need) -> Trade:
    """Return what trades a token at its platform."""
    asking = Conversation(keeping.transport, keeping.policy, record=lambda _: None)
    if item.account.platform is Platform.TIKTOK:
        if keeping.tiktok is None:
            msg = "TIKTOK_CLIENT_KEY or TIKTOK_CLIENT_SECRET is not set"
            raise PermanentApiError(msg, Reason.NOT_CONFIGURED)
        return refreshed(keeping.tiktok, asking, item, keeping.clock)
    if keeping.meta is None:
        msg = "META_APP_ID or META_APP_SECRET is not set"
        raise PermanentApiError(msg, Reason.NOT_CONFIGURED)
    meta = _MetaTokens(keeping.meta, asking, item, keeping.clock)
    return meta.look if need is Need.LOOK else meta.prolong


@dataclass(frozen=True, slots=True)
class _MetaTokens:
    """Trades one connection's token at Meta."""

    meta: MetaLogin
    asking: Conversation
    item: Connection
    clock: Clock

    def look(self, token: str) -> TokenGrant:
        """Give the same token, with what Meta tells about it; raise if it is dead."""
        facts = self._require_valid(token)
        known = self.item.renewal_problem
        problem = NOT_PROLONGED if known == NOT_PROLONGED else None
        return _described(token, facts.expires_at, facts, problem)

    def prolong(self, token: str) -> TokenGrant:
        """Give a token that lives longer, or the same where there is none."""
        try:
            longer = self.meta.prolong(self.asking, token)
        except ReconnectRequired as error:
            # Nobody is asked to log in again before Meta has said so twice.
            self._require_valid(token, error.cause)
            raise TransientApiError(str(error)) from error
        facts = self._facts_of(longer)
        told = facts.expires_at if facts is not None else None
        ends, before = told or longer.expires_at, self.item.access_token_expires_at
        if ends is None or before is None or ends >= before + _LEAST_GAIN:
            return _described(longer.token, ends, facts, None)
        return _described(token, before, facts, NOT_PROLONGED)

    def _require_valid(
        self, token: str, said: ReconnectReason = ReconnectReason.UNKNOWN
    ) -> TokenFacts:
        facts = self.meta.inspect(self.asking, token)
        if facts.is_valid:
            return facts
        cause, ends = facts.refusal, facts.expires_at
        if cause is ReconnectReason.UNKNOWN:
            is_past = ends is not None and ends <= self.clock()
            cause = ReconnectReason.EXPIRED if is_past else said
        msg = f"debug_token says that the token is not valid: {cause}"
        raise ReconnectRequired(msg, cause)

    def _facts_of(self, longer: LongToken) -> TokenFacts | None:
        """Ask about a new token; what only adds to its expiry may be missing."""
        try:
            facts = self.meta.inspect(self.asking, longer.token)
        except ApiError:
            if longer.expires_at is None:
                raise
            return None
        if not facts.is_valid:  # The old one may be; the next try tells.
            msg = "Meta gave a token that it says is not valid"
            raise TransientApiError(msg, Reason.BAD_ANSWER)
        return facts


def _described(
    token: str, ends: datetime | None, facts: TokenFacts | None, problem: str | None
) -> TokenGrant:
    return TokenGrant(
        access_token=token,
        access_token_expires_at=ends,
        refresh_token=None,
        refresh_token_expires_at=None,
        scopes=facts.scopes if facts else None,
        consent_expires_at=facts.consent_expires_at if facts else None,
        platform_user_id=facts.user_id if facts else None,
        problem=problem,
    )


def _lost(
    keeping: TokenKeeping,
    item: Connection,
    error: ReconnectRequired,
    asked_at: datetime,
) -> Kept:
    connection_id = item.account.connection_id
    with keeping.warehouse.begin() as connection:
        mark_reconnect_required(
            connection, connection_id, error.cause, keeping.clock(), asked_at
        )
    return Kept.RECONNECT_REQUIRED


def _put_off(
    keeping: TokenKeeping, item: Connection, reason: Reason, detail: str
) -> Kept:
    connection_id = item.account.connection_id
    try:
        with keeping.warehouse.begin() as connection:
            problem = f"{reason}: {detail}"
            note_renewal_problem(connection, connection_id, problem, keeping.clock())
    except sa.exc.SQLAlchemyError:
        # It is due still; a database that is away must not cost the others.
        _log.exception("%s: a problem could not be noted", connection_id)
    return Kept.PROBLEM
