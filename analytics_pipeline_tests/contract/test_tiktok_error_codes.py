"""Every row of TikTok's two error sheets, and what the client makes of it.

The rows are those that TikTok documents and others recorded, written down a second
time: a code that the client's own table has wrong would not be noticed otherwise.
"""

from datetime import UTC, datetime, timedelta

import pytest

from analytics_pipeline.clients.errors import (
    ApiError,
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
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.unit.clients.scripted import answer

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
MISLEADING = "rate limit exceeded, access_token_invalid, scope_not_authorized, retry"
ONCE, REPEATED, REFRESHED = 1, 4, 2


def enveloped(code, message=MISLEADING):
    error = {"code": code, "message": message, "log_id": "20260302130000ABC"}
    return {"data": {}, "error": error}


def flat(code):
    return {"error": code, "error_description": MISLEADING, "log_id": "2026030213"}


DEAD = (ReconnectRequired, Reason.RECONNECT_REQUIRED)
NOT_GRANTED = (PermanentApiError, Reason.PERMISSION_MISSING)
WRONG = (PermanentApiError, Reason.REQUEST_REJECTED)
LIMIT = (BudgetExhausted, Reason.BUDGET)
TROUBLE = (TransientApiError, Reason.TRANSIENT)
NOT_CONFIGURED = (PermanentApiError, Reason.NOT_CONFIGURED)

API_ROWS = [
    (401, "access_token_invalid", DEAD),
    (401, "scope_not_authorized", NOT_GRANTED),
    (400, "scope_permission_missed", NOT_GRANTED),
    (400, "invalid_params", WRONG),
    (429, "rate_limit_exceeded", LIMIT),
    (500, "internal_error", TROUBLE),
    (400, "invalid_file_upload", WRONG),
]
CALLS = {TROUBLE: REPEATED, DEAD: REFRESHED}


@pytest.fixture
def client(server):
    """A client that has no patience with a full window."""
    credentials = ClientCredentials("some-key", "some-secret")
    return TikTokClient(
        server.url, credentials, lambda: NOW, limits_of(patience=timedelta(0))
    )


@pytest.fixture
def walk(talk, server, client):
    """Read an account whose platform answers in one way only."""

    def walk(body, status):
        server.will(answer(body, status))
        renewals = []

        def token(_, stale):
            renewals.append(stale)
            return f"act.{len(renewals)}"

        with pytest.raises(ApiError) as caught:
            client.walk(talk.conversation, token, (), NOW, None)
        assert len(server.asked) == talk.calls == len(talk.kept)
        assert len(renewals) == (2 if code_of(body) == "access_token_invalid" else 1)
        return caught.value

    return walk


@pytest.fixture
def refresh(talk, server, client):
    """Refresh a token whose endpoint answers in one way only."""

    def refresh(body, status):
        server.will(answer(body, status))
        with pytest.raises(ApiError) as caught:
            client.refresh(talk.conversation, "rft.old")
        assert len(server.asked) == talk.calls
        assert talk.kept == []
        return caught.value

    return refresh


def code_of(body):
    error = body.get("error") if isinstance(body, dict) else None
    return error.get("code") if isinstance(error, dict) else None


@pytest.mark.parametrize(
    ("status", "code", "meaning"), API_ROWS, ids=[row[1] for row in API_ROWS]
)
def test_each_code_has_its_meaning(walk, talk, status, code, meaning):
    found = walk(enveloped(code), status)
    assert (type(found), found.reason) == meaning
    assert talk.calls == CALLS.get(meaning, ONCE)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [row[1:] for row in API_ROWS],
    ids=[row[1] for row in API_ROWS],
)
def test_the_code_counts_under_a_good_status_too(walk, talk, code, meaning):
    found = walk(enveloped(code), 200)
    assert (type(found), found.reason) == meaning
    assert talk.calls == CALLS.get(meaning, ONCE)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "rate_limit_exceeded"}},
        {"error": "slow down"},
        "<html>Too Many Requests</html>",
        "",
    ],
    ids=["without data", "odd", "html", "empty"],
)
def test_the_status_alone_tells_a_full_window(walk, body):
    found = walk(body, 429)
    assert type(found) is BudgetExhausted
    assert found.wait == timedelta(seconds=60)


