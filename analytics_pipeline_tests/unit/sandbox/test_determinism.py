"""Equal settings give equal worlds, whatever is asked of them and in which order."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from analytics_pipeline.sandbox.world import World, WorldConfig

NOW = datetime(2026, 3, 14, 5, tzinfo=UTC)


def picture_of(world, indexes, at=NOW):
    """Take down everything there is to know about some creators."""
    return [
        (
            world.creator(index),
            world.instagram_posts(index, at),
            world.tiktok_posts(index, at),
            world.stories(index, at),
            world.followers("instagram", index, at),
            world.followers("tiktok", index, at),
            world.identities.instagram_id(index),
            world.identities.open_id(index),
        )
        for index in indexes
    ]


def test_two_worlds_with_equal_settings_are_equal():
    indexes = range(24)
    assert picture_of(World(), indexes) == picture_of(World(), indexes)


def test_the_order_of_questions_does_not_change_the_answers():
    forwards = picture_of(World(), range(24))
    backwards = picture_of(World(), range(23, -1, -1))
    assert forwards == backwards[::-1]


def test_worlds_of_different_sizes_agree_on_the_creators_they_share():
    indexes = [0, 7, 23, 24, 60, 199]
    small = World(WorldConfig(creators=200))
    large = World(WorldConfig(creators=50_000))
    assert picture_of(small, indexes) == picture_of(large, indexes)


def test_a_larger_world_adds_campaigns_and_keeps_the_first_ones():
    small = World(WorldConfig(creators=24)).campaigns()
    large = World(WorldConfig(creators=200)).campaigns()
    assert large[: len(small)] == small
    assert len(large) > len(small)


def test_participants_of_a_campaign_grow_with_the_world_but_are_never_replaced():
    small = World(WorldConfig(creators=60)).participants(1001)
    large = World(WorldConfig(creators=500)).participants(1001)
    assert small
    assert large[: len(small)] == small


def test_another_seed_gives_another_world():
    one, other = World(WorldConfig(seed=1)), World(WorldConfig(seed=2))
    assert picture_of(one, [0, 1, 2]) != picture_of(other, [0, 1, 2])


def test_another_seed_keeps_the_cast():
    one, other = World(WorldConfig(seed=1)), World(WorldConfig(seed=2))
    assert [p.handle for p in one.people] == [p.handle for p in other.people]
    assert [p.traits for p in one.people] == [p.traits for p in other.people]


def test_the_past_stays_as_it_was():
    world = World()
    yesterday = NOW - timedelta(days=1)
    before = picture_of(world, range(24), yesterday)
    picture_of(world, range(24), NOW)
    assert picture_of(world, range(24), yesterday) == before


@pytest.mark.parametrize("creators", [1, 3, 24, 25])
def test_any_size_works(creators):
    world = World(WorldConfig(creators=creators))
    assert len(list(world.people)) == creators
    for campaign in world.campaigns():
        known = [c for c in world.participants(campaign.campaign_id) if c != 999_999]
        assert all(world.find_creator(creator_id) for creator_id in known)


@pytest.mark.parametrize(
    "change",
    [
        {"creators": 0},
        {"creators": 1_000_001},
        {"history_days": 0},
        {"timezone": "Europe/Nowhere"},
        {"timezone": ""},
        {"tiktok_access_lifetime": 0},
    ],
    ids=str,
)
def test_impossible_settings_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change)).split("_")[-1]):
        replace(WorldConfig(), **change)


def test_an_instant_without_offset_is_refused():
    with pytest.raises(ValueError, match="UTC offset"):
        World().instagram_posts(0, datetime(2026, 3, 1))  # noqa: DTZ001


def test_the_start_moves_the_whole_programme():
    march = World(WorldConfig(start=date(2026, 3, 1))).campaigns()
    may = World(WorldConfig(start=date(2026, 5, 1))).campaigns()
    for one, other in zip(march, may, strict=True):
        if one.start is not None:
            assert other.start - one.start == timedelta(days=61)
