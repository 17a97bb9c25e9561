"""The process that keeps the embedded PostgreSQL running while anyone uses it.

Started by `embedded.py`, detached from every terminal. It ends, and the server with
it, as soon as no process holds the users' lock any more.
"""

import fcntl
import signal
import sys
import time
from pathlib import Path
from typing import IO

import psutil

from analytics_pipeline.warehouse.embedded import (
    EmbeddedServerError,
    server_process,
    start_server,
)

_POLL_SECONDS = 0.25
_STOP_SECONDS = 60


def supervise(folder: Path) -> None:
    """Watch the server of a folder until its last user has gone, then stop it."""
    with (
        (folder / "supervisor.lock").open("w") as supervisor_lock,
        (folder / "users.lock").open("w") as users_lock,
    ):
        if not _try_lock(supervisor_lock):
            return
        while not _try_lock(users_lock):
            _restart_if_killed(folder)
            time.sleep(_POLL_SECONDS)
        _stop(folder / "data")
        # In this order: a user who gets in next must find no supervisor, and start one.
        fcntl.flock(supervisor_lock, fcntl.LOCK_UN)


def _restart_if_killed(folder: Path) -> None:
    data = folder / "data"
    if not (data / "postmaster.pid").exists() or server_process(data) is not None:
        return
    with (folder / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            start_server(data)
        except EmbeddedServerError:
            return  # The next user gets the error, and tells it to a person.


def _stop(data: Path) -> None:
    process = server_process(data)
    if process is None:
        return
    process.send_signal(signal.SIGINT)  # PostgreSQL's fast, clean shutdown.
    try:
        process.wait(_STOP_SECONDS)
    except psutil.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)


def _try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    supervise(Path(sys.argv[1]))
