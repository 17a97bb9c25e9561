"""A running sandbox for every test, and someone to ask it questions."""

from datetime import UTC, date, datetime

import pytest

from analytics_pipeline.sandbox.population.config import WorldConfig
from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.state import Behaviour
from analytics_pipeline_tests.unit.sandbox.asking import Asker

CONFIG = WorldConfig(seed=7, creators=24, start=date(2026, 3, 1))
NOW = datetime(2026, 3, 14, 5, tzinfo=UTC)
ROOMY = Behaviour(graph_calls_per_hour=1_000_000, tiktok_calls_per_minute=1_000_000)


@pytest.fixture(scope="package")
def shared_sandbox():
    """One server for most tests; starting one takes longer than asking it."""
    with SandboxServer(CONFIG, NOW, behaviour=ROOMY) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox):
    """The shared server, put back to where it began."""
    shared_sandbox.clock.set(NOW, 0)
    shared_sandbox.reset()
    yield shared_sandbox
    shared_sandbox.reset()


@pytest.fixture
def ask(sandbox):
    """Someone who asks the shared sandbox."""
    with Asker(sandbox) as asker:
        yield asker
