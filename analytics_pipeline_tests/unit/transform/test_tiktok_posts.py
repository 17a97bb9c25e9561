"""TikTok's answers as records."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.findings import Finding, Rule
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.schemas.records import AccountRecord, PostRecord
from analytics_pipeline.transform.parsed import ParsedAnswer
from analytics_pipeline.transform.tiktok_posts import parse_tiktok
from analytics_pipeline_tests.unit.transform.building import json_values

OPEN_ID = "-000sr6ziSORMWi9D4IFqm6ADJtH4KS3gO6e"
OK = {"code": "ok", "message": "", "log_id": "20260302"}
ALL_FIELDS = (
    "open_id,username,display_name,follower_count,following_count,likes_count,"
    "video_count"
)
USER = {
    "open_id": OPEN_ID,
    "username": "jana",
    "display_name": "Jana",
    "follower_count": 5000,
    "following_count": 12,
    "video_count": 0,
}
VIDEO = {
    "id": "7080213458555737986",
    "create_time": 1772366400,
    "title": "Jaro",
    "video_description": "Tanec #jaro",
    "duration": 12,
    "share_url": "https://www.tiktok.com/@jana/video/7080213458555737986"
    "?utm_campaign=tt4d_open_api&utm_source=key#top",
    "view_count": 1500,
    "like_count": 90,
    "comment_count": 3,
    "share_count": 1,
}


def videos(*items, error=OK):
    return {"data": {"videos": list(items), "has_more": False}, "error": error}


def only_video(**changes):
    """Read one video that is ordinary but for the changes; "-" leaves a key out."""
    item = {name: value for name, value in (VIDEO | changes).items() if value != "-"}
    parsed = parse_tiktok(videos(item), OPEN_ID, "id")
    (post,) = parsed.posts
    return post, parsed.findings


def test_a_user_is_an_account_with_true_zeros():
    parsed = parse_tiktok({"data": {"user": USER}, "error": OK}, None, ALL_FIELDS)
    assert parsed.account_id == OPEN_ID
    assert parsed.account == AccountRecord(
        platform=Platform.TIKTOK,
        account_id=OPEN_ID,
        username="jana",
        display_name="Jana",
        follower_count=5000,
        following_count=12,
        post_count_reported=0,
    )
    assert parsed.findings == []


def test_a_video_is_a_post_with_its_plain_link():
    parsed = parse_tiktok(videos(VIDEO), OPEN_ID, "id")
    assert parsed.posts == [
        PostRecord(
            platform=Platform.TIKTOK,
            post_id="7080213458555737986",
            account_id=OPEN_ID,
            content_type=ContentType.TIKTOK_VIDEO,
            media_type="VIDEO",
            posted_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
            post_caption="Tanec #jaro",
            post_url="https://www.tiktok.com/@jana/video/7080213458555737986",
            duration_seconds=12,
            view_count=1500,
            like_count=90,
            comment_count=3,
            share_count=1,
            unknown=dict.fromkeys(("save_count", "reach"), Unknown.NOT_OFFERED),
        )
    ]
    assert parsed.findings == []


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        pytest.param("open_id,display_name", Unknown.NO_PERMISSION, id="no scope"),
        pytest.param(ALL_FIELDS, Unknown.NOT_REPORTED, id="granted but left out"),
    ],
)
def test_numbers_that_are_missing_say_whether_they_were_permitted(asked, why):
    user = {"open_id": OPEN_ID, "display_name": "Jana"}
    account = parse_tiktok({"data": {"user": user}}, OPEN_ID, asked).account
    assert account.follower_count is None
    assert account.unknown == dict.fromkeys(
        ("follower_count", "following_count", "post_count_reported"), why
    )


@pytest.mark.parametrize(
    ("user", "rule"),
    [
        pytest.param({"username": "jana"}, Rule.MISSING_FIELD, id="missing"),
        pytest.param(USER | {"open_id": {}}, Rule.WRONG_TYPE, id="object"),
    ],
)
def test_a_user_without_id_is_told_and_left_out(user, rule):
    parsed = parse_tiktok({"data": {"user": user}}, OPEN_ID, ALL_FIELDS)
    assert parsed.account is None
    assert parsed.account_id == OPEN_ID
    assert [(f.rule, f.field) for f in parsed.findings] == [(rule, "open_id")]


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({"error": {"code": "access_token_invalid"}}, id="error"),
        pytest.param(
            {"data": {"user": {}}, "error": {"code": "scope_not_authorized"}},
            id="error beside an empty user",
        ),
        pytest.param(
            videos(VIDEO, error={"code": "internal_error"}), id="error beside data"
        ),
        pytest.param({"data": {}, "error": OK}, id="nothing"),
        pytest.param({"data": None, "error": OK}, id="null data"),
        pytest.param({"data": {"videos": None}, "error": OK}, id="null videos"),
        pytest.param({"code": "rate_limit_exceeded"}, id="no envelope"),
        pytest.param([VIDEO], id="bare list"),
        pytest.param(None, id="null payload"),
    ],
)
def test_an_error_or_something_else_says_nothing(payload):
    parsed = parse_tiktok(payload, OPEN_ID, ALL_FIELDS)
    assert parsed == ParsedAnswer(account_id=OPEN_ID)


def test_videos_of_nobody_are_left_out():
    assert parse_tiktok(videos(VIDEO), None, "id") == ParsedAnswer()


@pytest.mark.parametrize(
    "name", ["view_count", "like_count", "comment_count", "share_count"]
)
def test_a_missing_counter_is_unknown_and_a_zero_is_zero(name):
    post, findings = only_video(**{name: "-"})
    assert getattr(post, name) is None
    assert post.unknown[name] is Unknown.NOT_REPORTED
    assert findings == []
    post, _ = only_video(**{name: 0})
    assert getattr(post, name) == 0
    assert name not in post.unknown


@pytest.mark.parametrize(
    ("duration", "seconds", "rules"),
    [
        pytest.param(0, 0, [], id="zero"),
        pytest.param("-", None, [], id="missing"),
        pytest.param(-1, None, [Rule.NEGATIVE_COUNT], id="negative"),
    ],
)
def test_a_length_is_no_number_that_needs_a_reason(duration, seconds, rules):
    post, findings = only_video(duration=duration)
    assert post.duration_seconds == seconds
    assert "duration_seconds" not in post.unknown
    assert [finding.rule for finding in findings] == rules


@pytest.mark.parametrize(
    ("item", "rule", "key"),
    [
        pytest.param("x", Rule.NOT_AN_OBJECT, "video 1 of account", id="text"),
        pytest.param({}, Rule.MISSING_FIELD, "video 1 of account", id="empty"),
        pytest.param(
            VIDEO | {"create_time": 1772366400000},
            Rule.UNREADABLE_TIME,
            VIDEO["id"],
            id="milliseconds",
        ),
        pytest.param(
            VIDEO | {"create_time": None}, Rule.UNREADABLE_TIME, VIDEO["id"], id="null"
        ),
        pytest.param(
            VIDEO | {"create_time": "9" * 5000},
            Rule.UNREADABLE_TIME,
            VIDEO["id"],
            id="digits without end",
        ),
    ],
)
def test_an_unusable_video_is_told_and_costs_no_other(item, rule, key):
    parsed = parse_tiktok(videos(item, VIDEO | {"id": "2"}), OPEN_ID, "id")
    assert [post.post_id for post in parsed.posts] == ["2"]
    (finding,) = parsed.findings
    assert finding.rule is rule
    assert finding.record_key.startswith(key)


def test_an_id_that_comes_as_a_number_is_told():
    post, findings = only_video(id=7080213458555737986)
    assert post.post_id == "7080213458555737986"
    assert findings == [Finding(Rule.ID_AS_NUMBER, "7080213458555737986", "id")]


@pytest.mark.parametrize(
    ("caption", "kept", "rules"),
    [
        pytest.param("", "", [], id="empty"),
        pytest.param("-", None, [], id="missing"),
        pytest.param("x" * 10_000, "x" * 10_000, [], id="10,000 characters"),
        pytest.param("a\x00b\ud83d", "ab\ufffd", [], id="spoiled"),
        pytest.param(7, None, [Rule.WRONG_TYPE], id="number"),
    ],
)
def test_a_video_is_kept_whatever_its_caption(caption, kept, rules):
    post, findings = only_video(video_description=caption)
    assert post.post_caption == kept
    assert [finding.rule for finding in findings] == rules


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        pytest.param("https://t.co/a?b=1#c", "https://t.co/a", id="decorated"),
        pytest.param("https://t.co/a", "https://t.co/a", id="plain"),
        pytest.param("https://[broken", "https://[broken", id="no address"),
        pytest.param("-", None, id="missing"),
    ],
)
def test_what_tells_the_app_is_stripped_from_a_link(url, kept):
    assert only_video(share_url=url)[0].post_url == kept


@given(st.dictionaries(st.sampled_from([*VIDEO]), json_values))
def test_a_video_is_kept_exactly_when_its_id_and_time_are_readable(changes):
    parsed = parse_tiktok(videos(VIDEO | changes), OPEN_ID, "id")
    told = {finding.field for finding in parsed.findings}
    if parsed.posts:
        (post,) = parsed.posts
        for name in ("view_count", "like_count", "comment_count", "share_count"):
            assert (getattr(post, name) is None) == (name in post.unknown)
    else:
        assert told & {"id", "create_time"}


@given(json_values, json_values)
def test_no_answer_stops_the_reading(payload, inner):
    parse_tiktok(payload, OPEN_ID, ALL_FIELDS)
    parse_tiktok({"data": inner, "error": payload}, OPEN_ID, ALL_FIELDS)
    parse_tiktok({"data": {"user": inner}}, None, "")
    parse_tiktok({"data": {"videos": [inner]}}, OPEN_ID, "")
