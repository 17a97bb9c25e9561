"""Stored tokens in use: read, refreshed by one process at a time, kept before used."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from analytics_pipeline.schemas.connections import ConnectionStatus, TokenGrant
from analytics_pipeline.schemas.records import Clock
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tables import connections
from analytics_pipeline.warehouse.token_journal import TokenJournal

Refresh = Callable[[str], TokenGrant]
"""Trades a refresh token for a new grant at the platform."""

_MARGIN = timedelta(minutes=10)
# How often a connection may be lost before the account is given up.
_TRIES = 2
# How long a database may take to come back before a new token has to wait for a run.
_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


class TokenVault:
    """Hands out access tokens of stored connections.

    A platform that rotates refresh tokens (TikTok) forgets the old one as soon as it
    answers. So one process refreshes while the others wait on the row's lock and read
    what it got, and the new tokens are committed before anyone uses them. Until they
    are, they stand in a journal on disk.

    Args:
        warehouse: Where the connections are.
        cipher: Decrypts the tokens.
        clock: Tells which tokens are about to expire.
        journal_folder: Where new tokens are kept until they are committed.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        cipher: TokenCipher,
        clock: Clock,
        journal_folder: Path,
    ) -> None:
        self._warehouse = warehouse
        self._journal = TokenJournal(journal_folder, cipher)
        self._cipher = cipher
        self._clock = clock

    def access_token(self, connection_id: str) -> str | None:
        """Return the stored access token, however old; None when there is none."""
        with self._warehouse.begin() as connection:
            encrypted = connection.scalar(
                sa.select(connections.c.access_token_encrypted).where(
                    connections.c.connection_id == connection_id
                )
            )
        return encrypted and self._cipher.decrypt(encrypted)

    def fresh_access_token(
        self, connection_id: str, refresh: Refresh, stale: str | None = None
    ) -> str | None:
        """Return an access token with some minutes to live, refreshing if needed.

        Args:
            connection_id: Whose.
            refresh: Called at most once, with the row locked, and only when the stored
                token is the stale one or is about to expire.
            stale: A token that the platform has just refused.

        Returns:
            The token; None when the connection has no refresh token any more.

        Raises:
            DBAPIError: The database is gone. What was refreshed is kept for later.
        """
        for tries, seconds in enumerate(_PAUSES, 1):
            try:
                return self._fresh(connection_id, refresh, stale)
            except sa.exc.DBAPIError as error:
                is_gone = isinstance(error, sa.exc.OperationalError)
                if not (is_gone or error.connection_invalidated):
                    raise
                # With a new token in hand, it is worth waiting for the database.
                if tries >= _TRIES and self._journal.read(connection_id) is None:
                    raise
            time.sleep(seconds)
        return self._fresh(connection_id, refresh, stale)

    def _fresh(
        self, connection_id: str, refresh: Refresh, stale: str | None
    ) -> str | None:
        with self._warehouse.begin() as connection:
            token = self._fresh_within(connection, connection_id, refresh, stale)
        self._journal.remove(connection_id)  # It is committed.
        return token

    def _fresh_within(
        self,
        connection: sa.Connection,
        connection_id: str,
        refresh: Refresh,
        stale: str | None,
    ) -> str | None:
        row = self._locked(connection, connection_id)
        if row is None:
            return None
        refresh_token = self._decrypted(row.refresh_token_encrypted)
        kept = self._journal.read(connection_id)
        # Unless somebody has traded it on meanwhile.
        if kept is not None and kept[0] == refresh_token:
            self._store(connection, connection_id, kept[1])
            row = self._locked(connection, connection_id) or row
            refresh_token = kept[1].refresh_token
        current = self._decrypted(row.access_token_encrypted)
        if current and current != stale and self._lives(row):
            return current
        if refresh_token is None:
            return None
        grant = refresh(refresh_token)
        self._journal.write(connection_id, refresh_token, grant)
        self._store(connection, connection_id, grant)
        return grant.access_token

    def _decrypted(self, encrypted: str | None) -> str | None:
        return encrypted and self._cipher.decrypt(encrypted)

    def _locked(
        self, connection: sa.Connection, connection_id: str
    ) -> sa.Row[tuple[str]] | None:
        """Return a connection's row, which nobody else refreshes meanwhile."""
        return connection.execute(
            sa.select(connections)
            .where(connections.c.connection_id == connection_id)
            .with_for_update()
        ).first()

    def expires_soon(self, expires_at: datetime | None) -> bool:
        """Tell whether a token must be refreshed before a walk begins."""
        return expires_at is not None and expires_at - _MARGIN <= self._clock()

    def _lives(self, row: sa.Row[tuple[str]]) -> bool:
        return not self.expires_soon(row.access_token_expires_at)

    def _store(
        self, connection: sa.Connection, connection_id: str, grant: TokenGrant
    ) -> None:
        values: dict[str, object] = {
            "access_token_encrypted": self._cipher.encrypt(grant.access_token),
            "access_token_expires_at": grant.access_token_expires_at,
            "refresh_token_encrypted": self._cipher.encrypt(grant.refresh_token),
            "connection_status": ConnectionStatus.CONNECTED,
            "updated_at": self._clock(),
        }
        if grant.refresh_token_expires_at is not None:
            values["refresh_token_expires_at"] = grant.refresh_token_expires_at
        if grant.scopes is not None:
            values["scopes"] = list(grant.scopes)
        connection.execute(
            sa.update(connections)
            .where(connections.c.connection_id == connection_id)
            .values(values)
        )
