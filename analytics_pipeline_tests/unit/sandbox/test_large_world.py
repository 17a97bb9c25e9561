"""A hundred thousand creators are served without being kept in memory."""

from datetime import UTC, datetime

import pytest

from analytics_pipeline.sandbox.population.records import Trait
from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.state import Behaviour
from analytics_pipeline.sandbox.world import World, WorldConfig
from analytics_pipeline_tests.unit.sandbox.asking import Asker

MANY = 100_000
NOW = datetime(2026, 3, 14, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def ask_many():
    behaviour = Behaviour(graph_calls_per_hour=MANY)
    config = WorldConfig(creators=MANY)
    with (
        SandboxServer(config, NOW, behaviour=behaviour) as sandbox,
        Asker(sandbox) as asker,
    ):
        yield asker


def test_every_creator_is_listed(ask_many):
    rows = ask_many.creators_app("creators/").json()["creators"]
    assert len(rows) == MANY
    assert rows[-1]["id"] == 100 + MANY


def test_all_campaigns_and_their_participants_can_be_asked_for(ask_many):
    campaigns = ask_many.creators_app("campaigns/").json()["campaigns"]
    assert len(campaigns) > 1_500
    ids = [row["id"] for row in campaigns]
    answer = ask_many.creators_app("involved", params={"campaign-ids": str(ids)})
    involved = answer.json()
    assert [row["campaign_id"] for row in involved] == ids
    assert len({c for row in involved for c in row["creator_ids"]}) > 0.9 * MANY


def test_the_last_creators_answer_like_the_first(ask_many):
    world = ask_many.sandbox.world
    last = next(
        person
        for index in range(MANY - 1, 0, -1)
        if (person := world.creator(index)).instagram == "outside" and not person.traits
    )
    found = ask_many.discover(last.handle).json()["business_discovery"]
    assert found["id"] == world.identities.instagram_id(last.index)
    newest = next(world.iter_posts("instagram", last.index, NOW))
    assert found["media"]["data"][0]["id"] == newest.post_id


def test_a_late_tiktok_account_answers_by_its_own_token(ask_many):
    world = ask_many.sandbox.world
    index = next(n for n in range(MANY - 1, 0, -1) if world.people.has("tiktok", n))
    token = ask_many.tiktok_token(index)
    user = ask_many.user_info(token, "open_id").json()["data"]["user"]
    assert user["open_id"] == world.identities.open_id(index)


def test_a_streamed_list_can_be_cut_off_too(ask_many):
    whole = len(ask_many.creators_app("campaigns/").content)
    faults = ask_many.sandbox.faults
    faults.add("truncated_json", api="creators_app")
    answer = ask_many.creators_app("campaigns/")
    faults.clear()
    assert len(answer.content) == whole // 2


def test_a_few_creators_did_not_allow_their_videos_to_be_read(ask_many):
    world = ask_many.sandbox.world
    index = next(
        person.index
        for person in world.people
        if person.tiktok
        and Trait.NARROW_SCOPE in person.traits
        and not {Trait.CONSENT_REVOKED} & person.traits
        and person.index % 2 == 0
    )
    answer = ask_many.videos(ask_many.tiktok_token(index))
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "scope_not_authorized"


def test_the_connections_file_is_written_piece_by_piece(ask_many):
    url = f"{ask_many.sandbox.url}/_sandbox/connections.csv"
    with ask_many.session.get(url, stream=True, timeout=60) as answer:
        piece = next(answer.iter_content(4_096))
    assert piece.startswith(b"creator_id,platform,")


def memories_of(thing, depth=3):
    """Find every cache inside an object of the world."""
    for value in vars(thing).values():
        if hasattr(value, "cache_info"):
            yield value
        elif depth and hasattr(value, "__dict__"):
            yield from memories_of(value, depth - 1)


def test_nothing_is_remembered_without_bound():
    world = World(WorldConfig(creators=MANY))
    memories = list(memories_of(world))
    assert len(memories) >= 6
    for index in range(0, 12_000, 2):
        world.creator(index)
        next(world.iter_posts("instagram", index, NOW), None)
    for memory in memories:
        info = memory.cache_info()
        assert info.maxsize is not None
        assert info.maxsize <= 10_000
    assert world.people.person.cache_info().currsize == 4_096
