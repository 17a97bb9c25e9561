"""The Creators app's three lists, as the existing systems read them."""

from urllib.parse import quote

import pytest

from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.state import Behaviour
from analytics_pipeline.sandbox.world import WorldConfig
from analytics_pipeline_tests.unit.sandbox.asking import Asker

CAMPAIGN_KEYS = {
    "id",
    "name",
    "hashtags",
    "publishing_start_date",
    "publishing_end_date",
    "platforms",
}


def test_creators_have_an_id_and_an_email(ask):
    body = ask.creators_app("creators/").json()
    assert set(body) == {"creators"}
    assert len(body["creators"]) == 24
    for row in body["creators"]:
        assert set(row) == {"id", "email"}
        assert type(row["id"]) is int
        assert "@" in row["email"]
    assert body["creators"][0] == {"id": 101, "email": "tereza.novakova@example.com"}


def test_campaigns_have_exactly_the_agreed_keys(ask):
    body = ask.creators_app("campaigns/").json()
    assert set(body) == {"campaigns"}
    for row in body["campaigns"]:
        assert set(row) == CAMPAIGN_KEYS
        assert type(row["id"]) is int
        assert type(row["name"]) is str
        assert row["hashtags"] is None or type(row["hashtags"]) is str
        assert all(set(p) == {"id"} and type(p["id"]) is int for p in row["platforms"])


def test_a_campaign_reads_as_agreed(ask):
    rows = {
        row["id"]: row for row in ask.creators_app("campaigns/").json()["campaigns"]
    }
    assert rows[501] == {
        "id": 501,
        "name": "Jarní kolekce",
        "hashtags": "#jarnikolekce, #BrandLumen",
        "publishing_start_date": "2026-03-01",
        "publishing_end_date": "2026-03-13",
        "platforms": [{"id": 1}, {"id": 3}, {"id": 4}],
    }
    assert rows[512]["publishing_start_date"] is None
    assert rows[512]["publishing_end_date"] is None
    assert rows[511]["hashtags"] is None


@pytest.mark.parametrize("path", ["creators", "creators/", "campaigns", "campaigns/"])
def test_lists_answer_with_and_without_the_last_slash(ask, path):
    assert ask.creators_app(path).status_code == 200


def test_involved_is_a_bare_array_in_the_order_asked(ask):
    answer = ask.creators_app("involved", params={"campaign-ids": "[506, 501]"})
    assert answer.json() == [
        {
            "campaign_id": 506,
            "creator_ids": [110, 111, 114, 116, 123, 124, 999_999],
        },
        {
            "campaign_id": 501,
            "creator_ids": [101, 102, 103, 111, 112, 115, 121, 122],
        },
    ]


def test_the_list_of_ids_may_be_percent_encoded_in_any_way(ask):
    plain = ask.creators_app("involved", params={"campaign-ids": "[501, 502]"}).json()
    encoded = quote("[501, 502]", safe="")
    assert ask.creators_app(f"involved?campaign-ids={encoded}").json() == plain
    assert ask.creators_app("involved?campaign-ids=[501,+502]").json() == plain


def test_unknown_campaigns_and_repeated_ids_are_left_out(ask):
    answer = ask.creators_app("involved", params={"campaign-ids": "[7, 514, 514]"})
    assert answer.json() == [{"campaign_id": 514, "creator_ids": [106, 110]}]


def test_no_ids_give_an_empty_array(ask):
    answer = ask.creators_app("involved", params={"campaign-ids": "[]"})
    assert answer.json() == []


@pytest.mark.parametrize("text", [None, "", "501", "[501", "[a]", '["501"]', "{}"])
def test_a_bad_list_of_ids_is_a_bad_request(ask, text):
    params = {} if text is None else {"campaign-ids": text}
    answer = ask.creators_app("involved", params=params)
    assert answer.status_code == 400
    assert "campaign-ids" in answer.json()["detail"]


def test_other_paths_and_methods_are_refused(ask):
    assert ask.creators_app("brands/").status_code == 404
    url = f"{ask.sandbox.creators_api_url}/api-influencers/creators/"
    answer = ask.session.post(url, timeout=5)
    assert answer.status_code == 405
    assert "detail" in answer.json()


def test_the_list_can_be_made_odd():
    config = WorldConfig(odd_creators_list=True)
    with SandboxServer(config) as sandbox, Asker(sandbox) as ask:
        rows = ask.creators_app("creators/").json()["creators"]
    ids = [row["id"] for row in rows]
    assert len(ids) == 25
    assert ids.count(102) == 2
    assert [row["id"] for row in rows if "email" not in row] == [103]


def test_with_a_token_every_list_asks_for_it():
    behaviour = Behaviour(creators_token="let-me-in")
    with SandboxServer(behaviour=behaviour) as sandbox, Asker(sandbox) as ask:
        assert sandbox.environment()["CREATORS_API_TOKEN"] == "let-me-in"
        for path in ("creators/", "campaigns/", "involved?campaign-ids=[501]"):
            assert ask.creators_app(path).status_code == 401
            wrong = {"Authorization": "Bearer wrong"}
            assert ask.creators_app(path, headers=wrong).status_code == 401
            right = {"Authorization": "Bearer let-me-in"}
            assert ask.creators_app(path, headers=right).status_code == 200
        assert "detail" in ask.creators_app("creators/").json()


def test_without_a_token_the_environment_names_none(ask):
    assert "CREATORS_API_TOKEN" not in ask.environment
