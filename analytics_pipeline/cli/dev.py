"""`analytics-pipeline dev`: Dagster's UI and the dashboard on the demo's data."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import click
import sqlalchemy as sa

from analytics_pipeline.cli.connections import import_file
from analytics_pipeline.cli.console import out
from analytics_pipeline.cli.demo import (
    FIRST_DAY,
    demo_environment,
    demo_home,
    set_clock,
)
from analytics_pipeline.schemas.users import USER_ROLES, UserRole
from analytics_pipeline.settings import load_settings, project_root
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.quality import newest_day
from analytics_pipeline.warehouse.users import (
    create_user,
    enable_user,
    find_user,
    set_password,
    set_role,
)

_PATIENCE_SECONDS = 30
_LAST_DAY = FIRST_DAY + timedelta(days=13)
_PASSWORD_BYTES = 12


@click.command()
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--dashboard-port",
    default=8090,
    show_default=True,
    type=click.IntRange(1, 65535),
)
def dev(port: int, host: str, dashboard_port: int) -> None:
    """Open Dagster's UI and the dashboard on the demo's data.

    The sandbox is behind them. The clock stands early on the morning after the newest
    day collected, so any day until then can be materialized, and a day more after each
    `make demo --days`.
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
        dagster, pages = f"http://{host}:{port}", f"http://{host}:{dashboard_port}"
        os.environ["ANALYTICS_DAGSTER_URL"] = dagster
        os.environ["ANALYTICS_PUBLIC_URL"] = pages
        password = _let_people_in()
        out.print(
            f"Sandbox at {sandbox.url}; the clock stands on the morning after {day}.\n"
            f"Dagster's UI will be at {dagster},\n"
            f"the dashboard at {pages}/analytics: sign in as {', '.join(USER_ROLES)}\n"
            f"with the password {password}. Stop with Ctrl-C."
        )
        with _dashboard(host, dashboard_port), _services(host, port) as services:
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


@contextmanager
def _dashboard(host: str, port: int) -> Iterator[None]:
    """Serve the dashboard for the time of a block; what it cannot do, it tells."""
    command = [sys.executable, "-m", "analytics_pipeline.cli.main", "serve"]
    service = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--host", host, "--port", str(port)],
        start_new_session=True,
    )
    try:
        yield
    finally:
        _end(service)


def _let_people_in() -> str:
    """Give a user of each role a new password in the demo's own database.

    Returns:
        The password of all three.
    """
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    settings = load_settings()
    with Warehouse.open(settings) as warehouse, warehouse.begin() as connection:
        for role in UserRole:
            _let_in(connection, role, password, settings.now())
    return password


def _let_in(
    connection: sa.Connection, role: UserRole, password: str, now: datetime
) -> None:
    if find_user(connection, role.value) is None:
        create_user(connection, role.value, role, password, now)
    else:
        enable_user(connection, role.value)
        set_role(connection, role.value, role)
        set_password(connection, role.value, password, now)


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
