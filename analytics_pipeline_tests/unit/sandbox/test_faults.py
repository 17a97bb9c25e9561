"""Every fault can be reached and recognised by an ordinary HTTP client."""

import json

import pytest
import requests

from analytics_pipeline.sandbox.calls import Target
from analytics_pipeline.sandbox.faults import APIS, FaultKind, Faults, applies
from analytics_pipeline_tests.unit.sandbox.asking import error_of

HANDLE, OTHER = "eliska.sv", "doyun.han"
USER = 2


def asked(ask, api):
    """Ask an API the question it is asked most."""
    if api == "instagram":
        return ask.discover(HANDLE, limit=5)
    if api == "tiktok":
        return ask.videos(ask.tiktok_token(USER), {"max_count": 5})
    return ask.creators_app("creators/")


CASES = [(kind, api) for kind in FaultKind for api in APIS if applies(kind, api)]


@pytest.mark.parametrize(
    ("kind", "api"), CASES, ids=[f"{kind.value}-{api}" for kind, api in CASES]
)
def test_every_fault_of_every_api_shows(ask, sandbox, kind, api):
    """Whatever the kind, the answer differs from the healthy one."""
    healthy = asked(ask, api)
    assert healthy.status_code == 200
    params = {"seconds": 0.01}
    if kind is FaultKind.PATCH:
        params = {"ops": [{"op": "set", "path": ["new"], "value": 1}]}
    sandbox.faults.add(kind, api=api, params=params)
    if kind is FaultKind.RESET:
        with pytest.raises(requests.ConnectionError):
            asked(ask, api)
        return
    answer = asked(ask, api)
    if kind in {FaultKind.SLOW, FaultKind.REPEAT_CURSOR}:
        # Shows in time, or on the second page only; see the tests below.
        assert answer.json().keys() == healthy.json().keys()
        assert sandbox.faults.rows()[0]["struck"] == 1
    else:
        assert (answer.status_code, answer.text) != (200, healthy.text)


def test_lifting_the_faults_heals_everything(ask, sandbox):
    sandbox.faults.add("server_error")
    assert asked(ask, "instagram").status_code == 500
    sandbox.faults.clear()
    assert asked(ask, "instagram").status_code == 200


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("limit_429", (429, 4, None)),
        ("limit_code_4", (400, 4, None)),
        ("limit_code_17", (400, 17, None)),
        ("limit_use_case", (400, 80002, None)),
        ("server_error", (500, 2, None)),
        ("transient_code_1", (400, 1, None)),
        ("reduce_data", (500, 1, None)),
        ("expired_token", (400, 190, 463)),
        ("error_in_200", (200, 2, None)),
    ],
)
def test_faults_of_the_graph_api_have_their_codes(ask, sandbox, kind, expected):
    sandbox.faults.add(kind, api="instagram")
    answer = asked(ask, "instagram")
    assert error_of(answer) == expected
    assert {"message", "type", "code", "fbtrace_id"} <= set(answer.json()["error"])


@pytest.mark.parametrize("kind", ["limit_429", "limit_code_4", "limit_code_17"])
def test_platform_limits_show_a_hundred_percent(ask, sandbox, kind):
    sandbox.faults.add(kind, api="instagram")
    usage = json.loads(asked(ask, "instagram").headers["X-App-Usage"])
    assert usage == {"call_count": 100, "total_time": 90, "total_cputime": 80}


def test_the_use_case_limit_says_whose_and_how_many_minutes(ask, sandbox):
    sandbox.faults.add("limit_use_case", api="instagram", account="ondra_dvorak")
    answer = ask.own(1, fields="id")
    usage = json.loads(
        answer.headers["X-Business-Use-Case-Usage"], object_pairs_hook=list
    )
    key, entries = usage[0]
    assert key == sandbox.world.identities.instagram_id(1)
    assert dict(entries[0])["estimated_time_to_regain_access"] == 12


def test_transient_faults_say_so(ask, sandbox):
    sandbox.faults.add("transient_code_1", api="instagram")
    assert asked(ask, "instagram").json()["error"]["is_transient"] is True


