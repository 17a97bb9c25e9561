"""Users, Pages, tokens, paths, versions, and the usage headers."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.state import Behaviour
from analytics_pipeline.sandbox.world import WorldConfig
from analytics_pipeline_tests.unit.sandbox.asking import Asker, error_of

START = datetime(2026, 3, 1, tzinfo=UTC)
OWNER = 1
PAGE_FIELDS = (
    "id,name,username,access_token,tasks,instagram_business_account{id,username}"
)


def test_me_is_the_owner_of_the_token(ask, sandbox):
    body = ask.graph("me").json()
    assert body["id"] == sandbox.world.identities.user_id(2_000_000)
    assert body["name"] == "Atelier Lumen"
    assert ask.graph(body["id"]).json() == body


def test_not_every_page_has_an_instagram_account_and_the_first_has_none(ask):
    data = ask.graph("me/accounts", fields=PAGE_FIELDS).json()["data"]
    assert len(data) == 3
    assert "instagram_business_account" not in data[0]
    assert data[1]["instagram_business_account"] == {
        "id": ask.agency_id,
        "username": "atelier.lumen.agency",
    }
    assert data[1]["tasks"] == ["ANALYZE", "MANAGE"]


def test_a_page_s_username_is_not_the_instagram_handle(ask):
    for page in ask.graph("me/accounts", fields=PAGE_FIELDS).json()["data"]:
        linked = page.get("instagram_business_account", {})
        assert page["username"] != linked.get("username")


def test_pages_are_paged_by_cursor_to_the_end(ask):
    whole = ask.graph("me/accounts", fields="id", limit=100).json()
    assert "next" not in whole["paging"]
    assert set(whole["paging"]["cursors"]) == {"before", "after"}
    answer, found = ask.graph("me/accounts", fields="id", limit=1), []
    while True:
        page = answer.json()
        found += page["data"]
        if "next" not in page["paging"]:
            break
        answer = ask.get(page["paging"]["next"])
    assert found == whole["data"]


def test_after_the_last_page_there_is_an_empty_one(ask):
    page = ask.graph("me/accounts", fields="id").json()
    after = page["paging"]["cursors"]["after"]
    assert ask.graph("me/accounts", fields="id", after=after).json() == {"data": []}


def test_the_pages_of_a_user_are_listed_by_id_too(ask):
    user_id = ask.graph("me").json()["id"]
    by_id = ask.graph(f"{user_id}/accounts", fields="id").json()["data"]
    assert by_id == ask.graph("me/accounts/", fields="id").json()["data"]


def test_a_bad_cursor_of_pages_is_refused(ask):
    answer = ask.graph("me/accounts", after="nonsense")
    assert error_of(answer) == (400, 100, None)


def test_a_page_can_be_read_by_its_id(ask):
    page = ask.graph("me/accounts", fields="id").json()["data"][1]
    fields = "instagram_business_account,username,connected_instagram_account"
    body = ask.graph(f"{page['id']}/", fields=fields).json()
    assert body["instagram_business_account"] == {"id": ask.agency_id}
    assert body["connected_instagram_account"] == {"id": ask.agency_id}
    assert ask.graph(page["id"]).json() == {"id": page["id"]}


def test_a_page_token_opens_the_account_behind_the_page(ask):
    pages = ask.graph("me/accounts", fields="access_token").json()["data"]
    body = ask.graph(ask.agency_id, token=pages[1]["access_token"], fields="username")
    assert body.json()["username"] == "atelier.lumen.agency"


def test_a_page_of_others_is_not_there(ask, sandbox):
    page_id = sandbox.world.identities.pages(OWNER)[0]
    assert error_of(ask.graph(page_id)) == (400, 100, 33)
    _, token = ask.owner(OWNER)
    assert ask.graph(page_id, token=token).status_code == 200


def test_the_token_may_come_in_the_query(ask):
    url = f"{ask.sandbox.meta_api_url}/{ask.agency_id}"
    params = {"access_token": ask.agency_token, "fields": "id"}
    assert ask.get(url, params=params).json() == {"id": ask.agency_id}


@pytest.mark.parametrize(
    "token",
    ["nonsense", "EAAL1x0x" + "0" * 24, "EAAL99999x0x" + "0" * 24, "EAA"],
)
def test_a_token_nobody_signed_is_refused(ask, token):
    answer = ask.graph(ask.agency_id, token=token, fields="id")
    assert error_of(answer) == (400, 190, None)
    assert answer.json()["error"]["type"] == "OAuthException"


def test_a_missing_token_is_refused(ask):
    answer = ask.get(f"{ask.sandbox.meta_api_url}/{ask.agency_id}")
    assert error_of(answer) == (400, 190, None)


def test_a_token_expires_by_the_sandbox_s_clock(ask, sandbox):
    sandbox.clock.set(START + timedelta(days=59))
    assert ask.own(OWNER, fields="id").status_code == 200
    sandbox.clock.set(START + timedelta(days=61))
    assert error_of(ask.own(OWNER, fields="id")) == (400, 190, 463)
    assert ask.graph(ask.agency_id, fields="id").status_code == 200


def exchange(ask, token, **change):
    config = ask.sandbox.world.config
    params = {
        "grant_type": "fb_exchange_token",
        "client_id": config.meta_app_id,
        "client_secret": config.meta_app_secret,
        "fb_exchange_token": token,
        **change,
    }
    return ask.get(f"{ask.sandbox.meta_api_url}/oauth/access_token", params=params)


def test_a_short_token_is_exchanged_for_one_of_sixty_days(ask, sandbox):
    consent = ask.control("GET", "consent", params={"creator_id": 102}).json()
    body = exchange(ask, consent["meta_short_token"]).json()
    assert set(body) == {"access_token", "token_type", "expires_in"}
    assert body["token_type"] == "bearer"
    assert body["expires_in"] == 60 * 86_400
    instagram_id, _ = ask.owner(OWNER)
    answer = ask.graph(instagram_id, token=body["access_token"], fields="username")
    assert answer.json()["username"] == "ondra_dvorak"
    sandbox.clock.set(sandbox.clock.now() + timedelta(hours=3))
    assert error_of(exchange(ask, consent["meta_short_token"])) == (400, 190, 463)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_id": "1"}, 101),
        ({"client_secret": "wrong"}, 101),
        ({"grant_type": "client_credentials"}, 100),
        ({"fb_exchange_token": "nonsense"}, 190),
    ],
)
def test_a_wrong_exchange_is_refused(ask, change, code):
    answer = exchange(ask, ask.agency_token, **change)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code


def debug(ask, token, asker=None):
    params = {"input_token": token, "access_token": asker or ask.agency_token}
    return ask.get(f"{ask.sandbox.meta_api_url}/debug_token", params=params)


def test_debug_token_tells_what_a_token_is_worth(ask, sandbox):
    _, token = ask.owner(OWNER)
    data = debug(ask, token).json()["data"]
    assert data["is_valid"] is True
    assert data["app_id"] == sandbox.world.config.meta_app_id
    assert {"instagram_basic", "instagram_manage_insights"} <= set(data["scopes"])
    assert data["expires_at"] > sandbox.clock.now().timestamp()
    assert data["user_id"] == sandbox.world.identities.user_id(OWNER)
    assert debug(ask, ask.agency_token).json()["data"]["expires_at"] == 0


def test_debug_token_knows_dead_and_foreign_tokens(ask, sandbox):
    _, token = ask.owner(OWNER)
    sandbox.clock.set(START + timedelta(days=61))
    assert debug(ask, token).json()["data"]["is_valid"] is False
    foreign = debug(ask, "nonsense").json()["data"]
    assert foreign["is_valid"] is False
    assert foreign["error"]["code"] == 190


def test_debug_token_may_be_asked_by_the_app_itself(ask, sandbox):
    config = sandbox.world.config
    app = f"{config.meta_app_id}|{config.meta_app_secret}"
    assert debug(ask, ask.agency_token, asker=app).status_code == 200
    assert error_of(debug(ask, ask.agency_token, asker="me|too"))[1] == 190
    assert error_of(debug(ask, None))[1] == 100


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("nonsense", (404, 803, None)),
        ("nonsense/media", (404, 803, None)),
        ("123456", (400, 100, 33)),
        ("me/nonsense", (400, 2500, None)),
        ("me/accounts/more", (400, 2500, None)),
        ("", (400, 2500, None)),
    ],
)
def test_unknown_paths_are_refused(ask, path, expected):
    assert error_of(ask.graph(path)) == expected


def test_another_user_is_not_there(ask, sandbox):
    user_id = sandbox.world.identities.user_id(OWNER)
    assert error_of(ask.graph(user_id)) == (400, 100, 33)


def test_a_field_a_user_does_not_have_is_refused(ask):
    assert error_of(ask.graph("me", fields="email")) == (400, 100, None)
    page = ask.graph("me/accounts", fields="nonsense")
    assert error_of(page) == (400, 100, None)


def test_writing_is_refused(ask):
    url = f"{ask.sandbox.meta_api_url}/{ask.agency_id}/media"
    answer = ask.session.post(url, data={"caption": "x"}, timeout=5)
    assert error_of(answer) == (400, 100, 33)


def test_every_refusal_has_its_own_trace(ask):
    traces = {ask.graph("nonsense").json()["error"]["fbtrace_id"] for _ in range(3)}
    assert len(traces) == 3


@pytest.mark.parametrize("version", ["v23.0", "v19.0", "v26.0"])
def test_any_version_is_served_and_said_in_the_header(ask, version):
    url = f"{ask.sandbox.url}/graph/{version}/me"
    answer = ask.get(url, headers={"Authorization": f"Bearer {ask.agency_token}"})
    assert answer.status_code == 200
    assert answer.headers["facebook-api-version"] == version


def test_an_address_without_a_version_is_refused(ask):
    answer = ask.get(f"{ask.sandbox.url}/graph/me")
    assert error_of(answer) == (400, 2500, None)
    assert "facebook-api-version" not in answer.headers


def test_answers_are_ascii_json(ask):
    answer = ask.discover("eliska.sv", limit=5)
    assert answer.content.isascii()
    assert answer.headers["content-type"].startswith("application/json")


@pytest.fixture
def tight():
    """A sandbox where ten platform calls an hour are all there is."""
    behaviour = Behaviour(graph_calls_per_hour=10)
    config = WorldConfig(start=date(2026, 3, 1))
    with SandboxServer(config, behaviour=behaviour) as sandbox, Asker(sandbox) as ask:
        yield ask


def usage(answer):
    return json.loads(answer.headers["X-App-Usage"])


def test_platform_calls_report_whole_percentages(tight):
    first = usage(tight.discover("eliska.sv", limit=1))
    assert set(first) == {"call_count", "total_time", "total_cputime"}
    assert first["call_count"] == 10
    assert usage(tight.graph("me"))["call_count"] == 20
    assert usage(tight.discover("nobody"))["call_count"] == 30
    assert all(type(value) is int for value in first.values())


def test_a_spent_budget_refuses_with_code_4_until_the_hour_has_rolled_by(tight):
    clock = tight.sandbox.clock
    began = clock.now()
    for _ in range(10):
        assert tight.discover("eliska.sv", limit=1).status_code == 200
    refused = tight.discover("eliska.sv", limit=1)
    assert error_of(refused) == (400, 4, None)
    assert usage(refused)["call_count"] > 100
    clock.set(began + timedelta(minutes=59))
    assert error_of(tight.graph("me")) == (400, 4, None)
    clock.set(began + timedelta(minutes=61))
    assert tight.discover("eliska.sv", limit=1).status_code == 200


def test_a_reset_fills_the_budget_again(tight):
    for _ in range(11):
        tight.graph("me")
    tight.sandbox.reset()
    assert usage(tight.graph("me"))["call_count"] == 10


def test_connected_accounts_do_not_spend_the_platform_budget(tight):
    for _ in range(15):
        answer = tight.own(OWNER, "media", fields="id", limit=1)
        assert answer.status_code == 200
        assert "X-App-Usage" not in answer.headers
    assert usage(tight.graph("me"))["call_count"] == 10


def test_the_use_case_header_repeats_its_key_and_the_first_entry_counts(tight):
    instagram_id, _ = tight.owner(OWNER)
    text = tight.own(OWNER, fields="id").headers["X-Business-Use-Case-Usage"]
    pairs = json.loads(text, object_pairs_hook=list)
    assert [key for key, _ in pairs] == [instagram_id, instagram_id]
    entry = dict(pairs[0][1][0])
    assert entry["type"] == "instagram"
    assert set(entry) == {
        "type",
        "call_count",
        "total_cputime",
        "total_time",
        "estimated_time_to_regain_access",
    }
    plain = json.loads(text)[instagram_id][0]
    assert plain["type"] != "instagram"


def test_each_user_has_a_platform_budget_of_its_own(tight):
    for _ in range(10):
        tight.graph("me")
    _, token = tight.owner(OWNER)
    assert error_of(tight.graph("me"))[1] == 4
    assert tight.graph("me", token=token).status_code == 200
