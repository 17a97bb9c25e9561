"""Instagram's answers as records: absent, empty, zero and error stay apart."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.findings import Finding, Rule
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.schemas.records import AccountRecord, PostRecord
from analytics_pipeline.transform.instagram_posts import (
    parse_instagram,
    parse_stories,
)
from analytics_pipeline.transform.parsed import ParsedAnswer
from analytics_pipeline_tests.unit.transform.building import json_values

ACCOUNT_ID = "17841499999999999"
ASKER_ID = "17841400000000001"
REEL = {
    "id": "17885103395504675",
    "caption": "Jdeme ven #jaro",
    "media_type": "VIDEO",
    "media_product_type": "REELS",
    "permalink": "https://www.instagram.com/reel/abc/",
    "timestamp": "2026-03-01T12:00:00+0000",
    "like_count": 90,
    "comments_count": 11,
    "view_count": 15230,
}
PROFILE = {
    "id": ACCOUNT_ID,
    "username": "jana",
    "name": "Jana",
    "followers_count": 64976,
    "follows_count": 100,
    "media_count": 436,
}


def discovery(*media, **profile):
    found = PROFILE | {"media": {"data": list(media)}} | profile
    return {"business_discovery": found, "id": ASKER_ID}


def only_post(*, is_own=False, **changes):
    """Read one post that is a usual reel but for the changes; "-" leaves a key out."""
    item = {name: value for name, value in (REEL | changes).items() if value != "-"}
    payload = {"data": [item]} if is_own else discovery(item)
    parsed = parse_instagram(payload, ACCOUNT_ID)
    (post,) = parsed.posts
    return post, parsed.findings


def test_business_discovery_tells_the_account_and_its_posts():
    parsed = parse_instagram(discovery(REEL), None)
    assert parsed.account_id == ACCOUNT_ID
    assert parsed.account == AccountRecord(
        platform=Platform.INSTAGRAM,
        account_id=ACCOUNT_ID,
        username="jana",
        display_name="Jana",
        follower_count=64976,
        following_count=100,
        post_count_reported=436,
    )
    assert parsed.posts == [
        PostRecord(
            platform=Platform.INSTAGRAM,
            post_id="17885103395504675",
            account_id=ACCOUNT_ID,
            content_type=ContentType.INSTAGRAM_REEL,
            media_type="VIDEO",
            posted_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
            post_caption="Jdeme ven #jaro",
            post_url="https://www.instagram.com/reel/abc/",
            duration_seconds=None,
            view_count=15230,
            like_count=90,
            comment_count=11,
            share_count=None,
            unknown=dict.fromkeys(
                ("share_count", "save_count", "reach"), Unknown.NOT_OFFERED
            ),
        )
    ]
    assert parsed.findings == []


def test_a_later_page_does_not_repeat_the_profile():
    page = {"id": ACCOUNT_ID, "media": {"data": [REEL]}}
    parsed = parse_instagram({"business_discovery": page, "id": ASKER_ID}, ACCOUNT_ID)
    assert parsed.account is None
    assert parsed.account_id == ACCOUNT_ID
    assert [post.account_id for post in parsed.posts] == [ACCOUNT_ID]
    assert parsed.findings == []


def test_an_own_profile_is_an_account_without_posts():
    parsed = parse_instagram(PROFILE, ACCOUNT_ID)
    assert parsed.account.follower_count == 64976
    assert parsed.posts == []


def test_a_page_of_own_posts_is_of_the_account_that_was_asked():
    parsed = parse_instagram({"data": [REEL], "paging": {}}, ACCOUNT_ID)
    assert parsed.account is None
    assert [post.account_id for post in parsed.posts] == [ACCOUNT_ID]


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({"error": {"code": 110}}, id="error"),
        pytest.param(discovery(REEL) | {"error": {"code": 1}}, id="error beside data"),
        pytest.param({"business_discovery": None, "id": ASKER_ID}, id="null"),
        pytest.param({"business_discovery": [REEL], "id": ASKER_ID}, id="list"),
        pytest.param({"data": {"id": "1"}}, id="no list"),
        pytest.param([REEL], id="bare list"),
        pytest.param("<html>", id="text"),
        pytest.param(None, id="null payload"),
        pytest.param({}, id="empty object"),
    ],
)
def test_an_error_or_something_else_says_nothing_about_anybody(payload):
    assert parse_instagram(payload, None) == ParsedAnswer()


@pytest.mark.parametrize(
    "media",
    [
        pytest.param({"media": None}, id="null"),
        pytest.param({"media": [REEL]}, id="list"),
        pytest.param({"media": {}}, id="no data"),
        pytest.param({"media": {"data": None}}, id="null data"),
        pytest.param({"media": {"data": []}}, id="empty"),
    ],
)
def test_an_account_without_a_list_of_posts_is_an_account(media):
    parsed = parse_instagram({"business_discovery": PROFILE | media}, None)
    assert parsed.account is not None
    assert parsed.posts == []


def test_an_account_without_id_is_told_and_its_posts_go_to_the_one_asked():
    parsed = parse_instagram(discovery(REEL, id=None), ACCOUNT_ID)
    assert parsed.account is None
    assert parsed.findings == [Finding(Rule.MISSING_FIELD, "account", "id", "None")]
    assert [post.account_id for post in parsed.posts] == [ACCOUNT_ID]


def test_posts_of_nobody_are_left_out():
    assert parse_instagram({"data": [REEL]}, None) == ParsedAnswer()


def test_followers_left_out_are_unknown_and_zero_followers_are_zero():
    without = {name: PROFILE[name] for name in ("id", "username")}
    account = parse_instagram({"business_discovery": without}, None).account
    assert account.follower_count is None
    assert account.unknown["follower_count"] is Unknown.NOT_REPORTED
    account = parse_instagram(discovery(followers_count=0), None).account
    assert account.follower_count == 0
    assert account.unknown == {}


@pytest.mark.parametrize(
    ("product", "content_type"),
    [
        ("FEED", ContentType.INSTAGRAM_POST),
        ("REELS", ContentType.INSTAGRAM_REEL),
        ("STORY", ContentType.INSTAGRAM_STORY),
    ],
)
def test_the_product_type_tells_what_kind_of_post_it_is(product, content_type):
    post, findings = only_post(media_product_type=product)
    assert post.content_type is content_type
    assert findings == []


@pytest.mark.parametrize(
    ("product", "rule"),
    [
        pytest.param("AD", Rule.UNKNOWN_VALUE, id="unknown"),
        pytest.param("", Rule.UNKNOWN_VALUE, id="empty"),
        pytest.param("-", Rule.MISSING_FIELD, id="missing"),
        pytest.param(None, Rule.MISSING_FIELD, id="null"),
        pytest.param(3, Rule.WRONG_TYPE, id="number"),
    ],
)
def test_a_post_of_unknown_kind_is_kept_and_told(product, rule):
    post, findings = only_post(media_product_type=product)
    assert post.content_type is None
    assert (rule, "media_product_type") in [(f.rule, f.field) for f in findings]


def test_an_unknown_media_type_is_null_and_told():
    post, findings = only_post(media_type="HOLOGRAM")
    assert post.media_type is None
    assert [(f.rule, f.field) for f in findings] == [(Rule.UNKNOWN_VALUE, "media_type")]
    post, findings = only_post(media_type=None)
    assert (post.media_type, findings) == (None, [])


@pytest.mark.parametrize(
    ("is_own", "changes", "column", "why"),
    [
        pytest.param(
            False, {"like_count": "-"}, "like_count", Unknown.HIDDEN, id="hidden likes"
        ),
        pytest.param(
            True,
            {"like_count": "-"},
            "like_count",
            Unknown.NOT_REPORTED,
            id="own likes",
        ),
        pytest.param(
            False,
            {"view_count": "-"},
            "view_count",
            Unknown.NOT_REPORTED,
            id="views of a reel",
        ),
        pytest.param(
            False,
            {"view_count": "-", "media_product_type": "FEED"},
            "view_count",
            Unknown.NOT_OFFERED,
            id="views of a picture",
        ),
        pytest.param(
            True, {"view_count": "-"}, "view_count", Unknown.NOT_ASKED, id="own views"
        ),
        pytest.param(
            False,
            {"comments_count": "-"},
            "comment_count",
            Unknown.NOT_REPORTED,
            id="comments",
        ),
        pytest.param(
            False,
            {"comments_count": -1},
            "comment_count",
            Unknown.REJECTED,
            id="negative comments",
        ),
    ],
)
def test_a_number_that_is_not_there_says_why(is_own, changes, column, why):
    post, _ = only_post(is_own=is_own, **changes)
    assert getattr(post, column) is None
    assert post.unknown[column] is why


def test_a_true_zero_is_zero():
    post, _ = only_post(like_count=0, view_count=0, comments_count=0)
    assert (post.like_count, post.view_count, post.comment_count) == (0, 0, 0)
    assert not {"like_count", "view_count", "comment_count"} & set(post.unknown)


@pytest.mark.parametrize(
    ("caption", "kept", "rules"),
    [
        pytest.param("-", None, [], id="missing"),
        pytest.param(None, None, [], id="null"),
        pytest.param("", "", [], id="empty"),
        pytest.param("x" * 10_000, "x" * 10_000, [], id="10,000 characters"),
        pytest.param("cafe\u0301", "cafe\u0301", [], id="decomposed"),
        pytest.param("❤️😀", "❤️😀", [], id="emoji only"),
        pytest.param("a\x00b", "ab", [], id="NUL"),
        pytest.param(json.loads('"\\ud83d"'), "\ufffd", [], id="half an emoji"),
        pytest.param(42, None, [Rule.WRONG_TYPE], id="number"),
    ],
)
def test_a_post_is_kept_whatever_its_caption(caption, kept, rules):
    post, findings = only_post(caption=caption)
    assert post.post_caption == kept
    assert [finding.rule for finding in findings] == rules


@pytest.mark.parametrize(
    ("item", "rule", "key"),
    [
        pytest.param("x", Rule.NOT_AN_OBJECT, "post 1 of account", id="text"),
        pytest.param(None, Rule.NOT_AN_OBJECT, "post 1 of account", id="null"),
        pytest.param(
            REEL | {"id": None}, Rule.MISSING_FIELD, "post 1 of account", id="no id"
        ),
        pytest.param(
            REEL | {"timestamp": "2026-03-01T12:00:00"},
            Rule.TIME_WITHOUT_OFFSET,
            REEL["id"],
            id="time without offset",
        ),
        pytest.param(
            REEL | {"timestamp": "yesterday"},
            Rule.UNREADABLE_TIME,
            REEL["id"],
            id="unreadable time",
        ),
        pytest.param(
            {"id": REEL["id"]}, Rule.UNREADABLE_TIME, REEL["id"], id="no time"
        ),
        pytest.param(
            REEL | {"timestamp": 1772366400},
            Rule.UNREADABLE_TIME,
            REEL["id"],
            id="time as a number",
        ),
    ],
)
def test_an_unusable_post_is_told_and_costs_no_other(item, rule, key):
    parsed = parse_instagram(discovery(item, REEL | {"id": "2"}), ACCOUNT_ID)
    assert [post.post_id for post in parsed.posts] == ["2"]
    (finding,) = parsed.findings
    assert finding.rule is rule
    assert finding.record_key.startswith(key)


def test_an_id_that_comes_as_a_number_is_kept_to_the_digit():
    post, findings = only_post(id=17885103395504675)
    assert post.post_id == "17885103395504675"
    assert findings == [Finding(Rule.ID_AS_NUMBER, "17885103395504675", "id")]


@given(st.dictionaries(st.sampled_from([*REEL]), json_values))
def test_a_post_is_kept_exactly_when_its_id_and_time_are_readable(changes):
    parsed = parse_instagram({"data": [REEL | changes]}, ACCOUNT_ID)
    told = {finding.field for finding in parsed.findings}
    if parsed.posts:
        (post,) = parsed.posts
        assert post.post_id
        numbers = ("view_count", "like_count", "comment_count", "share_count")
        for name in numbers:
            assert (getattr(post, name) is None) == (name in post.unknown)
    else:
        assert told & {"id", "timestamp"}


@given(json_values, json_values)
def test_no_answer_stops_the_reading(payload, inner):
    parse_instagram(payload, ACCOUNT_ID)
    parse_instagram({"business_discovery": inner}, None)
    parse_instagram({"data": [inner]}, ACCOUNT_ID)
    parse_instagram({"id": inner, "username": inner, "name": payload}, None)


def test_a_listed_story_is_a_story_whatever_it_calls_itself():
    bare = {"id": "18", "timestamp": "2026-03-01T12:00:00+0000", "media_type": "IMAGE"}
    odd = bare | {"id": "19", "media_product_type": "HOLOGRAM", "caption": "#jaro"}

    parsed = parse_stories({"data": [bare, odd, 7]}, "17841400000000001")

    assert [post.content_type for post in parsed.posts] == [
        ContentType.INSTAGRAM_STORY,
        ContentType.INSTAGRAM_STORY,
    ]
    assert [post.post_caption for post in parsed.posts] == [None, "#jaro"]
    assert [found.rule for found in parsed.findings] == [Rule.NOT_AN_OBJECT]
    unknown = parsed.posts[0].unknown
    assert unknown["comment_count"] is Unknown.NOT_OFFERED
    assert unknown["like_count"] is Unknown.NOT_REPORTED


@pytest.mark.parametrize("payload", [{"error": {"code": 1}}, {"data": None}, [], None])
def test_what_lists_no_stories_tells_nothing(payload):
    parsed = parse_stories(payload, "17841400000000001")

    assert (parsed.posts, parsed.findings) == ([], [])
