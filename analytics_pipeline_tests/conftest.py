"""What all tests share: a clean environment, a sandbox, a PostgreSQL, a run.

Everything is real: HTTP over loopback, the embedded PostgreSQL, Dagster runs. The only
thing replaced is the clock.
"""

import os

# Read once, when the definitions are imported: days in all tests are days in Prague.
os.environ["ANALYTICS_TIMEZONE"] = "Europe/Prague"
os.environ["ANALYTICS_START_DATE"] = "2026-02-01"

from collections.abc import Iterator  # noqa: E402
from datetime import UTC, date, datetime, timedelta  # noqa: E402
from pathlib import Path  # noqa: E402

import psycopg  # noqa: E402
import pytest  # noqa: E402

from analytics_pipeline.landing.store import LandingStore  # noqa: E402
from analytics_pipeline.sandbox.server import SandboxServer  # noqa: E402
from analytics_pipeline.sandbox.world import WorldConfig  # noqa: E402
from analytics_pipeline.settings import environment_names, load_settings  # noqa: E402
from analytics_pipeline.steps.run import Run  # noqa: E402
from analytics_pipeline.transform.days import DayRule  # noqa: E402
from analytics_pipeline.warehouse.embedded import use_embedded_server  # noqa: E402
from analytics_pipeline.warehouse.engine import Warehouse  # noqa: E402

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
def postgres_socket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One embedded server for all tests; each test has a database of its own."""
    return use_embedded_server(tmp_path_factory.mktemp("postgres"))


@pytest.fixture
def database_url(postgres_socket: Path) -> Iterator[str]:
    """An empty database, as ANALYTICS_DATABASE_URL names it."""
    name = f"test_{os.urandom(6).hex()}"
    connect = {"host": str(postgres_socket), "user": "postgres", "dbname": "postgres"}
    with psycopg.connect(**connect, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield f"postgresql://postgres@/{name}?host={postgres_socket}"
    with psycopg.connect(**connect, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
