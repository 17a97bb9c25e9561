"""`python -m benchmarks.twin`: serve the twin until interrupted."""

import asyncio
import multiprocessing
import signal
import sys
from datetime import datetime

import click

from benchmarks.twin.answers import Answers
from benchmarks.twin.server import Counters, Routes, Serving, serve
from benchmarks.world import World


@click.command()
@click.option("--port", default=0, show_default=True, help="On loopback; 0: any.")
@click.option("--creators", default=2000, show_default=True)
@click.option("--posts", default=50, show_default=True, help="Of each account.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), default="2026-03-01")
@click.option("--seed", default=7, show_default=True)
@click.option("--latency-ms", default=0.0, show_default=True)
@click.option("--processes", default=1, show_default=True)
def main(  # noqa: PLR0913, PLR0917 - one argument per option
    port: int,
    creators: int,
    posts: int,
    day: datetime,
    seed: int,
    latency_ms: float,
    processes: int,
) -> None:
    """Serve the outside APIs' twin; the first line printed is its address."""
    if processes > 1 and not port:
        msg = "several processes share one port: name it with --port"
        raise click.UsageError(msg)
    counters = Counters(processes)
    world = World(creators, posts, day.date(), seed)
    routes = Routes(Answers(world), creators)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    context = multiprocessing.get_context("fork")
    for process in range(1, processes):
        further = Serving(routes, counters, process, latency_ms / 1000)
        # Daemons end with this process.
        context.Process(target=_run, args=(further, port), daemon=True).start()
    _run(Serving(routes, counters, 0, latency_ms / 1000), port)


def _run(serving: Serving, port: int) -> None:
    def told(found: int) -> None:
        if serving.process == 0:
            print(f"http://127.0.0.1:{found}", flush=True)

    try:
        asyncio.run(serve(serving, port, told))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
