"""A conversation and a scripted server for every test that wants them."""

import pytest

from analytics_pipeline_tests.unit.clients.scripted import ScriptedServer
from analytics_pipeline_tests.unit.clients.talking import Talk


@pytest.fixture
def talk():
    with Talk() as talk:
        yield talk


@pytest.fixture
def server():
    with ScriptedServer() as server:
        yield server
