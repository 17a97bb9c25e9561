"""TikTok's user and video calls: envelope, scopes, paging, limits."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.state import Behaviour
from analytics_pipeline_tests.unit.sandbox.asking import TIMEOUT, Asker

USER, PRIVATE, PROLIFIC, SILENT, MODERATED, NARROW, NO_CAPTION = 2, 8, 9, 10, 15, 23, 2
ALL_FIELDS = (
    "open_id,union_id,avatar_url,avatar_url_100,avatar_large_url,display_name,"
    "bio_description,profile_deep_link,is_verified,username,"
    "follower_count,following_count,likes_count,video_count"
)


def refused(answer):
    body = answer.json()
    assert set(body["error"]) == {"code", "message", "log_id"}
    return answer.status_code, body["error"]["code"]


def walk(ask, token, size=20):
    """Follow has_more to the end, as the sheet says to."""
    body, pages = {"max_count": size}, []
    while True:
        data = ask.videos(token, body).json()["data"]
        pages.append(data)
        if not data["has_more"]:
            return pages
        body["cursor"] = data["cursor"]


def test_a_user_is_answered_in_the_envelope(ask, sandbox):
    answer = ask.user_info(ask.tiktok_token(USER), ALL_FIELDS)
    body = answer.json()
    assert set(body) == {"data", "error"}
    assert body["error"]["code"] == "ok"
    assert body["error"]["message"] == ""
    user = body["data"]["user"]
    assert set(user) == set(ALL_FIELDS.split(","))
    now = sandbox.clock.now()
    assert user["follower_count"] == sandbox.world.followers("tiktok", USER, now)
    posts = sandbox.world.tiktok_posts(USER, now)
    assert user["video_count"] == len(posts)
    assert user["likes_count"] == sum(post.counters.likes for post in posts)
    assert user["display_name"] == "Eliška Svobodová"
    assert user["username"] == "eliska_sv"
    assert user["is_verified"] is False


def test_some_open_ids_begin_with_a_dash(ask):
    open_ids = [
        ask.user_info(ask.tiktok_token(n), "open_id").json()["data"]["user"]["open_id"]
        for n in (2, 3)
    ]
    assert [open_id[0] for open_id in open_ids] == ["-", "_"]
    assert all(len(open_id) == 36 for open_id in open_ids)


def test_only_the_fields_asked_for_are_answered(ask):
    answer = ask.user_info(ask.tiktok_token(USER), "video_count, open_id")
    assert set(answer.json()["data"]["user"]) == {"video_count", "open_id"}


def test_addresses_and_links_change_at_every_reading(ask, sandbox):
    fields = "avatar_url,profile_deep_link"
    token = ask.tiktok_token(USER)
    first = ask.user_info(token, fields).json()["data"]["user"]
    sandbox.clock.set(sandbox.clock.now() + timedelta(seconds=1))
    second = ask.user_info(token, fields).json()["data"]["user"]
    assert first["avatar_url"] != second["avatar_url"]
    assert first["profile_deep_link"] != second["profile_deep_link"]


def test_the_log_id_begins_with_a_time_eight_hours_ahead(ask, sandbox):
    sandbox.clock.set(datetime(2026, 3, 14, 20, 30, tzinfo=UTC))
    answer = ask.user_info(ask.tiktok_token(USER), "open_id")
    assert re.fullmatch(r"20260315043000[0-9A-F]{18}", answer.json()["error"]["log_id"])


@pytest.mark.parametrize("fields", ["", " , ", "nonsense", "open_id,nonsense"])
def test_missing_and_unknown_fields_are_refused(ask, fields):
    token = ask.tiktok_token(USER)
    assert refused(ask.user_info(token, fields)) == (400, "invalid_params")
    assert refused(ask.videos(token, {}, fields)) == (400, "invalid_params")


@pytest.mark.parametrize("token", ["", "nonsense", "act.2.0.99999999999.nonsense"])
def test_a_foreign_token_is_refused(ask, token):
    assert refused(ask.user_info(token, "open_id")) == (401, "access_token_invalid")
    assert refused(ask.videos(token)) == (401, "access_token_invalid")


def test_a_missing_token_is_refused(ask):
    url = f"{ask.sandbox.tiktok_api_url}/user/info/"
    assert refused(ask.get(url, params={"fields": "open_id"})) == (
        401,
        "access_token_invalid",
    )


@pytest.mark.parametrize("field", ["follower_count", "username", "open_id,likes_count"])
def test_a_scope_the_creator_did_not_grant_is_refused(ask, field):
    token = ask.tiktok_token(NARROW)
    assert refused(ask.user_info(token, field)) == (401, "scope_not_authorized")


def test_what_a_narrow_consent_covers_is_answered(ask):
    token = ask.tiktok_token(NARROW)
    assert ask.user_info(token, "open_id,display_name").status_code == 200
    assert ask.videos(token).status_code == 200


def test_videos_tell_the_truth(ask, sandbox):
    data = ask.videos(ask.tiktok_token(USER), {"max_count": 20}).json()["data"]
    assert set(data) == {"videos", "cursor", "has_more"}
    true = sandbox.world.tiktok_posts(USER, sandbox.clock.now())[:20]
    for video, post in zip(data["videos"], true, strict=True):
        assert video["id"] == post.post_id
        assert video["create_time"] == int(post.posted_at.timestamp())
        assert video["video_description"] == (post.caption or "")
        assert video["view_count"] == post.counters.views
        assert video["like_count"] == post.counters.likes
        assert video["comment_count"] == post.counters.comments
        assert video["share_count"] == post.counters.shares
        assert video["duration"] == post.duration_seconds


def test_every_documented_field_is_served(ask):
    fields = (
        "id,create_time,cover_image_url,share_url,video_description,title,duration,"
        "height,width,embed_html,embed_link,like_count,comment_count,share_count,"
        "view_count,is_aigc"
    )
    body = ask.videos(ask.tiktok_token(USER), {"max_count": 1}, fields).json()
    (video,) = body["data"]["videos"]
    assert set(video) == set(fields.split(","))
    assert type(video["id"]) is str
    assert re.fullmatch(r"\d{19}", video["id"])
    assert f"/@eliska_sv/video/{video['id']}" in video["share_url"]
    assert "utm_source=" in video["share_url"]


def test_a_missing_caption_is_an_empty_text(ask):
    pages = walk(ask, ask.tiktok_token(NO_CAPTION))
    texts = [video["video_description"] for page in pages for video in page["videos"]]
    assert "" in texts


def test_without_a_body_there_are_ten_videos(ask):
    token = ask.tiktok_token(USER)
    assert len(ask.videos(token).json()["data"]["videos"]) == 10
    assert len(ask.videos(token, {}).json()["data"]["videos"]) == 10


def test_cursor_and_count_in_the_query_are_ignored(ask):
    url = f"{ask.sandbox.tiktok_api_url}/video/list/"
    params = {"fields": "id", "max_count": 2, "cursor": 5}
    headers = {"Authorization": f"Bearer {ask.tiktok_token(USER)}"}
    answer = ask.session.post(url, params=params, headers=headers, timeout=TIMEOUT)
    assert len(answer.json()["data"]["videos"]) == 10


@pytest.mark.parametrize("size", [1, 7, 20])
def test_walking_to_the_end_gives_every_video_once(ask, sandbox, size):
    index = PROLIFIC if size == 20 else USER
    pages = walk(ask, ask.tiktok_token(index), size)
    ids = [video["id"] for page in pages for video in page["videos"]]
    true = sandbox.world.tiktok_posts(index, sandbox.clock.now())
    assert ids == [post.post_id for post in true]
    assert len(pages) > 3


def test_the_cursor_is_in_milliseconds_and_falls(ask):
    pages = walk(ask, ask.tiktok_token(USER))
    cursors = [page["cursor"] for page in pages]
    assert cursors == sorted(set(cursors), reverse=True)
    for page in pages:
        assert page["cursor"] == page["videos"][-1]["create_time"] * 1_000
    assert cursors[-1] != 0


def test_a_walk_can_begin_at_any_time_of_one_s_own(ask, sandbox):
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    body = {"cursor": int(begin.timestamp() * 1_000), "max_count": 5}
    videos = ask.videos(ask.tiktok_token(USER), body).json()["data"]["videos"]
    true = [
        post.post_id
        for post in sandbox.world.tiktok_posts(USER, sandbox.clock.now())
        if post.posted_at < begin
    ]
    assert [video["id"] for video in videos] == true[:5]


def test_seconds_taken_for_milliseconds_end_the_walk_at_once(ask):
    body = {"cursor": 1_772_000_000}
    data = ask.videos(ask.tiktok_token(USER), body).json()["data"]
    assert (data["videos"], data["has_more"]) == ([], False)


@pytest.mark.parametrize("index", [PRIVATE, SILENT], ids=["private", "silent"])
def test_an_account_without_public_posts_has_an_empty_list(ask, index):
    token = ask.tiktok_token(index)
    data = ask.videos(token).json()["data"]
    assert data == {"videos": [], "cursor": 0, "has_more": False}
    user = ask.user_info(token, "video_count,likes_count").json()["data"]["user"]
    assert user == {"video_count": 0, "likes_count": 0}


def test_moderated_posts_leave_short_pages_with_more_behind_them(ask, sandbox):
    pages = walk(ask, ask.tiktok_token(MODERATED), 5)
    short = [page for page in pages[:-1] if len(page["videos"]) < 5]
    assert short
    ids = [video["id"] for page in pages for video in page["videos"]]
    true = sandbox.world.tiktok_posts(MODERATED, sandbox.clock.now())
    assert ids == [post.post_id for post in true]


@pytest.mark.parametrize(
    "body",
    [
        {"max_count": 0},
        {"max_count": 21},
        {"max_count": "20"},
        {"max_count": None},
        {"max_count": True},
        {"cursor": -1},
        {"cursor": "1772000000000"},
        {"cursor": 1.5},
        [],
        "text",
    ],
    ids=str,
)
def test_a_wrong_count_or_cursor_is_refused(ask, body):
    answer = ask.videos(ask.tiktok_token(USER), body)
    assert refused(answer) == (400, "invalid_params")


def test_a_body_that_is_not_json_is_refused(ask):
    url = f"{ask.sandbox.tiktok_api_url}/video/list/"
    headers = {"Authorization": f"Bearer {ask.tiktok_token(USER)}"}
    answer = ask.session.post(
        url, params={"fields": "id"}, data="{", headers=headers, timeout=TIMEOUT
    )
    assert refused(answer) == (400, "invalid_params")


def test_known_videos_are_re_read_by_id(ask, sandbox):
    now = sandbox.clock.now()
    own = [post.post_id for post in sandbox.world.tiktok_posts(USER, now)[:3]]
    others = [post.post_id for post in sandbox.world.tiktok_posts(PROLIFIC, now)[:2]]
    body = {"filters": {"video_ids": [*own, *others, "7080213458555737986"]}}
    answer = ask.videos(ask.tiktok_token(USER), body, call="query")
    data = answer.json()["data"]
    assert answer.json()["error"]["code"] == "ok"
    assert [video["id"] for video in data["videos"]] == own


def test_an_unknown_id_gives_no_error(ask):
    body = {"filters": {"video_ids": ["7080213458555737986"]}}
    answer = ask.videos(ask.tiktok_token(USER), body, call="query")
    assert answer.json()["data"] == {"videos": [], "cursor": 0, "has_more": False}


def test_a_deleted_video_disappears_from_the_answer(ask, sandbox):
    early = datetime(2026, 3, 6, tzinfo=UTC)
    late = datetime(2026, 3, 14, tzinfo=UTC)
    remaining = {post.post_id for post in sandbox.world.tiktok_posts(22, late)}
    posts = sandbox.world.tiktok_posts(22, early)
    gone = next(p.post_id for p in posts if p.post_id not in remaining)
    body = {"filters": {"video_ids": [gone]}}
    for moment, number in ((early, 1), (late, 0)):
        sandbox.clock.set(moment)
        answer = ask.videos(ask.tiktok_token(22), body, call="query")
        assert len(answer.json()["data"]["videos"]) == number


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"filters": {}},
        {"filters": []},
        {"filters": {"video_ids": []}},
        {"filters": {"video_ids": "7"}},
        {"filters": {"video_ids": ["7"] * 21}},
    ],
    ids=str,
)
def test_a_wrong_list_of_ids_is_refused(ask, body):
    answer = ask.videos(ask.tiktok_token(USER), body, call="query")
    assert refused(answer) == (400, "invalid_params")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "video/list/"), ("POST", "user/info/"), ("GET", "nonsense/")],
)
def test_unknown_paths_and_methods_are_refused(ask, method, path):
    url = f"{ask.sandbox.tiktok_api_url}/{path}"
    answer = ask.session.request(method, url, timeout=TIMEOUT)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] != "ok"


def test_the_last_slash_may_be_left_out(ask):
    url = f"{ask.sandbox.tiktok_api_url}/user/info"
    headers = {"Authorization": f"Bearer {ask.tiktok_token(USER)}"}
    answer = ask.get(url, params={"fields": "open_id"}, headers=headers)
    assert answer.status_code == 200


def test_captions_are_sent_as_utf_8(ask):
    body = ask.videos(ask.tiktok_token(18), {"max_count": 20})
    assert body.headers["content-type"] == "application/json; charset=utf-8"
    assert not body.content.isascii()


def test_each_endpoint_has_a_rolling_minute_of_its_own():
    behaviour = Behaviour(tiktok_calls_per_minute=3)
    with SandboxServer(behaviour=behaviour) as sandbox, Asker(sandbox) as ask:
        token, began = ask.tiktok_token(USER), sandbox.clock.now()
        for _ in range(3):
            assert ask.user_info(token, "open_id").status_code == 200
        answer = ask.user_info(token, "open_id")
        assert refused(answer) == (429, "rate_limit_exceeded")
        assert ask.videos(token).status_code == 200
        sandbox.clock.set(began + timedelta(seconds=61))
        assert ask.user_info(token, "open_id").status_code == 200
