"""Agencies with a sandbox, a home and a database of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from analytics_pipeline.cli.connections import import_file
from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline_tests.agency import Agency


@contextmanager
def open_house(
    sandbox: SandboxServer, home: Path, database_url: str | None = None
) -> Iterator[Agency]:
    """Make an agency that knows a sandbox's accounts, for the time of a block.

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
            yield Agency(sandbox, warehouse, instance, patch)
