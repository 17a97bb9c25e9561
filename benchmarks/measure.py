"""Measuring ways of doing the same work alternately, and what their ratio says."""

import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from typing import Any

ROUNDS = 5
_PACKAGES = ("analytics-pipeline", "dagster", "pandas", "psycopg", "sqlalchemy")


class Size(StrEnum):
    """How much work a benchmark does: seconds of it, or what the goal names."""

    SHORT = "short"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a ratio should be.

    Attributes:
        name: Short and unique, such as `load.first`.
        text: What is compared with what.
        limit: The ratio should be at most this; where `is_floor`, at least this.
        is_floor: Whether more is better.
    """

    name: str
    text: str
    limit: float
    is_floor: bool = False

    def is_met(self, ratio: float) -> bool:
        """Tell whether a ratio reaches the goal."""
        return ratio >= self.limit if self.is_floor else ratio <= self.limit


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement of one way.

    Attributes:
        wall: Seconds on the clock.
        cpu: Seconds of processor, children included.
        peak_mb: Highest resident memory, in MB, where it was measured.
        facts: Rows, calls and the like, to prove that the same work was done.
    """

    wall: float
    cpu: float
    peak_mb: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """A goal with what was measured.

    Attributes:
        goal: What it should be.
        ratio: What it is.
        size: Of the work.
        details: Medians and facts, as JSON.
    """

    goal: Goal
    ratio: float
    size: Size
    details: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return it as it is written to a file."""
        return {
            **asdict(self.goal),
            "ratio": round(self.ratio, 3),
            "is_met": self.goal.is_met(self.ratio),
            "size": self.size,
            "details": dict(self.details),
        }


def timed(work: Callable[[], Mapping[str, Any] | None]) -> Sample:
    """Measure one call of a function in this process and its ended children.

    Args:
        work: What to do; returns facts about it, or None.

    Returns:
        What it took.
    """
    cpu, wall = _cpu(), time.perf_counter()
    facts = work()
    return Sample(
        wall=time.perf_counter() - wall, cpu=_cpu() - cpu, facts=dict(facts or {})
    )


def alternate(
    ways: Mapping[str, Callable[[], Sample]], rounds: int = ROUNDS
) -> dict[str, list[Sample]]:
    """Measure ways in turn, so that a slow minute of the machine hits all of them.

    Args:
        ways: What to measure, by name.
        rounds: How often each.

    Returns:
        The samples, by name; every other round goes through the ways backwards.
    """
    samples: dict[str, list[Sample]] = {name: [] for name in ways}
    for number in range(rounds):
        names = list(ways)
        for name in names if number % 2 == 0 else reversed(names):
            samples[name].append(ways[name]())
    return samples


def median_wall(samples: Sequence[Sample]) -> float:
    """Return the median of the seconds on the clock."""
    return statistics.median(sample.wall for sample in samples)


def median_cpu(samples: Sequence[Sample]) -> float:
    """Return the median of the seconds of processor."""
    return statistics.median(sample.cpu for sample in samples)


def medians(samples: Mapping[str, Sequence[Sample]]) -> dict[str, dict[str, Any]]:
    """Return what a figure tells of each way: medians, spread, memory, facts."""
    return {
        name: {
            "wall_s": round(median_wall(found), 4),
            "cpu_s": round(median_cpu(found), 4),
            "wall_s_all": [round(sample.wall, 4) for sample in found],
            "peak_mb": max(
                (sample.peak_mb for sample in found if sample.peak_mb is not None),
                default=None,
            ),
            "facts": dict(found[-1].facts),
        }
        for name, found in samples.items()
    }


def machine() -> dict[str, Any]:
    """Return where and with what was measured; names no host."""
    packages: dict[str, str] = {}
    for name in _PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 2),
        "packages": packages,
    }


def peak_mb() -> float:
    """Return the highest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpu() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in (own, children))
