"""Posts appear over time, in the zone's days, with ids that lead back to them."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics_pipeline.sandbox.population.ids import video_id
from analytics_pipeline.sandbox.population.records import CaptionStyle
from analytics_pipeline.sandbox.world import World, WorldConfig

NOW = datetime(2026, 3, 14, 5, tzinfo=UTC)
PROLIFIC, SILENT, EVERY_STYLE, MODERATED = 9, 10, 21, 15
DELETING, PRIVATE_TIKTOK = 22, 8


@pytest.fixture(scope="module")
def world():
    return World()


def all_posts(world, at=NOW):
    for person in world.people:
        yield from world.instagram_posts(person.index, at)
        yield from world.tiktok_posts(person.index, at)


def test_posts_come_newest_first_and_no_two_share_a_second(world):
    for person in world.people:
        for posts in (
            world.instagram_posts(person.index, NOW),
            world.tiktok_posts(person.index, NOW),
        ):
            times = [post.posted_at for post in posts]
            assert times == sorted(set(times), reverse=True)


def test_nothing_is_seen_before_it_was_posted(world):
    assert all(post.posted_at <= NOW for post in all_posts(world))


def test_more_posts_appear_as_days_pass(world):
    counts = [
        sum(1 for _ in all_posts(world, NOW + timedelta(days=n))) for n in (-9, -4, 0)
    ]
    assert counts == sorted(set(counts))


def test_ids_are_text_beyond_what_a_float_holds_and_unique(world):
    posts = list(all_posts(world))
    assert len({(post.platform, post.post_id) for post in posts}) == len(posts)
    for post in posts:
        assert len(post.post_id) == (17 if post.platform == "instagram" else 19)
        assert int(post.post_id) > 2**53


def test_an_id_leads_back_to_its_post(world):
    for post in all_posts(world):
        find = world.find_video if post.platform == "tiktok" else world.find_media
        assert find(post.post_id, NOW) == post


@pytest.mark.parametrize(
    "identifier",
    ["", "1", "17abc", "17000000000000000", "7" * 19, "9" * 5_000, "१७", "-17"],
)
def test_an_invented_id_leads_nowhere(world, identifier):
    assert world.find_media(identifier, NOW) is None
    assert world.find_video(identifier, NOW) is None


def test_an_id_of_an_account_that_does_not_exist_leads_nowhere(world):
    larger = World(WorldConfig(creators=50))
    for index in range(24, 50):
        for post in larger.instagram_posts(index, NOW)[:1]:
            assert world.find_media(post.post_id, NOW) is None
        for post in larger.tiktok_posts(index, NOW)[:1]:
            assert world.find_video(post.post_id, NOW) is None


def test_an_id_from_before_the_history_leads_nowhere(world):
    assert world.find_video(video_id(2, 1_500_000_000, 0), NOW) is None


def test_an_id_leads_nowhere_before_the_post_is_out(world):
    post = world.instagram_posts(0, NOW)[0]
    assert world.find_media(post.post_id, post.posted_at) is not None
    earlier = post.posted_at - timedelta(seconds=1)
    assert world.find_media(post.post_id, earlier) is None


def test_one_creator_needs_further_pages_within_the_campaign_window(world):
    campaign = world.book.find(506)
    for posts in (
        world.instagram_posts(PROLIFIC, NOW),
        world.tiktok_posts(PROLIFIC, NOW),
    ):
        inside = [
            p for p in posts if campaign.start <= p.posted_at.date() <= campaign.end
        ]
        assert len(inside) > 60


def test_one_creator_never_posts(world):
    assert world.instagram_posts(SILENT, NOW) == []
    assert world.tiktok_posts(SILENT, NOW) == []


def test_a_private_tiktok_account_shows_nothing(world):
    assert world.tiktok_posts(PRIVATE_TIKTOK, NOW) == []


def test_participants_post_for_their_campaign_every_second_or_third_day(world):
    campaign = world.book.find(501)
    for index in (0, 1, 2):
        made = [
            post
            for post in world.instagram_posts(index, NOW)
            if post.campaign_id == campaign.campaign_id
        ]
        assert 2 <= len(made) <= 12


def test_campaign_content_appears_outside_the_window_as_well(world):
    zone = ZoneInfo("Europe/Prague")
    early = late = 0
    for post in all_posts(world, NOW + timedelta(days=10)):
        campaign = world.book.find(post.campaign_id) if post.campaign_id else None
        if campaign and campaign.start:
            day = post.posted_at.astimezone(zone).date()
            early += day < campaign.start
            late += day > campaign.end
    assert early > 3
    assert late > 3


def test_campaign_content_appears_on_platforms_nobody_asked_for(world):
    dance = [post for post in all_posts(world) if post.campaign_id == 507]
    assert {post.platform for post in dance} == {"tiktok", "instagram"}


def test_one_creator_posts_on_the_very_edges_of_the_window(world):
    zone = ZoneInfo("Europe/Prague")
    campaign = world.book.find(501)
    times = {
        post.posted_at.astimezone(zone).replace(tzinfo=None)
        for post in world.instagram_posts(EVERY_STYLE, NOW + timedelta(days=5))
        if post.campaign_id == 501
    }
    first = datetime.combine(campaign.start, datetime.min.time())
    after = datetime.combine(campaign.end, datetime.min.time()) + timedelta(days=1)
    second = timedelta(seconds=1)
    assert {first - second, first, after - second, after} <= times


def test_one_creator_writes_in_every_style_within_the_window(world):
    styles = {
        post.style
        for post in world.instagram_posts(EVERY_STYLE, NOW)
        if post.campaign_id == 501
    }
    campaign_styles = {
        style
        for style in CaptionStyle
        if style
        not in {
            CaptionStyle.ORDINARY,
            CaptionStyle.MISSING,
            CaptionStyle.EMOJI_ONLY,
            CaptionStyle.LONG,
        }
    }
    assert styles == campaign_styles


def test_captions_are_sometimes_missing_and_sometimes_only_emoji(world):
    styles = Counter(post.style for post in all_posts(world))
    assert styles[CaptionStyle.MISSING] > 20
    assert styles[CaptionStyle.EMOJI_ONLY] > 20
    for post in all_posts(world):
        assert (post.caption is None) == (post.style is CaptionStyle.MISSING)


def test_instagram_has_three_kinds_of_post(world):
    kinds = {
        (post.media_type, post.product)
        for post in all_posts(world)
        if post.platform == "instagram"
    }
    assert kinds == {
        ("IMAGE", "FEED"),
        ("CAROUSEL_ALBUM", "FEED"),
        ("VIDEO", "REELS"),
    }


def test_deleted_posts_vanish_for_good(world):
    earlier = {p.post_id for p in world.instagram_posts(DELETING, NOW - timedelta(3))}
    now = {p.post_id for p in world.instagram_posts(DELETING, NOW)}
    gone = earlier - now
    assert gone
    assert all(world.find_media(post_id, NOW) is None for post_id in gone)
    later = {p.post_id for p in world.instagram_posts(DELETING, NOW + timedelta(9))}
    assert not gone & later


def test_moderated_videos_are_counted_by_pages_but_never_shown(world):
    timed = list(world.iter_timed_videos(MODERATED, NOW))
    shown = [post for _, post in timed if post is not None]
    assert len(shown) < len(timed)
    assert shown == world.tiktok_posts(MODERATED, NOW)


def test_counting_posts_agrees_with_listing_them(world):
    for person in world.people:
        listed = len(world.instagram_posts(person.index, NOW))
        assert world.count_posts("instagram", person.index, NOW) == listed


def test_stories_live_a_day(world):
    index = 16
    for hours in range(0, 48, 7):
        at = NOW + timedelta(hours=hours)
        for story in world.stories(index, at):
            assert timedelta() <= at - story.posted_at < timedelta(days=1)
            assert world.find_media(story.post_id, at) == story
            expired = story.posted_at + timedelta(days=1)
            assert world.find_media(story.post_id, expired) is None


def test_stories_carry_campaign_tags_when_the_campaign_wants_stories(world):
    found = []
    for day in range(14):
        at = datetime(2026, 3, 1 + day, 22, tzinfo=UTC)
        found += [s for s in world.stories(16, at) if s.campaign_id == 508]
    assert found
    assert any("#lumenstories" in (story.caption or "") for story in found)


def test_a_history_can_be_as_short_as_a_day():
    world = World(WorldConfig(history_days=1))
    oldest = datetime(2026, 2, 27, 23, tzinfo=UTC)
    assert all(post.posted_at >= oldest for post in all_posts(world))


def test_days_with_a_change_of_clocks_hold_together():
    world = World(WorldConfig(timezone="Europe/Prague"))
    zone = ZoneInfo("Europe/Prague")
    at = datetime(2026, 3, 31, 12, tzinfo=UTC)
    for person in world.people:
        for post in world.tiktok_posts(person.index, at):
            assert world.find_video(post.post_id, at) == post
    changed = [
        post
        for person in world.people
        for post in world.instagram_posts(person.index, at)
        if post.posted_at.astimezone(zone).date().isoformat() == "2026-03-29"
    ]
    assert changed


def test_long_after_and_long_before_the_programme_nothing_breaks():
    world = World()
    assert world.instagram_posts(0, datetime(2020, 1, 1, tzinfo=UTC)) == []
    later = datetime(2060, 1, 1, tzinfo=UTC)
    assert next(world.iter_posts("instagram", 0, later)).posted_at <= later
    assert world.stories(16, later) == []
