"""A shell pointed at the sandbox and at a warehouse of its own.

A command takes a second or more to start, so what several tests begin from is made
once, by real commands, and copied for each: the database and the local state.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg.conninfo
import pytest

from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline_tests.commands import CommandLine
from analytics_pipeline_tests.conftest import FIRST_MORNING, new_database

FIRST = ("collect", "--date", "2026-03-01")


@dataclass(frozen=True)
class Prepared:
    """A state that commands have made: a database to copy and a folder to copy."""

    database: str
    folder: Path


def _shell(sandbox: SandboxServer, folder: Path, database_url: str) -> CommandLine:
    return CommandLine(
        folder,
        sandbox.environment()
        | {
            "ANALYTICS_HOME": str(folder / "home"),
            "ANALYTICS_DATABASE_URL": database_url,
            "ANALYTICS_START_DATE": "2026-02-01",
            "ANALYTICS_CLOCK": FIRST_MORNING.isoformat(),
        },
    )


@contextmanager
def _another_shell(
    sandbox: SandboxServer, folder: Path, postgres_socket: Path, prepared: Prepared
) -> Iterator[CommandLine]:
    """Give a shell that stands where the prepared one stood."""
    shutil.copytree(prepared.folder, folder, dirs_exist_ok=True)
    with new_database(postgres_socket, prepared.database) as url:
        yield _shell(sandbox, folder, url)


@pytest.fixture
def bare_shell(tmp_path):
    """A shell without any configuration but where its state is."""
    return CommandLine(tmp_path, {"ANALYTICS_HOME": str(tmp_path / "home")})


@pytest.fixture
def shell(sandbox, database_url, tmp_path):
    """A shell with everything configured, on the first morning; nothing imported."""
    return _shell(sandbox, tmp_path, database_url)


@pytest.fixture(scope="session")
def prepared_connections(
    sandbox_server, postgres_socket, migrated_template, tmp_path_factory
):
    """The agency's accounts imported."""
    folder = tmp_path_factory.mktemp("connected")
    sandbox_server.reset()
    sandbox_server.clock.set(FIRST_MORNING)
    sandbox_server.write_connections(folder / "accounts.csv")
    with new_database(postgres_socket, migrated_template) as url:
        shell = _shell(sandbox_server, folder, url)
        done = shell.run("connections", "import", "accounts.csv")
        assert done.returncode == 0, done.stderr
        assert "36 added" in done.stdout
        yield Prepared(psycopg.conninfo.conninfo_to_dict(url)["dbname"], folder)


@pytest.fixture(scope="session")
def prepared_day(
    sandbox_server, postgres_socket, prepared_connections, tmp_path_factory
):
    """The first day collected."""
    folder = tmp_path_factory.mktemp("collected")
    sandbox_server.reset()
    sandbox_server.clock.set(FIRST_MORNING)
    with _another_shell(
        sandbox_server, folder, postgres_socket, prepared_connections
    ) as shell:
        done = shell.run(*FIRST)
        assert done.returncode == 3, done.stderr
        url = shell.variables["ANALYTICS_DATABASE_URL"]
        yield Prepared(psycopg.conninfo.conninfo_to_dict(url)["dbname"], folder)


@pytest.fixture
def connected(prepared_connections, sandbox, postgres_socket, tmp_path):
    """A shell whose accounts are imported."""
    with _another_shell(
        sandbox, tmp_path, postgres_socket, prepared_connections
    ) as shell:
        yield shell


@pytest.fixture
def collected(prepared_day, sandbox, postgres_socket, tmp_path):
    """A shell whose first day is collected."""
    with _another_shell(sandbox, tmp_path, postgres_socket, prepared_day) as shell:
        yield shell
