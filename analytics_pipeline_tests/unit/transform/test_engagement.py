"""Engagement rates: a fraction, or why there is none."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.fields import FIELDS, RATES
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.engagement import (
    base,
    engagement,
    engagement_rates,
    rate_definitions,
)

ALL_KNOWN = {
    "like_count": 60,
    "comment_count": 30,
    "share_count": 10,
    "save_count": 20,
    "view_count": 1000,
    "reach": 800,
    "follower_count": 2000,
}


@pytest.mark.parametrize(
    ("platform", "by_views"),
    [
        pytest.param(Platform.INSTAGRAM, 0.09, id="Instagram, without shares"),
        pytest.param(Platform.TIKTOK, 0.1, id="TikTok, with shares"),
    ],
)
def test_each_rate_is_the_sum_its_definition_names(platform, by_views):
    rates = engagement_rates(platform, ALL_KNOWN, {})
    assert rates.values == {
        "engagement_rate_client": 0.55,
        "engagement_rate_by_followers": 0.045,
        "engagement_rate_by_views": by_views,
        "engagement_rate_by_reach": 0.15,
    }
    assert rates.unknown == {}


@pytest.mark.parametrize("platform", Platform)
def test_the_rates_are_the_columns_of_the_warehouse(platform):
    definitions = rate_definitions(platform)
    assert tuple(definitions) == RATES
    parts = {
        part
        for definition in definitions.values()
        for part in (*definition.numerator, definition.denominator)
    }
    assert parts == set(ALL_KNOWN)
    assert parts <= set(FIELDS)


@pytest.mark.parametrize(
    ("changes", "reasons", "rate", "why"),
    [
        pytest.param(
            {"like_count": None},
            {"like_count": "hidden"},
            "engagement_rate_by_followers",
            "like_count: hidden",
            id="hidden likes",
        ),
        pytest.param(
            {"follower_count": None},
            {"follower_count": Unknown.LATE},
            "engagement_rate_client",
            "follower_count: late",
            id="followers asked too late",
        ),
        pytest.param(
            {"reach": None},
            {},
            "engagement_rate_by_reach",
            "reach: not_reported",
            id="no reason given",
        ),
        pytest.param(
            {"view_count": 0},
            {},
            "engagement_rate_by_views",
            "view_count: zero_denominator",
            id="no views",
        ),
        pytest.param(
            {"follower_count": 0},
            {},
            "engagement_rate_by_followers",
            "follower_count: zero_denominator",
            id="no followers",
        ),
        pytest.param(
            {"comment_count": None, "view_count": None},
            {"comment_count": "rejected", "view_count": "not_offered"},
            "engagement_rate_client",
            "comment_count: rejected",
            id="the first of several",
        ),
    ],
)
def test_a_rate_that_is_not_known_says_why(changes, reasons, rate, why):
    rates = engagement_rates(Platform.TIKTOK, ALL_KNOWN | changes, reasons)
    assert rates.values[rate] is None
    assert rates.unknown[rate] == why


def test_a_count_that_is_left_out_altogether_is_unknown():
    rates = engagement_rates(Platform.INSTAGRAM, {}, {})
    assert set(rates.values.values()) == {None}
    assert set(rates.unknown) == set(RATES)


def test_an_unknown_part_of_one_rate_leaves_the_others_alone():
    rates = engagement_rates(Platform.TIKTOK, ALL_KNOWN | {"reach": None}, {})
    known = [name for name, value in rates.values.items() if value is not None]
    assert set(RATES) - set(known) == {"engagement_rate_by_reach"}


counts = st.none() | st.just(0) | st.integers(0, 2**63 - 1)


@given(
    st.sampled_from(Platform),
    st.fixed_dictionaries(dict.fromkeys(ALL_KNOWN, counts)),
)
def test_a_rate_is_a_number_exactly_when_all_of_it_is_known(platform, known):
    rates = engagement_rates(platform, known, {})
    for name, definition in rate_definitions(platform).items():
        value = rates.values[name]
        parts = [
            known[part] for part in (*definition.numerator, definition.denominator)
        ]
        is_known = None not in parts and known[definition.denominator] != 0
        assert (value is not None) == is_known
        assert (name in rates.unknown) != is_known
        if value is not None:
            assert math.isfinite(value)
            assert value >= 0
            assert (value == 0) == (engagement(definition, known) == 0)


@given(st.sampled_from(Platform), st.integers(0, 10**6), st.integers(1, 10**6))
def test_more_likes_raise_every_rate_that_counts_likes(platform, likes, more):
    before = engagement_rates(platform, ALL_KNOWN | {"like_count": likes}, {})
    after = engagement_rates(platform, ALL_KNOWN | {"like_count": likes + more}, {})
    assert all(after.values[name] > before.values[name] for name in RATES)


def test_numerator_and_denominator_are_what_a_weighted_rate_sums_up():
    definition = rate_definitions(Platform.INSTAGRAM)["engagement_rate_by_reach"]
    assert engagement(definition, ALL_KNOWN) == 120
    assert base(definition, ALL_KNOWN) == 800
