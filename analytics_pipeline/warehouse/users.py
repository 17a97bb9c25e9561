"""Who may sign in: made, recognised, locked out; passwords as Argon2 hashes only.

A wrong password costs time: from the fifth on no password is tried for a while that
doubles. An attempt is counted before its password is looked at, so that many at once
get no further than one after the other.
"""

import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from analytics_pipeline.schemas.users import (
    LONGEST_PASSWORD,
    LONGEST_USER_NAME,
    SHORTEST_PASSWORD,
    User,
    UserError,
    UserRole,
)
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.sessions import end_sessions_of
from analytics_pipeline.warehouse.tables import dashboard_users

FREE_ATTEMPTS = 5
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=4)

_NAME = re.compile(rf"[a-z0-9][a-z0-9._@+-]{{1,{LONGEST_USER_NAME - 1}}}")
_ID_BYTES = 8
_MOST_DOUBLINGS = 16

# OWASP's choice for servers: what one guess costs, and what many sign-ins at once do.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# The hash of a text nobody has: what an unknown name's password is compared with.
_nobodys_hash = _hasher.hash(secrets.token_urlsafe())
# Each hash takes a core and 19 MiB for a moment; strangers must not take all of them.
_at_once = BoundedSemaphore(2)


def create_user(
    connection: sa.Connection,
    name: str,
    role: UserRole,
    password: str,
    now: datetime,
) -> User:
    """Enter somebody.

    Args:
        connection: With an open transaction.
        name: To sign in with; in any case.
        role: What they may do.
        password: At least 12 characters.
        now: The current instant.

    Returns:
        The user.

    Raises:
        UserError: The name or the password will not do, or the name is taken.
    """
    wanted = normal_name(name)
    if not _NAME.fullmatch(wanted):
        msg = (
            f"a name has 2 to {LONGEST_USER_NAME} characters: letters without accents, "
            "digits and . _ @ + -"
        )
        raise UserError(msg)
    hashed = _hash(wanted, password)
    if find_user(connection, wanted) is not None:
        msg = f"there is a user {wanted} already"
        raise UserError(msg)
    row = connection.execute(
        sa.insert(dashboard_users)
        .values(
            user_id=secrets.token_hex(_ID_BYTES),
            user_name=wanted,
            user_role=role.value,
            password_hash=hashed,
            created_at=now,
            password_changed_at=now,
            failed_sign_in_count=0,
        )
        .returning(dashboard_users)
    ).one()
    return _user(row)


def sign_in(
    warehouse: Warehouse, name: str, password: str, now: datetime
) -> User | None:
    """Tell who somebody with a name and a password is.

    Takes as long, whatever is wrong. The transaction that counts the attempt is over
    before the password is hashed, which would keep others waiting.

    Args:
        warehouse: Where the users are.
        name: As typed.
        password: As typed.
        now: The current instant.

    Returns:
        The user; None if the name or the password is wrong, the user is disabled or
        locked out.
    """
    with warehouse.begin() as connection:
        claimed = _claim_attempt(connection, normal_name(name), now)
    stored = _nobodys_hash if claimed is None else claimed.password_hash
    fits = _fits(stored, password)
    if claimed is None or not fits:
        return None
    with warehouse.begin() as connection:
        return _signed_in(connection, claimed, password, now)


def find_user(connection: sa.Connection, name: str) -> User | None:
    """Return the user with a name; None if there is none."""
    query = sa.select(dashboard_users).where(
        dashboard_users.c.user_name == normal_name(name)
    )
    row = connection.execute(query).first()
    return None if row is None else _user(row)


def list_users(connection: sa.Connection) -> list[User]:
    """Return all users by name; disabled ones too."""
    query = sa.select(dashboard_users).order_by(dashboard_users.c.user_name)
    return [_user(row) for row in connection.execute(query)]


def set_role(connection: sa.Connection, name: str, role: UserRole) -> User:
    """Change what somebody may do, from their next click on.

    Args:
        connection: With an open transaction.
        name: Whose.
        role: The new role.

    Returns:
        The user.
    """
    return _changed(connection, name, user_role=role.value)


def set_password(
    connection: sa.Connection, name: str, password: str, now: datetime
) -> User:
    """Set somebody's password; they are signed out everywhere, and unlocked.

    Args:
        connection: With an open transaction.
        name: Whose.
        password: At least 12 characters.
        now: The current instant.

    Returns:
        The user.
    """
    user = _changed(
        connection,
        name,
        password_hash=_hash(normal_name(name), password),
        password_changed_at=now,
        failed_sign_in_count=0,
        locked_until=None,
    )
    end_sessions_of(connection, user.user_id, now)
    return user


