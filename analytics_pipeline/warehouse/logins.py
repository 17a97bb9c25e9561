"""Logins under way: what binds a platform's answer to a browser and an invitation.

A login's row holds hashes, never the state or the cookie themselves; tokens stand in
it, encrypted, only while a person chooses an account.
"""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.schemas.logins import (
    Login,
    LoginChoice,
    LoginGrant,
    LoginOutcome,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.tables import connections, invitation_uses, logins

_INSTANTS = (
    "access_token_expires_at",
    "refresh_token_expires_at",
    "consent_expires_at",
)


def store_login(connection: sa.Connection, login: Login, now: datetime) -> None:
    """Keep a login that begins.

    Args:
        connection: With an open transaction.
        login: As it begins.
        now: The current instant.
    """
    connection.execute(
        sa.insert(logins).values(
            login_id=login.login_id,
            invitation_id=login.invitation_id,
            platform=login.platform,
            browser_hash=login.browser_hash,
            created_at=now,
            expires_at=login.expires_at,
            choices={},
            scopes=[],
        )
    )


def find_login(
    connection: sa.Connection, login_id: str, *, lock: bool = False
) -> Login | None:
    """Return a login.

    Args:
        connection: To the warehouse.
        login_id: Which.
        lock: Let nobody else go on with it until the transaction ends.

    Returns:
        The login, or None.
    """
    query = sa.select(logins).where(logins.c.login_id == login_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        return None
    return Login(
        login_id=row.login_id,
        invitation_id=row.invitation_id,
        platform=Platform(row.platform),
        browser_hash=row.browser_hash,
        expires_at=row.expires_at,
        returned_at=row.returned_at,
        choices=tuple(
            LoginChoice(account_id, **told) for account_id, told in row.choices.items()
        ),
        scopes=tuple(row.scopes),
        outcome=row.login_outcome and LoginOutcome(row.login_outcome),
        detail=row.detail,
    )


def mark_returned(connection: sa.Connection, login: Login) -> None:
    """Note that a login's page led back: its state is used up.

    Args:
        connection: With an open transaction.
        login: With the time it came back at, and until when it can go on now.
    """
    values = {"returned_at": login.returned_at, "expires_at": login.expires_at}
    _change(connection, login.login_id, values)


def keep_grant(
    connection: sa.Connection,
    login: Login,
    grant: LoginGrant,
    cipher: TokenCipher,
) -> bool:
    """Keep what a platform handed out until an account is chosen.

    Args:
        connection: With an open transaction.
        login: With its choices, and until when they may be chosen from.
        grant: The tokens.
        cipher: Encrypts them.

    Returns:
        Whether it is kept; a login that was ended meanwhile keeps no token.
    """
    choices = {}
    for choice in login.choices:
        told = asdict(choice)
        choices[told.pop("account_id")] = told
    values = {
        "grant_encrypted": cipher.encrypt(_written(grant)),
        "choices": choices,
        "scopes": list(grant.scopes),
        "expires_at": login.expires_at,
    }
    kept = connection.execute(
        sa.update(logins)
        .where(logins.c.login_id == login.login_id, logins.c.login_outcome.is_(None))
        .values(values)
    )
    return kept.rowcount > 0


def read_grant(
    connection: sa.Connection, login_id: str, cipher: TokenCipher
) -> LoginGrant | None:
    """Return what a platform handed out for a login, while that is kept."""
    encrypted = connection.scalar(
        sa.select(logins.c.grant_encrypted).where(logins.c.login_id == login_id)
    )
    return _read(cipher.decrypt(encrypted)) if encrypted else None


def finish_login(
    connection: sa.Connection,
    login_id: str,
    outcome: LoginOutcome,
    detail: str | None,
    now: datetime,
) -> None:
    """Note what became of a login, and forget its tokens and choices.

    Args:
        connection: With an open transaction.
        login_id: Which.
        outcome: What became of it.
        detail: More about that, without secrets or names.
        now: The current instant.
    """
    values: dict[str, Any] = {
        "login_outcome": outcome,
        "detail": detail,
        "finished_at": now,
        "grant_encrypted": None,
        "choices": {},
    }
    _change(connection, login_id, values)


def add_detail(connection: sa.Connection, login_id: str, detail: str) -> None:
    """Note more about a login that has ended."""
    _change(connection, login_id, {"detail": detail})


def end_overdue_logins(connection: sa.Connection, now: datetime) -> int:
    """End the logins whose time is over, and forget their tokens.

    Args:
        connection: With an open transaction.
        now: The current instant.

    Returns:
        How many.
    """
    done = connection.execute(
        sa.update(logins)
        .where(logins.c.login_outcome.is_(None), logins.c.expires_at <= now)
        .values(
            login_outcome=LoginOutcome.EXPIRED,
            finished_at=now,
            grant_encrypted=None,
            choices={},
        )
    )
    return done.rowcount


def bound_name(connection: sa.Connection, login: Login) -> str | None:
    """Return the handle of the account that was bound through a login's invitation."""
    name: str | None = connection.scalar(
        sa.select(connections.c.username)
        .join(
            invitation_uses,
            invitation_uses.c.connection_id == connections.c.connection_id,
        )
        .where(
            invitation_uses.c.invitation_id == login.invitation_id,
            invitation_uses.c.platform == login.platform,
        )
    )
    return name


def _change(connection: sa.Connection, login_id: str, values: dict[str, Any]) -> None:
    connection.execute(
        sa.update(logins).where(logins.c.login_id == login_id).values(values)
    )


def _written(grant: LoginGrant) -> str:
    told = asdict(grant)
    for name in _INSTANTS:
        told[name] = told[name] and told[name].isoformat()
    return json.dumps(told)


def _read(text: str) -> LoginGrant:
    told = json.loads(text)
    for name in _INSTANTS:
        told[name] = told[name] and datetime.fromisoformat(told[name])
    return LoginGrant(**told | {"scopes": tuple(told["scopes"])})
