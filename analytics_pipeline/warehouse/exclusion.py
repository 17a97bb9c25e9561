"""Steps at work, and the erasure that must be alone with what they write.

A step that reads or writes personal data holds a shared lock from its first look at the
accounts to its last write. An erasure waits until no such step is at work and keeps new
ones waiting until it is done. Otherwise a step that has read a name before could write
it after.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

import sqlalchemy as sa

from analytics_pipeline.warehouse.engine import Warehouse

_PERSONAL_DATA = 6_021_406
# Waiting behind an erasure that waits for oneself would never end: nobody locks twice.
_holds_lock: ContextVar[bool] = ContextVar("holds_lock", default=False)


@contextmanager
def at_work(warehouse: Warehouse) -> Iterator[None]:
    """Keep erasures waiting while a step is at work; steps do not wait for each other.

    Args:
        warehouse: Where the lock is. It ends with its session, however that ends.

    Yields:
        Nothing. Within a step that is at work already, nothing happens.
    """
    if _holds_lock.get():
        yield
        return
    with _locked(warehouse, "pg_advisory_lock_shared", "pg_advisory_unlock_shared"):
        yield


@contextmanager
def alone(warehouse: Warehouse) -> Iterator[None]:
    """Wait until no step is at work, and keep all of them waiting.

    Args:
        warehouse: Where the lock is.

    Yields:
        Nothing.
    """
    with _locked(warehouse, "pg_advisory_lock", "pg_advisory_unlock"):
        yield


@contextmanager
def one_at_a_time(warehouse: Warehouse, name: str) -> Iterator[None]:
    """Wait until nobody else does the same work, on whatever machine, and keep it.

    Args:
        warehouse: Where the lock is. It ends with its session, however that ends.
        name: Of the work.

    Yields:
        Nothing.
    """
    with warehouse.engine.connect() as connection:
        session = connection.execution_options(isolation_level="AUTOCOMMIT")
        key = {"key": work_key(name)}
        session.execute(sa.text("SELECT pg_advisory_lock(:key)"), key)
        try:
            yield
        finally:
            # A session that was lost has lost its lock, too.
            with suppress(sa.exc.DBAPIError):
                session.execute(sa.text("SELECT pg_advisory_unlock(:key)"), key)


def work_key(name: str) -> int:
    """Return the number under which PostgreSQL locks some work.

    Args:
        name: Of the work.

    Returns:
        The same on every machine; far from the numbers that stand in code.
    """
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def hold_off_erasures(connection: sa.Connection) -> bool:
    """Keep erasures waiting until a transaction ends, without ever waiting for one.

    For what a person does while they look: an erasure can take minutes.

    Args:
        connection: With an open transaction.

    Returns:
        False if an erasure is at work or waits; then nothing personal may be written.
    """
    lock = sa.func.pg_try_advisory_xact_lock_shared(_PERSONAL_DATA)
    return bool(connection.scalar(sa.select(lock)))


@contextmanager
def _locked(warehouse: Warehouse, take: str, release: str) -> Iterator[None]:
    with warehouse.engine.connect() as connection:
        session = connection.execution_options(isolation_level="AUTOCOMMIT")
        session.execute(sa.text(f"SELECT {take}({_PERSONAL_DATA})"))
        token = _holds_lock.set(True)
        try:
            yield
        finally:
            _holds_lock.reset(token)
            # A session that was lost has lost its lock, too.
            with suppress(sa.exc.DBAPIError):
                session.execute(sa.text(f"SELECT {release}({_PERSONAL_DATA})"))