def disable_user(connection: sa.Connection, name: str, now: datetime) -> User:
    """Keep somebody out; their sessions end.

    Args:
        connection: With an open transaction.
        name: Whom.
        now: The current instant.

    Returns:
        The user.
    """
    user = _changed(connection, name, disabled_at=now)
    end_sessions_of(connection, user.user_id, now)
    return user


def enable_user(connection: sa.Connection, name: str) -> User:
    """Let somebody sign in again, also before a lock is over.

    Args:
        connection: With an open transaction.
        name: Whom.

    Returns:
        The user.
    """
    return _changed(
        connection, name, disabled_at=None, failed_sign_in_count=0, locked_until=None
    )


def normal_name(name: str) -> str:
    """Return a name as it is stored.

    Examples:
        >>> normal_name(" Jana.Novakova ")
        'jana.novakova'
    """
    # The database holds no NUL; nobody's name has what stands for it.
    held = name.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return unicodedata.normalize("NFKC", held).strip().lower()


def lock_after(failures: int) -> timedelta | None:
    """Return for how long no password is tried after so many wrong ones.

    Examples:
        >>> lock_after(4), lock_after(5), lock_after(7)
        (None, datetime.timedelta(seconds=60), datetime.timedelta(seconds=240))
    """
    if failures < FREE_ATTEMPTS:
        return None
    doublings: int = min(failures - FREE_ATTEMPTS, _MOST_DOUBLINGS)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def _claim_attempt(
    connection: sa.Connection, name: str, now: datetime
) -> sa.Row[Any] | None:
    """Count an attempt; gives the row if a password may be tried."""
    table = dashboard_users
    row = connection.execute(
        sa.select(table).where(table.c.user_name == name).with_for_update()
    ).first()
    is_locked = row is not None and row.locked_until and row.locked_until > now
    if row is None or row.disabled_at is not None or is_locked:
        return None
    failures = row.failed_sign_in_count + 1
    lock = lock_after(failures)
    connection.execute(
        sa.update(table)
        .where(table.c.user_id == row.user_id)
        .values(
            failed_sign_in_count=failures,
            locked_until=None if lock is None else now + lock,
        )
    )
    return row


def _signed_in(
    connection: sa.Connection, claimed: sa.Row[Any], password: str, now: datetime
) -> User | None:
    values: dict[str, Any] = {
        "failed_sign_in_count": 0,
        "locked_until": None,
        "last_signed_in_at": now,
    }
    if _hasher.check_needs_rehash(claimed.password_hash):
        values["password_hash"] = _hasher.hash(password)
    row = connection.execute(
        sa.update(dashboard_users)
        .where(
            dashboard_users.c.user_id == claimed.user_id,
            # Neither may have changed while the password was looked at.
            dashboard_users.c.disabled_at.is_(None),
            dashboard_users.c.password_hash == claimed.password_hash,
        )
        .values(values)
        .returning(dashboard_users)
    ).first()
    return None if row is None else _user(row)


def _fits(stored: str, password: str) -> bool:
    # Compared even where it is too long, so that time tells nothing.
    with _at_once:
        try:
            return _hasher.verify(stored, _normal(password[:LONGEST_PASSWORD]))
        except VerificationError:
            return False


def _hash(name: str, password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        msg = f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
        raise UserError(msg)
    is_trivial = len(set(password)) < SHORTEST_PASSWORD // 3
    if name in password.lower() or is_trivial:
        msg = "a password must not hold the name, nor repeat a few characters"
        raise UserError(msg)
    with _at_once:
        return _hasher.hash(_normal(password))


def _normal(password: str) -> str:
    """Return what is hashed: an accent is typed in two ways on different machines."""
    return unicodedata.normalize("NFC", password)


def _changed(connection: sa.Connection, name: str, **values: object) -> User:
    row = connection.execute(
        sa.update(dashboard_users)
        .where(dashboard_users.c.user_name == normal_name(name))
        .values(values)
        .returning(dashboard_users)
    ).first()
    if row is None:
        msg = "there is no such user; `analytics-pipeline users list` shows the names"
        raise UserError(msg)
    return _user(row)


def _user(row: sa.Row[Any]) -> User:
    # A role that this version does not know gives the least right.
    role = next((r for r in UserRole if r == row.user_role), UserRole.VIEWER)
    return User(
        row.user_id,
        row.user_name,
        role,
        row.created_at,
        row.password_changed_at,
        row.disabled_at,
        row.last_signed_in_at,
        row.locked_until,
    )
