"""Counters follow the measured age curve in the median, and now and then fall."""

import itertools
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from statistics import median

import pytest

from analytics_pipeline.sandbox.population.counters import (
    Growth,
    counters_at,
    share_reached,
)
from analytics_pipeline.sandbox.population.records import Counters
from analytics_pipeline.sandbox.world import World, WorldConfig

HOUR = 3_600
SPAN = timedelta(hours=23)


def growth(fall_hours=None, pace=1.0):
    final = Counters(
        views=100_000, likes=10_000, comments=500, shares=300, saves=200, reach=50_000
    )
    return Growth(final, pace, fall_hours, 0.08)


@pytest.mark.parametrize(
    ("from_hours", "percent"),
    [(12, 39.7), (36, 13.7), (108, 1.2), (252, 0.37), (528, 0.2), (1_080, 0.06)],
)
def test_the_curve_goes_through_the_measured_medians(from_hours, percent):
    grown = share_reached(from_hours + 23) / share_reached(from_hours) - 1
    assert grown * 100 == pytest.approx(percent, rel=0.03)


def test_the_curve_never_falls_and_ends_at_one():
    shares = [share_reached(hours / 4) for hours in range(4 * 24 * 400)]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert share_reached(-5) == 0.0


def test_counters_are_exact_integers_that_start_at_zero():
    counters = counters_at(growth(), 0)
    assert counters == Counters(0, 0, 0, 0, 0, 0)
    later = counters_at(growth(), 40 * HOUR)
    assert all(type(getattr(later, name)) is int for name in Counters.__slots__)
    assert 0 < later.likes < 10_000


def test_a_fall_takes_likes_and_views_back_once():
    before = counters_at(growth(fall_hours=100), 100 * HOUR - 1)
    after = counters_at(growth(fall_hours=100), 100 * HOUR)
    assert after.likes < before.likes
    assert after.views < before.views
    assert after.comments >= before.comments
    assert counters_at(growth(fall_hours=100), 200 * HOUR).likes > after.likes


def test_a_slower_pace_leaves_the_end_where_it_is():
    year = 366 * 24 * HOUR
    assert counters_at(growth(pace=0.7), year) == counters_at(growth(pace=1.3), year)


def recent_posts(world, index, at):
    """Give the posts of the last two weeks by id."""
    posts = world.iter_posts("instagram", index, at)
    recent = takewhile(lambda post: at - post.posted_at < timedelta(days=15), posts)
    return {post.post_id: post for post in recent}


@pytest.fixture(scope="module")
def growths():
    """Give (age, growth of likes over 23 hours) of many posts on many days."""
    world = World(WorldConfig(creators=80))
    found = []
    for day in range(2, 14):
        at = datetime(2026, 3, day, 18, tzinfo=UTC)
        for person in world.people:
            later = recent_posts(world, person.index, at + SPAN)
            for post_id, post in recent_posts(world, person.index, at).items():
                if post_id in later and post.counters.likes > 50:
                    ratio = later[post_id].counters.likes / post.counters.likes
                    found.append((at - post.posted_at, ratio - 1))
    return found


@pytest.mark.parametrize(
    ("youngest", "oldest", "low", "high"),
    [(0, 1, 0.25, 0.6), (1, 2, 0.1, 0.18), (2, 7, 0.005, 0.03), (7, 14, 0.002, 0.006)],
)
def test_a_whole_world_grows_like_the_measured_one(
    growths, youngest, oldest, low, high
):
    grown = [
        ratio
        for age, ratio in growths
        if timedelta(days=youngest) <= age < timedelta(days=oldest)
    ]
    assert len(grown) > 40
    assert low < median(grown) < high


def test_growth_is_monotone_for_most_and_a_few_fall(growths):
    falls = sum(ratio < 0 for _, ratio in growths)
    assert falls > 5
    assert falls / len(growths) < 0.05


def test_one_creator_s_counters_fall_within_the_two_weeks():
    world = World()
    days = [datetime(2026, 3, day, 5, tzinfo=UTC) for day in range(2, 16)]
    fell = set()
    for before, after in itertools.pairwise(days):
        later = {post.post_id: post for post in world.instagram_posts(14, after)}
        for post in world.instagram_posts(14, before):
            now = later.get(post.post_id)
            if now and now.counters.likes < post.counters.likes:
                fell.add(post.post_id)
    assert fell


def test_no_counter_is_ever_negative_and_views_pass_likes():
    world = World()
    at = datetime(2026, 3, 14, 5, tzinfo=UTC)
    for person in world.people:
        posts = world.instagram_posts(person.index, at)
        for post in posts + world.tiktok_posts(person.index, at):
            counters = post.counters
            assert min(counters.likes, counters.comments, counters.saves) >= 0
            assert counters.views >= counters.likes
