"""Which posts belong to a campaign."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.transform.hashtags import extract_hashtags, match_key
from analytics_pipeline.transform.matching import (
    CampaignIndex,
    CampaignTerms,
    Match,
    MatchLevel,
    participations,
)
from analytics_pipeline_tests.unit.transform.building import RULE

NOON = datetime(2026, 3, 5, 11, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 10)


def terms(*tags, **changes):
    fields = {
        "campaign_id": "c1",
        "rule": "all",
        "is_unmatchable": False,
        "content_types": frozenset({"instagram_post"}),
        "first_day": FIRST,
        "last_day": LAST,
    }
    return CampaignTerms(
        tags=tags, keys=tuple(map(match_key, tags)), **(fields | changes)
    )


def find(campaign, *hashtags, creator="1", kind="instagram_post", posted_at=NOON):
    index = CampaignIndex([campaign], participations([("1", ["c1"])]), RULE)
    return index.matches(creator, kind, posted_at, hashtags)


@pytest.mark.parametrize(
    ("campaign", "hashtags", "level", "missing"),
    [
        pytest.param(terms("a", "b"), "ab", "full", "", id="all of all"),
        pytest.param(terms("a", "b"), "xbya", "full", "", id="and others"),
        pytest.param(terms("a", "b"), "a", "partial", "b", id="some of all"),
        pytest.param(terms("a", "b", rule="any"), "b", "full", "a", id="any"),
        pytest.param(
            terms("a", is_unmatchable=True),
            "a",
            "partial",
            "",
            id="all, one impossible",
        ),
        pytest.param(
            terms("a", is_unmatchable=True, rule="any"),
            "a",
            "full",
            "",
            id="any, one impossible",
        ),
    ],
)
def test_a_match_has_a_level_and_its_evidence(campaign, hashtags, level, missing):
    matched = tuple(tag for tag in campaign.tags if tag in hashtags)
    assert find(campaign, *hashtags) == [
        Match("c1", MatchLevel(level), matched, tuple(missing))
    ]


def test_the_evidence_is_spelled_as_the_campaign_spells_it():
    (match,) = find(terms("İstanbul", "Straße"), "strasse", "istanbul")
    assert match.matched == ("İstanbul", "Straße")


@pytest.mark.parametrize(
    ("tag", "caption"),
    [
        pytest.param("İstanbul", "#İSTANBUL", id="Turkish"),
        pytest.param("istanbul", "#İstanbul", id="Turkish against plain"),
        pytest.param("Café", "#cafe\u0301!", id="decomposed"),
        pytest.param("hash", "#ｈａｓｈ", id="width"),
        pytest.param("ผู้เริ่ม", "x#ผู้เริ่ม", id="Thai"),
    ],
)
def test_a_caption_matches_after_it_has_been_stored(tag, caption):
    assert find(terms(tag), *extract_hashtags(caption, "instagram"))


@pytest.mark.parametrize(
    ("tags", "hashtags", "options"),
    [
        pytest.param(["a"], ["b"], {}, id="other hashtags"),
        pytest.param(["a"], [], {}, id="no hashtags"),
        pytest.param([], ["a"], {}, id="campaign without hashtags"),
        pytest.param(["hermes"], ["hermès"], {}, id="accent"),
        pytest.param(["a"], ["a"], {"creator": "2"}, id="no participant"),
        pytest.param(["a"], ["a"], {"kind": "instagram_reel"}, id="another kind"),
        pytest.param(["a"], ["a"], {"kind": None}, id="unknown kind"),
    ],
)
def test_a_post_does_not_belong(tags, hashtags, options):
    assert find(terms(*tags), *hashtags, **options) == []


@pytest.mark.parametrize(
    ("posted_at", "belongs"),
    [
        pytest.param(RULE.start(FIRST) - timedelta(seconds=1), False, id="before"),
        pytest.param(RULE.start(FIRST), True, id="first instant"),
        pytest.param(RULE.end(LAST) - timedelta(seconds=1), True, id="last instant"),
        pytest.param(RULE.end(LAST), False, id="after"),
    ],
)
def test_a_post_counts_within_the_publishing_days_of_the_zone(posted_at, belongs):
    assert bool(find(terms("a"), "a", posted_at=posted_at)) is belongs


def test_a_post_may_belong_to_several_campaigns():
    campaigns = [terms("a", campaign_id=name) for name in ("c1", "c2", "c3")]
    participants = participations([("1", ["c4", "c2", "c1"]), ("2", ["c1"])])
    index = CampaignIndex(campaigns, participants, RULE)
    found = index.matches("1", "instagram_post", NOON, ["a"])
    assert [match.campaign_id for match in found] == ["c1", "c2"]


def test_creators_of_the_same_campaigns_share_what_is_worked_out_for_them():
    found = participations([("1", ["a", "b"]), ("2", ["b", "a"]), ("3", ["a"])])
    assert found["1"] is found["2"]
    assert found["1"].campaign_ids == {"a", "b"}
    assert found["3"].campaign_ids == {"a"}


class CountedTerms(CampaignTerms):
    """What a campaign asks, counting how often an index looks."""

    looks = 0

    def __getattribute__(self, name):
        CountedTerms.looks += 1
        return super().__getattribute__(name)


@pytest.mark.parametrize("count", [10, 1000])
def test_a_post_costs_as_much_whatever_the_number_of_campaigns(count):
    campaigns = [
        CountedTerms(**asdict(terms(f"tag{n}", campaign_id=str(n))))
        for n in range(count)
    ]
    taking_part = participations([("1", [str(n) for n in range(count)])])
    index = CampaignIndex(campaigns, taking_part, RULE)
    index.matches("1", "instagram_post", NOON, ["other"])
    CountedTerms.looks = 0
    assert len(index.matches("1", "instagram_post", NOON, ["tag7", "other"])) == 1
    assert CountedTerms.looks < 20


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from("abcdeÁ"), unique=True), st.sampled_from("12")
        ),
        max_size=6,
    ),
    st.lists(st.sampled_from("ABCDEáx")),
)
def test_an_index_finds_what_each_campaign_alone_would(campaigns, hashtags):
    listed = [
        (terms(*tags, campaign_id=str(number)), creator)
        for number, (tags, creator) in enumerate(campaigns)
    ]
    taking_part = participations(
        (creator, [one.campaign_id for one, theirs in listed if theirs == creator])
        for creator in "12"
    )
    together = CampaignIndex([one for one, _ in listed], taking_part, RULE)
    alone = [
        match
        for one, creator in listed
        for match in CampaignIndex(
            [one], participations([(creator, [one.campaign_id])]), RULE
        ).matches("1", "instagram_post", NOON, hashtags)
    ]
    for _ in range(2):
        assert together.matches("1", "instagram_post", NOON, hashtags) == alone


letters = st.lists(st.sampled_from("abcde"), unique=True, min_size=1)


@given(letters, st.lists(st.sampled_from("ABCDExy"), unique=True), st.booleans())
def test_matched_and_missing_are_all_of_the_campaigns_hashtags(tags, on_post, is_any):
    campaign = terms(*tags, rule="any" if is_any else "all")
    common = {tag for tag in tags if tag.upper() in on_post}
    found = find(campaign, *on_post)
    assert bool(found) == bool(common)
    for match in found:
        assert set(match.matched) == common
        assert set(match.missing) == set(tags) - common
        assert (match.level is MatchLevel.FULL) == (is_any or common == set(tags))
