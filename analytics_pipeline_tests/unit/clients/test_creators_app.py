"""Reading the Creators app: its lists, its refusals, and its oddities."""

import json
from datetime import timedelta

import pytest

from analytics_pipeline.clients.creators_app import CreatorsAppClient
from analytics_pipeline.clients.errors import (
    BudgetExhausted,
    PermanentApiError,
    ReconnectRequired,
    TransientApiError,
)
from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.state import Behaviour
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.unit.clients.scripted import answer

TOKEN = "a-very-secret-app-token"


@pytest.fixture
def client(sandbox):
    return CreatorsAppClient(sandbox.creators_api_url)


@pytest.fixture
def scripted(server):
    return CreatorsAppClient(f"{server.url}/api", TOKEN)


def test_the_creators_are_read_in_one_call(client, talk, sandbox):
    creators = client.creators(talk.conversation)
    assert len(creators) == 24
    assert set(creators[0]) == {"id", "email"}
    assert talk.calls == sandbox.calls.count("creators_app", "creators") == 1
    assert sandbox.calls.count() == 1


def test_the_campaigns_are_read_in_one_call(client, talk, sandbox):
    campaigns = client.campaigns(talk.conversation)
    known = [campaign.campaign_id for campaign in sandbox.world.campaigns()]
    assert [campaign["id"] for campaign in campaigns] == known
    assert talk.calls == sandbox.calls.count("creators_app", "campaigns") == 1


def test_the_involved_are_read_in_one_call(client, talk, sandbox):
    some = sandbox.world.campaigns()[:3]
    ids = [str(campaign.campaign_id) for campaign in some]
    assert client.involved(talk.conversation, ids) == [
        {
            "campaign_id": campaign.campaign_id,
            "creator_ids": sandbox.world.participants(campaign.campaign_id),
        }
        for campaign in some
    ]
    assert talk.calls == sandbox.calls.count("creators_app", "involved") == 1


def test_every_answer_is_kept(client, talk):
    client.creators(talk.conversation)
    (kept,) = talk.kept
    assert kept.request["url"].endswith("/api-influencers/creators/")
    assert len(json.loads(kept.body)["creators"]) == 24


def test_the_paths_are_those_of_the_app(scripted, talk, server):
    server.will(answer({"creators": [], "campaigns": []}))
    scripted.creators(talk.conversation)
    scripted.campaigns(talk.conversation)
    server.will(answer([]))
    scripted.involved(talk.conversation, ["1", "22"])
    paths = [kept.request["url"].removeprefix(server.url) for kept in talk.kept]
    assert paths == [
        "/api/api-influencers/creators/",
        "/api/api-influencers/campaigns/",
        "/api/api-influencers/involved",
    ]
    assert server.asked[0].query == {"campaign-ids": ["[1, 22]"]}


def test_the_token_is_sent_where_there_is_one_and_never_kept(scripted, talk, server):
    server.will(answer({"creators": []}))
    scripted.creators(talk.conversation)
    CreatorsAppClient(f"{server.url}/api").creators(talk.conversation)
    sent = [asked.headers.get("authorization") for asked in server.asked]
    assert sent == [f"Bearer {TOKEN}", None]
    assert TOKEN not in repr(talk.kept)


@pytest.mark.parametrize(
    ("campaigns", "sizes"),
    [(0, []), (1, [1]), (200, [200]), (201, [200, 1]), (450, [200, 200, 50])],
    ids=str,
)
def test_many_campaigns_are_asked_for_in_parts(
    scripted, talk, server, campaigns, sizes
):
    server.will(answer([{"campaign_id": 1, "creator_ids": []}]))
    ids = [str(10**9 + number) for number in range(campaigns)]
    entries = scripted.involved(talk.conversation, ids)
    assert talk.calls == len(entries) == len(sizes)
    asked = [asked.query["campaign-ids"][0] for asked in server.asked]
    assert [len(json.loads(text)) for text in asked] == sizes
    assert [number for text in asked for number in json.loads(text)] == list(
        map(int, ids)
    )
    assert all(len(kept.request["params"]["campaign-ids"]) < 2600 for kept in talk.kept)


@pytest.mark.parametrize("nobody", [None, []], ids=["null", "empty list"])
def test_nobody_involved_is_no_error(scripted, talk, server, nobody):
    server.will(answer(nobody), answer([{"campaign_id": 1}]))
    ids = [str(number) for number in range(201)]
    assert scripted.involved(talk.conversation, ids) == [{"campaign_id": 1}]


