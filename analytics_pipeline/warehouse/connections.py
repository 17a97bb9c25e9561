"""Stored connections: importing, listing, removing, marking; not their tokens' use."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_pipeline.schemas.connections import (
    BindResult,
    Bound,
    BoundAccount,
    Connection,
    ConnectionRow,
    ConnectionStatus,
    ReconnectReason,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.erased_accounts import (
    ERASED_ACCOUNT,
    is_erased,
    lift_erasure,
)
from analytics_pipeline.warehouse.tables import connections

_BINDING = 6_021_402
_BOUND_FROM = {
    ConnectionStatus.PUBLIC: BindResult.UPGRADED,
    ConnectionStatus.CONNECTED: BindResult.RENEWED,
    ConnectionStatus.RECONNECT_REQUIRED: BindResult.RECONNECTED,
}
_NOTHING_WRONG: dict[str, object] = {
    "reconnect_reason": None,
    "reconnect_since": None,
    "renewal_tried_at": None,
    "renewal_problem": None,
    "token_doubted_at": None,
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one imported row.

    Attributes:
        row: The row.
        result: added, updated, unchanged or refused.
        problem: Why it was refused.
    """

    row: ConnectionRow
    result: str
    problem: str | None = None


def import_connection(
    connection: sa.Connection, row: ConnectionRow, cipher: TokenCipher, now: datetime
) -> Imported:
    """Store one row: a new account, or new tokens of a known one.

    Tokens that were imported before are left alone: they may have been rotated since,
    and the platform would refuse the older ones.

    Args:
        connection: With an open transaction.
        row: A checked row.
        cipher: Encrypts the tokens.
        now: The current instant.

    Returns:
        What was done.
    """
    known = _find(connection, row)
    if known is None:
        names = (row.account_id, row.username)
        if is_erased(connection, cipher, row.platform, names):
            return Imported(row, "refused", ERASED_ACCOUNT)
        values = _token_values(row, cipher) | {
            "connection_id": _new_id(connection, row.platform, row.creator_id),
            "platform": row.platform,
            "creator_id": row.creator_id,
            "account_id": row.account_id,
            "username": row.username,
            "updated_at": now,
        }
        connection.execute(sa.insert(connections).values(values))
        return Imported(row, "added")
    if known.creator_id != row.creator_id:
        problem = (
            f"the account already belongs to creator {known.creator_id} as "
            f"{known.connection_id}; remove that connection first"
        )
        return Imported(row, "refused", problem)
    changes: dict[str, object] = {}
    if row.username is not None and row.username != known.username:
        changes["username"] = row.username
    if row.account_id is not None and row.account_id != known.account_id:
        changes["account_id"] = row.account_id
    fingerprint = _fingerprint(row)
    if fingerprint is not None and fingerprint != known.imported_fingerprint:
        changes |= _token_values(row, cipher)
    if not changes:
        return Imported(row, "unchanged")
    connection.execute(
        sa.update(connections)
        .where(connections.c.connection_id == known.connection_id)
        .values(changes | {"updated_at": now})
    )
    return Imported(row, "updated")


def list_connections(
    connection: sa.Connection,
    platform: Platform | None = None,
    creator_ids: Iterable[str] | None = None,
) -> list[Connection]:
    """Return stored connections, by creator and platform, without tokens.

    Args:
        connection: To the warehouse.
        platform: Only of this platform.
        creator_ids: Only of these creators.

    Returns:
        The connections.
    """
    query = sa.select(connections).order_by(
        connections.c.creator_id, connections.c.platform, connections.c.connection_id
    )
    if platform is not None:
        query = query.where(connections.c.platform == platform)
    if creator_ids is not None:
        wanted = sa.literal(list(creator_ids), ARRAY(sa.Text()))
        query = query.where(connections.c.creator_id == sa.any_(wanted))
    return [read_connection(row) for row in connection.execute(query)]


def find_connections(
    connection: sa.Connection, connection_ids: Iterable[str]
) -> dict[str, Connection]:
    """Return some stored connections, without tokens.

    Args:
        connection: To the warehouse.
        connection_ids: Which.

    Returns:
        Those that there are, by id.
    """
    wanted = sa.literal(list(connection_ids), ARRAY(sa.Text()))
    query = sa.select(connections).where(connections.c.connection_id == sa.any_(wanted))
    return {
        row.connection_id: read_connection(row) for row in connection.execute(query)
    }