def test_an_error_may_come_without_its_envelope(walk):
    found = walk({"code": "invalid_params", "message": "Invalid fields"}, 400)
    assert type(found) is PermanentApiError
    assert str(found) == "TikTok error invalid_params: Invalid fields"


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize(
    "body",
    [{}, enveloped("something_new"), "<html>Bad Gateway</html>", "", "[]"],
    ids=["object", "new code", "html", "empty", "list"],
)
def test_trouble_on_tiktok_s_side_is_asked_again(walk, talk, body, status):
    found = walk(body, status)
    assert (type(found), found.reason) == (TransientApiError, Reason.TRANSIENT)
    assert talk.calls == REPEATED


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<html>Sorry</html>"),
        (200, "[]"),
        (404, "not here"),
        (200, {"error": {"code": "ok"}}),
        (200, {"data": None, "error": {"code": "ok"}}),
        (200, {"data": [], "error": {"code": "ok"}}),
    ],
    ids=["html", "list", "text", "no data", "null data", "list of data"],
)
def test_what_holds_no_answer_is_asked_again(walk, talk, status, body):
    found = walk(body, status)
    assert (type(found), found.reason) == (TransientApiError, Reason.BAD_ANSWER)
    assert talk.calls == REPEATED


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": {"user": {}}},
        {"data": {"user": {}}, "error": {}},
        {"data": {"user": {}}, "error": {"code": 0}},
        enveloped("something_new"),
    ],
    ids=["empty", "no error", "no code", "number", "new code"],
)
def test_only_the_word_ok_is_ok(walk, talk, body):
    found = walk(body, 200)
    assert (type(found), found.reason) == (PermanentApiError, Reason.REQUEST_REJECTED)
    assert talk.calls == ONCE


TOKEN_ROWS = [
    ("invalid_grant", DEAD),
    ("invalid_client", NOT_CONFIGURED),
    ("unauthorized_client", NOT_CONFIGURED),
    ("invalid_request", WRONG),
    ("invalid_scope", WRONG),
    ("unsupported_grant_type", WRONG),
    ("unsupported_response_type", WRONG),
    ("server_error", TROUBLE),
    ("temporarily_unavailable", TROUBLE),
    ("rate_limit_exceeded", TROUBLE),
    ("something_new", TROUBLE),
]


@pytest.mark.parametrize("status", [200, 400], ids=["under 200", "under 400"])
@pytest.mark.parametrize(
    ("code", "meaning"), TOKEN_ROWS, ids=[row[0] for row in TOKEN_ROWS]
)
def test_each_refusal_of_a_refresh_has_its_meaning(
    refresh, talk, code, meaning, status
):
    found = refresh(flat(code), status)
    assert (type(found), found.reason) == meaning
    assert code in str(found)
    assert talk.calls == (REPEATED if meaning == TROUBLE else ONCE)


def test_a_dead_refresh_token_is_certainly_dead(refresh):
    assert refresh(flat("invalid_grant"), 200).is_certain


def test_a_refusal_in_an_envelope_is_understood_too(refresh):
    assert type(refresh(enveloped("invalid_grant"), 200)) is ReconnectRequired


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (500, "<html>", Reason.TRANSIENT),
        (503, "", Reason.TRANSIENT),
        (429, "", Reason.BAD_ANSWER),
        (200, "<html>", Reason.BAD_ANSWER),
        (200, {}, Reason.BAD_ANSWER),
        (200, {"access_token": None}, Reason.BAD_ANSWER),
        (200, {"access_token": ""}, Reason.BAD_ANSWER),
        (200, {"access_token": 5}, Reason.BAD_ANSWER),
        (200, {"message": "success", "data": {}}, Reason.BAD_ANSWER),
    ],
    ids=str,
)
def test_an_answer_without_a_token_is_asked_for_again(
    refresh, talk, status, body, reason
):
    found = refresh(body, status)
    assert (type(found), found.reason) == (TransientApiError, reason)
    assert talk.calls == REPEATED
