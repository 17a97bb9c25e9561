"""Which posts are proposed for a campaign, in which order, and on what evidence."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.review import CANDIDATE_KINDS, CandidateKind
from analytics_pipeline.transform.hashtags import match_key
from analytics_pipeline.transform.matching import (
    CampaignIndex,
    CampaignTerms,
    participations,
)
from analytics_pipeline.transform.near_misses import (
    DAYS_BESIDE,
    CampaignTags,
    NearMissIndex,
    Publication,
)
from analytics_pipeline_tests.unit.transform.building import RULE

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 10)
NOON = datetime(2026, 3, 5, 11, tzinfo=UTC)
POST = Publication("1", "instagram_post", NOON, ())
BRAND, SPRING = "BrandLumen", "jarnikolekce"
SIBLING_TAG = "zimnisvetla"


def terms(*tags, **changes):
    fields = {
        "campaign_id": "c1",
        "rule": "all",
        "is_unmatchable": False,
        "content_types": frozenset({"instagram_post"}),
        "first_day": FIRST,
        "last_day": LAST,
    }
    keys = tuple(map(match_key, tags))
    return CampaignTerms(tags=tags, keys=keys, **(fields | changes))


def tags_of(campaign_id, *tags):
    return CampaignTags(campaign_id, tags, tuple(map(match_key, tags)))


SPRING_CAMPAIGN = terms(BRAND, SPRING)
KNOWN = [
    tags_of("c1", BRAND, SPRING),
    tags_of("c2", BRAND, SIBLING_TAG),
    tags_of("c3", "otherbrand", "sale"),
]


def find(*hashtags, campaign=SPRING_CAMPAIGN, counts_for=(), settled=(), **changes):
    index = NearMissIndex([campaign], participations([("1", ["c1"])]), KNOWN, RULE)
    post = replace(POST, hashtags=hashtags, **changes)
    return next(index.near_misses(post, counts_for, settled), None)


def score(*hashtags, **changes):
    return find(*hashtags, **changes).score


@pytest.mark.parametrize(
    ("hashtags", "kind"),
    [
        ([BRAND], CandidateKind.PARTIAL),
        (["brandlumen", "praha"], CandidateKind.PARTIAL),
        ([BRAND, "jarnikolekc"], CandidateKind.NEAR_TAG),
        (["jarníkolekce"], CandidateKind.NEAR_TAG),
        (["ВrаndLumеn"], CandidateKind.NEAR_TAG),
        (["brand_lumen", "jarnikolekce❤️"], CandidateKind.NEAR_TAG),
        ([SIBLING_TAG], CandidateKind.SIBLING_TAG),
        ([BRAND, SIBLING_TAG], CandidateKind.PARTIAL),
        (["otherbrand"], CandidateKind.NO_TAG),
        ([], CandidateKind.NO_TAG),
    ],
)
def test_the_kind_says_what_keeps_a_post_from_counting(hashtags, kind):
    assert find(*hashtags).kind is kind


def test_the_evidence_names_each_hashtag_and_how_it_resembles():
    assert find("brandlumen", "jarnikolekcee", "praha").reasons == {
        BRAND: {"carried": "brandlumen", "how": "exact"},
        SPRING: {"carried": "jarnikolekcee", "how": "one_letter"},
    }
    assert find(SIBLING_TAG).reasons == {
        SIBLING_TAG: {"carried": SIBLING_TAG, "how": "sibling"}
    }
    assert find("praha").reasons == {}


def test_the_best_of_several_resembling_hashtags_is_the_evidence():
    reasons = find("brandlumem", "brandlumén", SPRING).reasons

    assert reasons[BRAND] == {"carried": "brandlumén", "how": "accent"}


def test_the_desk_is_ranked_by_what_the_hashtags_say():
    ranked = [
        score("brand_lumen", SPRING),
        score("brandlumem", "jarnikolekc"),
        score("brandlumem"),
        score(SIBLING_TAG),
        score(),
    ]
    three = terms(BRAND, SPRING, "praha2026")

    assert ranked == sorted(set(ranked), reverse=True)
    assert score(BRAND) > score("brandlumem")
    assert (
        score(BRAND, SPRING, "praha2025", campaign=three)
        > score(BRAND, "jarnikolekc", campaign=three)
        > score(BRAND, campaign=three)
    )


@pytest.mark.parametrize("days", [1, DAYS_BESIDE])
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_post_with_all_hashtags_some_days_beside_the_window_is_proposed(days, side):
    beside = timedelta(days=days)
    day = FIRST - beside if side == "before" else LAST + beside
    posted_at = RULE.start(day) + timedelta(hours=12)

    found = find(BRAND, SPRING, posted_at=posted_at)

    assert found.kind is CandidateKind.OUTSIDE_WINDOW
    assert find(BRAND, posted_at=posted_at) is None
    assert score(BRAND, "jarnikolekc", posted_at=posted_at) < found.score


def test_the_further_beside_the_window_the_lower_it_ranks_until_it_is_not_proposed():
    ends = RULE.end(LAST)
    scores = [
        score(BRAND, SPRING, posted_at=ends + timedelta(days=days))
        for days in range(DAYS_BESIDE)
    ]

    assert scores == sorted(set(scores), reverse=True)
    assert find(BRAND, SPRING, posted_at=ends + timedelta(days=DAYS_BESIDE)) is None


@pytest.mark.parametrize("content_type", ["instagram_reel", None])
def test_a_post_with_all_hashtags_of_another_type_is_proposed(content_type):
    found = find(BRAND, SPRING, content_type=content_type)

    assert found.kind is CandidateKind.OTHER_CONTENT_TYPE
    assert find(BRAND, content_type=content_type) is None
    assert find(content_type=content_type) is None


def test_a_post_that_counts_or_is_decided_is_not_proposed():
    assert find(BRAND, counts_for={"c1"}) is None
    assert find(BRAND, settled={"c1"}) is None


def test_a_post_that_counts_for_another_campaign_ranks_lower():
    assert score(BRAND, counts_for={"c2"}) < score(BRAND)
    assert find(counts_for={"c2"}) is None, "nothing speaks for it here"


def test_others_posts_are_not_proposed():
    assert find(BRAND, creator_id="2") is None


def test_where_any_hashtag_is_enough_a_near_one_is_all_there_need_be():
    lenient = terms(BRAND, SPRING, rule="any")

    assert score("brandlumem", campaign=lenient) > 85
    assert find(SIBLING_TAG, campaign=lenient).kind is CandidateKind.SIBLING_TAG


def test_a_campaign_that_can_never_match_has_its_posts_proposed_first():
    impossible = terms(BRAND, SPRING, is_unmatchable=True)

    found = find(BRAND, SPRING, campaign=impossible)

    assert (found.kind, found.score) == (CandidateKind.PARTIAL, 95)
    assert find(campaign=terms()).kind is CandidateKind.NO_TAG


CARRIED = st.lists(
    st.sampled_from(
        [
            BRAND,
            SPRING,
            "brandlumem",
            "jarníkolekce",
            SIBLING_TAG,
            "praha",
            "brand_lumen",
        ]
    ),
    unique=True,
    max_size=5,
)


@given(CARRIED, st.sampled_from([BRAND, SPRING, "brandlumem", SIBLING_TAG, "praha"]))
def test_one_more_hashtag_never_speaks_against_a_post(hashtags, more):
    assert score(*hashtags, more) >= score(*hashtags)


@given(
    CARRIED,
    st.integers(-20, 30),
    st.sampled_from(["instagram_post", "instagram_reel", "tiktok_video", None]),
)
def test_no_post_counts_and_is_proposed_and_none_that_is_partial_is_left_out(
    hashtags, days, content_type
):
    posted_at = NOON + timedelta(days=days)
    index = CampaignIndex([SPRING_CAMPAIGN], participations([("1", ["c1"])]), RULE)
    matches = list(index.matches("1", content_type, posted_at, hashtags))
    full = {match.campaign_id for match in matches if match.level == "full"}

    found = find(
        *hashtags, posted_at=posted_at, content_type=content_type, counts_for=full
    )

    assert not (found and full)
    assert found or full or not matches
    assert found is None or 0 <= found.score <= 95


def test_every_kind_has_a_sentence():
    assert set(CANDIDATE_KINDS) == set(CandidateKind)
