"""Logging in at Facebook: what is sent where, and odd answers."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics_pipeline.clients.errors import PermanentApiError, TransientApiError
from analytics_pipeline.clients.meta_login import MetaApp, MetaLogin
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.unit.clients.scripted import answer
from analytics_pipeline_tests.unit.clients.talking import NOW

SECRET = "the-app's-secret"
TOKEN = "EAAtoken"


@pytest.fixture
def login(server):
    app = MetaApp("12345", SECRET)
    return MetaLogin(server.url, "https://www.facebook.com/dialog", app, lambda: NOW)


def test_the_app_shows_no_secret():
    assert SECRET not in repr(MetaApp("12345", SECRET))


def test_the_page_gets_what_it_needs_and_no_secret(login):
    page = login.page(("a", "b"), "https://x.example/back", "st/te")

    assert page == (
        "https://www.facebook.com/dialog?client_id=12345&redirect_uri="
        "https%3A%2F%2Fx.example%2Fback&state=st%2Fte&scope=a%2Cb&response_type=code"
    )


def test_codes_secrets_and_tokens_travel_in_forms_and_nothing_is_kept(
    login, server, talk
):
    server.will(answer({"access_token": TOKEN, "expires_in": 5183944}))
    redeemed = login.redeem(talk.conversation, "the-code", "https://x.example/back")
    long = login.prolong(talk.conversation, "EAAshort")

    first, second = server.asked
    assert redeemed == TOKEN
    assert long.token == TOKEN
    assert long.expires_at == NOW + timedelta(seconds=5183944)
    assert TOKEN not in repr(long)
    for asked in (first, second):
        assert (asked.method, asked.path) == ("POST", "/oauth/access_token")
        assert asked.query == {}
    assert "code=the-code" in first.body
    assert "fb_exchange_token=EAAshort" in second.body
    assert talk.kept == []


@pytest.mark.parametrize("lifetime", [None, 0, -1, "5183944", True, 10**30])
def test_a_lifetime_may_be_missing_or_odd(login, server, talk, lifetime):
    server.will(answer({"access_token": TOKEN, "expires_in": lifetime}))
    expires_at = login.prolong(talk.conversation, "EAAshort").expires_at

    is_endless = lifetime == 10**30
    assert expires_at == (NOW + timedelta(days=3650) if is_endless else None)


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": 7}])
def test_an_answer_without_a_token_is_none(login, server, talk, body):
    server.will(answer(body))

    with pytest.raises(TransientApiError) as told:
        login.redeem(talk.conversation, "the-code", "https://x.example/back")
    assert told.value.reason is Reason.BAD_ANSWER


def test_a_token_is_looked_into_with_the_apps_own(login, server, talk):
    data = {
        "is_valid": True,
        "app_id": "12345",
        "user_id": "678",
        "scopes": ["instagram_basic"],
        "expires_at": 1_786_000_000,
        "data_access_expires_at": 1_788_000_000,
    }
    server.will(answer({"data": data}))
    facts = login.inspect(talk.conversation, TOKEN)

    (asked,) = server.asked
    assert asked.query == {"input_token": [TOKEN]}
    assert asked.headers["authorization"] == f"Bearer 12345|{SECRET}"
    assert (facts.is_valid, facts.app_id, facts.user_id) == (True, "12345", "678")
    assert facts.scopes == ("instagram_basic",)
    assert facts.expires_at == datetime.fromtimestamp(1_786_000_000, UTC)
    assert facts.consent_expires_at == datetime.fromtimestamp(1_788_000_000, UTC)
    assert talk.kept == []


@pytest.mark.parametrize("never", [0, None, "soon", True, 10**20])
def test_a_token_may_never_expire_and_facts_may_be_missing(login, server, talk, never):
    server.will(answer({"data": {"expires_at": never, "scopes": "all", "user_id": 5}}))
    facts = login.inspect(talk.conversation, TOKEN)

    assert not facts.is_valid
    assert (facts.expires_at, facts.consent_expires_at) == (None, None)
    assert facts.scopes == ()
    assert facts.user_id == "5"


def test_an_answer_about_no_token_is_none(login, server, talk):
    server.will(answer({"data": []}))

    with pytest.raises(TransientApiError):
        login.inspect(talk.conversation, TOKEN)


def test_all_pages_are_listed_with_the_accounts_behind_them(login, server, talk):
    first = {
        "data": [
            {"id": "1", "name": "One", "access_token": "EAApage"},
            "not a page",
            {"name": "without id"},
        ],
        "paging": {"cursors": {"after": "c1"}, "next": "https://x/?access_token=EAA"},
    }
    second = {
        "data": [
            {"id": 2, "instagram_business_account": {"id": 17, "username": "Ab.C"}},
            {"id": "3", "instagram_business_account": {}},
        ],
        "paging": {"cursors": {"after": "c2"}},
    }
    server.will(answer(first), answer(second))
    pages = login.pages(talk.conversation, TOKEN)

    one, two, three = pages
    assert (one.page_id, one.name, one.token, one.account_id) == (
        "1",
        "One",
        "EAApage",
        None,
    )
    assert (two.page_id, two.name, two.token) == ("2", "2", None)
    assert (two.account_id, two.username) == ("17", "ab.c")
    assert three.account_id is None
    assert [asked.query.get("after") for asked in server.asked] == [None, ["c1"]]
    assert "EAApage" not in repr(pages)
    assert talk.kept == []


def test_a_list_of_pages_that_is_none_is_refused(login, server, talk):
    server.will(answer({"data": {}}))

    with pytest.raises(TransientApiError):
        login.pages(talk.conversation, TOKEN)


def test_a_page_is_subscribed_with_its_own_token(login, server, talk):
    server.will(answer({"success": True}), answer({}))
    login.subscribe(talk.conversation, "99", "EAApage")
    with pytest.raises(PermanentApiError):
        login.subscribe(talk.conversation, "99", "EAApage")

    asked = server.asked[0]
    assert (asked.method, asked.path) == ("POST", "/99/subscribed_apps")
    assert asked.headers["authorization"] == "Bearer EAApage"
    assert asked.body == "subscribed_fields=feed"
