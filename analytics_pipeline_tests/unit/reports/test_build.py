"""A report says what is known, how old it is, and what counts no longer."""

from datetime import date, timedelta

import pytest

from analytics_pipeline.reports.build import UnknownCampaignError
from analytics_pipeline_tests.unit.reports.world import (
    DAYS,
    LAST,
    MONDAY,
    NOW,
    TUESDAY,
    report,
)

TIKTOK = "7612054724236216533"


def by_id(posts):
    return {post.post_id: post for post in posts}


def known(day, name="view_count"):
    return day.totals.known[name].value


def test_each_number_of_a_post_is_the_newest_that_is_known(newest):
    steady = by_id(newest.posts)["steady"]

    assert steady.numbers["like_count"] == 30
    assert steady.numbers["view_count"] == 200
    assert steady.known_on == {"view_count": TUESDAY}
    assert steady.snapshot_date == LAST
    assert steady.numbers["share_count"] is None
    assert steady.unknown_reasons["share_count"] == "not_offered"
    assert "view_count" not in steady.unknown_reasons


def test_totals_are_sums_of_what_is_known(newest):
    views = newest.figures.totals["view_count"]

    assert views.value == 200 + 40 + 7 + 9 + 50 + 1_000_000
    assert (views.posts, newest.figures.post_count) == (6, 6)
    assert views.older_posts == 4
    assert newest.by_platform["tiktok"].totals["share_count"].value == 0
    shares = newest.by_platform["instagram"].totals["share_count"]
    assert (shares.value, shares.unknown) == (None, {"not_offered": 5})
    assert newest.by_content_type["instagram_story"].totals["reach"].value == 33


def test_posts_that_end_or_go_are_counted_and_told_apart(newest):
    standings = {post.post_id: post.standing for post in newest.posts}

    assert standings == {
        "steady": "current",
        "story": "ended",
        "gone": "removed",
        "late": "older",
        "confirmed": "current",
        TIKTOK: "current",
    }
    found = newest.figures
    assert (found.ended_post_count, found.removed_post_count) == (1, 1)
    assert (found.late_post_count, found.older_post_count) == (1, 3)


def test_what_does_not_count_is_listed_by_why(newest):
    assert set(by_id(newest.partial)) == {"some"}
    assert set(by_id(newest.rejected)) == {"never"}
    assert set(by_id(newest.no_longer_matching)) == {"edited"}


def test_a_confirmed_post_says_by_whom(newest):
    post = by_id(newest.posts)["confirmed"]

    assert (post.match_basis, post.confirmed_by) == ("review", "eva")
    assert by_id(newest.posts)["steady"].confirmed_by is None


def test_the_series_has_every_day_both_ways(newest):
    assert [day.totals.day for day in newest.days] == DAYS
    assert [known(day) for day in newest.days] == [
        100 + 40 + 1000 + 9,
        200 + 40 + 9 + 7,
        200 + 40 + 9 + 7,
        200 + 40 + 9 + 7,
        newest.figures.totals["view_count"].value,
    ]
    seen = [day.totals.observed["view_count"].value for day in newest.days]
    assert seen == [1149, 207, None, None, 50 + 1_000_000]
    assert [day.growth["view_count"] for day in newest.days] == [5, 15, None, 15, 15]
    assert [day.participant_count for day in newest.days] == [3, 3, None, 3, 3]


def test_parts_of_the_series_add_up(newest):
    for whole, *parts in zip(
        newest.days, *newest.days_by_platform.values(), strict=True
    ):
        assert whole.totals.post_count == sum(it.totals.post_count for it in parts)
        assert (known(whole) or 0) == sum(known(it) or 0 for it in parts)


def test_as_known_on_a_day_what_came_later_is_left_out(filled):
    early = report(filled, day=MONDAY)

    assert (early.asked_day, early.day) == (MONDAY, MONDAY)
    assert set(by_id(early.posts)) == {"steady", "story", "edited"}
    assert early.left_out.posts == 1
    assert early.figures.totals["view_count"].value == 1140
    assert early.by_content_type["instagram_story"].ended_post_count == 1
    assert len(early.days) == 1


