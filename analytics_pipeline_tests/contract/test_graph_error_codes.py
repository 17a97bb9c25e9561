"""Every row of the Graph API's error sheet, and what the client makes of it.

The rows are those that Meta documents and others recorded, written down a second time:
a code that the client's own table has wrong would not be noticed otherwise.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest

from analytics_pipeline.clients.errors import (
    ApiError,
    BudgetExhausted,
    ItemUnavailable,
    PermanentApiError,
    ReconnectRequired,
    TooMuchDataError,
    TransientApiError,
)
from analytics_pipeline.clients.instagram import AgencyConnection, InstagramClient
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.unit.clients.scripted import answer

FLOOR = datetime(2026, 1, 1, tzinfo=UTC)
MISLEADING = (
    "Vennligst reduce the amount of data. Not enough viewers. Request limit reached. "
    "Session has expired. Unsupported get request. Missing permissions."
)
ONCE, REPEATED, SMALLER = 1, 4, 3

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)


def limits():
    for code in (4, 17, 32, 613):
        yield f"platform limit {code}", 400, {"code": code}, HOUR
        transient = {"code": code, "is_transient": True}
        yield f"platform limit {code} transient", 400, transient, HOUR
    yield "platform limit by status", 429, {"message": "slow down"}, HOUR
    yield "platform limit by status and code", 429, {"code": 4}, HOUR
    yield "platform limit under a good status", 200, {"code": 4}, HOUR
    for code in (*range(80000, 80010), 80014):
        yield f"use case limit {code}", 400, {"code": code}, QUARTER
    yield "abuse block 368", 400, {"code": 368}, DAY
    blocked = {"code": 4, "error_subcode": 2207051}
    yield "abuse block 4/2207051", 400, blocked, DAY


def troubles():
    for code in (1, 2, 341):
        yield f"transient {code}", 400, {"code": code}
    yield "transient 2 with its status", 500, {"code": 2, "is_transient": True}
    yield "transient -1/2207001", 400, {"code": -1, "error_subcode": 2207001}
    yield "transient by word", 400, {"code": 5555, "is_transient": True}
    yield "transient by word only", 400, {"is_transient": True}
    yield "transient by word, 100", 400, {"code": 100, "is_transient": True}
    yield "transient by status", 503, {"code": 5555}
    yield "transient by status, no code", 500, {"message": "sorry"}
    yield "transient by status, 100", 502, {"code": 100}
    yield "transient under a good status", 200, {"code": 2}


def dead_tokens():
    for subcode, cause in (
        (458, "app_removed"),
        (459, "checkpoint"),
        (460, "password_changed"),
        (463, "expired"),
        (464, "checkpoint"),
        (467, "invalidated"),
        (492, "permission_missing"),
    ):
        error = {"code": 190, "error_subcode": subcode}
        yield f"token dead 190/{subcode}", 400, error, (True, cause)
    expired = {"code": 190, "error_subcode": 463}
    yield "token dead by status 401", 401, expired, (True, "expired")
    yield "token dead 102", 400, {"code": 102}, (True, "invalidated")
    yield "token without subcode", 400, {"code": 190}, (False, "unknown")


def unavailable():
    for name, code, subcode in (
        ("gone", 100, 33),
        ("gone", 24, 2207006),
        ("not discoverable", 110, 2207013),
        ("not discoverable", 100, 2207013),
        ("not discoverable", 24, 2207024),
    ):
        error = {"code": code, "error_subcode": subcode}
        yield f"{name} {code}/{subcode}", 400, error
    yield "gone 803", 404, {"code": 803}
    titled = {
        "code": 110,
        "error_subcode": 2207013,
        "is_transient": False,
        "error_user_title": "Fant ikke brukeren",
    }
    yield "not discoverable with a title", 400, titled


def refusals():
    for code in (3, 10, 200, 210, 299):
        yield f"permission {code}", 403, {"code": code}, Reason.PERMISSION_MISSING
    yield "app unknown 101", 400, {"code": 101}, Reason.NOT_CONFIGURED
    wrong = Reason.REQUEST_REJECTED
    yield "request wrong 100", 400, {"code": 100}, wrong
    yield "request wrong 2500", 400, {"code": 2500}, wrong
    yield "code 1, permanent after all", 400, permanent_code_1(400), wrong
    yield "code 1/500, permanent after all", 500, permanent_code_1(500), wrong
    yield "code nobody knows", 400, {"code": 5555}, wrong
    yield "no code", 400, {"message": "no"}, wrong
    yield "unknown 24", 400, {"code": 24, "error_subcode": 1}, wrong


def permanent_code_1(status):
    return {
        "code": 1,
        "error_subcode": 2853001,
        "is_transient": False,
        "error_user_title": f"Wrong account link ({status})",
    }


def rows(cases):
    return [pytest.param(*case[1:], id=case[0]) for case in cases]


@pytest.fixture
def ask(talk, server):
    """Read an account whose platform answers with an error."""

    def ask(status, error, message=MISLEADING):
        server.will(answer({"error": {"message": message, **error}}, status))
        client = InstagramClient(f"{server.url}/v23.0")
        agency = AgencyConnection("17841400000000001", "EAAsecret")
        with pytest.raises(ApiError) as caught:
            client.walk_outside(talk.conversation, agency, "somebody", FLOOR, None)
        assert len(server.asked) == talk.calls == len(talk.kept)
        return caught.value

    return ask


@pytest.mark.parametrize(("status", "error", "wait"), rows(limits()))
def test_a_limit_stops_the_budget_at_once(ask, talk, status, error, wait):
    found = ask(status, error)
    assert type(found) is BudgetExhausted
    assert found.wait == wait
    assert talk.calls == ONCE


@pytest.mark.parametrize(("status", "error"), rows(troubles()))
def test_a_passing_trouble_is_asked_again(ask, talk, status, error):
    found = ask(status, error)
    assert type(found) is TransientApiError
    assert found.reason is Reason.TRANSIENT
    assert talk.calls == REPEATED


@pytest.mark.parametrize(
    ("status", "error"),
    [
        pytest.param(500, {"code": 1}, id="code 1 under 500"),
        pytest.param(400, {"code": 100, "error_subcode": 1504018}, id="100/1504018"),
    ],
)
def test_too_much_data_is_asked_for_in_smaller_pages(ask, talk, server, status, error):
    found = ask(status, error)
    assert type(found) is TooMuchDataError
    assert talk.calls == SMALLER
    asked = " ".join(asked.query["fields"][0] for asked in server.asked)
    assert re.findall(r"media\.limit\((\d+)\)", asked) == ["50", "25", "10"]


@pytest.mark.parametrize(("status", "error", "expected"), rows(dead_tokens()))
def test_a_dead_token_is_not_used_again(ask, talk, status, error, expected):
    found = ask(status, error)
    assert type(found) is ReconnectRequired
    assert (found.is_certain, found.cause) == expected
    assert talk.calls == ONCE


@pytest.mark.parametrize(("status", "error"), rows(unavailable()))
def test_what_cannot_be_seen_is_skipped(ask, talk, status, error):
    found = ask(status, error)
    assert type(found) is ItemUnavailable
    assert found.reason is Reason.NOT_FOUND
    assert talk.calls == ONCE


@pytest.mark.parametrize(("status", "error", "reason"), rows(refusals()))
def test_a_refusal_is_told_and_not_repeated(ask, talk, status, error, reason):
    found = ask(status, error)
    assert type(found) is PermanentApiError
    assert found.reason is reason
    assert talk.calls == ONCE


@pytest.mark.parametrize(
    "message", ["", "제한에 도달했습니다", None], ids=["empty", "translated", "null"]
)
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 17}, BudgetExhausted),
        ({"code": 2}, TransientApiError),
        ({"code": 190, "error_subcode": 460}, ReconnectRequired),
        ({"code": 110, "error_subcode": 2207013}, ItemUnavailable),
        ({"code": 10}, PermanentApiError),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)
def test_the_words_decide_nothing(ask, error, kind, message):
    assert type(ask(400, error, message)) is kind


@pytest.mark.parametrize(
    ("error", "named"),
    [({"code": 100, "error_subcode": 33}, "100/33"), ({"code": 803}, "803")],
    ids=["with subcode", "without"],
)
def test_the_code_and_the_platform_s_words_are_told(ask, error, named):
    assert str(ask(400, error, "No such")) == f"Graph API error {named}: No such"
