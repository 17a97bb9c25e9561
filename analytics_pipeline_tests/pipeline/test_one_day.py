"""One day end to end: what stands in the warehouse is what could be known."""

import unicodedata
from datetime import datetime

import pytest

from analytics_pipeline.sandbox.population.records import Post, Trait
from analytics_pipeline_tests.agency import PRAGUE, Agency
from analytics_pipeline_tests.conftest import FIRST_DAY

CONTENT_TYPES = {1: "FEED", 3: "REELS", 4: "VIDEO"}


@pytest.fixture
def day(agency: Agency) -> Agency:
    agency.collect_well(FIRST_DAY)
    return agency


def _truth(agency: Agency, platform: str, index: int) -> dict[str, Post]:
    at = agency.sandbox.clock.now()
    world = agency.sandbox.world
    read = world.instagram_posts if platform == "instagram" else world.tiktok_posts
    return {post.post_id: post for post in read(index, at)}


def _answered(agency: Agency) -> list[tuple[str, int, str]]:
    rows = agency.rows(
        "SELECT platform, creator_id, account_id FROM sync_outcomes"
        " WHERE status = 'ok' ORDER BY 1, 2"
    )
    return [(r["platform"], int(r["creator_id"]) - 101, r["account_id"]) for r in rows]


def _age(post):
    return (FIRST_DAY - post.posted_at.astimezone(PRAGUE).date()).days


def _assert_insights(row, post, *, is_young):
    """An own post has what insights tell of it, or a reason."""
    names = {
        "view_count": post.counters.views,
        "share_count": post.counters.shares,
        "save_count": post.counters.saves,
        "reach": post.counters.reach,
    }
    for name, true in names.items():
        if row[name] is None:
            reason = row["unknown_reasons"][name]
            assert reason in {"not_asked", "before_conversion", "not_reported"}
            assert not (is_young and reason == "not_asked")
        else:
            assert row[name] == true
            assert row["count_sources"][name].startswith("insights/")


def test_every_number_of_every_post_is_the_platforms_own(day):
    compared = 0
    for platform, index, account_id in _answered(day):
        person = day.sandbox.world.creator(index)
        truth = _truth(day, platform, index)
        is_own = person.instagram == "connected"
        rows = day.rows(
            "SELECT * FROM post_snapshots WHERE platform = :p AND account_id = :a"
            " AND content_type <> 'instagram_story'",  # See test_stories.py.
            p=platform,
            a=account_id,
        )
        for row in rows:
            post = truth[row["post_id"]]
            counters, reasons = post.counters, row["unknown_reasons"]
            assert row["posted_at"] == post.posted_at.replace(microsecond=0)
            assert row["comment_count"] == counters.comments
            hides = Trait.HIDDEN_LIKES in person.traits and platform == "instagram"
            if hides and not is_own:
                assert row["like_count"] is None
                assert reasons["like_count"] == "hidden"
            else:
                assert row["like_count"] == counters.likes
            if platform == "tiktok":
                assert row["view_count"] == counters.views
                assert row["share_count"] == counters.shares
            elif is_own:
                _assert_insights(row, post, is_young=_age(post) < 30)
            elif post.product == "REELS":
                assert row["view_count"] == counters.views
                assert reasons["share_count"] == "not_offered"
            else:
                assert row["view_count"] is None
                assert reasons["view_count"] == "not_offered"
            assert not row["is_late"]
            compared += 1
    assert compared > 500


def test_every_post_since_the_campaigns_began_is_there(day):
    for platform, index, account_id in _answered(day):
        since = day.value(
            "SELECT min(publishing_start_date) FROM active_campaign_participants"
            " WHERE creator_id = :c AND :p = ANY(platforms)",
            c=str(index + 101),
            p=platform,
        )
        floor = datetime(since.year, since.month, since.day, tzinfo=PRAGUE)
        expected = {
            post.post_id
            for post in _truth(day, platform, index).values()
            if post.posted_at >= floor
        }
        stored = day.rows(
            "SELECT post_id FROM post_snapshots WHERE account_id = :a", a=account_id
        )
        assert expected <= {row["post_id"] for row in stored}


