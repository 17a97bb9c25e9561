"""The embedded PostgreSQL: started by the first, stopped after the last.

Users, supervisor and server are killed in between.
Everything runs in real processes; a child says a line when it is where a test wants it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from analytics_pipeline.warehouse.embedded import server_process

_USER = """
import sys
from pathlib import Path
import psycopg
from analytics_pipeline.warehouse.embedded import ensure_running, use_embedded_server
folder = Path(sys.argv[1])
socket = use_embedded_server(folder)
def ask(statement):
    with psycopg.connect(host=str(socket), user="postgres", dbname="postgres") as c:
        return c.execute(statement)
ask("CREATE TABLE IF NOT EXISTS kept (line int)")
print("ready", flush=True)
for line in sys.stdin:
    if line.strip() == "restart":
        ensure_running(folder)
    ask("INSERT INTO kept VALUES (1)")
    print("done", flush=True)
"""
_PATIENCE_SECONDS = 30


class User:
    """A process that uses the server until its input ends."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _USER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._read() == "ready"

    def ask(self, line: str = "insert") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        assert self._read() == "done"

    def leave(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="analytics-embedded-") as parent:
        path = Path(parent) / "postgres"
        yield path
        for process in _processes(path):
            process.kill()


def _processes(folder: Path) -> list[psutil.Process]:
    """Return the server and supervisor processes of a folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = " ".join(process.info["cmdline"] or ())
        is_ours = str(folder) in line and "import" not in line
        if is_ours and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def _supervisors(folder: Path) -> list[psutil.Process]:
    return [
        process
        for process in _processes(folder)
        if "warehouse.supervisor" in " ".join(process.info["cmdline"])
    ]


def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def _server(folder: Path) -> psutil.Process | None:
    return server_process(folder / "data")


def test_the_first_user_starts_it_and_the_last_one_stops_it(folder):
    first = User(folder)
    second = User(folder)
    server = _server(folder)

    first.leave()
    second.ask()
    still = _server(folder)
    second.leave()

    assert server is not None
    assert still == server
    _until(lambda: not _processes(folder))


def test_what_was_written_is_there_after_a_stop(folder):
    user = User(folder)
    user.ask()
    user.leave()
    _until(lambda: not _processes(folder))

    again = User(folder)
    again.ask()
    again.leave()


def test_killed_users_leave_no_server_behind(folder):
    users = [User(folder), User(folder)]

    for user in users:
        user.kill()

    _until(lambda: not _processes(folder))


def test_a_killed_server_is_started_again_while_it_is_used(folder):
    user = User(folder)
    server = _server(folder)
    assert server is not None

    server.kill()
    _until(lambda: _server(folder) not in {None, server})
    user.ask("restart")
    user.leave()

    _until(lambda: not _processes(folder))


def test_a_killed_supervisor_is_replaced_by_the_next_who_asks(folder):
    user = User(folder)
    _until(lambda: _supervisors(folder))
    _supervisors(folder)[0].kill()
    _until(lambda: not _supervisors(folder))

    user.ask("restart")

    _until(lambda: _supervisors(folder))
    user.kill()
    _until(lambda: not _processes(folder))


def test_a_user_who_leaves_without_a_supervisor_starts_one_to_clean_up(folder):
    user = User(folder)
    _until(lambda: _supervisors(folder))
    _supervisors(folder)[0].kill()
    _until(lambda: not _supervisors(folder))

    user.leave()

    _until(lambda: not _processes(folder))


def test_a_pid_file_that_names_another_program_is_not_trusted(folder):
    user = User(folder)
    user.leave()
    _until(lambda: not _processes(folder))
    lines = [str(os.getpid()), str(folder / "data"), "1", "5432", "", "", "", "ready"]
    (folder / "data" / "postmaster.pid").write_text("\n".join(lines))

    assert _server(folder) is None
    User(folder).leave()


def test_many_who_come_at_once_share_one_server(folder):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _USER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]

    said = [process.stdout.readline().strip() for process in processes]
    servers = {p.pid for p in _processes(folder) if "-D" in p.info["cmdline"]}
    for process in processes:
        process.communicate()

    assert said == ["ready"] * 4
    assert len(servers) == 1


def test_a_user_stopped_by_a_signal_counts_until_it_ends(folder):
    user = User(folder)
    user.process.send_signal(signal.SIGSTOP)

    time.sleep(1)
    server = _server(folder)
    user.process.send_signal(signal.SIGCONT)

    assert server is not None
    user.leave()


def test_a_folder_with_a_long_path_works(folder):
    deep = folder / ("long" * 30)
    deep.mkdir(parents=True)
    user = User(deep)

    user.ask()
    user.leave()

    _until(lambda: not _processes(deep))
