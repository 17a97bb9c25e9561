"""A twin for the time of a block, in a process of its own."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from benchmarks.twin.answers import AGENCY_ID
from benchmarks.world import World

_ROOT = Path(__file__).resolve().parents[2]
_STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Twin:
    """A running twin.

    Attributes:
        url: Its address.
        world: What it shows.
        process_id: Of its (first) process.
    """

    url: str
    world: World
    process_id: int

    def environment(self) -> dict[str, str]:
        """Return the variables that point the pipeline here, at the world's time."""
        return {
            "CREATORS_API_URL": f"{self.url}/creators-app",
            "META_API_URL": f"{self.url}/graph/v23.0",
            "META_ACCESS_TOKEN": "agency-token",
            "META_IG_USER_ID": AGENCY_ID,
            "TIKTOK_API_URL": f"{self.url}/tiktok/v2",
            "TIKTOK_CLIENT_KEY": "benchmark-client-key",
            "TIKTOK_CLIENT_SECRET": "benchmark-client-secret",
            "ANALYTICS_CLOCK": self.world.now.isoformat(),
            "ANALYTICS_TIMEZONE": "UTC",
            "ANALYTICS_START_DATE": self.world.first_day.isoformat(),
        }

    def stats(self) -> dict[str, int]:
        """Return the requests answered since the reset, and the most in flight."""
        return self._get("_stats")

    def reset(self) -> None:
        """Count from zero."""
        self._get("_reset")

    def _get(self, name: str) -> dict[str, int]:
        with urlopen(f"{self.url}/{name}") as answer:  # noqa: S310 - our own address
            found: dict[str, int] = json.loads(answer.read())
            return found


@contextmanager
def running_twin(
    world: World, latency_ms: float = 0, processes: int = 1
) -> Iterator[Twin]:
    """Run a twin.

    Args:
        world: What it shows.
        latency_ms: Between each request and its answer.
        processes: How many serve; one is enough for some thousand requests a second.

    Yields:
        The twin, ready.
    """
    options = {
        "--creators": world.creators,
        "--posts": world.posts,
        "--day": world.day.isoformat(),
        "--seed": world.seed,
        "--latency-ms": latency_ms,
        "--processes": processes,
        "--port": _free_port() if processes > 1 else 0,
    }
    arguments = [str(word) for pair in options.items() for word in pair]
    command = [sys.executable, "-m", "benchmarks.twin", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=_ROOT
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            url = process.stdout.readline().strip()
            if not url:
                msg = "the twin did not start"
                raise RuntimeError(msg)
            yield Twin(url, world, process.pid)
        finally:
            process.terminate()
            process.wait(_STOP_SECONDS)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
