"""`python -m benchmarks.peering`: ours and all peers do the same work, in turn."""

import json
import subprocess

import click

from benchmarks.house import scratch_server
from benchmarks.measure import ROUNDS, alternate, machine, medians
from benchmarks.tables import PEERS_FILE, RESULTS, peers_table, write_page
from benchmarks.ways import (
    OURS,
    PEERS,
    PEERS_PYTHON,
    open_ground,
    peers_are_installed,
    way_of,
)
from benchmarks.world import World

_PACKAGES = (
    "dlt",
    "singer-sdk",
    "meltanolabs-target-postgres",
    "pandas",
    "requests",
    "sqlalchemy",
)
_VERSIONS = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"


@click.command()
@click.option("--creators", default=200, show_default=True, help="On each platform.")
@click.option("--posts", default=50, show_default=True, help="Of each account.")
@click.option("--rounds", default=ROUNDS, show_default=True)
@click.option("--only", multiple=True, help="A way by its name; may be repeated.")
def main(creators: int, posts: int, rounds: int, only: tuple[str, ...]) -> None:
    """Measure all ways; print a table, and keep it unless ways are left out."""
    if not peers_are_installed():
        msg = "the peers are not installed; `make bench-peers` does that and this"
        raise click.ClickException(msg)
    names = only or (OURS, *PEERS)
    unknown = set(names) - {OURS, *PEERS}
    if unknown:
        msg = f"no way {sorted(unknown)}; there are {', '.join((OURS, *PEERS))}"
        raise click.UsageError(msg)
    world = World(creators, posts)
    with scratch_server() as server, open_ground(world, server) as ground:
        samples = alternate({name: way_of(ground, name) for name in names}, rounds)
    report = {
        "machine": machine(),
        "peers": {name: _version(name) for name in _PACKAGES},
        "creators": creators,
        "posts": posts,
        "rounds": rounds,
        "ways": medians(samples),
    }
    print(peers_table(report))
    if not only:
        text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / PEERS_FILE).write_text(text, encoding="utf-8")
        write_page()


def _version(package: str) -> str:
    command = [str(PEERS_PYTHON), "-c", _VERSIONS, package]
    found: str = subprocess.check_output(command, text=True)
    return found.strip()


if __name__ == "__main__":
    main()
