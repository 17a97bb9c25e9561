"""Every fault of the Creators app, and what the client makes of it."""

import pytest

from analytics_pipeline.clients.creators_app import CreatorsAppClient
from analytics_pipeline.clients.errors import (
    BudgetExhausted,
    PermanentApiError,
    ReconnectRequired,
    TransientApiError,
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

TROUBLE = Expected(TransientApiError, Reason.TRANSIENT, 4)
GARBLED = Expected(TransientApiError, Reason.BAD_ANSWER, 4)
NO_LIST = {"op": "remove", "path": ["creators"]}

CREATORS = {
    FaultKind.LIMIT_429: Expected(BudgetExhausted, Reason.BUDGET, 1),
    FaultKind.SERVER_ERROR: TROUBLE,
    FaultKind.EXPIRED_TOKEN: Expected(ReconnectRequired, Reason.RECONNECT_REQUIRED, 1),
    FaultKind.TRUNCATED_JSON: GARBLED,
    FaultKind.HTML: GARBLED,
    FaultKind.ERROR_IN_200: Expected(PermanentApiError, Reason.REQUEST_REJECTED, 1),
    FaultKind.RESET: TROUBLE,
    FaultKind.EMPTY: Expected(None, None, 1),
    FaultKind.PATCH: Expected(
        PermanentApiError, Reason.BAD_ANSWER, 1, {"ops": [NO_LIST]}
    ),
}


@pytest.fixture
def client(sandbox):
    return CreatorsAppClient(sandbox.creators_api_url)


def test_every_fault_has_its_row():
    assert set(CREATORS) == kinds_of("creators_app")


@pytest.mark.parametrize(("kind", "expected"), cases(CREATORS))
def test_the_list_of_creators_under_every_fault(client, talk, sandbox, kind, expected):
    sandbox.faults.add(kind, api="creators_app", params=expected.params)
    found = check(lambda talk: client.creators(talk.conversation), talk, expected)
    assert sandbox.faults.rows()[0]["struck"] == talk.calls
    if kind is FaultKind.EMPTY:
        assert found == []
    if kind is FaultKind.EXPIRED_TOKEN:
        assert "CREATORS_API_TOKEN" in str(found)


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.SERVER_ERROR,
        FaultKind.TRUNCATED_JSON,
        FaultKind.HTML,
        FaultKind.RESET,
    ],
)
def test_a_fault_that_passes_costs_one_call_more(client, talk, sandbox, kind):
    sandbox.faults.add(kind, api="creators_app", times=1)
    assert len(client.campaigns(talk.conversation)) == len(sandbox.world.campaigns())
    assert (talk.calls, talk.repeated) == (2, 1)


def test_an_empty_answer_about_participants_means_nobody(client, talk, sandbox):
    sandbox.faults.add("empty", api="creators_app", endpoint="involved")
    assert client.involved(talk.conversation, ["501"]) == []
    assert len(client.creators(talk.conversation)) == 24


def test_a_slow_answer_is_not_waited_for(client, sandbox):
    def ask(talk):
        return client.creators(talk.conversation)

    check_slow(ask, sandbox, "creators_app", "creators")
