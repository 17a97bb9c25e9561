"""Every fault of TikTok, and what the client makes of it."""

from datetime import timedelta

import pytest

from analytics_pipeline.clients.errors import (
    BudgetExhausted,
    PermanentApiError,
    ReconnectRequired,
    TransientApiError,
)
from analytics_pipeline.clients.tiktok import (
    ClientCredentials,
    TikTokClient,
    limits_of,
)
from analytics_pipeline.sandbox.faults import FaultKind
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.contract.faults import (
    Expected,
    cases,
    check,
    check_slow,
    kinds_of,
)
from analytics_pipeline_tests.unit.clients.talking import WHENEVER, KeptTokens

HANDLE, INDEX = "eliska_sv", 2
LIMIT = Expected(BudgetExhausted, Reason.BUDGET, 1)
TROUBLE = Expected(TransientApiError, Reason.TRANSIENT, 4)
GARBLED = Expected(TransientApiError, Reason.BAD_ANSWER, 4)
NO_LIST = {"op": "set", "path": ["data", "videos"], "value": "none"}
NO_TOKEN = {"op": "remove", "path": ["access_token"]}

VIDEOS = {
    FaultKind.LIMIT_429: LIMIT,
    FaultKind.SERVER_ERROR: TROUBLE,
    # Refused, refreshed, refused again.
    FaultKind.EXPIRED_TOKEN: Expected(ReconnectRequired, Reason.RECONNECT_REQUIRED, 3),
    FaultKind.TRUNCATED_JSON: GARBLED,
    FaultKind.HTML: GARBLED,
    FaultKind.ERROR_IN_200: TROUBLE,
    FaultKind.RESET: TROUBLE,
    FaultKind.EMPTY: Expected(None, None, 1),
    FaultKind.REPEAT_CURSOR: Expected(PermanentApiError, Reason.BAD_ANSWER, 2),
    FaultKind.PATCH: Expected(
        TransientApiError, Reason.BAD_ANSWER, 4, {"ops": [NO_LIST]}
    ),
}
"""On the list of videos of an account whose profile was read before."""

NO_USER = {"op": "set", "path": ["data", "user"], "value": None}
PROFILE = {
    **VIDEOS,
    # These are faults of lists: the walk takes its profile and four pages.
    FaultKind.EMPTY: Expected(None, None, 5),
    FaultKind.REPEAT_CURSOR: Expected(None, None, 5),
    FaultKind.PATCH: Expected(
        TransientApiError, Reason.BAD_ANSWER, 4, {"ops": [NO_USER]}
    ),
}
"""On the profile."""

REFRESH = {
    FaultKind.LIMIT_429: TROUBLE,
    FaultKind.SERVER_ERROR: TROUBLE,
    FaultKind.EXPIRED_TOKEN: Expected(ReconnectRequired, Reason.RECONNECT_REQUIRED, 1),
    FaultKind.HTML: GARBLED,
    FaultKind.ERROR_IN_200: TROUBLE,
    FaultKind.RESET: TROUBLE,
    # Neither touches a token answer.
    FaultKind.EMPTY: Expected(None, None, 1),
    FaultKind.REPEAT_CURSOR: Expected(None, None, 1),
    FaultKind.TRUNCATED_JSON: GARBLED,
    # The answer holds no token, and the old one is dead by then.
    FaultKind.PATCH: Expected(
        ReconnectRequired, Reason.RECONNECT_REQUIRED, 2, {"ops": [NO_TOKEN]}
    ),
}
"""On the token endpoint."""


@pytest.fixture
def client(sandbox):
    """A client that has no patience with a full window."""
    environment = sandbox.environment()
    credentials = ClientCredentials(
        environment["TIKTOK_CLIENT_KEY"], environment["TIKTOK_CLIENT_SECRET"]
    )
    url = sandbox.tiktok_api_url
    return TikTokClient(
        url, credentials, sandbox.clock.now, limits_of(patience=timedelta(0))
    )


@pytest.fixture
def tokens(client, sandbox):
    grant = sandbox.state.tiktok_tokens.current(INDEX)
    return KeptTokens(client, grant.access_token, grant.refresh_token)


@pytest.fixture
def walk(client, tokens):
    return lambda talk: client.walk(talk.conversation, tokens, (), WHENEVER, None)


@pytest.fixture
def refresh(client, tokens):
    return lambda talk: client.refresh(talk.conversation, tokens.refresh)


def test_every_fault_has_its_row():
    assert set(VIDEOS) == set(PROFILE) == set(REFRESH) == kinds_of("tiktok")


@pytest.mark.parametrize(("kind", "expected"), cases(VIDEOS))
def test_the_videos_under_every_fault(walk, talk, sandbox, kind, expected):
    fault = {"account": HANDLE, "endpoint": "video/list", "params": expected.params}
    sandbox.faults.add(kind, api="tiktok", **fault)
    row = Expected(expected.error, expected.reason, 1 + expected.calls)
    check(walk, talk, row)
    assert sandbox.calls.count(endpoint="user/info", status=200) == 1


@pytest.mark.parametrize(("kind", "expected"), cases(PROFILE))
def test_the_profile_under_every_fault(walk, talk, sandbox, kind, expected):
    fault = {"account": HANDLE, "endpoint": "user/info", "params": expected.params}
    sandbox.faults.add(kind, api="tiktok", **fault)
    check(walk, talk, expected)


@pytest.mark.parametrize(("kind", "expected"), cases(REFRESH))
def test_a_refresh_under_every_fault(refresh, talk, sandbox, kind, expected):
    fault = {"endpoint": "oauth/token", "params": expected.params}
    sandbox.faults.add(kind, api="tiktok", **fault)
    check(refresh, talk, expected)
    assert talk.kept == []


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.SERVER_ERROR,
        FaultKind.TRUNCATED_JSON,
        FaultKind.HTML,
        FaultKind.ERROR_IN_200,
        FaultKind.RESET,
    ],
)
def test_a_fault_that_passes_costs_one_call_more(walk, talk, sandbox, kind):
    sandbox.faults.add(kind, api="tiktok", endpoint="video/list", times=1)
    assert walk(talk).username == HANDLE
    assert (talk.calls, talk.repeated) == (1 + 4 + 1, 1)


def test_an_expired_token_costs_a_refresh_and_one_call_more(
    walk, talk, tokens, sandbox
):
    sandbox.faults.add("expired_token", api="tiktok", endpoint="video/list", times=1)
    assert walk(talk).username == HANDLE
    assert (talk.calls, talk.repeated) == (1 + 4 + 2, 0)
    assert len(tokens.grants) == 1


def test_a_slow_answer_is_not_waited_for(walk, sandbox):
    check_slow(walk, sandbox, "tiktok", "user/info")


def test_a_slow_refresh_is_not_waited_for(refresh, sandbox):
    check_slow(refresh, sandbox, "tiktok", "oauth/token")
