"""Lift compares like with like, and says nothing of too few posts."""

import pytest

from analytics_pipeline.transform.lift import ComparedPost, Middle, compare

REEL = "instagram_reel"


def posts(*views, creator_id="101", content_type=REEL):
    return [
        ComparedPost("instagram", content_type, creator_id, {"view_count": value})
        for value in views
    ]


def own(*views, content_type=REEL):
    half = len(views) // 2
    middle = sorted(views)[(len(views) - 1) // 2 : half + 1]
    ends = (middle[0], middle[-1]) if views else (None, None)
    return {("instagram", content_type, "view_count"): Middle(*ends, len(views))}


def only(rows):
    (row,) = rows
    return row


def test_medians_are_compared():
    row = only(compare(posts(100, 300, 10_000), own(100, 200, 300)))

    assert (row.campaign_median, row.own_median) == (300, 200)
    assert row.lift == pytest.approx(0.5)
    assert (row.campaign_posts, row.own_posts) == (3, 3)


@pytest.mark.parametrize(
    ("ours", "theirs"), [((1, 2), (1, 2, 3)), ((1, 2, 3), (1, 2)), ((1, 2, 3), ())]
)
def test_too_few_posts_give_no_lift_but_stand_there(ours, theirs):
    row = only(compare(posts(*ours), own(*theirs)))

    assert row.lift is None
    assert (row.campaign_posts, row.own_posts) == (len(ours), len(theirs))


def test_nothing_is_divided_by_zero():
    assert only(compare(posts(1, 2, 3), own(0, 0, 0))).lift is None


def test_unknown_numbers_are_left_out():
    row = only(compare(posts(1, 2, 3, None), own(2, 2, 2)))

    assert (row.campaign_posts, row.own_posts) == (4 - 1, 3)
    assert row.lift == 0


def test_of_an_even_number_of_posts_the_median_is_between_two():
    row = only(compare(posts(1, 2, 3), own(1, 4)))

    assert (row.own_median, row.own_posts) == (2.5, 2)


def test_without_posts_to_compare_with_there_is_no_median():
    row = only(compare(posts(1, 2, 3), {}))

    assert (row.own_median, row.own_posts, row.lift) == (None, 0, None)


def test_kinds_are_compared_apart():
    rows = compare(
        [*posts(1, 1, 1), *posts(8, 8, 8, content_type="instagram_post")],
        own(1, 1, 1) | own(4, 4, 4, content_type="instagram_post"),
    )

    assert {row.content_type: row.lift for row in rows} == {
        REEL: 0,
        "instagram_post": 1,
    }
