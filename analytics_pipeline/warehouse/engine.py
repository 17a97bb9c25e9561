"""Where the database is, and how to get a connection to it.

One server holds the warehouse (schema `analytics`) and Dagster's own storage (schema
`dagster`): the one `ANALYTICS_DATABASE_URL` names, else the embedded one.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Self

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.pool import ConnectionPoolEntry

from analytics_pipeline.schemas.tables import SCHEMA
from analytics_pipeline.settings import Settings
from analytics_pipeline.warehouse.embedded import ensure_running, use_embedded_server
from analytics_pipeline.warehouse.migrate import migrate
from analytics_pipeline.warehouse.roles import can_read_as_service, read_as_service

DAGSTER_SCHEMA = "dagster"
_MINIMUM_VERSION = 15
_EMBEDDED_DATABASE = "analytics"
# Memory enough to sort what one page rests on without a file; and compiling its
# statements would take longer than they do.
_READ_ONLY = """
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL work_mem = '32MB';
SET LOCAL jit = off
"""
# As many as read at once without waiting for another to be opened.
_KEPT_CONNECTIONS = 20
_RECONNECT_ATTEMPTS = 5
_RECONNECT_PAUSE_SECONDS = 0.2


class DatabaseUnavailableError(Exception):
    """The database cannot be used; the message says why and what to check."""


class _Users:
    """How many use each engine: one who leaves must not close another's connections."""

    def __init__(self) -> None:
        self._counts: Counter[sa.Engine] = Counter()
        self._lock = threading.Lock()

    def join(self, engine: sa.Engine) -> None:
        """Count one more."""
        with self._lock:
            self._counts[engine] += 1

    def leave(self, engine: sa.Engine) -> None:
        """Count one less; the last closes the connections."""
        with self._lock:
            self._counts[engine] -= 1
            if self._counts[engine] <= 0:
                del self._counts[engine]
                engine.dispose()


_users = _Users()


