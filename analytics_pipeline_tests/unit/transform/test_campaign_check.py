"""What a check of a campaign finds, and what it does not complain of."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from analytics_pipeline.schemas.campaign_checks import CHECKS, CheckCode, Severity
from analytics_pipeline.schemas.connections import Connection, ConnectionStatus
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.schemas.records import Account
from analytics_pipeline.transform.campaign_check import (
    CheckedCampaign,
    Surroundings,
    find_problems,
)
from analytics_pipeline.transform.hashtags import match_key

TODAY = date(2026, 3, 1)
ERROR, WARNING, NOTICE = Severity


def campaign(*tags, **changes):
    tags = tags or ("lumenspring", "brandx")
    plain = CheckedCampaign(
        campaign_id="c1",
        campaign_name="Spring",
        tags=tags,
        keys=tuple(map(match_key, tags)),
        rejected=(),
        rule="all",
        content_types=(ContentType.INSTAGRAM_POST, ContentType.TIKTOK_VIDEO),
        first_day=TODAY + timedelta(days=7),
        last_day=TODAY + timedelta(days=14),
        creator_ids=frozenset({"1", "2"}),
    )
    return replace(plain, **changes)


def other(*tags, **changes):
    return replace(campaign(*tags), campaign_id="c2", campaign_name="Summer", **changes)


def account(creator_id, platform, status=ConnectionStatus.CONNECTED):
    name = f"{platform}-{creator_id}"
    return Connection(
        Account(
            platform=platform,
            creator_id=creator_id,
            connection_id=name,
            account_id=f"id-{name}",
            username="handle",
        ),
        status,
        access_token_expires_at=None,
        refresh_token_expires_at=None,
        scopes=(),
    )


EVERYBODY = tuple(
    account(creator, platform) for creator in "12" for platform in Platform
)


def find(checked, *others, connections=EVERYBODY, today=TODAY):
    around = Surroundings(today, others, connections, frozenset({"1", "2", "3"}))
    return find_problems(checked, around)


def codes(*arguments, **options):
    return [(it.code, it.severity) for it in find(*arguments, **options)]


def test_a_campaign_that_is_ready_has_no_problem():
    assert find(campaign(), other("lumensummer", "elsewhere")) == []


@pytest.mark.parametrize(
    ("checked", "expected"),
    [
        (campaign(tags=(), keys=()), [("no_hashtags", ERROR)]),
        (campaign(rejected=("spring sale",)), [("unmatchable_hashtag", ERROR)]),
        (
            campaign(rejected=("spring sale",), rule="any"),
            [("unmatchable_hashtag", WARNING)],
        ),
        (
            campaign(tags=(), keys=(), rejected=("a b",), rule="any"),
            [("unmatchable_hashtag", ERROR)],
        ),
        (campaign(*"abcde"), []),
        (campaign(*"abcdef"), [("too_many_hashtags", ERROR)]),
        (campaign(*"abcdef", rule="any"), []),
        (campaign(first_day=None), [("no_dates", ERROR)]),
        (campaign(last_day=TODAY), [("dates_reversed", ERROR)]),
        (
            campaign(first_day=date(2026, 1, 1), last_day=date(2026, 2, 28)),
            [("window_past", ERROR)],
        ),
        (campaign(first_day=TODAY - timedelta(days=1)), [("already_started", NOTICE)]),
        (campaign(first_day=TODAY, last_day=TODAY), []),
        (campaign(content_types=()), [("no_content_types", ERROR)]),
        (
            campaign(content_types=(ContentType.FACEBOOK_POST,)),
            [("content_type_not_collected", ERROR)],
        ),
        (
            campaign(
                content_types=(ContentType.FACEBOOK_POST, ContentType.INSTAGRAM_REEL)
            ),
            [("content_type_not_collected", WARNING)],
        ),
        (campaign(creator_ids=None), [("participants_unknown", NOTICE)]),
        (campaign(creator_ids=frozenset()), [("no_participants", ERROR)]),
    ],
)
def test_what_is_wrong_with_the_campaign_itself_is_found(checked, expected):
    assert codes(checked) == expected


@pytest.mark.parametrize(
    ("connections", "expected"),
    [
        (
            EVERYBODY[:3],
            [("no_account", {"platform": "tiktok", "creator_ids": ["2"]})],
        ),
        (
            (
                *EVERYBODY[:3],
                account("2", Platform.TIKTOK, ConnectionStatus("reconnect_required")),
            ),
            [
                (
                    "reconnect_required",
                    {
                        "platform": "tiktok",
                        "creator_ids": ["2"],
                        "connection_ids": ["tiktok-2"],
                    },
                )
            ],
        ),
        (
            (EVERYBODY[0], EVERYBODY[2]),
            [
                ("content_type_undeliverable", {"content_types": ["tiktok_video"]}),
                ("no_account", {"platform": "tiktok", "creator_ids": ["1", "2"]}),
            ],
        ),
    ],
)
def test_participants_whose_posts_would_not_be_seen_are_named(connections, expected):
    found = find(campaign(), connections=connections)

    assert [(it.code, dict(it.details)) for it in found] == expected


def test_an_outside_account_is_enough_for_posts_but_not_for_stories():
    outside = [
        account(name, Platform.INSTAGRAM, ConnectionStatus.PUBLIC) for name in "12"
    ]
    posts = campaign(content_types=(ContentType.INSTAGRAM_POST,))
    stories = campaign(content_types=(ContentType.INSTAGRAM_STORY,))

    assert codes(posts, connections=outside) == []
    assert codes(stories, connections=outside) == [
        ("content_type_undeliverable", ERROR)
    ]
    assert codes(stories, connections=[outside[0], EVERYBODY[2]]) == [
        ("stories_not_seen", WARNING)
    ]


def test_a_participant_nobody_lists_is_named():
    found = find(campaign(creator_ids=frozenset({"1", "9"})))

    assert {"unknown_creator": ["9"], "no_account": ["9"]}.items() <= {
        it.code: it.details["creator_ids"] for it in found
    }.items()


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        pytest.param(other("lumenspring", "brandy"), NOTICE, id="one of two"),
        pytest.param(other("brandx"), WARNING, id="all of theirs"),
        pytest.param(other("BRANDX", rule="any"), WARNING, id="any is enough"),
        pytest.param(
            other("brandx", creator_ids=None), NOTICE, id="participants not known"
        ),
        pytest.param(
            other("brandx", creator_ids=frozenset({"3"})), None, id="other creators"
        ),
        pytest.param(
            other("brandx", first_day=TODAY, last_day=TODAY), None, id="another time"
        ),
        pytest.param(other("brandx", first_day=None), None, id="no dates"),
        pytest.param(other("branding"), None, id="another hashtag"),
    ],
)
def test_a_hashtag_that_the_same_creators_use_for_another_campaign_is_told(
    theirs, expected
):
    shared = [
        it for it in find(campaign(), theirs) if it.code is CheckCode.SHARED_HASHTAGS
    ]

    assert [it.severity for it in shared] == ([] if expected is None else [expected])


@pytest.mark.parametrize("tag", ["lumensprnig", "lumen_spring", "lumensprings"])
def test_a_hashtag_that_is_nearly_anothers_is_told(tag):
    (found,) = find(campaign(), other(tag, creator_ids=frozenset({"3"})))

    assert found.code is CheckCode.NEAR_HASHTAGS
    assert found.details["pairs"][0]["hashtag"] == "lumenspring"
    assert found.details["pairs"][0]["other"] == tag


def test_a_campaign_that_is_over_is_nobodys_rival():
    over = other("brandx", last_day=TODAY + timedelta(days=7))

    assert find(campaign(), over) != []
    assert CheckCode.SHARED_HASHTAGS not in {
        it.code for it in find(campaign(), over, today=TODAY + timedelta(days=8))
    }


def test_the_worst_comes_first():
    found = find(campaign(*"abcdef", first_day=date(2026, 2, 1)), connections=())
    severities = [it.severity for it in found]

    assert severities == sorted(severities, key=list(Severity).index)
    assert len(set(severities)) == 3


def test_every_code_says_what_it_means_and_what_to_do():
    assert set(CHECKS) == set(CheckCode)
    for info in CHECKS.values():
        assert info.meaning.endswith(".")
        assert info.next_step.endswith(".")
