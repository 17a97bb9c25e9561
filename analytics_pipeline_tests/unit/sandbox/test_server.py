"""The server starts, stops, and can be pointed at."""

import asyncio
import socket
import threading
from datetime import UTC, datetime

import pytest
import requests

from analytics_pipeline.sandbox.app import create_app
from analytics_pipeline.sandbox.clock import SandboxClock
from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.state import Behaviour, SandboxState
from analytics_pipeline.sandbox.world import WorldConfig
from analytics_pipeline_tests.unit.sandbox.asking import Asker

VARIABLES = {
    "CREATORS_API_URL",
    "META_API_URL",
    "META_ACCESS_TOKEN",
    "META_APP_ID",
    "META_APP_SECRET",
    "META_IG_USER_ID",
    "META_LOGIN_URL",
    "TIKTOK_API_URL",
    "TIKTOK_CLIENT_KEY",
    "TIKTOK_CLIENT_SECRET",
    "TIKTOK_LOGIN_URL",
    "ANALYTICS_TIMEZONE",
}


def test_the_environment_points_here(sandbox):
    environment = sandbox.environment()
    assert set(environment) == VARIABLES
    assert environment["CREATORS_API_URL"] == f"{sandbox.url}/creators-app/api"
    assert environment["META_API_URL"] == f"{sandbox.url}/graph/v23.0"
    assert environment["TIKTOK_API_URL"] == f"{sandbox.url}/tiktok/v2"
    login = f"{sandbox.url}/facebook/v23.0/dialog/oauth"
    assert environment["META_LOGIN_URL"] == login
    login = f"{sandbox.url}/tiktok/v2/auth/authorize/"
    assert environment["TIKTOK_LOGIN_URL"] == login
    assert environment["ANALYTICS_TIMEZONE"] == "Europe/Prague"
    assert sandbox.url.startswith("http://127.0.0.1:")


def test_two_sandboxes_run_side_by_side_and_keep_apart():
    with SandboxServer() as one, SandboxServer() as other:
        assert one.url != other.url
        with Asker(one) as ask:
            ask.creators_app("creators/")
        assert (one.calls.count(), other.calls.count()) == (1, 0)


def test_a_stopped_sandbox_answers_no_more_and_frees_its_port():
    with SandboxServer() as sandbox:
        address, port = f"{sandbox.url}/_sandbox/clock", int(sandbox.url.split(":")[-1])
        assert requests.get(address, timeout=5).status_code == 200
    with pytest.raises(requests.ConnectionError):
        requests.get(address, timeout=5)
    with SandboxServer(port=port) as again:
        assert again.url.endswith(str(port))


def test_a_sandbox_stops_while_a_client_keeps_its_connection():
    sandbox = SandboxServer()
    sandbox.start()
    with Asker(sandbox) as ask:
        assert ask.control("GET", "clock").status_code == 200
        sandbox.stop()
        sandbox.stop()


def test_a_sandbox_starts_once_and_can_start_again():
    sandbox = SandboxServer()
    with sandbox, pytest.raises(RuntimeError, match="running already"):
        sandbox.start()
    with sandbox, Asker(sandbox) as ask:
        assert ask.control("GET", "clock").status_code == 200


def test_a_taken_port_is_an_error_and_leaves_nothing_behind():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        sandbox = SandboxServer(port=taken.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            sandbox.start()


def test_a_clock_may_be_given_as_an_instant_or_as_a_clock():
    moment = datetime(2026, 3, 9, 5, tzinfo=UTC)
    assert SandboxServer(clock=moment).clock.now() == moment
    assert SandboxServer(clock=SandboxClock(moment, 0)).clock.now() == moment


def test_latency_delays_answers_without_blocking_others():
    behaviour = Behaviour(latency_ms=100)
    with SandboxServer(behaviour=behaviour) as sandbox:
        address = f"{sandbox.creators_api_url}/api-influencers/creators/"
        statuses = []

        def ask():
            statuses.append(requests.get(address, timeout=20).status_code)

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [200] * 20


def test_parallel_refreshes_of_one_token_give_one_winner():
    with SandboxServer(WorldConfig()) as sandbox:
        token = sandbox.state.tiktok_tokens.current(2).refresh_token
        answers = []

        def refresh():
            with Asker(sandbox) as ask:
                answers.append("error" in ask.refresh(token).json())

        threads = [threading.Thread(target=refresh) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == [False] + [True] * 7


def test_under_another_server_a_reset_says_that_it_cannot_be_done():
    state = SandboxState()
    state.faults.add("reset")
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/graph/v23.0/me",
        "query_string": b"",
        "headers": [],
        "server": ("127.0.0.1", 80),
        "scheme": "http",
    }
    asyncio.run(create_app(state)(scope, receive, send))
    assert sent[0]["status"] == 501


def test_the_application_can_be_built_without_a_server():
    paths = {route.path for route in create_app().routes}
    assert {"/graph/{rest:path}", "/tiktok/v2/{rest:path}", "/_sandbox/clock"} <= paths
