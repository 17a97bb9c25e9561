"""A run and its workers, each in a process and, but for the network, a home of its own.

The broker is a table of the database that they share, through Kombu's transport for
SQLAlchemy: real messages between real processes, and no server beyond PostgreSQL. It
forgets a message that a worker took and died of, which is the worst that a broker does.
SCALE_BROKER_URL names another one.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from analytics_pipeline.settings import project_root

PATIENCE_SECONDS = 180
_OPEN = (
    "import sys, kombu;"
    "kombu.Connection(sys.argv[1]).default_channel.queue_declare('dagster')"
)
_BIN = Path(sys.executable).parent


@dataclass
class Crew:
    """A run's machines.

    Attributes:
        folder: Holds a folder per machine.
        variables: The environment that they share.
        alive: Workers by name.
    """

    folder: Path
    variables: dict[str, str]
    alive: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start a worker, in its home of before if it had one."""
        command = [_BIN / "analytics-pipeline", "worker", "--name", name]
        self.alive[name] = self._start(command, name)

    def catch(self, name: str) -> bool:
        """Hold a worker still if it is in the middle of asking somebody."""
        os.killpg(self.alive[name].pid, signal.SIGSTOP)
        if self._count(name, "opening") > self._count(name, "attempt"):
            return True
        os.killpg(self.alive[name].pid, signal.SIGCONT)
        return False

    def kill(self, name: str) -> None:
        """Kill a worker and its children, as a power cut does."""
        process = self.alive.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_and_restart(self, name: str, run: subprocess.Popen[bytes]) -> None:
        """Kill a worker, and have its supervisor start it again before it is missed.

        The run stands still meanwhile, so that how long a start takes decides nothing.
        """
        run.send_signal(signal.SIGSTOP)
        self.kill(name)
        left = self.spools(name)
        self.start(name)
        wait_until(lambda: not any(path.exists() for path in left))
        run.send_signal(signal.SIGCONT)

    def begin(self, day: date) -> subprocess.Popen[bytes]:
        """Start a run of the job for a day."""
        tags = json.dumps({"dagster/partition": day.isoformat()})
        module = "analytics_pipeline_tests.scale.definitions"
        command = [_BIN / "dagster", "job", "execute", "-m", module]
        return self._start([*command, "-j", "collect_job", "--tags", tags], "run")

    def spools(self, name: str) -> list[Path]:
        """List the files of answers that a worker has not published."""
        return list((self.folder / name / "spool").glob("*.jsonl"))

    def unpublished(self, name: str) -> int:
        """Count the accounts whose whole answers only a worker's own disk has."""
        return self._count(name, "attempt")

    def _count(self, name: str, kind: str) -> int:
        texts = [path.read_text(errors="replace") for path in self.spools(name)]
        return sum(text.count(f'"kind":"{kind}"') for text in texts)

    def log(self, name: str) -> str:
        """Return what a machine has said."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _start(self, command: list[str | Path], name: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=project_root(),
                env=self.variables | {"ANALYTICS_HOME": str(self.folder / name)},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


@contextmanager
def crew_of(folder: Path, variables: dict[str, str]) -> Iterator[Crew]:
    """Make machines ready for the time of a block.

    Args:
        folder: For all they write.
        variables: The environment of the agency.

    Yields:
        The machines; no worker is started yet.
    """
    dagster_home = folder / "dagster"
    dagster_home.mkdir(parents=True)
    instance = project_root() / "deploy" / "dagster.yaml"
    (dagster_home / "dagster.yaml").symlink_to(instance)
    broker = os.environ.get("SCALE_BROKER_URL") or _table_of(
        variables["ANALYTICS_DATABASE_URL"]
    )
    crew = Crew(
        folder,
        {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
        | variables
        | {
            "ANALYTICS_BROKER_URL": broker,
            "ANALYTICS_RAW_URL": str(folder / "raw"),
            "DAGSTER_HOME": str(dagster_home),
        },
    )
    try:
        yield crew
    finally:
        for name in list(crew.alive):
            crew.kill(name)


def _table_of(database_url: str) -> str:
    """Make a broker of a database; give its address."""
    url = sa.make_url(database_url).set(drivername="postgresql+psycopg")
    broker = f"sqla+{url.render_as_string(hide_password=False)}"
    # Two workers that make the broker's tables at once trip over each other.
    subprocess.run([sys.executable, "-W", "ignore", "-c", _OPEN, broker], check=True)
    return broker


def wait_until(has_come: Callable[[], object]) -> None:
    """Wait for something that must come.

    Args:
        has_come: Tells whether it has.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not has_come():
        assert time.monotonic() < deadline
        time.sleep(0.02)
