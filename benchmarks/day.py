"""A whole day of growing numbers of creators: time per creator, and peak memory.

Each size is a fresh house and a fresh process; a size that was measured at the same
commit is not measured again, so a run that was stopped goes on from there.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import psycopg

from analytics_pipeline.schemas.platforms import Platform
from benchmarks.house import open_house, scratch_server
from benchmarks.measure import Figure, Goal, Size
from benchmarks.programs import ROOT, run_program
from benchmarks.twin.running import running_twin
from benchmarks.world import World

MEMORY = Goal(
    "day.memory",
    "peak memory of a day of the most creators ÷ that of the middle size",
    1.3,
)
LINEAR = Goal(
    "day.linear",
    "time per creator of the most creators ÷ that of the middle size",
    1.15,
)
_SIZES = {Size.SHORT: (20, 200, 1_000), Size.FULL: (20, 2_000, 100_000)}
_MOST_THROUGH_DAGSTER = 2_000
_KEPT = Path(__file__).parent / "results" / "day"
_LOOK_SECONDS = 1.0
_MB = 1 << 20

_Day = dict[str, Any]


def run(size: Size) -> list[Figure]:
    """Measure a day of each size."""
    days = {count: _kept_or_measured(count) for count in _SIZES[size]}
    _, middle, most = days.values()
    details = {"sizes": {str(count): day for count, day in days.items()}}
    return [
        Figure(MEMORY, most["peak_mb"] / middle["peak_mb"], size, details),
        Figure(
            LINEAR,
            most["cpu_ms_per_creator"] / middle["cpu_ms_per_creator"],
            size,
            {
                "by": "CPU of the process and of PostgreSQL",
                "wall": round(
                    most["wall_ms_per_creator"] / middle["wall_ms_per_creator"], 3
                ),
            },
        ),
    ]


def _kept_or_measured(creators: int) -> _Day:
    kept = _KEPT / f"{creators}.json"
    commit = _commit()
    if kept.exists():
        day: _Day = json.loads(kept.read_text())
        if commit is not None and day["commit"] == commit:
            _say(f"{creators} creators: measured before")
            return day
    day = {"commit": commit} | _measured(creators)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(day, indent=1) + "\n")
    return day


def _measured(creators: int) -> _Day:
    _say(f"{creators} creators:")
    world = World(creators)
    with running_twin(world) as twin, scratch_server() as server:
        with open_house(twin, server, [Platform.INSTAGRAM]) as house:
            house.warehouse.engine.dispose()
            told = _steps(house.variables, world.day.isoformat())
        if creators <= _MOST_THROUGH_DAGSTER:
            with open_house(twin, server, [Platform.INSTAGRAM]) as house:
                house.warehouse.engine.dispose()
                told["through_dagster"] = _job(house.variables, world.day.isoformat())
    wall = sum(step["wall_s"] for step in told["steps"].values())
    cpu = sum(step["cpu_s"] for step in told["steps"].values())
    cpu += told["postgres"]["cpu_s"] or 0
    _say(f"  {wall:.1f} s, {cpu:.1f} s of processor, peak {told['peak_mb']} MB")
    return {
        "creators": creators,
        "posts": world.posts,
        "wall_s": round(wall, 2),
        "cpu_s": round(cpu, 2),
        "wall_ms_per_creator": round(1000 * wall / creators, 3),
        "cpu_ms_per_creator": round(1000 * cpu / creators, 3),
        **told,
    }


def _steps(variables: Mapping[str, str], day: str) -> _Day:
    """Run the day by plain steps in a process of its own; PostgreSQL is looked at."""
    with _Server(variables["ANALYTICS_DATABASE_URL"]) as server:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.day_steps", day],
            env=os.environ | variables,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    told: _Day = json.loads(done.stdout.strip().rpartition("\n")[2])
    return told | {"postgres": server.told()}


def _job(variables: Mapping[str, str], day: str) -> _Day:
    """Run the day as Dagster does."""
    program = str(Path(sys.executable).with_name("analytics-pipeline"))
    sample = run_program([program, "collect", "--date", day], dict(variables))
    _say(f"  through Dagster: {sample.wall:.1f} s")
    return {
        "wall_s": round(sample.wall, 2),
        "cpu_s": round(sample.cpu, 2),
        "peak_mb": sample.peak_mb,
    }


class _Server(threading.Thread):
    """Looks at a local PostgreSQL: memory of its own processes, and processor time.

    Args:
        url: Of one of its databases.
    """

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._done = threading.Event()
        self._peak = 0
        self._cpu: dict[int, float] = {}
        with psycopg.connect(url) as connection:
            self._root = psutil.Process(connection.info.backend_pid).parent()
        self._look()
        self._before = dict(self._cpu)

    def __enter__(self) -> "_Server":
        """Look for the time of a block."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop looking."""
        self._done.set()
        self.join()

    def told(self) -> dict[str, float]:
        """Return what was seen."""
        used = (cpu - self._before.get(name, 0) for name, cpu in self._cpu.items())
        return {"peak_mb": round(self._peak / _MB, 1), "cpu_s": round(sum(used), 2)}

    def run(self) -> None:
        """Look until told that it is done."""
        while not self._done.wait(_LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        memory = 0
        for process in self._root.children() if self._root else ():
            try:
                times = process.cpu_times()
                memory += process.memory_info().rss - process.memory_info().shared
            except psutil.Error:
                continue
            self._cpu[process.pid] = times.user + times.system
        self._peak = max(self._peak, memory)


def _commit() -> str | None:
    """Return the commit that is measured; None where something is not committed."""
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return None if changed else _git("rev-parse", "HEAD")


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
