"""Connected accounts: profile, media, stories and insights by their own token."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics_pipeline_tests.unit.sandbox.asking import (
    MEDIA_FIELDS,
    PROFILE_FIELDS,
    error_of,
)

START = datetime(2026, 3, 1, tzinfo=UTC)
OWNER, HIDDEN, DELETING, STORYTELLER = 1, 5, 22, 16


def walk(ask, first):
    """Follow paging.next to the end."""
    pages, answer = [], first
    while True:
        page = answer.json()
        pages.append(page)
        address = page.get("paging", {}).get("next")
        if address is None:
            return pages
        answer = ask.get(address)


def test_a_profile_reads_as_the_sheet_shows(ask, sandbox):
    body = ask.own(OWNER, fields=PROFILE_FIELDS).json()
    now = sandbox.clock.now()
    assert body["id"] == sandbox.world.identities.instagram_id(OWNER)
    assert body["username"] == "ondra_dvorak"
    assert body["followers_count"] == sandbox.world.followers("instagram", OWNER, now)
    assert body["media_count"] == sandbox.world.count_posts("instagram", OWNER, now)
    assert set(body) == set(PROFILE_FIELDS.split(",")) - {"website"}


def test_without_fields_only_the_id_is_answered(ask):
    instagram_id, _ = ask.owner(OWNER)
    assert ask.own(OWNER).json() == {"id": instagram_id}


def test_an_absent_website_is_an_absent_key(ask):
    bodies = [ask.own(index, fields="website").json() for index in (1, 5, 16, 19, 22)]
    assert any("website" not in body for body in bodies)
    assert any("website" in body for body in bodies)


def test_picture_addresses_change_at_every_reading(ask, sandbox):
    first = ask.own(OWNER, fields="profile_picture_url").json()
    sandbox.clock.set(sandbox.clock.now() + timedelta(seconds=1))
    assert ask.own(OWNER, fields="profile_picture_url").json() != first


def test_media_come_newest_first_and_truly(ask, sandbox):
    body = ask.own(
        OWNER, "media", fields=MEDIA_FIELDS.replace("view_count,", "")
    ).json()
    true = sandbox.world.instagram_posts(OWNER, sandbox.clock.now())[:25]
    assert [post["id"] for post in body["data"]] == [post.post_id for post in true]
    for shown, post in zip(body["data"], true, strict=True):
        assert shown["like_count"] == post.counters.likes
        assert shown.get("caption") == post.caption


def test_the_owner_sees_hidden_likes_saves_and_shares(ask, sandbox):
    fields = "id,like_count,saved_count,shares_count,total_views_count,owner,username"
    data = ask.own(HIDDEN, "media", fields=fields).json()["data"]
    true = sandbox.world.instagram_posts(HIDDEN, sandbox.clock.now())
    for shown, post in zip(data, true[:25], strict=True):
        assert shown["like_count"] == post.counters.likes
        assert shown["saved_count"] == post.counters.saves
        assert shown["shares_count"] == post.counters.shares
        assert shown["total_views_count"] == post.counters.views
        assert shown["username"] == "jiwoo_park"
        assert set(shown["owner"]) == {"id"}


def test_view_count_is_not_told_on_this_edge(ask):
    data = ask.own(OWNER, "media", fields="id,view_count").json()["data"]
    assert all(set(post) == {"id"} for post in data)


def test_pages_lead_to_the_end_by_next(ask, sandbox):
    pages = walk(ask, ask.own(OWNER, "media", fields="id", limit=10))
    ids = [post["id"] for page in pages for post in page["data"]]
    true = sandbox.world.instagram_posts(OWNER, sandbox.clock.now())
    assert ids == [post.post_id for post in true]
    assert len(pages) > 3


def test_the_last_page_has_cursors_but_no_next(ask):
    pages = walk(ask, ask.own(OWNER, "media", fields="id", limit=20))
    assert all(set(p["paging"]["cursors"]) == {"before", "after"} for p in pages)
    assert "next" not in pages[-1]["paging"]
    assert "previous" in pages[-1]["paging"]
    assert "previous" not in pages[0]["paging"]


def test_the_address_of_the_next_page_holds_the_token(ask):
    _, token = ask.owner(OWNER)
    page = ask.own(OWNER, "media", fields="id", limit=2).json()
    assert f"access_token={token}" in page["paging"]["next"]


def test_going_back_from_the_second_page_gives_the_first(ask):
    first = ask.own(OWNER, "media", fields="id", limit=10).json()
    second = ask.get(first["paging"]["next"]).json()
    back = ask.get(second["paging"]["previous"]).json()
    assert back["data"] == first["data"]
    assert "previous" not in back["paging"]
    assert "next" in back["paging"]


def test_a_page_holds_at_most_a_hundred(ask):
    sandbox_page = ask.graph(ask.agency_id + "/media", fields="id", limit=5_000).json()
    assert len(sandbox_page["data"]) <= 100
    assert ask.own(OWNER, "media", fields="id", limit=100).status_code == 200


def test_since_and_until_bound_the_list(ask, sandbox):
    world, now = sandbox.world, sandbox.clock.now()
    since, until = START - timedelta(days=10), START
    params = {"since": int(since.timestamp()), "until": int(until.timestamp())}
    data = ask.own(OWNER, "media", fields="id", **params).json()["data"]
    expected = [
        post.post_id
        for post in world.instagram_posts(OWNER, now)
        if since <= post.posted_at <= until
    ]
    assert [post["id"] for post in data] == expected
    dates = {"since": "2026-02-19", "until": "2026-03-01"}
    same = ask.own(OWNER, "media", fields="id", **dates).json()["data"]
    assert same == data


def test_a_bounded_list_pages_within_its_bounds(ask):
    bounds = {"since": "2026-02-01", "until": "2026-03-01"}
    whole = ask.own(OWNER, "media", fields="id", limit=100, **bounds).json()["data"]
    pages = walk(ask, ask.own(OWNER, "media", fields="id", limit=3, **bounds))
    assert [post for page in pages for post in page["data"]] == whole


def test_an_empty_list_has_no_paging(ask):
    body = ask.own(OWNER, "media", fields="id", since="2030-01-01").json()
    assert body == {"data": []}


def test_media_expand_inside_the_profile(ask, sandbox):
    body = ask.own(OWNER, fields="username,media.limit(3){id,like_count}").json()
    assert len(body["media"]["data"]) == 3
    pages = [body["media"], *walk(ask, ask.get(body["media"]["paging"]["next"]))]
    ids = [post["id"] for page in pages for post in page["data"]]
    true = sandbox.world.instagram_posts(OWNER, sandbox.clock.now())
    assert ids == [post.post_id for post in true]
    assert all("like_count" in post for page in pages for post in page["data"])


def test_insights_expand_inside_a_list(ask):
    fields = "id,insights.metric(reach,views)"
    data = ask.own(OWNER, "media", fields=fields, limit=3).json()["data"]
    for post in data:
        assert {row["name"] for row in post["insights"]["data"]} == {"reach", "views"}


def test_one_unfit_metric_voids_a_whole_list(ask):
    fields = "id,insights.metric(reach,follows)"
    answer = ask.own(OWNER, "media", fields=fields, limit=100)
    assert error_of(answer) == (400, 100, None)


def test_a_post_can_be_read_by_its_id(ask, sandbox):
    post = sandbox.world.instagram_posts(OWNER, sandbox.clock.now())[0]
    _, token = ask.owner(OWNER)
    assert ask.graph(post.post_id, token=token).json() == {"id": post.post_id}
    body = ask.graph(post.post_id, token=token, fields="like_count,permalink").json()
    assert body["like_count"] == post.counters.likes
    kind = "reel" if post.product == "REELS" else "p"
    assert body["permalink"].startswith(f"https://www.instagram.com/{kind}/")


def test_a_deleted_post_answers_100_33(ask, sandbox):
    world = sandbox.world
    early, late = START + timedelta(days=6), START + timedelta(days=13)
    remaining = {post.post_id for post in world.instagram_posts(DELETING, late)}
    posts = world.instagram_posts(DELETING, early)
    gone = next(p.post_id for p in posts if p.post_id not in remaining)
    _, token = ask.owner(DELETING)
    sandbox.clock.set(early)
    assert ask.graph(gone, token=token).status_code == 200
    sandbox.clock.set(late)
    assert error_of(ask.graph(gone, token=token)) == (400, 100, 33)


def test_videos_with_licensed_audio_have_no_address(ask):
    data = ask.own(
        OWNER, "media", fields="media_type,media_url,thumbnail_url", limit=100
    )
    videos = [p for p in data.json()["data"] if p["media_type"] == "VIDEO"]
    assert any("media_url" not in post for post in videos)
    assert any("media_url" in post for post in videos)
    assert all("thumbnail_url" in post for post in videos)
    images = [p for p in data.json()["data"] if p["media_type"] == "IMAGE"]
    assert all("thumbnail_url" not in post for post in images)


@pytest.mark.parametrize(
    ("edge", "params", "expected"),
    [
        ("", {"fields": "nonsense"}, (400, 100, None)),
        ("", {"fields": "id,"}, (400, 2500, None)),
        ("media", {"fields": "nonsense"}, (400, 100, None)),
        ("media", {"limit": "0"}, (400, 100, None)),
        ("media", {"limit": "-1"}, (400, 100, None)),
        ("media", {"limit": "many"}, (400, 100, None)),
        ("media", {"limit": "9" * 5_000}, (400, 100, None)),
        ("media", {"until": "9" * 5_000}, (400, 100, None)),
        ("media", {"after": "nonsense"}, (400, 100, None)),
        ("media", {"after": "QVFI"}, (400, 100, None)),
        ("media", {"before": "é"}, (400, 100, None)),
        ("media", {"since": "yesterday"}, (400, 100, None)),
        ("media", {"fields": "children{like_count}"}, (400, 100, None)),
        ("stories", {"fields": "fields=id"}, (400, 2500, None)),
        ("insights", {"metric": "reach"}, (400, 100, None)),
        ("nonsense", {}, (400, 2500, None)),
    ],
)
def test_wrong_questions_are_refused(ask, edge, params, expected):
    assert error_of(ask.own(OWNER, edge, **params)) == expected


def test_a_post_has_no_other_edges(ask, sandbox):
    post = sandbox.world.instagram_posts(OWNER, sandbox.clock.now())[0]
    _, token = ask.owner(OWNER)
    answer = ask.graph(f"{post.post_id}/comments", token=token)
    assert error_of(answer) == (400, 2500, None)


@pytest.mark.parametrize("moment", ["2026-02-19T00:00:00+00:00", "2026-02-19"])
def test_a_time_may_be_written_as_text(ask, moment):
    data = ask.own(OWNER, "media", fields="timestamp", since=moment).json()["data"]
    assert all(post["timestamp"] >= "2026-02-19" for post in data)


@pytest.mark.parametrize("edge", ["", "media", "stories"])
def test_another_s_account_is_not_there(ask, edge):
    stranger, _ = ask.owner(HIDDEN)
    _, token = ask.owner(OWNER)
    path = f"{stranger}/{edge}" if edge else stranger
    answer = ask.graph(path, token=token, fields="id")
    assert error_of(answer) == (400, 100, 33)


def test_stories_of_the_last_day_are_listed_without_paging(ask, sandbox):
    fields = "id,media_type,media_product_type,permalink,timestamp,like_count"
    body = ask.own(STORYTELLER, "stories", fields=fields).json()
    true = sandbox.world.stories(STORYTELLER, sandbox.clock.now())
    assert set(body) == {"data"}
    assert [story["id"] for story in body["data"]] == [s.post_id for s in true]
    assert true
    for story in body["data"]:
        assert story["media_product_type"] == "STORY"
        assert story["permalink"].startswith(
            "https://instagram.com/stories/ksenia.moroz/"
        )


def test_stories_stand_in_no_list_of_media(ask):
    data = ask.own(STORYTELLER, "media", fields="media_product_type", limit=100).json()
    assert {post["media_product_type"] for post in data["data"]} <= {"FEED", "REELS"}