@pytest.mark.parametrize("odd", ["x", {"involved": []}, 5, True], ids=repr)
def test_involved_that_is_no_list_is_told(scripted, talk, server, odd):
    server.will(answer(json.dumps(odd)))
    with pytest.raises(PermanentApiError, match="is no list") as caught:
        scripted.involved(talk.conversation, ["1"])
    assert caught.value.reason is Reason.BAD_ANSWER
    assert talk.calls == 1


def test_an_empty_list_is_a_list(scripted, talk, server):
    server.will(answer({"creators": []}))
    assert scripted.creators(talk.conversation) == []


def test_odd_entries_are_given_as_they_are(scripted, talk, server):
    """What is wrong with one of them is for those who know its fields."""
    entries = [{"id": "7"}, {"id": 8, "email": None}, None, "x", {"id": 8}]
    server.will(answer({"creators": entries}))
    assert scripted.creators(talk.conversation) == entries


@pytest.mark.parametrize(
    "odd",
    [{}, {"creators": None}, {"creators": {}}, [], [{"id": 1}], None, "x"],
    ids=repr,
)
def test_an_answer_without_its_list_is_told(scripted, talk, server, odd):
    server.will(answer(json.dumps(odd)))
    with pytest.raises(PermanentApiError, match="no list 'creators'") as caught:
        scripted.creators(talk.conversation)
    assert caught.value.reason is Reason.BAD_ANSWER
    assert talk.calls == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_names_the_setting(scripted, talk, server, status):
    server.will(answer({"detail": "No."}, status))
    with pytest.raises(ReconnectRequired) as caught:
        scripted.creators(talk.conversation)
    assert str(caught.value) == (
        f"HTTP {status} from the Creators app: it wants another CREATORS_API_TOKEN"
    )
    assert talk.calls == 1


def test_an_app_that_asks_for_a_token_gets_it(talk):
    behaviour = Behaviour(creators_token=TOKEN)
    with SandboxServer(behaviour=behaviour) as sandbox:
        url = sandbox.creators_api_url
        assert CreatorsAppClient(url, TOKEN).creators(talk.conversation)
        for token in (None, "another"):
            with pytest.raises(ReconnectRequired, match="CREATORS_API_TOKEN"):
                CreatorsAppClient(url, token).creators(talk.conversation)
    assert talk.calls == 3


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
@pytest.mark.parametrize("body", ["<html>Sorry</html>", {}], ids=["html", "json"])
def test_trouble_on_the_app_s_side_is_asked_again(scripted, talk, server, status, body):
    server.will(answer(body, status))
    with pytest.raises(TransientApiError, match=f"HTTP {status} from the") as caught:
        scripted.creators(talk.conversation)
    assert caught.value.reason is Reason.TRANSIENT
    assert talk.calls == 4


def test_trouble_that_passes_is_of_no_consequence(scripted, talk, server):
    server.will(answer("", 503), answer({"campaigns": [1]}))
    assert scripted.campaigns(talk.conversation) == [1]
    assert (talk.calls, talk.repeated) == (2, 1)


def test_a_throttled_app_is_left_alone(scripted, talk, server):
    server.will(answer({"detail": "Request was throttled."}, 429))
    with pytest.raises(BudgetExhausted) as caught:
        scripted.creators(talk.conversation)
    assert caught.value.wait == timedelta(minutes=1)
    with pytest.raises(BudgetExhausted):
        scripted.campaigns(talk.conversation)
    assert talk.calls == len(server.asked) == 1


@pytest.mark.parametrize("status", [204, 301, 302, 400, 404, 405, 410, 422])
def test_any_other_status_is_a_refusal(scripted, talk, server, status):
    headers = {"Location": server.url} if status in {301, 302} else {}
    server.will(answer(b"" if status == 204 else b"{}", status, headers))
    with pytest.raises(PermanentApiError, match=f"HTTP {status} from the") as caught:
        scripted.creators(talk.conversation)
    assert caught.value.reason is Reason.REQUEST_REJECTED
    assert talk.calls == len(server.asked) == 1


@pytest.mark.parametrize(
    "body",
    ["<!DOCTYPE html><html></html>", "", '{"creators":[{"id":1},{"i'],
    ids=["html", "empty", "cut off"],
)
def test_what_is_no_json_is_asked_again(scripted, talk, server, body):
    server.will(answer(body, 200, {"Content-Type": "text/html"}))
    with pytest.raises(TransientApiError, match="that are no JSON") as caught:
        scripted.creators(talk.conversation)
    assert caught.value.reason is Reason.BAD_ANSWER
    assert talk.calls == 4


def test_an_error_under_a_good_status_is_an_error(scripted, talk, server):
    server.will(answer({"error": "database is locked", "creators": []}))
    with pytest.raises(PermanentApiError, match="answered with an error"):
        scripted.creators(talk.conversation)
    assert talk.calls == 1