def test_a_removal_that_was_not_known_yet_is_not_told(filled):
    early = report(filled, day=TUESDAY)

    assert by_id(early.posts)["gone"].standing == "current"
    assert by_id(early.posts)["gone"].removed_at is None


def test_a_day_without_a_run_gives_the_day_before(filled):
    found = report(filled, day=DAYS[2])

    assert (found.asked_day, found.day) == (DAYS[2], TUESDAY)


@pytest.mark.parametrize("day", [date.min, date(2026, 3, 1)])
def test_before_anything_was_known_there_is_nothing(filled, day):
    found = report(filled, day=day)

    assert found.day is None
    assert (found.posts, found.days, found.lift) == ((), (), ())
    assert found.figures.post_count == 0
    assert found.figures.totals["view_count"].value is None


def test_the_last_day_there_is_can_be_asked_for(filled):
    found = report(filled, day=date.max)

    assert found.observed_before is None
    assert found.figures.post_count == 6


def test_a_campaign_without_posts_has_a_report(filled):
    found = report(filled, "../8")

    assert found.day is None
    assert found.campaign.problems == ("no_hashtags",)


def test_a_campaign_that_is_not_there_is_an_error(filled):
    with pytest.raises(UnknownCampaignError, match="'9'"):
        report(filled, "9")


def test_creators_are_ranked_by_views(newest):
    assert [it.creator_id for it in newest.creators] == ["102", "101"]
    first, second = newest.creators
    assert first.usernames == {"tiktok": "+petr"}
    assert second.figures.totals["view_count"].value == 200 + 40 + 7 + 9 + 50


def test_the_heat_map_is_in_the_campaigns_zone(newest):
    """22:30 UTC on Monday is half past eleven at night in Prague."""
    assert newest.heat_map[0][23] == 5
    assert newest.heat_map[2][23] == 1
    assert sum(map(sum, newest.heat_map)) == 6


def test_hashtags_tell_what_matched_by_them(newest):
    jaro, znacka = newest.hashtags

    assert (jaro.counted_posts, jaro.counted_posts_without) == (6, 0)
    assert (znacka.counted_posts, znacka.counted_posts_without) == (5, 1)
    assert (jaro.partial_posts, jaro.partial_posts_without) == (0, 1)


def test_near_misses_are_those_nobody_decided_the_likeliest_first(newest):
    assert [it.post_id for it in newest.near_misses] == ["near-high", "near-low"]
    assert newest.near_misses[0].score == 90
    assert newest.near_misses_by_kind == {"near_tag": 2}


def test_coverage_tells_everybody_of_the_day(newest):
    last = [it for it in newest.coverage if it.day == LAST]

    told = {it.platform: (it.statuses, it.reasons, it.untold) for it in last}
    assert told == {
        "instagram": (
            {"failed": 1, "ok": 1},
            {"late": 1, "reconnect_required": 1},
            0,
        ),
        "tiktok": ({"ok": 1}, {}, 0),
    }
    (missing,) = newest.missing
    assert (missing.username, missing.reason) == ("=petr", "reconnect_required")
    monday = [it for it in newest.coverage if it.day == MONDAY]
    assert sum(it.untold for it in monday) == 3


def test_lift_compares_with_posts_outside_campaigns(newest):
    rows = {(row.content_type, row.column): row for row in newest.lift}

    views = rows["instagram_reel", "view_count"]
    assert (views.campaign_posts, views.own_posts) == (4, 3)
    assert (views.campaign_median, views.own_median) == (29.5, 40)
    assert views.lift == pytest.approx(29.5 / 40 - 1)
    assert rows["tiktok_video", "view_count"].lift is None


def test_only_web_links_are_links(newest):
    assert by_id(newest.posts)[TIKTOK].post_url is None
    assert newest.stories_to_review[0].post_url.startswith("https://")


def test_a_report_says_when_it_was_made_and_in_which_zone(newest):
    assert (newest.made_at, newest.zone) == (NOW, "Europe/Prague")
    oldest = newest.figures.oldest_observed_at
    assert oldest < newest.figures.newest_observed_at
    assert newest.figures.newest_observed_at <= NOW + timedelta(0)
