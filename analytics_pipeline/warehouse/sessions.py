"""Browsers in which somebody is signed in; their secrets are kept as hashes only."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from analytics_pipeline.schemas.users import IDLE_LIFE, LONGEST_LIFE
from analytics_pipeline.warehouse.tables import dashboard_sessions, dashboard_users

_USE_IS_NOTED_EVERY = timedelta(minutes=5)
_KEPT_AFTER_THE_END = timedelta(days=30)


def start_session(
    connection: sa.Connection, session_hash: str, user_id: str, now: datetime
) -> None:
    """Note that somebody signed in; what ended long ago is forgotten.

    Args:
        connection: With an open transaction.
        session_hash: Hash of the secret in the browser's cookie.
        user_id: Who.
        now: The current instant.
    """
    connection.execute(
        sa.delete(dashboard_sessions).where(
            dashboard_sessions.c.expires_at < now - _KEPT_AFTER_THE_END
        )
    )
    connection.execute(
        sa.insert(dashboard_sessions).values(
            session_hash=session_hash,
            user_id=user_id,
            created_at=now,
            last_used_at=now,
            expires_at=now + LONGEST_LIFE,
        )
    )


def find_session(
    connection: sa.Connection, session_hash: str, now: datetime
) -> str | None:
    """Tell whose session it is; when it was used is noted.

    Args:
        connection: With an open transaction.
        session_hash: Hash of the secret in a browser's cookie.
        now: The current instant.

    Returns:
        The sign-in name; None if there is no such session, or no more.
    """
    sessions = dashboard_sessions
    row = connection.execute(
        sa.select(dashboard_users.c.user_name, sessions.c.last_used_at)
        .join(dashboard_users, dashboard_users.c.user_id == sessions.c.user_id)
        .where(
            sessions.c.session_hash == session_hash,
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > now,
            sessions.c.last_used_at > now - IDLE_LIFE,
            dashboard_users.c.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    if row.last_used_at <= now - _USE_IS_NOTED_EVERY:
        connection.execute(
            sa.update(sessions)
            .where(sessions.c.session_hash == session_hash)
            .values(last_used_at=now)
        )
    return str(row.user_name)


def end_session(connection: sa.Connection, session_hash: str, now: datetime) -> None:
    """Sign a browser out."""
    _end(connection, dashboard_sessions.c.session_hash == session_hash, now)


def end_sessions_of(connection: sa.Connection, user_id: str, now: datetime) -> None:
    """Sign somebody out everywhere."""
    _end(connection, dashboard_sessions.c.user_id == user_id, now)


def _end(
    connection: sa.Connection, which: sa.ColumnElement[bool], now: datetime
) -> None:
    connection.execute(
        sa.update(dashboard_sessions)
        .where(which, dashboard_sessions.c.ended_at.is_(None))
        .values(ended_at=now)
    )
