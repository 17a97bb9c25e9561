"""Requests to forget a person: stored with their first, immediate effect.

The tokens go in the transaction that stores the request. Whatever happens afterwards,
nobody asks a platform in that person's name again.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from analytics_pipeline.schemas.connections import (
    ConnectionStatus,
    ReconnectReason,
)
from analytics_pipeline.schemas.erasure import (
    Callback,
    ErasureRequest,
    ErasureStatus,
    RequestKind,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.tables import connections, erasure_requests

_WAITING = (ErasureStatus.RECEIVED, ErasureStatus.RUNNING)
_KEY_BYTES = 32
_CODE_BYTES = 24


def store_request(connection: sa.Connection, asked: Callback, now: datetime) -> str:
    """Keep what a platform asks for one of its users, and drop that user's tokens.

    A request that is repeated while it waits is the same request. A deauthorisation
    ends the logins from before it was signed, not those since.

    Args:
        connection: With an open transaction.
        asked: What, and for whom.
        now: The current instant.

    Returns:
        The confirmation code, which nobody can guess.
    """
    kind, platform = asked.kind, asked.platform
    platform_user_id = asked.platform_user_id
    # Meta repeats a callback; two at once must not become two requests.
    lock = sa.func.hashtextextended(f"{platform}/{platform_user_id}", 0)
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))
    waiting = connection.scalar(
        sa.select(erasure_requests.c.confirmation_code).where(
            erasure_requests.c.request_kind == kind,
            erasure_requests.c.platform == platform,
            erasure_requests.c.platform_user_id == platform_user_id,
            erasure_requests.c.erasure_status.in_(_WAITING),
        )
    )
    if waiting is not None:
        return str(waiting)
    whose = sa.and_(
        connections.c.platform == platform,
        connections.c.platform_user_id == platform_user_id,
    )
    known = _count(connection, whose)
    is_deletion = kind is RequestKind.DELETION
    ended = whose
    if asked.issued_at is not None and not is_deletion:
        issued_at = connections.c.access_token_issued_at
        ended &= sa.or_(issued_at.is_(None), issued_at <= asked.issued_at)
    dropped = _drop_tokens(connection, ended, kind, now)
    status = ErasureStatus.RECEIVED if is_deletion else ErasureStatus.DONE
    if not known:
        status = ErasureStatus.UNKNOWN_PERSON
    is_waiting = status in _WAITING
    return _insert(
        connection,
        {
            "request_kind": kind,
            "platform": platform,
            # Of somebody unknown, or whose request is done, nothing needs to be kept.
            "platform_user_id": platform_user_id if is_waiting else None,
            "creator_id": None,
            "received_at": now,
            "erasure_status": status,
            "erasure_report": {"tokens": dropped},
            "completed_at": None if is_waiting else now,
        },
    )


def store_creator_request(
    connection: sa.Connection, platform: Platform, creator_id: str, now: datetime
) -> str:
    """Keep a request to erase a creator that came in another way, as by e-mail.

    Args:
        connection: With an open transaction.
        platform: On which platform.
        creator_id: Whom; also accounts that nobody ever logged in with.
        now: The current instant.

    Returns:
        The confirmation code, which nobody can guess.
    """
    waiting = connection.scalar(
        sa.select(erasure_requests.c.confirmation_code).where(
            erasure_requests.c.platform == platform,
            erasure_requests.c.creator_id == creator_id,
            erasure_requests.c.erasure_status.in_(_WAITING),
        )
    )
    if waiting is not None:
        return str(waiting)
    whose = sa.and_(
        connections.c.platform == platform, connections.c.creator_id == creator_id
    )
    dropped = _drop_tokens(connection, whose, RequestKind.DELETION, now)
    return _insert(
        connection,
        {
            "request_kind": RequestKind.DELETION,
            "platform": platform,
            "platform_user_id": None,
            "creator_id": creator_id,
            "received_at": now,
            "erasure_status": ErasureStatus.RECEIVED,
            "erasure_report": {"tokens": dropped},
            "completed_at": None,
        },
    )


def find_request(connection: sa.Connection, code: str) -> ErasureRequest | None:
    """Return a request by its confirmation code; None for a code nobody was given."""
    row = connection.execute(
        sa.select(erasure_requests).where(erasure_requests.c.confirmation_code == code)
    ).first()
    return None if row is None else _request(row)


def pending_requests(connection: sa.Connection) -> list[ErasureRequest]:
    """Return the requests that wait for a run or for its completion, oldest first."""
    query = (
        sa.select(erasure_requests)
        .where(erasure_requests.c.erasure_status.in_(_WAITING))
        .order_by(erasure_requests.c.received_at, erasure_requests.c.confirmation_code)
    )
    return [_request(row) for row in connection.execute(query)]


def begin_erasure(
    connection: sa.Connection, code: str, cipher: TokenCipher, run_id: str
) -> bytes:
    """Note that a request is at work, and return the key of its pseudonyms.

    Args:
        connection: With an open transaction.
        code: Which request.
        cipher: Encrypts the key.
        run_id: The run.

    Returns:
        The key; the same one as before where an earlier run was stopped.
    """
    which = erasure_requests.c.confirmation_code == code
    encrypted = connection.scalar(
        sa.select(erasure_requests.c.erasure_key_encrypted)
        .where(which)
        .with_for_update()
    )
    encrypted = encrypted or cipher.encrypt(secrets.token_hex(_KEY_BYTES))
    connection.execute(
        sa.update(erasure_requests)
        .where(which)
        .values(
            erasure_status=ErasureStatus.RUNNING,
            erasure_key_encrypted=encrypted,
            run_id=run_id,
        )
    )
    return bytes.fromhex(cipher.decrypt(encrypted))


def complete_erasure(
    connection: sa.Connection, code: str, report: Mapping[str, int], now: datetime
) -> None:
    """Note that a request is done, and forget its key and whom it was about.

    Args:
        connection: With the transaction that changed the tables.
        code: Which request.
        report: What was removed and kept, in numbers, beside what is told already.
        now: The current instant.
    """
    known = erasure_requests.c.erasure_report
    connection.execute(
        sa.update(erasure_requests)
        .where(erasure_requests.c.confirmation_code == code)
        .values(
            erasure_status=ErasureStatus.DONE,
            erasure_key_encrypted=None,
            platform_user_id=None,
            erasure_report=known.concat(sa.literal(dict(report), known.type)),
            completed_at=now,
        )
    )


def _count(connection: sa.Connection, whose: sa.ColumnElement[bool]) -> int:
    counted = sa.select(sa.func.count()).select_from(connections).where(whose)
    return connection.execute(counted).scalar_one()


def _drop_tokens(
    connection: sa.Connection,
    whose: sa.ColumnElement[bool],
    kind: RequestKind,
    now: datetime,
) -> int:
    """Drop the tokens of some connections; return how many had any."""
    held = sa.or_(
        connections.c.access_token_encrypted.is_not(None),
        connections.c.refresh_token_encrypted.is_not(None),
    )
    count = _count(connection, sa.and_(whose, held))
    is_deletion = kind is RequestKind.DELETION
    connection.execute(
        sa.update(connections)
        .where(whose)
        .values(
            access_token_encrypted=None,
            refresh_token_encrypted=None,
            access_token_expires_at=None,
            refresh_token_expires_at=None,
            consent_expires_at=None,
            # The file's fingerprint stays: it must not bring the same tokens back.
            scopes=[],
            connection_status=ConnectionStatus.RECONNECT_REQUIRED,
            reconnect_reason=ReconnectReason.REVOKED
            if is_deletion
            else ReconnectReason.APP_REMOVED,
            reconnect_since=now,
            updated_at=now,
        )
    )
    return count


def _insert(connection: sa.Connection, values: Mapping[str, object]) -> str:
    code = secrets.token_urlsafe(_CODE_BYTES)
    row = {"confirmation_code": code} | dict(values)
    connection.execute(sa.insert(erasure_requests).values(row))
    return code


def _request(row: sa.Row[tuple[str]]) -> ErasureRequest:
    return ErasureRequest(
        confirmation_code=row.confirmation_code,
        kind=RequestKind(row.request_kind),
        platform=Platform(row.platform),
        platform_user_id=row.platform_user_id,
        creator_id=row.creator_id,
        received_at=row.received_at,
        status=ErasureStatus(row.erasure_status),
        report=row.erasure_report,
        completed_at=row.completed_at,
    )
