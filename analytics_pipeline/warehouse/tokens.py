"""Stored tokens in use: read, renewed by one process at a time, kept before used."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from analytics_pipeline.schemas.connections import (
    Connection,
    ConnectionStatus,
    TokenGrant,
)
from analytics_pipeline.schemas.records import Clock
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.connections import read_connection
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tables import connections
from analytics_pipeline.warehouse.token_journal import TokenJournal

T = TypeVar("T")
Trade = Callable[[str], TokenGrant]
"""Trades a token for a new grant at the platform."""

_MARGIN = timedelta(minutes=10)
# How often a connection may be lost before the account is given up.
_TRIES = 2
# How long a database may take to come back before a new token has to wait for a run.
_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)

# Put together once: it is asked for every account that is read.
_TOKEN_OF = sa.select(
    connections.c.access_token_encrypted, connections.c.access_token_expires_at
).where(connections.c.connection_id == sa.bindparam("whose"))


@dataclass(frozen=True, slots=True)
class _Held:
    """A connection's row, locked, with its tokens in clear.

    Attributes:
        row: The row.
        access_token: Its access token.
        refresh_token: Its refresh token.
        outdated: Traded tokens whose grants the journal need not keep any more once
            the transaction is committed.
    """

    row: sa.Row[tuple[str]]
    access_token: str | None = field(repr=False)
    refresh_token: str | None = field(repr=False)
    outdated: set[str] = field(default_factory=set, repr=False)


class TokenVault:
    """Hands out access tokens of stored connections, and renews them.

    A platform that rotates refresh tokens (TikTok) forgets the old one as soon as it
    answers. So one process renews while the others wait on the row's lock and read
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
        self.clock = clock

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
        self, connection_id: str, refresh: Trade, stale: str | None = None
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
        if stale is None and (living := self._living_token(connection_id)):
            return living

        def fresh(connection: sa.Connection, held: _Held) -> str | None:
            current = held.access_token
            ends = held.row.access_token_expires_at
            if current and current != stale and not self.expires_soon(ends):
                return current
            if held.refresh_token is None:
                return None
            return self._trade(
                connection, held, held.refresh_token, refresh
            ).access_token

        def usable_or_fresh() -> str | None:
            # Locking a row for each request that needs no new token is a write each.
            usable = self._usable(connection_id, stale)
            return usable or self._try(connection_id, fresh)

        return self._persistently(connection_id, usable_or_fresh)

    def _living_token(self, connection_id: str) -> str | None:
        """Return a stored token that needs no renewal, without locking its row.

        One that is just being renewed may be given out; should the platform refuse
        it, the caller asks again and then waits for the new one.
        """
        try:
            with self._warehouse.begin() as connection:
                row = connection.execute(_TOKEN_OF, {"whose": connection_id}).first()
        except sa.exc.DBAPIError:
            return None  # Whoever locks the row tries again.
        if row is None or row[0] is None or self.expires_soon(row[1]):
            return None
        return None if self._journal.kept(connection_id) else self._decrypted(row[0])

    def renew(
        self, connection_id: str, trade: Trade, is_due: Callable[[Connection], bool]
    ) -> TokenGrant | None:
        """Trade a connection's token for a better one.

        Args:
            connection_id: Whose.
            trade: Called at most once, with the row locked: with the refresh token,
                or the access token where there is none. Its grant may hold the old
                token, with what the platform tells about it.
            is_due: Asked again with the row locked; another may just have renewed it.

        Returns:
            What was stored; None when nothing was due.

        Raises:
            DBAPIError: The database is gone. What was traded is kept for later.
        """

        def renewed(connection: sa.Connection, held: _Held) -> TokenGrant | None:
            traded = held.refresh_token or held.access_token
            if traded is None or not is_due(read_connection(held.row)):
                return None
            return self._trade(connection, held, traded, trade)

        return self._persistently(
            connection_id, lambda: self._try(connection_id, renewed)
        )

    def has_unsettled(self, connection_id: str) -> bool:
        """Tell whether a process that was killed has left something in the journal."""
        return bool(self._journal.kept(connection_id))

    def settle(self, connection_id: str) -> None:
        """Store what a process that was killed has left, unless it is outdated."""
        self._persistently(
            connection_id,
            lambda: self._try(connection_id, lambda _, held: held.access_token),
        )

    def expires_soon(self, expires_at: datetime | None) -> bool:
        """Tell whether a token must be refreshed before a walk begins."""
        return expires_at is not None and expires_at - _MARGIN <= self.clock()

    def _usable(self, connection_id: str, stale: str | None) -> str | None:
        """Return the stored token if it will do, unless somebody trades it just now."""
        if self.has_unsettled(connection_id):
            return None
        with self._warehouse.begin() as connection:
            row = connection.execute(
                sa.select(
                    connections.c.access_token_encrypted,
                    connections.c.access_token_expires_at,
                ).where(connections.c.connection_id == connection_id)
            ).first()
        if row is None or self.expires_soon(row.access_token_expires_at):
            return None
        token = self._decrypted(row.access_token_encrypted)
        return token if token != stale else None

    def _persistently(
        self, connection_id: str, work: Callable[[], T | None]
    ) -> T | None:
        """Do something with a connection, again if the database is lost meanwhile."""
        for tries, seconds in enumerate(_PAUSES, 1):
            try:
                return work()
            except sa.exc.DBAPIError as error:
                is_gone = isinstance(error, sa.exc.OperationalError)
                if not (is_gone or error.connection_invalidated):
                    raise
                # With a new token in hand, it is worth waiting for the database.
                if tries >= _TRIES and not self._journal.kept(connection_id):
                    raise
            time.sleep(seconds)
        return work()

    def _try(
        self, connection_id: str, work: Callable[[sa.Connection, _Held], T | None]
    ) -> T | None:
        """Do something with a connection that nobody else renews meanwhile."""
        with self._warehouse.begin() as connection:
            held = self._held(connection, connection_id)
            done = None if held is None else work(connection, held)
        for traded in held.outdated if held else ():
            self._journal.remove(connection_id, traded)
        return done

    def _held(self, connection: sa.Connection, connection_id: str) -> _Held | None:
        """Lock a connection, and store what the journal has of it."""
        held = self._locked(connection, connection_id)
        kept = self._journal.kept(connection_id)
        if held is None or not kept:
            return held
        # Unless somebody has traded it on meanwhile.
        for traded in kept.keys() & {held.refresh_token, held.access_token}:
            self._store(connection, connection_id, kept[traded])
            held = self._locked(connection, connection_id) or held
        held.outdated.update(kept)
        return held

    def _locked(self, connection: sa.Connection, connection_id: str) -> _Held | None:
        row = connection.execute(
            sa.select(connections)
            .where(connections.c.connection_id == connection_id)
            .with_for_update()
        ).first()
        if row is None:
            return None
        return _Held(
            row,
            self._decrypted(row.access_token_encrypted),
            self._decrypted(row.refresh_token_encrypted),
        )

    def _decrypted(self, encrypted: str | None) -> str | None:
        return encrypted and self._cipher.decrypt(encrypted)

    def _trade(
        self, connection: sa.Connection, held: _Held, traded: str, trade: Trade
    ) -> TokenGrant:
        connection_id = held.row.connection_id
        grant = trade(traded)
        if grant.access_token == traded:
            self._note(connection, connection_id, grant)
            return grant
        self._journal.write(connection_id, traded, grant)
        held.outdated.add(traded)
        self._store(connection, connection_id, grant)
        return grant

    def _store(
        self, connection: sa.Connection, connection_id: str, grant: TokenGrant
    ) -> None:
        """Store new tokens; with them, whatever was wrong is over."""
        refresh = grant.refresh_token
        now = self.clock()
        self._write(
            connection,
            connection_id,
            _facts(grant)
            | {
                "access_token_encrypted": self._cipher.encrypt(grant.access_token),
                "refresh_token_encrypted": refresh and self._cipher.encrypt(refresh),
                "access_token_issued_at": now,
                "connection_status": ConnectionStatus.CONNECTED,
                "reconnect_reason": None,
                "reconnect_since": None,
                "renewal_tried_at": now,
                "updated_at": now,
            },
        )

    def _note(
        self, connection: sa.Connection, connection_id: str, grant: TokenGrant
    ) -> None:
        """Store what the platform tells about a token that stays."""
        issued = connections.c.access_token_issued_at
        now = self.clock()
        self._write(
            connection,
            connection_id,
            _facts(grant)
            | {
                # From now on its age is known, as well as it can be.
                "access_token_issued_at": sa.func.coalesce(
                    issued, connections.c.updated_at
                ),
                "renewal_tried_at": now,
                "updated_at": now,
            },
        )

    def _write(
        self, connection: sa.Connection, connection_id: str, values: dict[str, object]
    ) -> None:
        connection.execute(
            sa.update(connections)
            .where(connections.c.connection_id == connection_id)
            .values(values)
        )


def _facts(grant: TokenGrant) -> dict[str, object]:
    """Return what a grant tells; what it does not tell stays as it was."""
    values: dict[str, object] = {
        "access_token_expires_at": grant.access_token_expires_at,
        "renewal_problem": grant.problem,
        "token_doubted_at": None,
    }
    told = {
        "refresh_token_expires_at": grant.refresh_token_expires_at,
        "scopes": None if grant.scopes is None else list(grant.scopes),
        "consent_expires_at": grant.consent_expires_at,
        "platform_user_id": grant.platform_user_id,
    }
    return values | {name: value for name, value in told.items() if value is not None}
