"""What all tests share: a clean environment, a sandbox, a PostgreSQL, a run.

Everything is real: HTTP over loopback, the embedded PostgreSQL, Dagster runs. The only
thing replaced is the clock.
"""

import os

# Read once, when the definitions are imported: days in all tests are days in Prague.
os.environ["ANALYTICS_TIMEZONE"] = "Europe/Prague"
os.environ["ANALYTICS_START_DATE"] = "2026-02-01"

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg
import psycopg
import pytest

from analytics_pipeline.cli.connections import import_file
from analytics_pipeline.landing.store import LandingStore
from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.world import WorldConfig
from analytics_pipeline.settings import environment_names, load_settings
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.warehouse.embedded import server_process, use_embedded_server
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline_tests.agency import Agency

# Needs a browser: `make walk` brings what drives one.
collect_ignore = [] if find_spec("playwright") else ["browser"]

FIRST_DAY = date(2026, 3, 1)
FIRST_MORNING = datetime(2026, 3, 2, 5, tzinfo=UTC)
"""Early on the day after `FIRST_DAY`: when the schedule would run."""


class SetClock:
    """A clock that stands where a test puts it."""

    def __init__(self, now: datetime) -> None:
        self.instant = now

    def __call__(self) -> datetime:
        return self.instant

    def move(self, **time: float) -> None:
        """Let time pass."""
        self.instant += timedelta(**time)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Start from no configuration but the zone, and a home of one's own."""
    for name in environment_names():
        if name not in {"ANALYTICS_TIMEZONE", "ANALYTICS_START_DATE"}:
            monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("ANALYTICS_HOME", str(tmp_path / "home"))


@pytest.fixture
def clock() -> SetClock:
    return SetClock(FIRST_MORNING)


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """One embedded server for all tests; each test has a database of its own.

    Not in pytest's folder: each start of pytest closes that folder to other users, and
    as root the server runs as another user.
    """
    with TemporaryDirectory(prefix="analytics-postgres-") as folder:
        yield use_embedded_server(Path(folder) / "postgres")
        server = server_process(Path(folder) / "postgres" / "data")
        if server is not None:
            server.send_signal(signal.SIGINT)
            server.wait(30)


@pytest.fixture(scope="session")
def migrated_template(postgres_socket: Path) -> str:
    """The name of a database with empty tables; copying it is faster than migrating."""
    name = "migrated"
    _run_alone(postgres_socket, f"CREATE DATABASE {name}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANALYTICS_DATABASE_URL", _url(postgres_socket, name))
        Warehouse.open(load_settings()).close()
    return name


@contextmanager
def new_database(postgres_socket: Path, template: str = "template0") -> Iterator[str]:
    """Make a database for the time of a block; gives its address."""
    name = f"test_{os.urandom(6).hex()}"
    _run_alone(postgres_socket, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _url(postgres_socket, name)
    finally:
        _run_alone(postgres_socket, f"DROP DATABASE {name} WITH (FORCE)")


def _url(postgres_socket: Path, name: str) -> str:
    return f"postgresql://postgres@/{name}?host={postgres_socket}"


def _run_alone(postgres_socket: Path, statement: str) -> None:
    """Run a statement that cannot run in a transaction."""
    with psycopg.connect(_url(postgres_socket, "postgres"), autocommit=True) as server:
        server.execute(statement.encode())


@pytest.fixture
def database_url(postgres_socket: Path, migrated_template: str) -> Iterator[str]:
    """A database with empty tables, as ANALYTICS_DATABASE_URL names it."""
    with new_database(postgres_socket, migrated_template) as url:
        yield url


@pytest.fixture
def warehouse(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Warehouse]:
    """An empty warehouse, which the environment names too."""
    monkeypatch.setenv("ANALYTICS_DATABASE_URL", database_url)
    with Warehouse.open(load_settings()) as opened:
        yield opened


@pytest.fixture
def landing(tmp_path: Path) -> LandingStore:
    return LandingStore(str(tmp_path / "home" / "raw"))


@pytest.fixture
def day_rule() -> DayRule:
    return DayRule(load_settings().zone, timedelta(hours=24))


@pytest.fixture
def run(
    warehouse: Warehouse,
    landing: LandingStore,
    clock: SetClock,
    day_rule: DayRule,
    tmp_path: Path,
) -> Run:
    """The stores of one run, all empty."""
    spool = tmp_path / "home" / "spool"
    return Run("run-1", warehouse, landing, spool, clock, day_rule)


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[SandboxServer]:
    config = WorldConfig(seed=7, start=FIRST_DAY, timezone="Europe/Prague")
    with SandboxServer(config, clock=FIRST_MORNING) as server:
        yield server


@pytest.fixture
def sandbox(
    sandbox_server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> SandboxServer:
    """The outside APIs as they are on the first morning; the environment names them."""
    sandbox_server.reset()
    sandbox_server.clock.set(FIRST_MORNING)
    for name, value in sandbox_server.environment().items():
        monkeypatch.setenv(name, value)
    return sandbox_server


@pytest.fixture
def empty_agency(
    sandbox: SandboxServer,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Agency]:
    """The sandbox's agency without an account, on the first morning."""
    with dg.DagsterInstance.ephemeral() as instance:
        media_only = request.node.get_closest_marker("media_only") is not None
        agency = Agency(sandbox, warehouse, instance, monkeypatch, media_only)
        agency.wake(FIRST_DAY)
        yield agency


@pytest.fixture
def agency(empty_agency: Agency, tmp_path: Path) -> Agency:
    """The sandbox's agency with its accounts imported, on the first morning."""
    file = tmp_path / "connections.csv"
    empty_agency.sandbox.write_connections(file)
    import_file(load_settings(), file)
    return empty_agency


@pytest.fixture(scope="module")
def module_agency(
    sandbox_server: SandboxServer,
    postgres_socket: Path,
    migrated_template: str,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Agency]:
    """An agency for all tests of a module that look at the same days."""
    media_only = request.node.get_closest_marker("media_only") is not None
    home = tmp_path_factory.mktemp("home")
    with (
        pytest.MonkeyPatch.context() as patch,
        new_database(postgres_socket, migrated_template) as url,
    ):
        patch.setenv("ANALYTICS_HOME", str(home))
        patch.setenv("ANALYTICS_DATABASE_URL", url)
        sandbox_server.reset()
        sandbox_server.clock.set(FIRST_MORNING)
        for name, value in sandbox_server.environment().items():
            patch.setenv(name, value)
        sandbox_server.write_connections(home / "connections.csv")
        import_file(load_settings(), home / "connections.csv")
        with (
            Warehouse.open(load_settings()) as warehouse,
            dg.DagsterInstance.ephemeral() as instance,
        ):
            yield Agency(sandbox_server, warehouse, instance, patch, media_only)
