"""The control addresses: clock, faults, consent, truth, overview."""

from datetime import UTC, datetime

import pytest

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def test_the_clock_can_be_read_and_set_over_http(ask, sandbox):
    answer = ask.control("PUT", "clock", json={"now": "2026-03-05T12:00:00Z"})
    assert answer.json() == {"now": "2026-03-05T12:00:00+00:00", "rate": 0}
    assert sandbox.clock.now() == NOON
    assert ask.control("GET", "clock").json()["now"] == "2026-03-05T12:00:00+00:00"


def test_any_offset_can_be_given(ask, sandbox):
    ask.control("PUT", "clock", json={"now": "2026-03-05T13:00:00+01:00"})
    assert sandbox.clock.now() == NOON


def test_the_clock_can_be_set_going_over_http(ask, sandbox):
    ask.control("PUT", "clock", json={"now": "2026-03-05T12:00:00Z", "rate": 60})
    assert sandbox.clock.rate == 60


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"now": None},
        {"now": 5},
        {"now": "noon"},
        {"now": "2026-03-05T12:00:00"},
        {"now": "2026-03-05T12:00:00Z", "rate": -1},
        {"now": "2026-03-05T12:00:00Z", "rate": "fast"},
        [],
    ],
    ids=str,
)
def test_a_clock_is_not_set_to_nonsense(ask, sandbox, body):
    before = sandbox.clock.now()
    answer = ask.control("PUT", "clock", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert sandbox.clock.now() == before


def test_a_body_that_is_not_json_is_refused(ask):
    assert ask.control("PUT", "clock", data="now").status_code == 400


def test_faults_can_be_added_listed_and_lifted_over_http(ask, sandbox):
    fault = {
        "api": "instagram",
        "account": "eliska.sv",
        "endpoint": None,
        "kind": "limit_code_4",
        "rate": 1.0,
        "times": 3,
        "params": {},
    }
    added = ask.control("POST", "faults", json=fault)
    assert added.status_code == 201
    assert ask.discover("eliska.sv").status_code == 400
    (row,) = ask.control("GET", "faults").json()["faults"]
    assert {key: row[key] for key in fault} == fault
    assert (row["id"], row["struck"]) == (added.json()["id"], 1)
    number = added.json()["id"]
    assert ask.control("DELETE", f"faults/{number}").status_code == 204
    assert ask.control("DELETE", f"faults/{number}").status_code == 404
    sandbox.faults.add("server_error")
    assert ask.control("DELETE", "faults").status_code == 204
    assert ask.control("GET", "faults").json() == {"faults": []}


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"kind": "nonsense"},
        {"kind": "server_error", "colour": "red"},
        {"kind": "server_error", "rate": "often"},
        {"kind": "server_error", "rate": 2},
        {"kind": "patch"},
        {"kind": "patch", "params": {"ops": 1}},
    ],
    ids=str,
)
def test_a_fault_that_makes_no_sense_is_refused(ask, sandbox, fault):
    answer = ask.control("POST", "faults", json=fault)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert sandbox.faults.rows() == []


def test_the_truth_can_be_looked_up(ask, sandbox):
    params = {
        "platform": "tiktok",
        "creator_id": 103,
        "at": "2026-03-10T05:00:00+00:00",
    }
    body = ask.control("GET", "truth", params=params).json()
    at = datetime(2026, 3, 10, 5, tzinfo=UTC)
    posts = sandbox.world.tiktok_posts(2, at)
    assert body["followers"] == sandbox.world.followers("tiktok", 2, at)
    assert [row["post_id"] for row in body["posts"]] == [p.post_id for p in posts]
    assert body["posts"][0]["counters"]["views"] == posts[0].counters.views
    assert body["posts"][0]["tags_written"] == posts[0].tags_written


def test_without_an_instant_the_truth_is_that_of_now(ask, sandbox):
    body = ask.control("GET", "truth", params={"creator_id": 108}).json()
    assert body["at"] == sandbox.clock.now().isoformat()
    assert body["platform"] == "instagram"
    assert body["instagram_username"] == "pimchanok.s.official"
    assert body["traits"] == ["renamed"]


def test_a_plus_sign_lost_in_the_query_is_forgiven(ask):
    path = "truth?creator_id=103&at=2026-03-10T05:00:00+00:00"
    body = ask.control("GET", path).json()
    assert body["at"] == "2026-03-10T05:00:00+00:00"


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"creator_id": "x"},
        {"creator_id": 5},
        {"creator_id": 103, "platform": "myspace"},
        {"creator_id": 103, "at": "noon"},
    ],
    ids=str,
)
def test_a_question_about_nobody_is_refused(ask, params):
    answer = ask.control("GET", "truth", params=params)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_consent_gives_what_the_creator_has_accounts_for(ask):
    def given(creator_id):
        params = {"creator_id": creator_id}
        return set(ask.control("GET", "consent", params=params).json())

    assert given(101) == set()
    assert given(102) == {"meta_short_token"}
    assert given(103) == {"tiktok_code"}
    assert given(115) == {"meta_short_token", "tiktok_code"}


def test_everything_that_happened_can_be_forgotten(ask, sandbox):
    tokens = sandbox.state.tiktok_tokens
    first = tokens.current(2).refresh_token
    assert "error" not in ask.refresh(first).json()
    sandbox.faults.add("server_error", api="instagram")
    ask.discover("eliska.sv")
    assert ask.control("POST", "reset").status_code == 204
    assert sandbox.calls.count() == 0
    assert sandbox.faults.rows() == []
    assert ask.discover("eliska.sv").status_code == 200
    assert "error" not in ask.refresh(first).json()


def test_the_overview_names_the_addresses_and_no_secret(ask):
    answer = ask.control("GET", "")
    body = ask.get(f"{ask.sandbox.url}/_sandbox").json()
    assert answer.json() == body
    assert f"{ask.sandbox.url}/_sandbox/clock" in body["addresses"]
    assert body["world"]["seed"] == "7"
    assert "secret" not in answer.text


def test_unknown_addresses_are_not_found(ask):
    assert ask.control("GET", "nonsense").status_code == 404
    assert ask.get(f"{ask.sandbox.url}/").status_code == 404
    assert ask.control("POST", "clock").status_code == 405
