"""What Meta says about tokens, in all the shapes it has been seen to say it."""

from datetime import UTC, datetime

import pytest

from analytics_pipeline.clients.errors import PermanentApiError, TransientApiError
from analytics_pipeline.clients.graph_errors import refusal_of
from analytics_pipeline.clients.meta_login import MetaApp, MetaLogin
from analytics_pipeline.schemas.connections import ReconnectReason
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.unit.clients.scripted import answer
from analytics_pipeline_tests.unit.clients.talking import NOW

TOKEN, SECRET = "EAAtoken", "the-apps-secret"


@pytest.fixture
def meta(server):
    return MetaLogin(server.url, server.url, MetaApp("1", SECRET), lambda: NOW)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"code": 190, "subcode": 460}, ReconnectReason.PASSWORD_CHANGED),
        ({"code": 190, "error_subcode": 458}, ReconnectReason.APP_REMOVED),
        ({"code": 190, "subcode": 492}, ReconnectReason.PERMISSION_MISSING),
        ({"code": 190}, ReconnectReason.UNKNOWN),
        ({"code": 100}, ReconnectReason.UNKNOWN),
        ({"message": "malformed"}, ReconnectReason.UNKNOWN),
        ("malformed", ReconnectReason.UNKNOWN),
        (None, ReconnectReason.UNKNOWN),
    ],
)
def test_why_a_token_is_not_valid_is_read_from_the_codes(error, reason):
    assert refusal_of(error) is reason


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, {"code": 190}),
        (401, {"code": 190, "error_subcode": 463}),
        (400, {"code": 101}),
    ],
)
def test_a_refusal_of_the_app_says_nothing_of_the_token(
    meta, server, talk, status, error
):
    server.will(answer({"error": error}, status))

    with pytest.raises(PermanentApiError) as caught:
        meta.inspect(talk.conversation, TOKEN)

    assert caught.value.reason is Reason.NOT_CONFIGURED
    assert SECRET not in str(caught.value)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("expires_at", "expected"),
    [
        (1786000000, datetime.fromtimestamp(1786000000, UTC)),
        (0, None),
        (None, None),
        ("soon", None),
        (True, None),
        (10**15, None),
    ],
)
def test_an_expiry_is_an_instant_or_none_at_all(
    meta, server, talk, expires_at, expected
):
    data = {"app_id": "1", "is_valid": True, "scopes": ["a"], "expires_at": expires_at}
    server.will(answer({"data": data}))

    facts = meta.inspect(talk.conversation, TOKEN)

    assert facts.expires_at == expected
    assert facts.is_valid


@pytest.mark.parametrize("lifetime", [None, 0, -5, True, "60 days", 5183944])
def test_an_exchange_tells_how_long_or_not(meta, server, talk, lifetime):
    told = {} if lifetime is None else {"expires_in": lifetime}
    server.will(answer({"access_token": "EAAlong", "token_type": "bearer", **told}))

    longer = meta.prolong(talk.conversation, TOKEN)

    assert longer.token == "EAAlong"
    is_told = lifetime == 5183944
    assert (longer.expires_at is not None) is is_told
    assert talk.kept == []


@pytest.mark.parametrize("body", [{}, {"access_token": None}, {"access_token": ["x"]}])
def test_an_answer_without_a_token_is_asked_for_again(meta, server, talk, body):
    server.will(*[answer(body)] * 4)

    with pytest.raises(TransientApiError) as caught:
        meta.prolong(talk.conversation, TOKEN)

    assert caught.value.reason is Reason.BAD_ANSWER
