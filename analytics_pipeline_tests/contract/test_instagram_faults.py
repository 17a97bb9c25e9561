"""Every fault of the Graph API, and what the Instagram client makes of it."""

from datetime import timedelta

import pytest

from analytics_pipeline.clients.budget import Budgets
from analytics_pipeline.clients.errors import (
    BudgetExhausted,
    PermanentApiError,
    ReconnectRequired,
    TooMuchDataError,
    TransientApiError,
)
from analytics_pipeline.clients.instagram import AgencyConnection, InstagramClient
from analytics_pipeline.sandbox.faults import FaultKind
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.contract.faults import (
    Expected,
    cases,
    check,
    check_slow,
    kinds_of,
)
from analytics_pipeline_tests.unit.clients.talking import WHENEVER, Stopwatch

HANDLE, OWN_HANDLE, OWN = "eliska.sv", "ondra_dvorak", 1
HEALTHY = 2
LIMIT = Expected(BudgetExhausted, Reason.BUDGET, 1)
TROUBLE = Expected(TransientApiError, Reason.TRANSIENT, 4)
GARBLED = Expected(TransientApiError, Reason.BAD_ANSWER, 4)
NO_ID = {"op": "set", "path": ["business_discovery", "id"], "value": None}
NO_LIST = {"op": "set", "path": ["data"], "value": None}

OUTSIDE = {
    FaultKind.LIMIT_429: LIMIT,
    FaultKind.LIMIT_CODE_4: LIMIT,
    FaultKind.LIMIT_CODE_17: LIMIT,
    FaultKind.LIMIT_USE_CASE: LIMIT,
    FaultKind.SERVER_ERROR: TROUBLE,
    FaultKind.TRANSIENT_CODE_1: TROUBLE,
    FaultKind.REDUCE_DATA: Expected(TooMuchDataError, Reason.TRANSIENT, 3),
    FaultKind.EXPIRED_TOKEN: Expected(ReconnectRequired, Reason.RECONNECT_REQUIRED, 1),
    FaultKind.TRUNCATED_JSON: GARBLED,
    FaultKind.HTML: GARBLED,
    FaultKind.ERROR_IN_200: TROUBLE,
    FaultKind.RESET: TROUBLE,
    FaultKind.EMPTY: Expected(None, None, 1),
    FaultKind.REPEAT_CURSOR: Expected(PermanentApiError, Reason.BAD_ANSWER, 2),
    FaultKind.PATCH: Expected(
        TransientApiError, Reason.BAD_ANSWER, 4, {"ops": [NO_ID]}
    ),
}
"""On an outside account, which takes two calls when nothing is wrong."""

OWN_MEDIA = {
    **{
        kind: Expected(row.error, row.reason, 1 + row.calls, row.params)
        for kind, row in OUTSIDE.items()
    },
    FaultKind.PATCH: Expected(
        TransientApiError, Reason.BAD_ANSWER, 5, {"ops": [NO_LIST]}
    ),
}
"""On the media of a connected account, whose profile was read before."""


@pytest.fixture
def client(sandbox):
    """A client that slows down without anybody having to wait for it."""
    return InstagramClient(sandbox.meta_api_url, Budgets(timer=Stopwatch().timer))


@pytest.fixture
def ask_outside(client, sandbox):
    environment = sandbox.environment()
    agency = AgencyConnection(
        environment["META_IG_USER_ID"], environment["META_ACCESS_TOKEN"]
    )

    def ask(talk, username=HANDLE):
        return client.walk_outside(talk.conversation, agency, username, WHENEVER, None)

    return ask


@pytest.fixture
def ask_own(client, sandbox):
    own = (
        sandbox.world.identities.instagram_id(OWN),
        sandbox.state.meta_tokens.first(OWN),
    )
    return lambda talk: client.walk_own(talk.conversation, *own, WHENEVER)


def test_every_fault_has_its_row():
    assert set(OUTSIDE) == set(OWN_MEDIA) == kinds_of("instagram")


@pytest.mark.parametrize(("kind", "expected"), cases(OUTSIDE))
def test_an_outside_account_under_every_fault(
    ask_outside, talk, sandbox, kind, expected
):
    sandbox.faults.add(kind, api="instagram", account=HANDLE, params=expected.params)
    check(ask_outside, talk, expected)
    assert sandbox.faults.rows()[0]["struck"] == talk.calls
    assert len(talk.kept) == (0 if kind is FaultKind.RESET else talk.calls)


@pytest.mark.parametrize(("kind", "expected"), cases(OWN_MEDIA))
def test_an_own_account_under_every_fault(ask_own, talk, sandbox, kind, expected):
    fault = {"account": OWN_HANDLE, "endpoint": "media", "params": expected.params}
    sandbox.faults.add(kind, api="instagram", **fault)
    check(ask_own, talk, expected)
    assert sandbox.faults.rows()[0]["struck"] == talk.calls - 1
    assert sandbox.calls.count(account=OWN_HANDLE, endpoint="profile") == 1


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.SERVER_ERROR,
        FaultKind.TRANSIENT_CODE_1,
        FaultKind.TRUNCATED_JSON,
        FaultKind.HTML,
        FaultKind.ERROR_IN_200,
        FaultKind.RESET,
    ],
)
def test_a_fault_that_passes_costs_one_call_more(ask_outside, talk, sandbox, kind):
    sandbox.faults.add(kind, api="instagram", times=1)
    assert ask_outside(talk).username == HANDLE
    assert (talk.calls, talk.repeated) == (HEALTHY + 1, 1)


@pytest.mark.parametrize(
    "kind", [FaultKind.LIMIT_429, FaultKind.LIMIT_CODE_4, FaultKind.LIMIT_CODE_17]
)
def test_a_platform_limit_stops_all_outside_accounts(ask_outside, talk, sandbox, kind):
    sandbox.faults.add(kind, api="instagram", account=HANDLE)
    for username in (HANDLE, "tereza.novakova"):
        with pytest.raises(BudgetExhausted) as caught:
            ask_outside(talk, username)
        assert caught.value.wait > timedelta(minutes=59)
    assert sandbox.calls.count() == talk.calls == 1


def test_the_sandbox_s_own_limit_is_never_run_into(ask_outside, talk, sandbox):
    """Its headers rise with every call; the client stops at 90 % of 200 calls."""
    for _ in range(180):
        ask_outside(talk, "imogen.hart")
    with pytest.raises(BudgetExhausted):
        ask_outside(talk, "imogen.hart")
    assert sandbox.calls.count(status=200) == sandbox.calls.count() == 180


def test_one_account_s_fault_is_not_another_s(ask_outside, talk, sandbox):
    sandbox.faults.add("server_error", api="instagram", account=HANDLE)
    with pytest.raises(TransientApiError):
        ask_outside(talk)
    assert ask_outside(talk, "doyun.han").username == "doyun.han"
    assert talk.calls == 4 + 1


def test_a_slow_answer_about_others_is_not_waited_for(ask_outside, sandbox):
    check_slow(ask_outside, sandbox, "instagram", "business_discovery")


def test_a_slow_answer_about_oneself_is_not_waited_for(ask_own, sandbox):
    check_slow(ask_own, sandbox, "instagram", "profile")
