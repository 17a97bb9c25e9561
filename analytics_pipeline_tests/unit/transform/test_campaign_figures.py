"""Figures say what they rest on, how old it is, and what is unknown."""

from datetime import UTC, date, datetime

import pytest

from analytics_pipeline.transform.campaign_figures import (
    PostFigures,
    figures,
    figures_by,
    tally,
)
from analytics_pipeline.transform.last_known import KnownNumber

DAY, BEFORE = date(2026, 3, 5), date(2026, 3, 3)
AT = datetime(2026, 3, 6, 5, tzinfo=UTC)


def known(value, day=DAY, **parts):
    return KnownNumber(value, day, AT, **parts)


def post(numbers=None, unknown=None, **changes):
    plain = {
        "platform": "instagram",
        "content_type": "instagram_reel",
        "creator_id": "101",
        "day": DAY,
        "is_late": False,
        "is_ended": False,
        "is_removed": False,
        "is_erased": False,
        "numbers": numbers or {},
        "unknown": unknown or {},
    }
    return PostFigures(**plain | changes)


def added_up(posts):
    return figures(tally(posts, DAY), DAY)


def test_a_total_rests_on_the_posts_that_have_the_number():
    found = added_up(
        [
            post({"view_count": known(100)}),
            post({"view_count": known(30, BEFORE)}, day=BEFORE),
            post(unknown={"view_count": "not_offered"}),
            post(unknown={"view_count": "hidden"}),
            post(unknown={"view_count": "not_offered"}),
        ]
    )

    views = found.totals["view_count"]
    assert (views.value, views.posts, views.older_posts) == (130, 2, 1)
    assert list(views.unknown.items()) == [("not_offered", 2), ("hidden", 1)]
    assert (found.post_count, found.older_post_count) == (5, 1)


def test_what_nobody_knows_is_unknown_and_not_zero():
    found = added_up([post(unknown={"reach": "not_offered"})])

    assert found.totals["reach"].value is None
    assert found.totals["reach"].unknown == {"not_offered": 1}
    assert found.totals["like_count"].unknown == {"not_reported": 1}
    assert found.rates["engagement_rate_by_reach"].weighted is None


def test_zero_is_a_number():
    found = added_up([post({"like_count": known(0)})])

    assert found.totals["like_count"].value == 0
    assert found.totals["like_count"].posts == 1


def test_a_rate_is_weighted_and_beside_it_the_median():
    rate = "engagement_rate_by_views"
    found = added_up(
        [
            post({rate: known(0.5, engagement=5, base=10)}),
            post({rate: known(0.1, engagement=100, base=1000)}),
            post({rate: known(0.2, engagement=2, base=10)}),
            post(unknown={rate: "view_count: not_offered"}),
        ]
    ).rates[rate]

    assert found.weighted == pytest.approx(107 / 1020)
    assert found.median == 0.2
    assert found.posts == 3
    assert found.unknown == {"view_count: not_offered": 1}


def test_without_posts_there_are_no_figures():
    found = added_up([])

    assert (found.post_count, found.creator_count) == (0, 0)
    assert found.totals["view_count"].value is None
    assert found.newest_observed_at is None


def test_groups_add_up_to_the_whole():
    posts = [
        post({"like_count": known(number)}, creator_id=str(number % 3), is_late=True)
        for number in range(10)
    ]

    groups = figures_by(tally(posts, DAY), lambda kind: kind[2])

    whole = added_up(posts)
    assert set(groups) == {"0", "1", "2"}
    assert sum(it.totals["like_count"].value for it in groups.values()) == 45
    assert whole.totals["like_count"].value == 45
    assert (whole.creator_count, whole.late_post_count) == (3, 10)


def test_of_equally_frequent_reasons_the_first_posts_stands_first():
    reasons = ["hidden", "not_asked", "not_offered", "not_asked", "not_offered"]
    posts = [
        post(unknown={"reach": reason}, creator_id=creator_id)
        for reason, creator_id in zip(reasons, "12221", strict=True)
    ]

    unknown = added_up(posts).totals["reach"].unknown

    assert list(unknown) == ["not_asked", "not_offered", "hidden"]