def test_followers_are_the_platforms_own_and_unknown_where_not_permitted(day):
    at = day.sandbox.clock.now()
    rows = day.rows("SELECT * FROM account_snapshots")
    without = [row for row in rows if row["follower_count"] is None]

    for row in rows:
        if row["follower_count"] is not None:
            index = int(row["creator_id"]) - 101
            expected = day.sandbox.world.followers(row["platform"], index, at)
            assert row["follower_count"] == expected
    assert len(rows) == len(_answered(day))
    for row in without:
        assert row["unknown_reasons"]["follower_count"] == "no_permission"


def _is_due(day: Agency, campaign_id: int, post: Post) -> bool:
    """Tell whether a post was made for a campaign, and may count for it."""
    campaign = next(
        c for c in day.sandbox.world.campaigns() if c.campaign_id == campaign_id
    )
    wanted = {CONTENT_TYPES.get(number) for number in campaign.content_types}
    posted_on = post.posted_at.astimezone(PRAGUE).date()
    return (
        post.campaign_id == campaign_id
        and post.tags_written == "all"
        and post.product in wanted
        and campaign.start <= posted_on <= campaign.end
    )


@pytest.mark.parametrize("campaign_id", [501, 502, 504, 505, 507, 509])
def test_every_post_made_for_a_campaign_is_found(day, campaign_id):
    answered = _answered(day)
    due = {
        post.post_id
        for creator_id in day.sandbox.world.participants(campaign_id)
        for platform, index, _ in answered
        if index == creator_id - 101
        for post in _truth(day, platform, index).values()
        if _is_due(day, campaign_id, post)
    }
    found = day.rows(
        "SELECT post_id FROM hashtag_post_metrics"
        " WHERE campaign_id = :c AND match_level = 'full'",
        c=str(campaign_id),
    )

    assert due
    assert due <= {row["post_id"] for row in found}


def test_every_match_carries_what_it_says_and_lies_in_the_window(day):
    rows = day.rows(
        "SELECT m.*, c.publishing_start_date AS first, c.publishing_end_date AS last,"
        " c.content_types, c.campaign_hashtags"
        " FROM hashtag_post_metrics m JOIN campaigns c USING (campaign_id)"
    )
    for row in rows:
        caption = unicodedata.normalize("NFKC", row["post_caption"]).casefold()
        for tag in row["matched_hashtags"]:
            key = unicodedata.normalize("NFKC", tag).casefold()
            assert f"#{key}" in caption
        both = sorted(row["matched_hashtags"] + row["missing_hashtags"])
        assert both == sorted(row["campaign_hashtags"])
        assert row["content_type"] in row["content_types"]
        posted_on = row["posted_at"].astimezone(PRAGUE).date()
        assert row["first"] <= posted_on <= row["last"]
        assert (row["match_level"] == "full") == (not row["missing_hashtags"]) or (
            row["campaign_id"] == "510"
        )
    assert {row["match_level"] for row in rows} == {"full", "partial"}


def test_a_campaign_with_a_tag_that_can_never_match_counts_nothing(day):
    levels = day.rows(
        "SELECT DISTINCT match_level FROM hashtag_post_metrics WHERE campaign_id='510'"
    )
    campaign = day.rows("SELECT * FROM campaigns WHERE campaign_id = '510'")[0]

    assert levels == [{"match_level": "partial"}]
    assert campaign["problems"] == ["unmatchable_hashtag"]
    assert campaign["rejected_hashtags"] == ["spring sale!"]


def test_a_post_may_count_for_several_campaigns(day):
    several = day.rows(
        "SELECT post_id FROM hashtag_post_metrics WHERE match_level = 'full'"
        " GROUP BY post_id HAVING count(*) > 1"
    )

    assert several


def test_campaigns_that_cannot_run_stay_visible_with_the_reason(day):
    rows = day.rows("SELECT campaign_id, campaign_status, problems FROM campaigns")
    told = {r["campaign_id"]: (r["campaign_status"], r["problems"]) for r in rows}

    assert told["511"] == ("active", ["no_hashtags"])
    assert told["512"] == ("incomplete", ["no_dates"])
    assert told["513"][0] == "ended"
    assert told["514"][0] == "upcoming"
    assert told["508"] == ("upcoming", [])


