"""A process that has imported what commands import, and forks one child per command.

Importing Dagster costs more than most commands do. A child begins as a new process
does: its own environment, folder, standard streams and exit status; only the imports
are there already. Nothing but imports happens before the fork.
"""

import atexit
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_MODULES = (
    "analytics_pipeline.cli.main",
    "analytics_pipeline.cli.collect",
    "analytics_pipeline.cli.backfill",
    "analytics_pipeline.cli.connections",
    "analytics_pipeline.cli.doctor",
    "analytics_pipeline.cli.replay",
    "analytics_pipeline.cli.report",
    "analytics_pipeline.definitions",
)
# What definitions import only when they run.
_PACKAGES = ("clients", "landing", "steps", "transform", "warehouse")
_LONGEST_REQUEST = 1 << 20
_LONGEST_SECONDS = 600


class WarmCommands:
    """Runs commands in forked children of one process that lives as long as this."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket = ours
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self.close)
        assert self._socket.recv(16) == b"ready"

    def close(self) -> None:
        """End the process; it ends when nobody can ask it any more."""
        self._socket.close()
        self._server.wait()

    def run(
        self, arguments: Sequence[str], folder: Path, environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        with (
            Path(os.devnull).open("rb") as nothing,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            asked = {
                "arguments": list(arguments),
                "folder": str(folder),
                "environment": environment,
            }
            streams = [nothing.fileno(), out.fileno(), err.fileno()]
            socket.send_fds(self._socket, [json.dumps(asked).encode()], streams)
            status = int(self._socket.recv(16))
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(
                list(arguments), status, out.read().decode(), err.read().decode()
            )


@cache
def warm_commands() -> WarmCommands:
    """Return this process's own, started when it is first needed."""
    return WarmCommands()


def _serve(connection: socket.socket) -> None:
    for name in _MODULES:
        importlib.import_module(name)
    for package in _PACKAGES:
        found = importlib.import_module(f"analytics_pipeline.{package}")
        for module in pkgutil.iter_modules(found.__path__, f"{found.__name__}."):
            importlib.import_module(module.name)
    connection.send(b"ready")
    while True:
        request, streams, _, _ = socket.recv_fds(connection, _LONGEST_REQUEST, 3)
        if not request:
            return
        child = os.fork()
        if child == 0:
            connection.close()
            _become(json.loads(request), streams)
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        connection.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(asked: dict[str, object], streams: list[int]) -> None:
    """Be the command from here on; never returns."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.setsid()
    signal.alarm(_LONGEST_SECONDS)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    sys.argv = ["analytics-pipeline", *asked["arguments"]]
    status = 1
    try:
        command = sys.modules["analytics_pipeline.cli.main"].main
        command(prog_name="analytics-pipeline")
        status = 0
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:  # noqa: BLE001 - what Python itself would do
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