def test_reduce_data_can_be_satisfied_by_a_smaller_page(ask, sandbox):
    sandbox.faults.add("reduce_data", api="instagram", params={"max_limit": 25})
    refused = ask.discover(HANDLE, limit=50)
    assert error_of(refused) == (500, 1, None)
    assert "reduce the amount of data" in refused.json()["error"]["message"]
    assert ask.discover(HANDLE, limit=25).status_code == 200
    assert error_of(ask.own(1, "media", limit=50)) == (500, 1, None)
    assert ask.own(1, "media", limit=25).status_code == 200


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("limit_429", (429, "rate_limit_exceeded")),
        ("server_error", (500, "internal_error")),
        ("expired_token", (401, "access_token_invalid")),
        ("error_in_200", (200, "internal_error")),
    ],
)
def test_faults_of_tiktok_have_their_codes(ask, sandbox, kind, expected):
    token = ask.tiktok_token(USER)
    sandbox.faults.add(kind, api="tiktok")
    answer = ask.videos(token)
    assert (answer.status_code, answer.json()["error"]["code"]) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("limit_429", (429, "rate_limit_exceeded")),
        ("server_error", (500, "server_error")),
        ("expired_token", (200, "invalid_grant")),
        ("error_in_200", (200, "temporarily_unavailable")),
    ],
)
def test_faults_of_the_token_endpoint_are_flat(ask, sandbox, kind, expected):
    sandbox.faults.add(kind, api="tiktok", endpoint="oauth/token")
    answer = ask.refresh("rft.x")
    assert (answer.status_code, answer.json()["error"]) == expected


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("limit_429", 429),
        ("server_error", 500),
        ("expired_token", 401),
        ("error_in_200", 200),
    ],
)
def test_faults_of_the_creators_app(ask, sandbox, kind, status):
    sandbox.faults.add(kind, api="creators_app")
    answer = asked(ask, "creators_app")
    assert answer.status_code == status
    assert "error" in answer.json()


@pytest.mark.parametrize("api", APIS)
def test_truncated_json_arrives_whole_and_cannot_be_read(ask, sandbox, api):
    whole = asked(ask, api).content
    sandbox.faults.add("truncated_json", api=api)
    answer = asked(ask, api)
    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["content-length"])
    assert len(answer.content) <= len(whole) // 2 + 20
    with pytest.raises(ValueError, match=r"."):
        answer.json()


@pytest.mark.parametrize("api", APIS)
def test_html_comes_in_the_place_of_json(ask, sandbox, api):
    sandbox.faults.add("html", api=api)
    answer = asked(ask, api)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("api", APIS)
def test_a_reset_closes_the_connection_without_an_answer(ask, sandbox, api):
    sandbox.faults.add("reset", api=api, times=1)
    with pytest.raises(requests.ConnectionError):
        asked(ask, api)
    assert sandbox.calls.count(api=api, status=0) == 1
    assert asked(ask, api).status_code == 200


def test_a_reset_may_come_after_the_work_was_done(ask, sandbox):
    """The answer to a refresh is lost, and the token has rotated all the same."""
    token = sandbox.state.tiktok_tokens.current(USER).refresh_token
    fault = {"endpoint": "oauth/token", "times": 1, "params": {"after": True}}
    sandbox.faults.add("reset", api="tiktok", **fault)
    with pytest.raises(requests.ConnectionError):
        ask.refresh(token)
    assert ask.refresh(token).json()["error"] == "invalid_grant"


def test_a_reset_before_the_work_leaves_the_token_alive(ask, sandbox):
    token = sandbox.state.tiktok_tokens.current(USER).refresh_token
    sandbox.faults.add("reset", api="tiktok", endpoint="oauth/token", times=1)
    with pytest.raises(requests.ConnectionError):
        ask.refresh(token)
    assert "error" not in ask.refresh(token).json()


def test_a_slow_answer_runs_into_the_client_s_time_out(ask, sandbox):
    sandbox.faults.add("slow", api="creators_app", params={"seconds": 5})
    url = f"{sandbox.creators_api_url}/api-influencers/creators/"
    with pytest.raises(requests.ReadTimeout):
        ask.session.get(url, timeout=0.2)


def test_empty_lists_end_their_walks(ask, sandbox):
    sandbox.faults.add("empty")
    found = asked(ask, "instagram").json()["business_discovery"]
    assert found["media"] == {"data": []}
    assert found["username"] == HANDLE
    data = asked(ask, "tiktok").json()["data"]
    assert (data["videos"], data["has_more"]) == ([], False)
    assert asked(ask, "creators_app").json() == {"creators": []}
    own = ask.own(1, "media", fields="id").json()
    assert own == {"data": []}
    involved = ask.creators_app("involved", params={"campaign-ids": "[501]"})
    assert involved.json() == []


def test_a_repeated_cursor_never_ends_on_instagram(ask, sandbox):
    sandbox.faults.add("repeat_cursor", api="instagram")
    seen, after = [], None
    for _ in range(5):
        media = ask.discover(HANDLE, 50, after).json()["business_discovery"]["media"]
        after = media["paging"]["cursors"]["after"]
        seen.append((after, tuple(post["id"] for post in media["data"])))
    assert len({after for after, _ in seen}) == 1
    assert len({ids for _, ids in seen[1:]}) == 1


