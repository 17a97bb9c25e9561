"""Accounts that were erased: known again when they come, but not by looking.

An id or handle is kept as a hash with a key of its own, encrypted like a token. So
nobody reads from the table whom it is about, not by trying all ids either, and a change
of ANALYTICS_SECRET_KEY does not make it forget (`renew_erased`).
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.tables import erased_accounts, erasure_requests

_KEY_BYTES = 32

ERASED_ACCOUNT = (
    "its owner asked to be forgotten; only a new login of the owner brings it back: "
    "`analytics-pipeline invite CREATOR_ID`"
)
"""Why such an account is not imported."""


def remember_erased(
    connection: sa.Connection,
    cipher: TokenCipher,
    whose: tuple[Platform, str],
    names: Iterable[str],
    now: datetime,
) -> None:
    """Keep an erased account from being imported again.

    Args:
        connection: With an open transaction.
        cipher: Encrypts the keys of the hashes.
        whose: Platform, and the agency's number of the creator.
        names: Ids and handles of the accounts. Without any, the creator alone is kept.
        now: The current instant.
    """
    platform, creator_id = whose
    for name in sorted({*names}) or [_creator_name(creator_id)]:
        key = secrets.token_hex(_KEY_BYTES)
        connection.execute(
            sa.insert(erased_accounts).values(
                platform=platform,
                account_hash=_hash(key, name),
                hash_key_encrypted=cipher.encrypt(key),
                creator_id=creator_id,
                erased_at=now,
            )
        )


def is_erased(
    connection: sa.Connection,
    cipher: TokenCipher,
    platform: Platform,
    names: Iterable[str | None],
) -> bool:
    """Tell whether an account was erased and its owner has not come back since.

    Args:
        connection: To the warehouse.
        cipher: Decrypts the keys of the hashes.
        platform: Where.
        names: Its id and handle, as far as they are known.

    Returns:
        Whether one of the names is an erased one.
    """
    return bool(_matching(connection, cipher, platform, names))


def lift_erasure(
    connection: sa.Connection,
    cipher: TokenCipher,
    whose: tuple[Platform, str],
    names: Iterable[str | None],
) -> int:
    """Forget that accounts were erased: their owner has logged in anew.

    What was erased stays erased.

    Args:
        connection: With the transaction that binds the account.
        cipher: Decrypts the keys of the hashes.
        whose: Platform, and the agency's number of the creator who logged in.
        names: Id and handle of the account that was bound.

    Returns:
        How many rows went: those of the account, and all of this creator's here.
    """
    platform, creator_id = whose
    table = erased_accounts.c
    found = _matching(connection, cipher, platform, names)
    alone = {
        item
        for other in Platform
        for item in _matching(connection, cipher, other, [_creator_name(creator_id)])
    }
    gone = connection.execute(
        sa.delete(erased_accounts).where(
            sa.or_(
                table.account_hash.in_(found | alone),
                sa.and_(table.platform == platform, table.creator_id == creator_id),
            )
        )
    )
    return gone.rowcount


def erased_creators(connection: sa.Connection) -> frozenset[str]:
    """Return the creators of whom nothing personal may be stored."""
    return frozenset(connection.scalars(sa.select(erased_accounts.c.creator_id)))


def renew_erased(connection: sa.Connection, cipher: TokenCipher) -> int:
    """Encrypt the keys of hashes and pseudonyms anew, with the cipher's first key.

    Args:
        connection: With an open transaction.
        cipher: Decrypts with any key, encrypts with the first.

    Returns:
        How many keys there are.
    """
    count = 0
    for table, key, secret in (
        (
            erased_accounts,
            erased_accounts.c.account_hash,
            erased_accounts.c.hash_key_encrypted,
        ),
        (
            erasure_requests,
            erasure_requests.c.confirmation_code,
            erasure_requests.c.erasure_key_encrypted,
        ),
    ):
        query = sa.select(key, secret).where(secret.is_not(None)).with_for_update()
        for name, encrypted in connection.execute(query).all():
            values = {secret.name: cipher.renew(encrypted)}
            connection.execute(sa.update(table).where(key == name).values(values))
            count += 1
    return count


def _matching(
    connection: sa.Connection,
    cipher: TokenCipher,
    platform: Platform,
    names: Iterable[str | None],
) -> set[str]:
    """Return the hashes that stand for one of the names."""
    wanted = [name for name in names if name]
    table = erased_accounts.c
    query = sa.select(table.account_hash, table.hash_key_encrypted).where(
        table.platform == platform
    )
    return {
        row.account_hash
        for row in connection.execute(query)
        if any(_is_hash(cipher.decrypt(row[1]), name, row[0]) for name in wanted)
    }


def _is_hash(key: str, name: str, expected: str) -> bool:
    return hmac.compare_digest(_hash(key, name), expected)


def _hash(key: str, name: str) -> str:
    plain = name.casefold().encode()
    return hmac.new(bytes.fromhex(key), plain, hashlib.sha256).hexdigest()


def _creator_name(creator_id: str) -> str:
    # No id or handle holds a colon.
    return f"creator:{creator_id}"
