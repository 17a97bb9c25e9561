"""Running a program and measuring it: wall, processor, memory, what it says it did."""

import json
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from benchmarks.measure import Sample, timed

ROOT = Path(__file__).resolve().parents[1]
_LOOK_SECONDS = 0.05
_MB = 1 << 20


def run_program(command: Sequence[str], variables: Mapping[str, str]) -> Sample:
    """Run a program to its end.

    Args:
        command: The program and its arguments.
        variables: Its environment on top of this process's, which must hold no
            variables of the pipeline.

    Returns:
        What it took, with the JSON of the last line it printed as facts. Memory is the
        sum of each of its processes' own peak.

    Raises:
        RuntimeError: It failed; the message holds the end of what it wrote.
    """
    peak = 0.0

    def work() -> dict[str, Any]:
        nonlocal peak
        with subprocess.Popen(
            command,
            env=os.environ | variables,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            memory = _Memory(process.pid)
            memory.start()
            printed, complaints = process.communicate()
            memory.done.set()
            memory.join()
        peak = memory.peak_mb
        if process.returncode:
            msg = f"{command} failed: {(complaints or printed)[-3000:]}"
            raise RuntimeError(msg)
        last = printed.strip().rpartition("\n")[2]
        facts: dict[str, Any] = json.loads(last) if last.startswith("{") else {}
        return facts

    return replace(timed(work), peak_mb=round(peak, 1))


class _Memory(threading.Thread):
    """Looks at the memory of a process and all that come from it."""

    def __init__(self, process_id: int) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self._root = process_id
        self._peaks: dict[int, int] = {}

    @property
    def peak_mb(self) -> float:
        """The sum of each process's own peak."""
        return sum(self._peaks.values()) / _MB

    def run(self) -> None:
        """Look until told that it is done."""
        while not self.done.wait(_LOOK_SECONDS):
            try:
                root = psutil.Process(self._root)
                for process in (root, *root.children(recursive=True)):
                    self._look(process)
            except psutil.Error:
                continue

    def _look(self, process: psutil.Process) -> None:
        used = process.memory_info().rss
        self._peaks[process.pid] = max(self._peaks.get(process.pid, 0), used)