class Warehouse:
    """The warehouse's connections, for one process.

    Args:
        engine: Connects to a server whose schema `analytics` is up to date.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._reads_as_service: bool | None = None
        self._is_closed = False

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Connect, starting the embedded server and migrating where needed.

        Args:
            settings: Names the server, or the folder of the embedded one.

        Returns:
            The warehouse, ready to be used from several threads.

        Raises:
            DatabaseUnavailableError: The server cannot be reached or is too old.
            DatabaseNewerError: The schema is newer than this code.
        """
        is_embedded = settings.database_url is None
        engine = _engine(
            database_url(settings),
            settings.concurrency,
            embedded_folder(settings) if is_embedded else None,
        )
        _users.join(engine)
        try:
            _check_version(engine)
            migrate(engine)
        except sa.exc.OperationalError as error:
            _users.leave(engine)
            reason = str(error.orig).strip().splitlines()[0]
            msg = (
                f"cannot use PostgreSQL at {engine.url.render_as_string()}: {reason}; "
                "check ANALYTICS_DATABASE_URL, or unset it to use the embedded server"
            )
            raise DatabaseUnavailableError(msg) from error
        except Exception:
            _users.leave(engine)
            raise
        return cls(engine)

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """Open a transaction; commit at the end, roll back on any exception.

        Yields:
            The connection that the transaction is on.
        """
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a transaction that sees one state of the database and cannot change it.

        Nor can it see secrets, where the database has the role for that: no token, no
        key, no password. `grant-reading` makes it.

        Yields:
            The connection that the transaction is on.
        """
        with self.begin() as connection:
            connection.exec_driver_sql(_READ_ONLY)
            if self._reads_as_service is None:
                self._reads_as_service = can_read_as_service(connection)
            if self._reads_as_service:
                read_as_service(connection)
            yield connection

    @contextmanager
    def undone(self) -> Iterator["Warehouse"]:
        """Give a warehouse whose every change is undone at the end, even when killed.

        What it changes is locked for the others until then. For one thread only.

        Yields:
            The warehouse.
        """
        with self.engine.connect() as connection:
            transaction = connection.begin()
            try:
                yield _UndoneWarehouse(self.engine, connection)
            finally:
                transaction.rollback()

    def close(self) -> None:
        """Give all connections back, once nobody else in this process uses them."""
        if not self._is_closed:
            self._is_closed = True
            _users.leave(self.engine)

    def __enter__(self) -> Self:
        """Use the warehouse for the time of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give all connections back."""
        self.close()


class _UndoneWarehouse(Warehouse):
    """The warehouse within one transaction that is never committed."""

    def __init__(self, engine: sa.Engine, connection: sa.Connection) -> None:
        super().__init__(engine)
        self._connection = connection

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """Open a savepoint instead of a transaction."""
        with self._connection.begin_nested():
            yield self._connection


def embedded_folder(settings: Settings) -> Path:
    """Return the folder of the embedded server."""
    return settings.home / "postgres"


def database_url(settings: Settings, driver: str = "psycopg") -> sa.URL:
    """Return the server's address for a driver, starting an embedded server.

    Args:
        settings: Names the server, or the folder of the embedded one.
        driver: `psycopg` (version 3) or `psycopg2`, named in the address because
            SQLAlchemy 2.1 and dagster-postgres differ in what they take by default.

    Returns:
        The address with user, password and database.
    """
    if settings.database_url is not None:
        url = sa.make_url(settings.database_url.get_secret_value())
        return url.set(drivername=f"postgresql+{driver}")
    socket_folder = use_embedded_server(embedded_folder(settings))
    _create_embedded_database(socket_folder)
    return sa.URL.create(
        f"postgresql+{driver}",
        username="postgres",
        database=_EMBEDDED_DATABASE,
        query={"host": str(socket_folder)},
    )


def dagster_url(settings: Settings) -> str:
    """Return the address for Dagster's own storage, making its schema first."""
    engine = sa.create_engine(database_url(settings), poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {DAGSTER_SCHEMA}"))
    url = database_url(settings, "psycopg2").update_query_dict(
        {"options": f"-c search_path={DAGSTER_SCHEMA}"}
    )
    return url.render_as_string(hide_password=False)


@lru_cache(maxsize=8)
def _engine(url: sa.URL, concurrency: int, embedded: Path | None) -> sa.Engine:
    """Make an engine, once: it knows its statements, which take longer than to run."""
    engine = sa.create_engine(
        url,
        pool_pre_ping=True,
        # An error would name the values: tokens, captions, pushes.
        hide_parameters=True,
        pool_size=_KEPT_CONNECTIONS,
        max_overflow=concurrency,
        connect_args={
            "options": f"-c timezone=UTC -c search_path={SCHEMA},public",
            "application_name": "analytics-pipeline",
        },
    )
    if embedded is not None:
        _restart_when_gone(engine, embedded)
    return engine


def _create_embedded_database(socket_folder: Path) -> None:
    with psycopg.connect(
        host=str(socket_folder), user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [_EMBEDDED_DATABASE]
        ).fetchone()
        if found is None:
            try:
                connection.execute(f"CREATE DATABASE {_EMBEDDED_DATABASE}")
            except (
                psycopg.errors.DuplicateDatabase,
                psycopg.errors.UniqueViolation,
            ):
                return  # Another process came first.


def _check_version(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        number = int(connection.scalar(sa.text("SHOW server_version_num")) or 0)
    if number // 10_000 < _MINIMUM_VERSION:
        msg = (
            f"PostgreSQL {number // 10_000} is too old; "
            f"{_MINIMUM_VERSION} or newer is needed"
        )
        raise DatabaseUnavailableError(msg)


def _restart_when_gone(engine: sa.Engine, folder: Path) -> None:
    """Let a connection that finds no server start it again (it may be killed)."""

    @event.listens_for(engine, "do_connect")
    def connect(
        dialect: Dialect,
        _entry: ConnectionPoolEntry,
        arguments: tuple[object, ...],
        parameters: dict[str, object],
    ) -> DBAPIConnection:
        for _ in range(_RECONNECT_ATTEMPTS):
            try:
                return dialect.connect(*arguments, **parameters)
            except psycopg.OperationalError:
                # A server killed just now is still there for a moment.
                time.sleep(_RECONNECT_PAUSE_SECONDS)
                ensure_running(folder)
        return dialect.connect(*arguments, **parameters)
