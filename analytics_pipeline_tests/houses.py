"""Agencies with a sandbox, a home and a database of their own."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg
import pytest

from analytics_pipeline.cli.connections import import_file
from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.embedded import server_process
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline_tests.agency import Agency


@contextmanager
def open_house(
    sandbox: SandboxServer, home: Path, database_url: str | None = None
) -> Iterator[Agency]:
    """Make an agency that knows a sandbox's accounts, for the time of a block.

    It leaves out insights and stories: what is known of a story rests on who looked.

    Args:
        sandbox: What it asks; it must run.
        home: Its folder.
        database_url: Its database; None starts an embedded server in its home.

    Yields:
        The agency.
    """
    home.mkdir(parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment().items():
            patch.setenv(name, value)
        patch.setenv("ANALYTICS_HOME", str(home))
        if database_url is None:
            patch.delenv("ANALYTICS_DATABASE_URL", raising=False)
        else:
            patch.setenv("ANALYTICS_DATABASE_URL", database_url)
        patch.setenv("ANALYTICS_CLOCK", sandbox.clock.now().isoformat())
        sandbox.write_connections(home / "connections.csv")
        import_file(load_settings(), home / "connections.csv")
        with (
            Warehouse.open(load_settings()) as warehouse,
            dg.DagsterInstance.ephemeral() as instance,
        ):
            yield Agency(sandbox, warehouse, instance, patch, media_only=True)


@contextmanager
def open_house_to_be_hurt(sandbox: SandboxServer) -> Iterator[tuple[Agency, Path]]:
    """Make an agency with an embedded server that nobody else uses.

    Args:
        sandbox: What it asks; it must run.

    Yields:
        The agency and its folder.
    """
    # Not in pytest's folder, which is closed to the user that the server runs as.
    with TemporaryDirectory(prefix="analytics-hurt-") as folder:
        home = Path(folder)
        with open_house(sandbox, home) as house:
            yield house, home
        server = server_process(home / "postgres" / "data")
        if server is not None:
            server.send_signal(signal.SIGINT)
            server.wait(30)
