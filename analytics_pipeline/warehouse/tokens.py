"""Stored tokens in use: read, refreshed by one process at a time, kept before used."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from analytics_pipeline.schemas.connections import ConnectionStatus, TokenGrant
from analytics_pipeline.schemas.records import Clock
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tables import connections

Refresh = Callable[[str], TokenGrant]
"""Trades a refresh token for a new grant at the platform."""

_MARGIN = timedelta(minutes=10)
# How often a connection may be lost before the account is given up.
_TRIES = 2
# How long a database may take to come back before a new token is given up.
_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


class TokenVault:
    """Hands out access tokens of stored connections.

    A platform that rotates refresh tokens (TikTok) forgets the old one as soon as it
    answers. So one process refreshes while the others wait on the row's lock and read
    what it got, and the new tokens are committed before anyone uses them.

    Args:
        warehouse: Where the connections are.
        cipher: Decrypts the tokens.
        clock: Tells which tokens are about to expire.
    """

    def __init__(self, warehouse: Warehouse, cipher: TokenCipher, clock: Clock) -> None:
        self._warehouse = warehouse
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
            DBAPIError: The database is gone; nothing was refreshed.
        """
        traded: list[tuple[str, TokenGrant]] = []

        def trade(refresh_token: str) -> TokenGrant:
            traded.append((refresh_token, refresh(refresh_token)))
            return traded[-1][1]

        for _ in range(_TRIES):
            try:
                return self._fresh(connection_id, trade, stale)
            except sa.exc.DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            if traded:
                # The platform knows the new token only: it must not be lost too.
                return self._keep_patiently(connection_id, *traded[-1])
        return self._fresh(connection_id, trade, stale)

    def keep(self, connection_id: str, traded: str, grant: TokenGrant) -> str | None:
        """Store a grant, unless its refresh token has been traded on meanwhile.

        Args:
            connection_id: Whose.
            traded: The refresh token that was given for the grant.
            grant: What the platform answered.

        Returns:
            The access token that is stored now; None when the connection is gone.
        """
        with self._warehouse.begin() as connection:
            row = self._locked(connection, connection_id)
            if row is None:
                return None
            stored = row.refresh_token_encrypted
            if stored is not None and self._cipher.decrypt(stored) != traded:
                current = row.access_token_encrypted
                return current and self._cipher.decrypt(current)
            self._store(connection, connection_id, grant)
        return grant.access_token

    def _keep_patiently(
        self, connection_id: str, traded: str, grant: TokenGrant
    ) -> str | None:
        """Store a grant in a database that was lost a moment ago."""
        for seconds in _PAUSES:
            try:
                return self.keep(connection_id, traded, grant)
            except sa.exc.OperationalError:
                time.sleep(seconds)
        return self.keep(connection_id, traded, grant)

    def _fresh(
        self, connection_id: str, refresh: Refresh, stale: str | None
    ) -> str | None:
        with self._warehouse.begin() as connection:
            row = self._locked(connection, connection_id)
            if row is None:
                return None
            current = row.access_token_encrypted and self._cipher.decrypt(
                row.access_token_encrypted
            )
            if current and current != stale and self._lives(row):
                return str(current)
            if row.refresh_token_encrypted is None:
                return None
            grant = refresh(self._cipher.decrypt(row.refresh_token_encrypted))
            self._store(connection, connection_id, grant)
        return grant.access_token

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