def test_a_repeated_cursor_never_ends_on_the_own_edge(ask, sandbox):
    sandbox.faults.add("repeat_cursor", api="instagram")
    page = ask.own(1, "media", fields="id", limit=100).json()
    addresses = set()
    for _ in range(4):
        addresses.add(page["paging"]["next"])
        page = ask.get(page["paging"]["next"]).json()
    assert len(addresses) == 1 or page["data"] == []


def test_a_repeated_cursor_never_ends_on_tiktok(ask, sandbox):
    token = ask.tiktok_token(USER)
    sandbox.faults.add("repeat_cursor", api="tiktok")
    body, cursors = {"max_count": 20}, []
    for _ in range(5):
        data = ask.videos(token, body).json()["data"]
        assert data["has_more"] is True
        body["cursor"] = data["cursor"]
        cursors.append(data["cursor"])
    assert len(set(cursors)) == 1


def odd(ask, sandbox, *ops):
    sandbox.faults.clear()
    sandbox.faults.add("patch", params={"ops": list(ops)})
    return asked(ask, "instagram").json()["business_discovery"]["media"]["data"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("like_count", "1234"),
        ("like_count", -5),
        ("like_count", 2**40),
        ("like_count", None),
        ("comments_count", 1.5),
        ("id", 17885103395504675),
        ("timestamp", "2026-03-02T09:30:00"),
        ("caption", None),
        ("caption", "x" * 10_000),
        ("caption", "#Cafe\u0301"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_any_value_can_be_made_odd(ask, sandbox, key, value):
    path = ["business_discovery", "media", "data", 0, key]
    data = odd(ask, sandbox, {"op": "set", "path": path, "value": value})
    assert data[0][key] == value
    assert type(data[0][key]) is type(value)
    assert data[1].get(key) != value


def test_any_key_can_be_taken_away_from_all_items(ask, sandbox):
    path = ["business_discovery", "media", "data", "*", "timestamp"]
    data = odd(ask, sandbox, {"op": "remove", "path": path})
    assert data
    assert all("timestamp" not in post and "id" in post for post in data)


def test_items_can_be_added_and_removed(ask, sandbox):
    path = ["business_discovery", "media", "data"]
    added = odd(ask, sandbox, {"op": "append", "path": path, "value": {"id": "1"}})
    assert added[-1] == {"id": "1"}
    assert odd(ask, sandbox, {"op": "remove", "path": [*path, "*"]}) == []


def test_a_patch_can_make_the_creators_app_odd(ask, sandbox):
    path = ["campaigns", 0, "hashtags"]
    fault = {"ops": [{"op": "set", "path": path, "value": 5}]}
    sandbox.faults.add("patch", api="creators_app", endpoint="campaigns", params=fault)
    assert ask.creators_app("campaigns/").json()["campaigns"][0]["hashtags"] == 5
    assert "hashtags" not in ask.creators_app("creators/").text


def test_a_patch_can_set_headers(ask, sandbox):
    headers = {"X-App-Usage": '{"call_count": 95}', "facebook-api-version": "v26.0"}
    sandbox.faults.add("patch", api="instagram", params={"headers": headers})
    answer = asked(ask, "instagram")
    assert answer.headers["X-App-Usage"] == '{"call_count": 95}'
    assert answer.headers["facebook-api-version"] == "v26.0"


def test_false_answers_take_other_figures_and_headers(ask, sandbox):
    params = {
        "status": 403,
        "code": 200,
        "subcode": 460,
        "headers": {"Retry-After": "7"},
    }
    sandbox.faults.add("expired_token", api="instagram", params=params)
    answer = asked(ask, "instagram")
    assert error_of(answer) == (403, 200, 460)
    assert answer.headers["retry-after"] == "7"


def test_a_fault_can_be_meant_for_one_account(ask, sandbox):
    sandbox.faults.add("server_error", api="instagram", account=HANDLE)
    assert ask.discover(HANDLE, limit=1).status_code == 500
    assert ask.discover(OTHER, limit=1).status_code == 200
    assert ask.own(1, fields="id").status_code == 200


def test_an_account_can_be_named_by_id(ask, sandbox):
    instagram_id = sandbox.world.identities.instagram_id(USER)
    sandbox.faults.add("server_error", account=instagram_id)
    assert ask.discover(HANDLE, limit=1).status_code == 500
    assert asked(ask, "tiktok").status_code == 200
    sandbox.faults.clear()
    sandbox.faults.add("server_error", account=sandbox.world.identities.open_id(USER))
    assert ask.discover(HANDLE, limit=1).status_code == 200
    assert asked(ask, "tiktok").status_code == 500


def test_an_account_is_found_behind_its_node_its_post_and_its_page(ask, sandbox):
    world, now = sandbox.world, sandbox.clock.now()
    _, token = ask.owner(1)
    post = world.instagram_posts(1, now)[0].post_id
    page = world.identities.pages(1)[0]
    sandbox.faults.add("server_error", account="ondra_dvorak")
    for path in ("me", "me/accounts", page, post, f"{post}/insights"):
        assert ask.graph(path, token=token).status_code == 500, path
    assert ask.own(1, "stories").status_code == 500
    assert ask.graph("me").status_code == 200


def test_a_tiktok_account_is_found_at_the_token_endpoint(ask, sandbox):
    tokens = sandbox.state.tiktok_tokens
    sandbox.faults.add("server_error", api="tiktok", account="eliska_sv")
    assert ask.refresh(tokens.current(USER).refresh_token).status_code == 500
    assert ask.refresh(tokens.current(3).refresh_token).status_code == 200


def test_a_fault_can_be_meant_for_one_endpoint(ask, sandbox):
    token = ask.tiktok_token(USER)
    sandbox.faults.add("server_error", endpoint="video/list")
    assert ask.videos(token).status_code == 500
    assert ask.user_info(token, "open_id").status_code == 200
    sandbox.faults.clear()
    sandbox.faults.add("server_error", endpoint="business_discovery")
    assert ask.discover(HANDLE, limit=1).status_code == 500
    assert ask.graph(ask.agency_id, fields="id").status_code == 200


def test_a_fault_can_be_limited_to_a_number_of_times(ask, sandbox):
    sandbox.faults.add("server_error", times=2)
    statuses = [asked(ask, "instagram").status_code for _ in range(4)]
    assert statuses == [500, 500, 200, 200]


def test_a_rate_strikes_its_share_and_always_the_same_ones(ask, sandbox):
    def struck():
        sandbox.faults.clear()
        sandbox.faults.add("server_error", rate=0.3)
        return [ask.creators_app("campaigns/").status_code for _ in range(60)]

    first = struck()
    assert 8 <= first.count(500) <= 28
    assert struck() == first


def test_chance_does_not_depend_on_the_order_of_accounts(sandbox):
    def struck(accounts):
        faults = Faults(seed=7)
        faults.add("server_error", rate=0.4)
        return {
            account: bool(faults.strike(Target("tiktok", "user/info", account), "/"))
            for account in accounts
        }

    accounts = [str(number) for number in range(50)]
    assert struck(accounts) == struck(accounts[::-1])
    assert sandbox.faults.rows() == []


def test_several_faults_work_together(ask, sandbox):
    path = ["business_discovery", "username"]
    ops = [{"op": "set", "path": path, "value": "changed"}]
    sandbox.faults.add("slow", params={"seconds": 0.01})
    sandbox.faults.add("empty")
    sandbox.faults.add("patch", params={"ops": ops})
    found = asked(ask, "instagram").json()["business_discovery"]
    assert found["username"] == "changed"
    assert found["media"]["data"] == []


def test_what_is_cut_off_already_is_patched_no_more(ask, sandbox):
    ops = [{"op": "set", "path": ["new"], "value": 1}]
    sandbox.faults.add("truncated_json", api="tiktok")
    sandbox.faults.add("patch", api="tiktok", params={"ops": ops})
    answer = asked(ask, "tiktok")
    with pytest.raises(ValueError, match=r"."):
        answer.json()


def test_one_fault_can_be_lifted_alone(ask, sandbox):
    first = sandbox.faults.add("server_error", api="instagram")
    sandbox.faults.add("server_error", api="tiktok")
    assert sandbox.faults.remove(first)
    assert not sandbox.faults.remove(first)
    assert asked(ask, "instagram").status_code == 200
    assert asked(ask, "tiktok").status_code == 500


@pytest.mark.parametrize(
    ("kind", "options", "error"),
    [
        ("nonsense", {}, ValueError),
        ("server_error", {"api": "nonsense"}, ValueError),
        ("limit_code_4", {"api": "tiktok"}, ValueError),
        ("repeat_cursor", {"api": "creators_app"}, ValueError),
        ("server_error", {"rate": 1.5}, ValueError),
        ("patch", {}, ValueError),
        ("patch", {"params": {"ops": "set"}}, TypeError),
        ("slow", {"params": {"seconds": "two"}}, TypeError),
    ],
    ids=str,
)
def test_a_fault_that_makes_no_sense_is_refused(sandbox, kind, options, error):
    with pytest.raises(error):
        sandbox.faults.add(kind, **options)
    assert sandbox.faults.rows() == []
