"""The cast: every odd case exists, and handles lead back to their owners."""

import itertools
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from analytics_pipeline.sandbox.population.records import (
    AGENCY,
    STRANGERS,
    Trait,
)
from analytics_pipeline.sandbox.world import World, WorldConfig

START = datetime(2026, 3, 1, tzinfo=UTC)
RENAMED = 7


@pytest.fixture(scope="module")
def world():
    return World(WorldConfig(creators=24))


@pytest.fixture(scope="module")
def crowd():
    return World(WorldConfig(creators=3_000))


def test_every_trait_is_somebody_s_among_the_first_creators(world):
    found = set().union(*(person.traits for person in world.people))
    assert found == set(Trait)


def test_the_first_creators_speak_six_languages(world):
    languages = {person.locale for person in world.people}
    assert languages == {"cs", "ru", "ko", "th", "ar", "en"}


def test_the_first_creators_have_every_combination_of_accounts(world):
    reach = {(person.instagram, person.tiktok) for person in world.people}
    assert reach == {
        ("outside", False),
        ("outside", True),
        ("connected", False),
        ("connected", True),
        ("none", True),
    }


def test_creator_ids_count_up_from_101(world):
    assert [p.creator_id for p in world.people] == list(range(101, 125))


def test_handles_hold_only_what_instagram_allows(crowd):
    for person in crowd.people:
        assert re.fullmatch(r"[a-z0-9._]{1,30}", person.handle)
        assert re.fullmatch(r"[a-z0-9._]{1,30}", person.later_handle)
        assert re.fullmatch(r"[^@ ]+@example\.com", person.email)


def test_handles_addresses_and_ids_belong_to_one_person_each(crowd):
    for look in (
        lambda p: p.handle,
        lambda p: p.email,
        lambda p: p.tiktok_username,
        lambda p: crowd.identities.instagram_id(p.index),
        lambda p: crowd.identities.open_id(p.index),
        lambda p: crowd.identities.union_id(p.index),
    ):
        counts = Counter(look(person) for person in crowd.people)
        assert counts.most_common(1)[0][1] == 1


def test_a_handle_leads_back_to_its_owner(crowd):
    for person in crowd.people:
        expected = None if person.instagram == "none" else person.index
        assert crowd.find_handle(person.handle, START) == expected


@pytest.mark.parametrize(
    "handle",
    ["", "nobody", "tereza.novakova1", "anna.ivanova7", "9", "a" * 40, "anna99999999"],
)
def test_an_invented_handle_belongs_to_nobody(world, handle):
    assert world.find_handle(handle, START) is None


def test_a_leading_zero_in_the_number_is_another_handle(crowd):
    person = next(p for p in crowd.people if p.index > 30 and p.instagram != "none")
    twisted = re.sub(r"(\d+)$", r"0\1", person.handle)
    assert crowd.find_handle(twisted, START) is None


def test_a_renamed_account_keeps_its_id_and_loses_its_handle(world):
    person = world.creator(RENAMED)
    before, after = START + timedelta(days=4), START + timedelta(days=6)
    assert world.find_handle(person.handle, before) == RENAMED
    assert world.find_handle(person.later_handle, before) is None
    assert world.find_handle(person.handle, after) is None
    assert world.find_handle(person.later_handle, after) == RENAMED


def test_an_old_handle_is_taken_by_a_stranger_with_another_id(world):
    person = world.creator(RENAMED)
    later = START + timedelta(days=9)
    stranger = world.find_handle(person.handle, later)
    assert stranger == STRANGERS + RENAMED
    own_id = world.identities.instagram_id(RENAMED)
    assert world.identities.instagram_id(stranger) != own_id
    own = {post.post_id for post in world.instagram_posts(RENAMED, later)}
    theirs = {post.post_id for post in world.instagram_posts(stranger, later)}
    assert theirs
    assert not own & theirs


def test_a_stranger_writes_for_no_campaign(world):
    later = START + timedelta(days=20)
    posts = world.instagram_posts(STRANGERS + RENAMED, later)
    assert all(post.campaign_id is None for post in posts)


def test_strangers_exist_only_behind_renamed_creators(world):
    assert world.people.exists(STRANGERS + RENAMED)
    assert not world.people.exists(STRANGERS)
    assert not world.people.exists(-1)
    assert not world.people.exists(24)
    assert not world.people.exists(AGENCY + 5)


def test_who_does_not_exist_has_no_account(world):
    assert world.people.has("instagram", 0)
    assert not world.people.has("tiktok", 0)
    assert not world.people.has("instagram", 24)
    assert world.find_creator(125) is None
    assert world.find_creator(100) is None


def test_the_agency_has_two_instagram_accounts(world):
    assert world.find_handle("atelier.lumen.agency", START) == AGENCY
    assert world.find_handle("lumen.studio", START) == AGENCY + 1


def test_an_email_is_the_same_with_and_without_the_rest_of_the_person(crowd):
    for person in crowd.people:
        assert crowd.people.email(person.index) == person.email


def test_creators_beyond_the_first_have_traits_and_renames_too(crowd):
    beyond = [person for person in crowd.people if person.index >= 24]
    traits = Counter(trait for person in beyond for trait in person.traits)
    assert traits[Trait.HIDDEN_LIKES] > 100
    assert traits[Trait.RENAMED] > 5
    renamed = next(
        p for p in beyond if Trait.RENAMED in p.traits and p.instagram != "none"
    )
    later = START + timedelta(days=60)
    assert crowd.find_handle(renamed.later_handle, later) == renamed.index
    assert crowd.find_handle(renamed.handle, later) == STRANGERS + renamed.index


def test_followers_drift_up_and_down(world):
    days = [START + timedelta(days=n) for n in range(40)]
    for index in range(24):
        counts = [world.followers("instagram", index, day) for day in days]
        assert any(b > a for a, b in itertools.pairwise(counts))
        assert any(b < a for a, b in itertools.pairwise(counts))
        assert max(counts) < 1.2 * min(counts)


def test_followers_move_within_the_day(world):
    noon, one = START + timedelta(hours=12), START + timedelta(hours=13)
    moved = [
        world.followers("instagram", index, noon)
        != world.followers("instagram", index, one)
        for index in range(24)
    ]
    assert any(moved)
