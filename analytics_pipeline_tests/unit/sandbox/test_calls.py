"""The sandbox counts what it was asked, and about whom."""

import pytest


def test_calls_are_counted_by_api_endpoint_account_and_status(ask, sandbox):
    ask.discover("eliska.sv", limit=1)
    ask.discover("eliska.sv", limit=1)
    ask.discover("nobody")
    calls = sandbox.calls
    assert calls.count() == 3
    assert calls.count(api="instagram", endpoint="business_discovery") == 3
    assert calls.count(account="eliska.sv") == 2
    assert calls.count(account=sandbox.world.identities.instagram_id(2)) == 2
    assert calls.count(account="nobody", status=400) == 1
    assert calls.count(status=200) == 2
    assert calls.count(api="tiktok") == 0


@pytest.mark.parametrize(
    ("path", "params", "endpoint"),
    [
        ("me", {}, "user"),
        ("me/accounts", {}, "accounts"),
        ("{own}", {"fields": "id"}, "profile"),
        ("{own}/media", {}, "media"),
        ("{own}/stories", {}, "stories"),
        ("{post}", {}, "media_item"),
        ("{post}/insights", {"metric": "reach"}, "insights"),
        ("{page}", {}, "page"),
        ("debug_token", {"input_token": "x"}, "debug_token"),
        ("oauth/access_token", {}, "oauth/access_token"),
        ("nonsense/more/parts", {}, "unknown"),
    ],
)
def test_endpoints_of_the_graph_api_have_short_names(
    ask, sandbox, path, params, endpoint
):
    world = sandbox.world
    names = {
        "own": world.identities.instagram_id(1),
        "post": world.instagram_posts(1, sandbox.clock.now())[0].post_id,
        "page": world.identities.pages(1)[0],
    }
    _, token = ask.owner(1)
    ask.graph(path.format(**names), token=token, **params)
    assert sandbox.calls.count(api="instagram", endpoint=endpoint) == 1


def test_calls_about_a_connected_account_bear_its_id_and_handle(ask, sandbox):
    ask.own(1, fields="id")
    (row,) = sandbox.calls.rows()
    assert row == {
        "api": "instagram",
        "endpoint": "profile",
        "account_id": sandbox.world.identities.instagram_id(1),
        "username": "ondra_dvorak",
        "status": 200,
        "calls": 1,
    }


def test_tiktok_calls_bear_the_open_id_and_the_handle(ask, sandbox):
    token = ask.tiktok_token(2)
    ask.user_info(token, "open_id")
    ask.videos(token)
    open_id = sandbox.world.identities.open_id(2)
    assert sandbox.calls.count(api="tiktok", account=open_id) == 2
    assert sandbox.calls.count(endpoint="video/list", account="eliska_sv") == 1


def test_a_call_with_a_foreign_token_is_about_nobody(ask, sandbox):
    ask.user_info("nonsense", "open_id")
    assert sandbox.calls.rows()[0]["account_id"] == ""
    assert sandbox.calls.count(account="") == 0


def test_a_call_without_a_token_is_about_nobody(ask, sandbox):
    ask.get(f"{sandbox.meta_api_url}/me")
    (row,) = sandbox.calls.rows()
    assert (row["endpoint"], row["account_id"], row["status"]) == ("user", "", 400)


def test_calls_to_the_creators_app_are_about_no_account(ask, sandbox):
    ask.creators_app("creators/")
    ask.creators_app("involved")
    assert sandbox.calls.count(api="creators_app", endpoint="creators") == 1
    assert sandbox.calls.count(api="creators_app", endpoint="involved", status=400) == 1


def test_the_control_addresses_are_not_counted(ask, sandbox):
    ask.control("GET", "clock")
    ask.control("GET", "calls")
    assert sandbox.calls.count() == 0


def test_counts_can_be_read_and_reset_over_http(ask, sandbox):
    ask.discover("eliska.sv", limit=1)
    body = ask.control("GET", "calls").json()
    assert body["total"] == 1
    assert body["calls"] == sandbox.calls.rows()
    assert ask.control("DELETE", "calls").status_code == 204
    assert sandbox.calls.count() == 0