def test_everyone_who_takes_part_is_accounted_for(day):
    needed = day.rows(
        "SELECT DISTINCT creator_id, platform FROM active_campaign_participants,"
        " unnest(platforms) AS platform"
    )
    told = day.rows("SELECT DISTINCT creator_id, platform FROM sync_outcomes")

    assert {tuple(r.values()) for r in needed} == {tuple(r.values()) for r in told}


def test_the_calls_made_are_the_calls_the_platforms_saw(day):
    calls = day.sandbox.calls
    made = day.rows(
        "SELECT platform, account_id, sum(calls) AS calls FROM collection_attempts"
        " GROUP BY 1, 2"
    )

    for row in made:
        if row["platform"] == "tiktok":
            seen = calls.count(api="tiktok", account=row["account_id"])
        else:
            seen = calls.count(api="instagram", account=row["account_id"])
        assert seen == row["calls"], row
    assert sum(row["calls"] for row in made) == calls.count(
        api="instagram"
    ) + calls.count(api="tiktok")


def test_a_day_costs_no_more_calls_than_it_needs(day):
    rows = day.rows("SELECT * FROM collection_attempts")

    for row in rows:
        balance = row["calls_planned"] + row["calls_unplanned"] + row["calls_repeated"]
        assert row["calls"] == balance
    outside = [
        row
        for row in rows
        if row["platform"] == "instagram"
        and row["creator_id"] not in {"102", "106", "115", "117", "120", "123"}
    ]
    assert {row["calls"] for row in outside} == {1}


def test_the_summary_adds_up_the_matches(day):
    summary = day.rows("SELECT * FROM campaign_daily_summary ORDER BY 2, 3")
    for row in summary:
        matches = day.rows(
            "SELECT * FROM hashtag_post_metrics WHERE match_level = 'full'"
            " AND campaign_id = :c AND platform = :p",
            c=row["campaign_id"],
            p=row["platform"],
        )
        assert row["post_count"] == len(matches)
        for name in ("view_count", "like_count", "comment_count", "share_count"):
            known = [m[name] for m in matches if m[name] is not None]
            assert row[name] == (sum(known) if known else None)
            assert row[f"posts_with_{name}"] == len(known)
        rates = [
            (m["like_count"] + m["comment_count"], m["follower_count"])
            for m in matches
            if m["engagement_rate_by_followers"] is not None
        ]
        if rates:
            weighted = sum(n for n, _ in rates) / sum(f for _, f in rates)
            assert row["engagement_rate_by_followers"] == pytest.approx(weighted)
        else:
            assert row["engagement_rate_by_followers"] is None
            assert row["unknown_reasons"]["engagement_rate_by_followers"]
    assert summary


def test_growth_of_the_first_day_counts_new_posts_only(day):
    rows = day.rows(
        "SELECT s.campaign_id, s.platform, s.like_count_delta, s.unknown_reasons,"
        " sum(m.like_count) FILTER (WHERE m.posted_at >= :start) AS new"
        " FROM campaign_daily_summary s JOIN hashtag_post_metrics m"
        " USING (campaign_id, platform) WHERE m.match_level = 'full'"
        " GROUP BY 1, 2, 3, 4",
        start=datetime(2026, 3, 1, tzinfo=PRAGUE),
    )
    for row in rows:
        assert row["like_count_delta"] == row["new"]
    assert any(row["like_count_delta"] is None for row in rows)
    assert all(
        row["unknown_reasons"]["like_count_delta"] in {"no_previous_day", "hidden"}
        for row in rows
        if row["like_count_delta"] is None
    )


def test_observations_carry_the_instant_they_were_made(day):
    now = day.sandbox.clock.now()
    latest = day.value("SELECT max(observed_at) FROM post_snapshots")
    earliest = day.value("SELECT min(observed_at) FROM post_snapshots")

    assert earliest == latest == now
    assert now == datetime(2026, 3, 2, 5, tzinfo=PRAGUE)
