"""business_discovery: one account of others, and its posts page by page."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from analytics_pipeline_tests.unit.sandbox.asking import error_of

START = datetime(2026, 3, 1, tzinfo=UTC)
HIDDEN_LIKES, SILENT, RENAMED = "seoyeon.daily", "imogen.hart", "pimchanok.s"
PROLIFIC = "marcusdoesmore"


def walk(ask, handle, limit=50):
    """Follow the nested cursors to the end, as the sheet says to."""
    pages, after = [], None
    while True:
        media = ask.discover(handle, limit, after, profile=not pages).json()
        media = media["business_discovery"]["media"]
        pages.append(media)
        after = media.get("paging", {}).get("cursors", {}).get("after")
        if after is None:
            return pages


def test_an_account_is_answered_inside_the_asker(ask, sandbox):
    answer = ask.discover("eliska.sv", limit=3)
    body = answer.json()
    assert set(body) == {"business_discovery", "id"}
    assert body["id"] == ask.agency_id
    found = body["business_discovery"]
    assert found["id"] == sandbox.world.identities.instagram_id(2)
    assert found["username"] == "eliska.sv"
    assert found["name"] == "Eliška Svobodová"
    now = sandbox.clock.now()
    assert found["followers_count"] == sandbox.world.followers("instagram", 2, now)
    assert found["media_count"] == sandbox.world.count_posts("instagram", 2, now)
    assert type(found["follows_count"]) is int
    assert found["profile_picture_url"].startswith("https://")


def test_ids_are_text_and_times_have_an_offset_without_a_colon(ask):
    found = ask.discover("eliska.sv").json()["business_discovery"]
    assert re.fullmatch(r"17841\d{12}", found["id"])
    for post in found["media"]["data"]:
        assert re.fullmatch(r"17\d{15}", post["id"])
        assert re.fullmatch(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", post["timestamp"])


def test_posts_tell_the_truth(ask, sandbox):
    true = sandbox.world.instagram_posts(2, sandbox.clock.now())
    data = ask.discover("eliska.sv").json()["business_discovery"]["media"]["data"]
    assert len(data) == 50
    for shown, post in zip(data, true[:50], strict=True):
        assert shown["id"] == post.post_id
        assert shown.get("caption") == post.caption
        assert shown["media_type"] == post.media_type
        assert shown["media_product_type"] == post.product
        assert shown["like_count"] == post.counters.likes
        assert shown["comments_count"] == post.counters.comments
        moment = datetime.strptime(shown["timestamp"], "%Y-%m-%dT%H:%M:%S%z")
        assert moment == post.posted_at


def test_views_are_told_of_reels_only(ask):
    data = ask.discover("eliska.sv").json()["business_discovery"]["media"]["data"]
    for post in data:
        assert ("view_count" in post) == (post["media_product_type"] == "REELS")


def test_a_missing_caption_is_a_missing_key(ask):
    data = ask.discover("zuzka.cerna").json()["business_discovery"]["media"]["data"]
    assert any("caption" not in post for post in data)
    assert all(post.get("caption", "x") for post in data)


def test_hidden_likes_are_a_missing_key_and_never_zero(ask):
    data = ask.discover(HIDDEN_LIKES).json()["business_discovery"]["media"]["data"]
    assert data
    assert all("like_count" not in post for post in data)
    assert all("comments_count" in post for post in data)


def test_album_children_have_no_counts(ask):
    data = ask.discover("eliska.sv").json()["business_discovery"]["media"]["data"]
    albums = [post for post in data if post["media_type"] == "CAROUSEL_ALBUM"]
    assert albums
    for post in data:
        assert ("children" in post) == (post["media_type"] == "CAROUSEL_ALBUM")
    for child in albums[0]["children"]["data"]:
        assert set(child) == {"id", "media_type"}


def test_an_account_without_posts_has_an_empty_list(ask):
    found = ask.discover(SILENT).json()["business_discovery"]
    assert found["media_count"] == 0
    assert found["media"] == {"data": []}


def test_nested_paging_has_cursors_only(ask):
    pages = walk(ask, PROLIFIC)
    assert len(pages) > 3
    cursors = [page["paging"]["cursors"] for page in pages]
    assert set(cursors[0]) == {"after"}
    assert all(set(middle) == {"before", "after"} for middle in cursors[1:-1])
    assert set(cursors[-1]) == {"before"}
    assert all(set(page["paging"]) == {"cursors"} for page in pages)


def test_a_single_page_has_no_paging(ask):
    pages = walk(ask, "theoquinn", limit=100)
    assert len(pages) == 1
    assert "paging" not in pages[0]


def test_walking_to_the_end_gives_every_post_once(ask, sandbox):
    ids = [post["id"] for page in walk(ask, PROLIFIC) for post in page["data"]]
    true = sandbox.world.instagram_posts(9, sandbox.clock.now())
    assert ids == [post.post_id for post in true]


def test_without_a_limit_there_are_25_posts(ask):
    expression = "business_discovery.username(eliska.sv){media{id}}"
    body = ask.graph(ask.agency_id, fields=expression).json()
    assert len(body["business_discovery"]["media"]["data"]) == 25


def test_without_inner_fields_there_is_only_the_id(ask):
    expression = "business_discovery.username(eliska.sv)"
    body = ask.graph(ask.agency_id, fields=expression).json()
    assert set(body["business_discovery"]) == {"id"}


def test_own_fields_may_stand_beside_the_discovered_account(ask):
    expression = "username,business_discovery.username(eliska.sv){username}"
    body = ask.graph(ask.agency_id, fields=expression).json()
    assert body["username"] == "atelier.lumen.agency"
    assert body["business_discovery"]["username"] == "eliska.sv"


@pytest.mark.parametrize(
    "handle", ["nobody.here", "kitti.jaidee", "eliska sv", "a" * 31, "dima.sokolov"]
)
def test_unknown_personal_and_impossible_handles_get_one_answer(ask, handle):
    answer = ask.discover(handle)
    assert error_of(answer) == (400, 110, 2207013)
    error = answer.json()["error"]
    assert error["type"] == "OAuthException"
    assert error["message"] == "Invalid user id"
    assert {"error_user_title", "error_user_msg", "fbtrace_id"} <= set(error)


def test_a_handle_is_found_in_capitals_too(ask):
    assert ask.discover("Eliska.SV").status_code == 200


def test_a_renamed_account_answers_only_to_its_new_handle(ask, sandbox):
    own_id = sandbox.world.identities.instagram_id(7)
    sandbox.clock.set(START + timedelta(days=3))
    assert ask.discover(RENAMED).json()["business_discovery"]["id"] == own_id
    sandbox.clock.set(START + timedelta(days=6))
    assert error_of(ask.discover(RENAMED)) == (400, 110, 2207013)
    new = ask.discover(f"{RENAMED}.official").json()["business_discovery"]
    assert (new["id"], new["username"]) == (own_id, f"{RENAMED}.official")


def test_an_old_handle_comes_back_with_somebody_else(ask, sandbox):
    sandbox.clock.set(START + timedelta(days=9))
    found = ask.discover(RENAMED).json()["business_discovery"]
    assert found["username"] == RENAMED
    assert found["id"] != sandbox.world.identities.instagram_id(7)


def test_deleted_posts_are_no_longer_listed(ask, sandbox):
    def ids():
        data = ask.discover("zoe.bennett").json()["business_discovery"]["media"]["data"]
        return [post["id"] for post in data]

    sandbox.clock.set(START + timedelta(days=6))
    before = ids()
    sandbox.clock.set(START + timedelta(days=13))
    after = ids()
    # Posts that only moved beyond the page stand behind the oldest one shown.
    gone = [post for post in before if post not in after]
    still = [post for post in before if post in after]
    assert still
    assert any(before.index(post) < before.index(still[-1]) for post in gone)


@pytest.mark.parametrize("name", ["play_count", "video_views", "saved_count", "owner"])
def test_fields_that_are_kept_from_others_are_silently_left_out(ask, name):
    answer = ask.discover("eliska.sv", limit=2, fields=f"id,{name}", profile=False)
    assert answer.status_code == 200
    data = answer.json()["business_discovery"]["media"]["data"]
    assert all(set(post) == {"id"} for post in data)


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("business_discovery.username(eliska.sv){nonsense}", 100),
        ("business_discovery.username(eliska.sv){media{nonsense}}", 100),
        ("business_discovery.username(eliska.sv){media.limit(0){id}}", 100),
        ("business_discovery.username(eliska.sv){media.limit(x){id}}", 100),
        ("business_discovery.username(eliska.sv){media.after(zzz){id}}", 100),
        ("business_discovery.username(eliska.sv){media.after(){id}}", 100),
        ("business_discovery.username(){id}", 100),
        ("business_discovery{id}", 100),
        ("business_discovery.username(eliska.sv){id", 2500),
        ("business_discovery.username(eliska.sv){stories{id}}", 10),
        ("business_discovery.username(eliska.sv){live_media{id}}", 36104),
    ],
)
def test_wrong_questions_are_refused(ask, expression, code):
    answer = ask.graph(ask.agency_id, fields=expression)
    assert error_of(answer) == (400, code, None)
    assert answer.json()["error"]["type"] == "OAuthException"


def test_a_cursor_of_another_account_is_refused(ask):
    media = ask.discover("eliska.sv", limit=3).json()["business_discovery"]["media"]
    after = media["paging"]["cursors"]["after"]
    assert error_of(ask.discover(PROLIFIC, limit=3, after=after)) == (400, 100, None)


def test_a_cursor_dies_with_its_post(ask, sandbox):
    world, at = sandbox.world, START + timedelta(days=8)
    later = {p.post_id for p in world.instagram_posts(13, START + timedelta(days=20))}
    posts = world.instagram_posts(13, at)
    doomed = next(n for n, post in enumerate(posts) if post.post_id not in later)
    sandbox.clock.set(at)
    media = ask.discover("zoe.bennett", limit=doomed + 1).json()
    after = media["business_discovery"]["media"]["paging"]["cursors"]["after"]
    assert ask.discover("zoe.bennett", after=after).status_code == 200
    sandbox.clock.set(START + timedelta(days=20))
    assert error_of(ask.discover("zoe.bennett", after=after)) == (400, 100, None)


def test_only_the_agency_may_discover(ask):
    answer = ask.own(1, fields="business_discovery.username(eliska.sv){id}")
    assert error_of(answer) == (400, 10, None)


def test_a_post_of_others_cannot_be_read_directly(ask):
    media = ask.discover("eliska.sv", limit=1).json()["business_discovery"]["media"]
    answer = ask.graph(media["data"][0]["id"], fields="id,caption")
    assert error_of(answer) == (400, 100, 33)
    assert answer.json()["error"]["type"] == "GraphMethodException"
