"""Leases: who is at work on something, told by a lock that dies with its holder.

A lease is a lock of a session of PostgreSQL. A process that is killed loses its session
at once; of a machine that is gone the server hears nothing, and ends the session after
half a minute. So whoever waits for the work need not be told that its worker has died.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

import psycopg
from psycopg.conninfo import make_conninfo

from analytics_pipeline.settings import Settings
from analytics_pipeline.warehouse.engine import database_url
from analytics_pipeline.warehouse.exclusion import work_key

_log = logging.getLogger(__name__)
_BEAT_SECONDS = 5.0
# Of a silent machine: asked after 15 s, four times, 4 s apart.
_KEEPALIVES = {
    "keepalives_idle": "15",
    "keepalives_interval": "4",
    "keepalives_count": "4",
    "tcp_user_timeout": "30000",
}
_SERVER_KEEPALIVES = (
    "SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 4; "
    "SET tcp_keepalives_count = 4"
)
_IS_HELD = (
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND objsubid = 1 AND classid::bigint = %s AND objid::bigint = %s)"
)


class Leases:
    """The leases of one process.

    Args:
        settings: Where the database is.
        beat_seconds: How often a holder makes sure that it still holds its lease.
    """

    def __init__(self, settings: Settings, beat_seconds: float = _BEAT_SECONDS) -> None:
        url = database_url(settings).set(drivername="postgresql")
        address = url.render_as_string(hide_password=False)
        self._address = make_conninfo(address, **_KEEPALIVES)
        self._beat_seconds = beat_seconds
        self._looking: psycopg.Connection | None = None

    @contextmanager
    def hold(self, name: str, on_lost: Callable[[], None]) -> Iterator[bool]:
        """Hold a lease for the time of a block, unless somebody else does.

        Args:
            name: What is worked on.
            on_lost: Called if the session was lost and somebody else holds the lease
                now: the work is theirs.

        Yields:
            Whether it is held.
        """
        key = work_key(name)
        session = self._take(key)
        if session is None:
            yield False
            return
        keeper = _Keeper(session, lambda: self._take(key), on_lost, self._beat_seconds)
        with keeper:
            yield True

    def is_held(self, name: str) -> bool:
        """Tell whether somebody is at work; yes while the database cannot tell.

        Args:
            name: What is worked on.

        Returns:
            Whether its lease is held.
        """
        key = work_key(name) % 2**64
        try:
            if self._looking is None or self._looking.closed:
                self._looking = self._connect()
            row = self._looking.execute(_IS_HELD, divmod(key, 2**32)).fetchone()
        except psycopg.Error:
            self._looking = None
            return True
        return bool(row and row[0])

    def _take(self, key: int) -> psycopg.Connection | None:
        session = self._connect()
        row = session.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone()
        if row and row[0]:
            return session
        session.close()
        return None

    def _connect(self) -> psycopg.Connection:
        session = psycopg.connect(self._address, autocommit=True)
        session.execute(_SERVER_KEEPALIVES)
        return session


class _Keeper:
    """Looks after a held lease, and takes it again when its session was lost."""

    def __init__(
        self,
        session: psycopg.Connection,
        take: Callable[[], psycopg.Connection | None],
        on_lost: Callable[[], None],
        beat_seconds: float,
    ) -> None:
        self._session = session
        self._take = take
        self._on_lost = on_lost
        self._beat_seconds = beat_seconds
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._session.close()

    def _keep(self) -> None:
        while not self._done.wait(self._beat_seconds):
            try:
                self._session.execute("SELECT 1")
            except psycopg.Error:
                self._session.close()
                self._take_again()

    def _take_again(self) -> None:
        try:
            session = self._take()
        except psycopg.Error:
            return  # The database is away; nobody else can take the lease either.
        if session is None:
            _log.warning("a lease was lost to somebody else")
            self._on_lost()
        else:
            self._session = session