def known_connection_ids(
    connection: sa.Connection, connection_ids: Iterable[str]
) -> set[str]:
    """Return which of some connections there are."""
    wanted = sa.literal(list(connection_ids), ARRAY(sa.Text()))
    query = sa.select(connections.c.connection_id).where(
        connections.c.connection_id == sa.any_(wanted)
    )
    return set(connection.scalars(query))


def find_accounts(
    connection: sa.Connection, platform: Platform, account_ids: Iterable[str]
) -> dict[str, Account]:
    """Return the stored accounts with some of the platform's ids.

    Args:
        connection: To the warehouse.
        platform: Where.
        account_ids: The ids.

    Returns:
        Those that are known, by id.
    """
    wanted = sa.literal(list(account_ids), ARRAY(sa.Text()))
    query = sa.select(connections).where(
        connections.c.platform == platform, connections.c.account_id == sa.any_(wanted)
    )
    found = (read_connection(row).account for row in connection.execute(query))
    return {str(account.account_id): account for account in found}


def remove_connection(connection: sa.Connection, connection_id: str) -> bool:
    """Forget a connection and its tokens; what was collected with it stays.

    Args:
        connection: With an open transaction.
        connection_id: As `list_connections` shows it.

    Returns:
        Whether there was one.
    """
    removed = connection.execute(
        sa.delete(connections).where(connections.c.connection_id == connection_id)
    )
    return removed.rowcount > 0


def bind_connection(
    connection: sa.Connection, account: BoundAccount, cipher: TokenCipher, now: datetime
) -> Bound:
    """Store the account of a login: a new one, or new tokens of a known one.

    Args:
        connection: With an open transaction.
        account: Whose owner has just logged in.
        cipher: Encrypts the tokens.
        now: The current instant, at which the tokens count as handed out.

    Returns:
        What was done. An account of another creator is refused and left as it is. One
        that was erased is new: its owner has come back.
    """
    # Two logins of one new account must not both find that it is not known.
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_BINDING)))
    values = _bound_values(account, cipher, now)
    known = _find(connection, account)
    if known is None:
        new = _new_id(connection, account.platform, account.creator_id)
        values |= {
            "connection_id": new,
            "platform": account.platform,
            "creator_id": account.creator_id,
        }
        connection.execute(sa.insert(connections).values(values))
        whose = (account.platform, account.creator_id)
        names = (account.account_id, account.username)
        lift_erasure(connection, cipher, whose, names)
        return Bound(BindResult.ADDED, new)
    if known.creator_id != account.creator_id:
        return Bound(BindResult.REFUSED, known.connection_id)
    connection.execute(
        sa.update(connections)
        .where(connections.c.connection_id == known.connection_id)
        .values(values)
    )
    return Bound(_BOUND_FROM[known.connection_status], known.connection_id)


def mark_reconnect_required(
    connection: sa.Connection,
    connection_id: str,
    reason: ReconnectReason,
    now: datetime,
    asked_at: datetime | None = None,
) -> bool:
    """Note that the platform refuses a connection's token for good.

    A connection that is marked keeps its first reason and instant.

    Args:
        connection: With an open transaction.
        connection_id: Which connection.
        reason: Why.
        now: The current instant.
        asked_at: When the refused token was read. One that was handed out since is
            another token, which nobody has refused.

    Returns:
        Whether it is marked by this.
    """
    was_refused: sa.ColumnElement[bool] = sa.true()
    if asked_at is not None:
        issued = connections.c.access_token_issued_at
        was_refused = sa.or_(issued.is_(None), issued <= asked_at)
    marked = connection.execute(
        sa.update(connections)
        .where(
            connections.c.connection_id == connection_id,
            connections.c.connection_status != ConnectionStatus.RECONNECT_REQUIRED,
            was_refused,
        )
        .values(
            connection_status=ConnectionStatus.RECONNECT_REQUIRED,
            reconnect_reason=reason,
            reconnect_since=now,
            updated_at=now,
        )
    )
    return marked.rowcount > 0


def _find(
    connection: sa.Connection, row: ConnectionRow | BoundAccount
) -> sa.Row[tuple[str]] | None:
    """Return the stored connection of the same account, by id, else by handle."""
    same_platform = connections.c.platform == row.platform
    if row.account_id is not None:
        by_id = connection.execute(
            sa.select(connections)
            .where(same_platform, connections.c.account_id == row.account_id)
            .with_for_update()
        ).first()
        if by_id is not None:
            return by_id
    if row.username is None:
        return None
    by_handle = sa.select(connections).where(
        same_platform, connections.c.username == row.username
    )
    if row.account_id is not None:
        by_handle = by_handle.where(connections.c.account_id.is_(None))
    return connection.execute(by_handle.with_for_update()).first()


