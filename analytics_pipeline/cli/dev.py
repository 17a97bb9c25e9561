"""`analytics-pipeline dev`: Dagster's UI on the demo's data."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import click

from analytics_pipeline.cli.connections import import_file
from analytics_pipeline.cli.console import out
from analytics_pipeline.cli.demo import (
    FIRST_DAY,
    demo_environment,
    demo_home,
    set_clock,
)
from analytics_pipeline.settings import load_settings, project_root
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.quality import newest_day

_PATIENCE_SECONDS = 30
_LAST_DAY = FIRST_DAY + timedelta(days=13)


@click.command()
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True)
def dev(port: int, host: str) -> None:
    """Open Dagster's UI on the demo's data, with the sandbox behind it.

    The clock stands early on the morning after the newest day collected, so any day
    until then can be materialized, and a day more after each `make demo --days`.
    """
    home = demo_home()
    home.mkdir(parents=True, exist_ok=True)
    with demo_environment(home) as sandbox:
        set_clock(sandbox, FIRST_DAY)
        from analytics_pipeline.cli.running import dagster_home  # noqa: PLC0415

        settings = load_settings()
        import_file(settings, home / "connections.csv")
        day = _newest_day() or _LAST_DAY
        set_clock(sandbox, day)
        os.environ["DAGSTER_HOME"] = str(dagster_home(settings))
        out.print(
            f"Sandbox at {sandbox.url}; the clock stands on the morning after {day}.\n"
            f"Dagster's UI will be at http://{host}:{port}. Stop with Ctrl-C."
        )
        with _services(host, port) as services:
            services.wait()


@contextmanager
def _services(host: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run Dagster's services for the time of a block.

    In a session of their own, so that a Ctrl-C in the terminal and a signal to this
    process end them in one way: Dagster puts its processes away on SIGINT only.

    Yields:
        Dagster's process.
    """
    # A shell that starts this in the background lets children ignore SIGINT for good.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    services = subprocess.Popen(  # noqa: S603 - Dagster's own command
        [_dg(), "dev", "--host", host, "--port", str(port)],
        cwd=project_root(),
        start_new_session=True,
    )
    try:
        yield services
    finally:
        _end(services)


def _end(services: subprocess.Popen[bytes]) -> None:
    """Ask the services to end; do not wait for ever."""
    if services.poll() is None:
        services.send_signal(signal.SIGINT)
    try:
        services.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(services.pid, signal.SIGKILL)
        services.wait()


def _newest_day() -> date | None:
    with Warehouse.open(load_settings()) as warehouse, warehouse.begin() as connection:
        return newest_day(connection)


def _dg() -> str:
    beside = Path(sys.executable).with_name("dg")
    return str(beside) if beside.exists() else shutil.which("dg") or "dg"
