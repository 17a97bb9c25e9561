"""The sandbox as a child process, for `demo` and `dev`."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import requests

from analytics_pipeline.cli.errors import CommandError

_EXPORT = re.compile(r"\s*export (\w+)=(\S+)")
_ADDRESS = re.compile(r"at (http://\S+)")
_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class LocalSandbox:
    """A running sandbox.

    Attributes:
        url: Its address.
        environment: What points the pipeline at it.
    """

    url: str
    environment: dict[str, str]

    def set_clock(self, now: datetime) -> None:
        """Set the sandbox's clock to an instant."""
        requests.put(
            f"{self.url}/_sandbox/clock",
            json={"now": now.isoformat()},
            timeout=_TIMEOUT_SECONDS,
        ).raise_for_status()


@contextmanager
def local_sandbox(connections: Path, *options: str) -> Iterator[LocalSandbox]:
    """Run a sandbox for the time of a block.

    Args:
        connections: Where it writes its connections file.
        options: Further options of the sandbox.

    Yields:
        The sandbox, answering.

    Raises:
        CommandError: It does not start.
    """
    command = [sys.executable, "-m", "analytics_pipeline.sandbox", *options]
    command += ["--port", "0", "--connections", str(connections)]
    # Its input ends when this process does, even by kill -9.
    command += ["--until-eof"]
    process = subprocess.Popen(  # noqa: S603 - our own module and interpreter
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield _wait_for(process)
    finally:
        process.terminate()
        process.communicate()


def _wait_for(process: subprocess.Popen[str]) -> LocalSandbox:
    """Read what the sandbox prints until it says that it is there."""
    url = None
    environment: dict[str, str] = {}
    for line in process.stdout or ():
        if address := _ADDRESS.search(line):
            url = address[1]
        if export := _EXPORT.match(line):
            (environment[export[1]],) = shlex.split(export[2])
        if line.startswith("Stop with") and url is not None:
            return LocalSandbox(url, environment)
    _, told = process.communicate()
    reason = next(reversed(told.strip().splitlines()), "it ended at once")
    msg = f"the sandbox does not start: {reason}"
    raise CommandError(msg)