def _token_values(row: ConnectionRow, cipher: TokenCipher) -> dict[str, object]:
    has_token = bool(row.access_token or row.refresh_token)
    return {
        "access_token_encrypted": row.access_token and cipher.encrypt(row.access_token),
        "refresh_token_encrypted": row.refresh_token
        and cipher.encrypt(row.refresh_token),
        "access_token_expires_at": row.access_token_expires_at,
        "refresh_token_expires_at": row.refresh_token_expires_at,
        "scopes": list(row.scopes),
        "connection_status": ConnectionStatus.CONNECTED
        if has_token
        else ConnectionStatus.PUBLIC,
        "imported_fingerprint": _fingerprint(row),
        # When it was handed out, a file does not tell.
        "access_token_issued_at": None,
        "consent_expires_at": None,
        **_NOTHING_WRONG,
    }


def _bound_values(
    account: BoundAccount, cipher: TokenCipher, now: datetime
) -> dict[str, object]:
    refresh = account.refresh_token
    values: dict[str, object] = {
        "account_id": account.account_id,
        "access_token_encrypted": cipher.encrypt(account.access_token),
        "refresh_token_encrypted": refresh and cipher.encrypt(refresh),
        "access_token_expires_at": account.access_token_expires_at,
        "refresh_token_expires_at": account.refresh_token_expires_at,
        "consent_expires_at": account.consent_expires_at,
        "access_token_issued_at": now,
        "scopes": list(account.scopes),
        "platform_user_id": account.platform_user_id,
        "page_id": account.page_id,
        "connection_status": ConnectionStatus.CONNECTED,
        "updated_at": now,
        **_NOTHING_WRONG,
    }
    if account.username is not None:
        values["username"] = account.username
    return values


def _fingerprint(row: ConnectionRow) -> str | None:
    """Return a hash of the imported tokens; they are random, so it tells nothing."""
    if not (row.access_token or row.refresh_token):
        return None
    both = f"{row.access_token or ''}\n{row.refresh_token or ''}"
    return hashlib.sha256(both.encode()).hexdigest()


def _new_id(connection: sa.Connection, platform: Platform, creator_id: str) -> str:
    """Return an id people can read and type: platform, creator, number."""
    stem = f"{platform}-{creator_id}"
    taken = set(
        connection.scalars(
            sa.select(connections.c.connection_id).where(
                connections.c.connection_id.startswith(stem, autoescape=True)
            )
        )
    )
    names = (stem if n == 1 else f"{stem}-{n}" for n in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def read_connection(row: sa.Row[tuple[str]]) -> Connection:
    """Return a stored row as a connection, without its tokens."""
    return Connection(
        account=Account(
            platform=Platform(row.platform),
            creator_id=row.creator_id,
            connection_id=row.connection_id,
            account_id=row.account_id,
            username=row.username,
        ),
        status=ConnectionStatus(row.connection_status),
        access_token_expires_at=row.access_token_expires_at,
        refresh_token_expires_at=row.refresh_token_expires_at,
        scopes=tuple(row.scopes),
        platform_user_id=row.platform_user_id,
        page_id=row.page_id,
        access_token_issued_at=row.access_token_issued_at,
        consent_expires_at=row.consent_expires_at,
        reconnect_reason=row.reconnect_reason and ReconnectReason(row.reconnect_reason),
        reconnect_since=row.reconnect_since,
        renewal_tried_at=row.renewal_tried_at,
        renewal_problem=row.renewal_problem,
        token_doubted_at=row.token_doubted_at,
        has_refresh_token=row.refresh_token_encrypted is not None,
        updated_at=row.updated_at,
    )


def renew_encryption(connection: sa.Connection, cipher: TokenCipher) -> int:
    """Encrypt all tokens anew, with the cipher's first key.

    Args:
        connection: With an open transaction.
        cipher: Decrypts with any key, encrypts with the first.

    Returns:
        How many connections have tokens.
    """
    stored = sa.select(
        connections.c.connection_id,
        connections.c.access_token_encrypted,
        connections.c.refresh_token_encrypted,
    ).with_for_update()
    count = 0
    for row in connection.execute(stored).all():
        values = {
            name: cipher.renew(token)
            for name, token in row._mapping.items()  # noqa: SLF001 - its public name
            if name.endswith("_encrypted") and token is not None
        }
        if values:
            connection.execute(
                sa.update(connections)
                .where(connections.c.connection_id == row.connection_id)
                .values(values)
            )
            count += 1
    return count
