"""Collecting: what the calls' own time allows, and what users would pick instead.

The limits of the APIs are configured away: this measures the pipeline, not Meta's
window of 200 calls an hour.
"""

from collections.abc import Mapping
from typing import Any

from analytics_pipeline.schemas.outcomes import Status
from benchmarks.house import House, open_house, read_lists, scratch_server
from benchmarks.measure import (
    Figure,
    Goal,
    Size,
    alternate,
    median_cpu,
    median_wall,
    medians,
    timed,
)
from benchmarks.plain import ask, load
from benchmarks.twin.running import running_twin
from benchmarks.ways import (
    DLT,
    OURS,
    PLAIN,
    open_ground,
    peers_are_installed,
    way_of,
)
from benchmarks.world import World

CONCURRENCY = 64
LATENCY_SECONDS = 0.15
WINDOW = Goal(
    "collect.window",
    f"wall time of collecting ÷ (calls x 150 ms ÷ {CONCURRENCY} at once)",
    1.15,
)
# Few accounts must fill the places evenly, or the last wave alone is seen.
_CREATORS = {Size.SHORT: 2 * CONCURRENCY, Size.FULL: 2_000}
_TRIAL_SHARE = 8
_BESIDE = {
    "dlt": ("the best of dlt's ways", 0.5),
    "plain": ("the loop with requests and to_sql", 0.4),
}

_UNITS = (
    ("wall", "collect and load without latency", median_wall),
    ("cpu", "processor time of the same", median_cpu),
)


def run(size: Size) -> list[Figure]:
    """Measure collecting at 150 ms, and collecting and loading at no latency.

    Args:
        size: 128 or 2,000 creators, each with an Instagram and a TikTok account.

    Returns:
        The figures; without the peers' environment only the first.
    """
    world = World(_CREATORS[size])
    with scratch_server() as server:
        figures = [_window(world, server, size)]
        if peers_are_installed():
            figures += _beside_peers(world, server, size)
        else:
            print("  the peers are not installed: `make bench-peers` does that")
    return figures


def _window(world: World, server: str, size: Size) -> Figure:
    with (
        running_twin(world, LATENCY_SECONDS * 1000) as twin,
        open_house(
            twin, server, further={"ANALYTICS_CONCURRENCY": str(CONCURRENCY)}
        ) as house,
    ):
        read_lists(house.run(), [world.day])
        # What is loaded tells how many pages to expect from now on.
        ask(house.run(), [world.day])
        load(house.run(), world.day)
        samples = alternate({"collect": lambda: timed(lambda: _collect(house))})
        found = samples["collect"]
    ratios = [
        sample.wall / (sample.facts["calls"] * LATENCY_SECONDS / CONCURRENCY)
        for sample in found
    ]
    return Figure(WINDOW, sorted(ratios)[len(ratios) // 2], size, medians(samples))


def _collect(house: House) -> Mapping[str, Any]:
    house.twin.reset()
    reports = ask(house.run(), [house.world.day], refresh=True)
    return {
        "accounts": sum(report.count(Status.OK) for report in reports),
        "calls": sum(report.calls for report in reports),
        "calls_planned": sum(report.calls_planned for report in reports),
        "requests_served": house.twin.stats()["requests"],
        "most_in_flight": house.twin.stats()["most_in_flight"],
    }


def _beside_peers(world: World, server: str, size: Size) -> list[Figure]:
    few = World(world.creators // _TRIAL_SHARE)
    with open_ground(few, server) as ground:
        trials = {name: way_of(ground, name, is_repeated=False)() for name in DLT}
    best = min(trials, key=lambda name: trials[name].wall)
    with open_ground(world, server) as ground:
        ways = {"ours": OURS, "dlt": best, "plain": PLAIN}
        samples = alternate(
            {
                key: way_of(ground, way, is_repeated=way == OURS)
                for key, way in ways.items()
            }
        )
    details = medians(samples)
    details["dlt"]["facts"]["way"] = best
    figures = []
    for key, (what, limit) in _BESIDE.items():
        shown = {name: details[name] for name in ("ours", key)}
        for unit, text, median in _UNITS:
            goal = Goal(f"collect.{unit}.{key}", f"{text}, ours ÷ {what}", limit)
            ratio = median(samples["ours"]) / median(samples[key])
            figures.append(Figure(goal, ratio, size, shown))
    return figures
