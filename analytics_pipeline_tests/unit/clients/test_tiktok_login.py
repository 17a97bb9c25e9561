"""Logging in at TikTok: what is sent where, and odd answers under HTTP 200."""

import pytest

from analytics_pipeline.clients.errors import (
    PermanentApiError,
    ReconnectRequired,
    TransientApiError,
)
from analytics_pipeline.clients.tiktok import ClientCredentials
from analytics_pipeline.clients.tiktok_login import TikTokLogin
from analytics_pipeline_tests.unit.clients.scripted import answer
from analytics_pipeline_tests.unit.clients.talking import NOW

SECRET = "the-client's-secret"
TOKENS = {
    "open_id": "-000abc",
    "access_token": "act.one",
    "refresh_token": "rft.one",
    "expires_in": 7200,
    "refresh_expires_in": 15_552_000,
    "scope": "user.info.basic,video.list",
}


@pytest.fixture
def login(server):
    credentials = ClientCredentials("the-key", SECRET)
    page = "https://www.tiktok.com/v2/auth/authorize"
    return TikTokLogin(server.url, page, credentials, lambda: NOW)


def test_the_page_gets_what_it_needs_and_no_secret(login):
    page = login.page(("a", "b"), "https://x.example/back", "state")

    assert page == (
        "https://www.tiktok.com/v2/auth/authorize/?client_key=the-key&scope=a%2Cb"
        "&response_type=code&redirect_uri=https%3A%2F%2Fx.example%2Fback&state=state"
    )


def test_a_code_is_traded_in_a_form_and_nothing_is_kept(login, server, talk):
    server.will(answer(TOKENS))
    consent = login.redeem(talk.conversation, "a*code!", "https://x.example/back")

    (asked,) = server.asked
    assert (asked.method, asked.path, asked.query) == ("POST", "/oauth/token/", {})
    assert "code=a%2Acode%21" in asked.body
    assert consent.open_id == "-000abc"
    assert consent.grant.refresh_token == "rft.one"
    assert consent.grant.scopes == ("user.info.basic", "video.list")
    assert (consent.grant.access_token_expires_at - NOW).total_seconds() == 7200
    assert "act.one" not in repr(consent)
    assert talk.kept == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"error": "invalid_grant"}, ReconnectRequired),
        ({"error": "invalid_client"}, PermanentApiError),
        (TOKENS | {"open_id": ""}, TransientApiError),
        (TOKENS | {"refresh_token": None}, TransientApiError),
        (TOKENS | {"access_token": 7}, TransientApiError),
    ],
)
def test_what_is_no_consent_is_refused_under_http_200_too(
    login, server, talk, body, error
):
    server.will(answer(body))

    with pytest.raises(error) as told:
        login.redeem(talk.conversation, "the-code", "https://x.example/back")
    assert "act.one" not in str(told.value)


@pytest.mark.parametrize(
    ("scope", "fields"),
    [
        ("user.info.basic", "open_id,display_name"),
        ("user.info.basic,user.info.profile", "open_id,display_name,username"),
        (None, "open_id,display_name,username"),
    ],
)
def test_the_handle_is_asked_for_where_it_may_be(login, server, talk, scope, fields):
    user = {"open_id": "x", "display_name": "Ann", "username": "Ann.B"}
    server.will(
        answer(TOKENS | {"scope": scope}),
        answer({"data": {"user": user}, "error": {"code": "ok"}}),
    )
    consent = login.redeem(talk.conversation, "the-code", "https://x.example/back")
    name = login.name(talk.conversation, consent.grant)

    assert (name.username, name.display_name) == ("ann.b", "Ann")
    assert server.asked[1].query == {"fields": [fields]}
    assert server.asked[1].headers["authorization"] == "Bearer act.one"


@pytest.mark.parametrize("user", [None, [], {"display_name": "", "username": 3}])
def test_a_name_may_be_untold(login, server, talk, user):
    server.will(
        answer(TOKENS), answer({"data": {"user": user}, "error": {"code": "ok"}})
    )
    consent = login.redeem(talk.conversation, "the-code", "https://x.example/back")
    name = login.name(talk.conversation, consent.grant)

    assert (name.username, name.display_name) == (None, None)
