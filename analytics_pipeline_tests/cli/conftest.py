"""A shell pointed at the sandbox and at a warehouse of its own."""

import pytest

from analytics_pipeline_tests.commands import CommandLine
from analytics_pipeline_tests.conftest import FIRST_MORNING


@pytest.fixture
def bare_shell(tmp_path):
    """A shell without any configuration but where its state is."""
    return CommandLine(tmp_path, {"ANALYTICS_HOME": str(tmp_path / "home")})


@pytest.fixture
def shell(sandbox, database_url, tmp_path):
    """A shell with everything configured, on the first morning; nothing imported."""
    return CommandLine(
        tmp_path,
        sandbox.environment()
        | {
            "ANALYTICS_HOME": str(tmp_path / "home"),
            "ANALYTICS_DATABASE_URL": database_url,
            "ANALYTICS_START_DATE": "2026-02-01",
            "ANALYTICS_CLOCK": FIRST_MORNING.isoformat(),
        },
    )
