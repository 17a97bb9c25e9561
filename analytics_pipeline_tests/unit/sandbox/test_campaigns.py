"""The campaign programme: every kind of campaign, odd ones among them."""

from datetime import date, timedelta

import pytest

from analytics_pipeline.sandbox.world import World, WorldConfig

START = date(2026, 3, 1)


@pytest.fixture(scope="module")
def world():
    return World(WorldConfig(start=START))


def by_name(world, name):
    return next(c for c in world.campaigns() if c.name == name)


def test_campaign_ids_are_unique_and_rising():
    ids = [c.campaign_id for c in World(WorldConfig(creators=500)).campaigns()]
    assert ids == sorted(set(ids))


def test_there_are_past_running_and_future_campaigns(world):
    dated = [c for c in world.campaigns() if c.start]
    assert any(c.end < START - timedelta(days=30) for c in dated)
    assert any(START - timedelta(days=14) < c.end < START for c in dated)
    assert any(c.start <= START <= c.end for c in dated)
    assert any(START < c.start <= START + timedelta(days=4) for c in dated)
    assert any(c.start > START + timedelta(days=30) for c in dated)


def test_running_campaigns_last_about_two_weeks(world):
    for campaign in world.campaigns():
        if campaign.start and abs((campaign.start - START).days) <= 3:
            assert 7 <= (campaign.end - campaign.start).days <= 14


@pytest.mark.parametrize(
    ("name", "hashtags"),
    [
        ("Lumen Nights", None),
        ("Spring Glow", "#Spring, ,brandx,"),
        ("Outlet", "#lumenlook, spring sale!"),
        ("봄 신상 런칭", "#봄신상, #브랜드루멘"),
        ("Весенний образ", "весеннийобраз, BrandLumen"),
    ],
)
def test_hashtags_stand_as_a_person_typed_them(world, name, hashtags):
    assert by_name(world, name).hashtags == hashtags


def test_one_campaign_has_no_dates(world):
    undated = [c for c in world.campaigns() if c.start is None]
    assert [(c.name, c.end) for c in undated] == [("Evergreen", None)]


def test_one_campaign_has_six_tags(world):
    assert by_name(world, "Šest chutí").hashtags.count("#") == 6


@pytest.mark.parametrize(
    ("name", "types"),
    [("Dance Week", (4,)), ("Weekend in Stories", (2,)), ("Facebook only", (5,))],
)
def test_some_campaigns_want_one_kind_of_content(world, name, types):
    assert by_name(world, name).content_types == types


def test_campaign_names_and_tags_come_in_several_scripts(world):
    text = "".join(c.name + (c.hashtags or "") for c in world.campaigns())
    for first, last in (
        ("\u0400", "\u04ff"),
        ("\uac00", "\ud7a3"),
        ("\u0e00", "\u0e7f"),
    ):
        assert any(first <= letter <= last for letter in text)
    assert any("\u0600" <= letter <= "\u06ff" for letter in text)


def test_one_campaign_names_a_creator_nobody_knows(world):
    unknown = [
        c.campaign_id
        for c in world.campaigns()
        for creator_id in world.participants(c.campaign_id)
        if world.find_creator(creator_id) is None
    ]
    assert unknown == [506]


def test_every_first_creator_takes_part_in_something_running(world):
    running = set()
    for campaign in world.campaigns():
        if campaign.start and abs((campaign.start - START).days) <= 3:
            running |= set(world.participants(campaign.campaign_id))
    assert {person.creator_id for person in world.people} <= running


def test_an_unknown_campaign_has_no_participants(world):
    assert world.participants(1) == []
    assert world.participants(9_999) == []
    assert world.book.find(9_999) is None


def test_in_a_large_world_nearly_everyone_takes_part_in_something():
    world = World(WorldConfig(creators=2_000))
    involved = set()
    for campaign in world.campaigns():
        involved |= set(world.participants(campaign.campaign_id))
    assert len(involved & {p.creator_id for p in world.people}) > 1_800


def test_a_creator_s_campaigns_and_a_campaign_s_creators_agree():
    world = World(WorldConfig(creators=300))
    for person in world.people:
        from_creator = [c.campaign_id for c in world.book.of_account(person.index)]
        from_campaigns = [
            c.campaign_id
            for c in world.campaigns()
            if person.creator_id in world.participants(c.campaign_id)
        ]
        assert from_creator == from_campaigns
