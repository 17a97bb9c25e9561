"""Keys of the HTTP API: made, recognised, withdrawn; secrets are kept as hashes only.

A key reads `ap_<key_id>_<secret>`. The secret is 256 random bits, so a plain hash of it
can neither be guessed nor looked up.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from analytics_pipeline.schemas.api_keys import ApiKey, KeyScope, NewApiKey
from analytics_pipeline.warehouse.tables import api_keys

_KEY = re.compile(r"ap_(?P<key_id>[0-9a-f]{12})_(?P<secret>[\w-]{43})", re.ASCII)
_ID_BYTES = 6
_SECRET_BYTES = 32
_NO_HASH = hashlib.sha256(b"").hexdigest()
_USE_IS_NOTED_EVERY = timedelta(hours=1)


def create_key(
    connection: sa.Connection, name: str, scopes: Iterable[KeyScope], now: datetime
) -> NewApiKey:
    """Make a key.

    Args:
        connection: With an open transaction.
        name: Who will use it.
        scopes: What it may do.
        now: The current instant.

    Returns:
        The key with its secret, which nobody can show again.
    """
    key_id = secrets.token_hex(_ID_BYTES)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    granted = frozenset(scopes)
    connection.execute(
        sa.insert(api_keys).values(
            key_id=key_id,
            key_name=name,
            key_hash=_hash(secret),
            key_scopes=sorted(granted),
            created_at=now,
        )
    )
    key = ApiKey(key_id, name, granted, now, None, None)
    return NewApiKey(key, f"ap_{key_id}_{secret}")


def recognise_key(
    connection: sa.Connection, presented: str, now: datetime
) -> ApiKey | None:
    """Tell whose key a text is.

    Args:
        connection: With an open transaction; when the key was used is noted in it.
        presented: What a caller sent.
        now: The current instant.

    Returns:
        The key, or none if there is no such key, or no more.
    """
    parts = _KEY.fullmatch(presented)
    if parts is None:
        return None
    row = connection.execute(
        sa.select(api_keys).where(api_keys.c.key_id == parts["key_id"])
    ).first()
    # Compared even where there is no such id, so that time tells nothing about ids.
    stored = _NO_HASH if row is None else row.key_hash
    fits = hmac.compare_digest(stored, _hash(parts["secret"]))
    if row is None or not fits or row.revoked_at is not None:
        return None
    connection.execute(
        sa.update(api_keys)
        .where(
            api_keys.c.key_id == row.key_id,
            sa.or_(
                api_keys.c.last_used_at.is_(None),
                api_keys.c.last_used_at <= now - _USE_IS_NOTED_EVERY,
            ),
        )
        .values(last_used_at=now)
    )
    return _key(row)


def list_keys(connection: sa.Connection) -> list[ApiKey]:
    """Return all keys, the oldest first; withdrawn ones too."""
    query = sa.select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id)
    return [_key(row) for row in connection.execute(query)]


def revoke_key(connection: sa.Connection, key_id: str, now: datetime) -> bool:
    """Withdraw a key.

    Args:
        connection: With an open transaction.
        key_id: Its public part.
        now: The current instant.

    Returns:
        Whether it was in force.
    """
    revoked = connection.execute(
        sa.update(api_keys)
        .where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return revoked.rowcount > 0


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: sa.Row[tuple[str]]) -> ApiKey:
    # A scope that this version does not know gives no right.
    known = frozenset(scope for scope in KeyScope if scope in row.key_scopes)
    return ApiKey(
        row.key_id,
        row.key_name,
        known,
        row.created_at,
        row.revoked_at,
        row.last_used_at,
    )
