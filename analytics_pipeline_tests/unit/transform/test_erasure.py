"""A person's answers under pseudonyms: nobody in them, and the same numbers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.erasure import ERASED_PREFIX
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.erasure import Eraser
from analytics_pipeline.transform.hashtags import extract_hashtags, match_key
from analytics_pipeline.transform.instagram_answers import parse_instagram_answer
from analytics_pipeline.transform.instagram_posts import parse_instagram
from analytics_pipeline.transform.pushes import PUSH_REQUEST
from analytics_pipeline.transform.raw_posts import raw_posts
from analytics_pipeline.transform.removals import asked_post, parse_direct_read
from analytics_pipeline.transform.tiktok_posts import parse_tiktok
from analytics_pipeline_tests.unit.transform.building import json_values

KEYS = frozenset({"brandx", "jaro"})
INSTAGRAM = Eraser(b"key", Platform.INSTAGRAM, KEYS)
TIKTOK = Eraser(b"key", Platform.TIKTOK, KEYS)
ACCOUNT = "17841400000000101"
POST = {
    "id": "17900000000000001",
    "caption": "S Petrem v Brně 😀 #BrandX #petr @petr.novak https://jana.example",
    "media_type": "IMAGE",
    "media_product_type": "FEED",
    "media_url": "https://cdn.example/17900000000000001.jpg",
    "thumbnail_url": "https://cdn.example/t.jpg",
    "permalink": "https://www.instagram.com/p/Cabc/",
    "shortcode": "Cabc",
    "timestamp": "2026-03-01T10:00:00+0000",
    "like_count": 12,
    "comments_count": "3",
    "owner": {"id": ACCOUNT},
    "children": {"data": [{"id": "17900000000000002"}]},
    "location": {"latitude": 49.19, "name": "Brno"},
}
PROFILE = {
    "id": ACCOUNT,
    "username": "jana.nova",
    "name": "Jana Nová",
    "biography": "Máma dvou dětí z Brna",
    "website": "https://jana.example",
    "profile_picture_url": "https://cdn.example/jana.jpg",
    "followers_count": 1000,
    "follows_count": 0,
    "media_count": 77,
}
PAGING = {"cursors": {"after": "QVFIUjE3OTAw"}, "next": "https://x/17841400000000101"}
VIDEO = {
    "id": "7300000000000000001",
    "create_time": 1772359200,
    "title": "S Petrem v Brně",
    "video_description": "S Petrem #brandx #petr",
    "duration": 15,
    "share_url": "https://www.tiktok.com/@jana.nova/video/7300000000000000001",
    "cover_image_url": "https://cdn.example/7300000000000000001",
    "view_count": 10**10,
    "like_count": 5,
    "comment_count": 0,
    "share_count": 1,
}
USER = {
    "open_id": "-000abcDEF",
    "union_id": "u-000abc",
    "avatar_url": "https://cdn.example/jana",
    "display_name": "Jana Nová",
    "username": "jana.nova",
    "bio_description": "Máma dvou dětí z Brna",
    "follower_count": 7,
}
OK = {"code": "ok", "message": "", "log_id": "20260301jana"}
INSIGHT = {
    "name": "reach",
    "period": "lifetime",
    "title": "Zasažené účty Jany",
    "description": "Jana Nová",
    "values": [{"value": 41, "end_time": "2026-03-01T08:00:00+0000"}],
    "id": "17900000000000001/insights/reach/lifetime",
}
BROKEN_DOWN = {
    "name": "navigation",
    "period": "day",
    "total_value": {
        "value": 5,
        "breakdowns": [
            {
                "dimension_keys": ["story_navigation_action_type"],
                "results": [{"dimension_values": ["TAP_EXIT"], "value": 5}],
            }
        ],
    },
    "id": ACCOUNT + "/insights/navigation/day",
}
GONE = {
    "error": {
        "message": "Object with ID '17900000000000001' does not exist",
        "type": "GraphMethodException",
        "code": 100,
        "error_subcode": 33,
        "fbtrace_id": "Ajana",
    }
}
PUSH = {
    "object": "instagram",
    "entry": [
        {
            "id": ACCOUNT,
            "time": 1772359200,
            "changes": [
                {
                    "field": "story_insights",
                    "value": {"media_id": POST["id"], "reach": 41, "exits": -1},
                }
            ],
        }
    ],
}
SHAPES = {
    "discovery": {
        "business_discovery": PROFILE | {"media": {"data": [POST], "paging": PAGING}},
        "id": "17841400000000999",
    },
    "profile": PROFILE,
    "posts": {"data": [POST, "jana.nova", None], "paging": PAGING},
    "stories": {"data": [POST | {"media_product_type": "STORY"}]},
    "insights": {"data": [INSIGHT, BROKEN_DOWN], "paging": PAGING},
    "gone": GONE,
    "push": PUSH,
    "a list of pushes": [PUSH],
    "tiktok user": {"data": {"user": USER}, "error": OK},
    "tiktok videos": {
        "data": {"videos": [VIDEO], "cursor": 1772359200000, "has_more": False},
        "error": OK,
    },
    "an id as a number": {"data": [POST | {"id": 17900000000000001, "pk": 10**16}]},
}
PERSONAL = (
    ACCOUNT,
    "17841400000000999",
    "17900000000000001",
    "17900000000000002",
    "7300000000000000001",
    "jana",
    "Jana",
    "petr",
    "Petr",
    "Brn",
    "Máma",
    "Cabc",
    "QVFI",
    "000abc",
    "https:",
    "49.19",
    str(10**16),
)


def _erased(payload, eraser=INSTAGRAM):
    return json.loads(eraser.payload(json.dumps(payload)))


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_of_the_person_is_left_in_any_shape(shape):
    for escaped in (True, False):
        text = json.dumps(SHAPES[shape], ensure_ascii=escaped)

        left = json.dumps(json.loads(INSTAGRAM.payload(text)), ensure_ascii=False)

        assert [name for name in PERSONAL if name in left] == []


@pytest.mark.parametrize("shape", SHAPES)
def test_erased_twice_is_erased_once(shape):
    once = INSTAGRAM.payload(json.dumps(SHAPES[shape]))

    assert INSTAGRAM.payload(once) == once


@pytest.mark.parametrize("shape", ["discovery", "profile", "posts", "stories"])
def test_instagrams_parsers_read_the_same_numbers(shape):
    before = parse_instagram(SHAPES[shape], ACCOUNT)
    account_id = INSTAGRAM.pseudonym(ACCOUNT)

    after = parse_instagram(_erased(SHAPES[shape]), account_id)

    assert [_numbers(post) for post in after.posts] == [
        _numbers(post) for post in before.posts
    ]
    assert [post.post_id for post in after.posts] == [
        INSTAGRAM.pseudonym(post.post_id) for post in before.posts
    ]
    assert {post.account_id for post in after.posts} <= {account_id}
    assert all(post.post_caption == "#brandx" for post in after.posts)
    if before.account is not None:
        assert after.account is not None
        assert after.account.follower_count == before.account.follower_count
        assert after.account.post_count_reported == before.account.post_count_reported
        assert after.account.account_id == account_id
        assert after.account.display_name is None


def test_tiktoks_parser_reads_the_same_numbers():
    fields = "open_id,username,follower_count"
    user = parse_tiktok(_erased(SHAPES["tiktok user"], TIKTOK), None, fields)
    assert user.account is not None
    assert (user.account.follower_count, user.account.display_name) == (7, None)
    assert user.account_id == TIKTOK.pseudonym("-000abcDEF")

    before = parse_tiktok(SHAPES["tiktok videos"], "a", "")
    after = parse_tiktok(_erased(SHAPES["tiktok videos"], TIKTOK), "b", "")
    assert [_numbers(post) for post in after.posts] == [
        _numbers(post) for post in before.posts
    ]
    assert after.posts[0].post_caption == "#brandx"
    assert after.posts[0].post_url is None


def test_the_books_count_the_same_posts():
    before = raw_posts(SHAPES["posts"], Platform.INSTAGRAM, ACCOUNT)
    after = raw_posts(
        _erased(SHAPES["posts"]), Platform.INSTAGRAM, INSTAGRAM.pseudonym(ACCOUNT)
    )

    assert [post.posted_at for post in after] == [
        post.posted_at for post in before if post.name != f"post 2 of account {ACCOUNT}"
    ]


def test_insights_keep_their_metrics_values_and_breakdowns():
    reach, navigation = _erased(SHAPES["insights"])["data"]

    assert (reach["name"], reach["values"]) == ("reach", INSIGHT["values"])
    assert reach["id"] == INSTAGRAM.pseudonym(POST["id"]) + "/insights/reach/lifetime"
    assert navigation["total_value"] == BROKEN_DOWN["total_value"]


def test_a_push_keeps_its_numbers_under_the_storys_pseudonym():
    (entry,) = _erased(PUSH)["entry"]

    assert entry["id"] == INSTAGRAM.pseudonym(ACCOUNT)
    assert entry["time"] == 1772359200
    assert entry["changes"][0] == {
        "field": "story_insights",
        "value": {
            "media_id": INSTAGRAM.pseudonym(POST["id"]),
            "reach": 41,
            "exits": -1,
        },
    }


def test_a_push_is_still_read_as_one():
    line = {
        "kind": "answer",
        "request": PUSH_REQUEST,
        "headers": {},
        "payload": json.dumps(PUSH["entry"][0]),
    }

    erased = INSTAGRAM.line(line)
    parsed = parse_instagram_answer(
        erased["request"], json.loads(erased["payload"]), None
    )

    assert erased["request"] == PUSH_REQUEST
    assert [(item.metric, item.value) for item in parsed.metrics] == [
        ("reach", 41),
        ("exits", None),
    ]


def test_a_direct_read_still_proves_that_the_post_is_gone():
    line = {
        "kind": "answer",
        "request": {
            "method": "GET",
            "url": "https://graph.example/v23.0/17900000000000001",
            "params": {"fields": "id"},
        },
        "headers": {},
        "payload": json.dumps(GONE),
    }

    erased = INSTAGRAM.line(line)
    post_id = asked_post(erased["request"])

    assert post_id == INSTAGRAM.pseudonym("17900000000000001")
    told = parse_direct_read(json.loads(erased["payload"]), post_id)
    assert told.directly_read == {post_id: True}


@pytest.mark.parametrize(
    "text", ["<html>Jana</html>", '{"id": "178', "", '"Jana"', "7"]
)
def test_what_is_no_json_object_is_emptied(text):
    assert INSTAGRAM.payload(text) == ""


def test_a_payload_nested_without_end_is_emptied():
    assert INSTAGRAM.payload('{"data":' * 5000 + "1" + "}" * 5000) == ""


ANSWER = {
    "v": 1,
    "kind": "answer",
    "attempt_id": "a1",
    "sequence": 1,
    "account": {
        "platform": "instagram",
        "creator_id": "101",
        "connection_id": "instagram-101",
        "account_id": ACCOUNT,
        "username": "jana.nova",
    },
    "observed_at": "2026-03-02T04:00:00+00:00",
    "request": {
        "method": "GET",
        "url": f"https://graph.example/v23.0/{ACCOUNT}/media?x={ACCOUNT}",
        "params": {
            "fields": "business_discovery.username(jana.nova)"
            "{id,media.limit(50).after(QVFIUjE3OTAw){id,caption}}",
            "after": "QVFIUjE3OTAw",
            "limit": "50",
            "metric": "reach,saved",
        },
        "json": {"cursor": 1772359200000, "max_count": 20, "q": "jana"},
    },
    "status": 200,
    "headers": {
        "date": "Mon, 02 Mar 2026 04:00:00 GMT",
        "x-business-use-case-usage": json.dumps({ACCOUNT: [{"call_count": 1}]}),
    },
    "payload": json.dumps(SHAPES["discovery"]),
}


def test_a_line_keeps_what_was_asked_and_when_but_not_of_whom():
    erased = INSTAGRAM.line(ANSWER)

    text = json.dumps(erased, ensure_ascii=False)
    without_host = text.replace("https://graph.example", "")
    assert [name for name in PERSONAL if name in without_host] == []
    assert "instagram-101" not in text
    assert erased["account"]["creator_id"] == "101"
    assert erased["observed_at"] == ANSWER["observed_at"]
    assert erased["request"]["params"] == {
        "fields": f"business_discovery.username({INSTAGRAM.pseudonym('jana.nova')})"
        "{id,media.limit(50){id,caption}}",
        "limit": "50",
        "metric": "reach,saved",
    }
    assert erased["request"]["json"] == {"cursor": 1772359200000, "max_count": 20}
    assert INSTAGRAM.line(erased) == erased


def test_an_attempt_keeps_its_outcome_without_the_platforms_words():
    line = {
        "kind": "attempt",
        "account": ANSWER["account"] | {"account_id": None},
        "status": "failed",
        "reason": "renamed",
        "detail": f"the handle answers with id {ACCOUNT}, not 1",
        "calls": 3,
    }

    erased = INSTAGRAM.line(line)

    assert erased["account"]["account_id"] is None
    assert erased["detail"] is None
    assert (erased["status"], erased["reason"], erased["calls"]) == (
        "failed",
        "renamed",
        3,
    )


def test_pseudonyms_are_the_same_within_an_erasure_and_differ_between_two():
    other = Eraser(b"other key", Platform.INSTAGRAM, KEYS)

    assert INSTAGRAM.pseudonym("jana") == INSTAGRAM.pseudonym("jana")
    assert INSTAGRAM.pseudonym("jana") != other.pseudonym("jana")
    assert INSTAGRAM.pseudonym("jana").startswith(ERASED_PREFIX)


@given(st.text() | st.text("#ab ßİ\u0301\u200d😀jaroJARObrandxBRANDX"))
def test_a_reduced_caption_has_the_campaigns_hashtags_and_no_others(caption):
    reduced = INSTAGRAM.caption(caption)

    asked_for = [
        tag
        for tag in extract_hashtags(caption.replace("\x00", ""), Platform.INSTAGRAM)
        if match_key(tag) in KEYS
    ]
    assert list(extract_hashtags(reduced, Platform.INSTAGRAM)) == asked_for
    assert INSTAGRAM.caption(reduced) == reduced


@given(json_values)
def test_whatever_is_answered_can_be_erased_once_and_twice(value):
    once = INSTAGRAM.payload(json.dumps(value))

    assert INSTAGRAM.payload(once) == once


@given(st.text(min_size=4).filter(lambda text: "#" not in text))
def test_a_text_under_a_name_that_nobody_knows_is_dropped(text):
    assert _erased({"data": [{"brand_new_field": text, "like_count": 1}]}) == {
        "data": [{"like_count": 1}]
    }


def _numbers(post):
    return (
        post.posted_at,
        post.content_type,
        post.media_type,
        post.view_count,
        post.like_count,
        post.comment_count,
        post.share_count,
        post.duration_seconds,
        post.unknown,
    )
