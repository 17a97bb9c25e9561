"""Every number is carried forward alone, with the day it is of."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.transform.last_known import MEASURES, Sum
from analytics_pipeline_tests.following import follow

FIRST = date(2026, 3, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(4)]
KEY = ("instagram", "p1")


def row(day, post_id="p1", **changes):
    """Give a row of `hashtag_post_metrics`, as far as it is followed."""
    plain = {
        "snapshot_date": day,
        "platform": "instagram",
        "post_id": post_id,
        "match_level": "full",
        "is_late": False,
        "observed_at": datetime(2026, 3, day.day, 23, tzinfo=UTC),
        **dict.fromkeys(MEASURES),
        "follower_count": None,
        "engagement_rate_client": None,
        "engagement_rate_by_followers": None,
        "engagement_rate_by_views": None,
        "engagement_rate_by_reach": None,
    }
    return plain | changes


def told(rows, unmatched=None, days=DAYS):
    return follow(rows, unmatched or {}, days, ["instagram", "tiktok"])


def over_both(history):
    return [day for day in history.days if day.platform is None]


def test_a_number_that_is_not_asked_for_stays_what_it_was():
    history = told(
        [
            row(DAYS[0], reach=70, like_count=5),
            row(DAYS[1], reach=None, like_count=8),
        ]
    )

    numbers = history.states[KEY].numbers
    assert (numbers["reach"].value, numbers["reach"].day) == (70, DAYS[0])
    assert (numbers["like_count"].value, numbers["like_count"].day) == (8, DAYS[1])
    second = over_both(history)[1]
    assert second.known["reach"] == Sum(70, 1)
    assert second.observed["reach"] == Sum(None, 0)


def test_totals_do_not_fall_when_a_post_is_not_seen():
    history = told(
        [
            row(DAYS[0], view_count=100),
            row(DAYS[0], "p2", view_count=10),
            row(DAYS[1], "p2", view_count=30),
        ]
    )

    days = over_both(history)
    assert [day.known["view_count"].value for day in days] == [110, 130, 130, 130]
    assert [day.observed["view_count"].value for day in days] == [110, 30, None, None]
    assert [day.post_count for day in days] == [2, 2, 2, 2]
    assert [day.carried_post_count for day in days] == [0, 1, 2, 2]
    assert [day.observed_post_count for day in days] == [2, 1, 0, 0]


def test_a_post_stops_counting_when_it_is_seen_without_its_hashtags():
    history = told(
        [row(DAYS[0], like_count=5), row(DAYS[2], like_count=9)],
        {DAYS[1]: {KEY}, DAYS[3]: {KEY}},
    )

    assert [day.post_count for day in over_both(history)] == [1, 0, 1, 0]
    assert not history.states[KEY].counts


def test_a_post_that_lost_one_of_its_hashtags_is_partial_from_then_on():
    history = told([row(DAYS[0]), row(DAYS[1], match_level="partial")])

    assert [day.post_count for day in over_both(history)] == [1, 0, 0, 0]
    assert history.states[KEY].level == "partial"


def test_platforms_are_told_apart_and_together():
    history = told(
        [
            row(DAYS[0], like_count=1),
            row(DAYS[0], platform="tiktok", like_count=2, view_count=40),
        ],
        days=DAYS[:1],
    )

    both, instagram, tiktok = history.days
    assert both.known["like_count"] == Sum(3, 2)
    assert both.known["view_count"] == Sum(40, 1)
    assert instagram.known["view_count"] == Sum(None, 0)
    assert tiktok.known["like_count"] == Sum(2, 1)


def test_a_rate_keeps_the_parts_it_was_made_of():
    history = told(
        [
            row(
                DAYS[0],
                like_count=8,
                comment_count=2,
                view_count=100,
                engagement_rate_by_views=0.1,
            ),
            row(DAYS[1], like_count=50, comment_count=5, view_count=None),
        ]
    )

    rate = history.states[KEY].numbers["engagement_rate_by_views"]
    assert (rate.value, rate.engagement, rate.base, rate.day) == (0.1, 10, 100, DAYS[0])


def test_late_rows_are_counted_apart():
    (first, *_) = over_both(told([row(DAYS[0], is_late=True), row(DAYS[0], "p2")]))

    assert (first.observed_post_count, first.late_post_count) == (2, 1)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(DAYS),
            st.sampled_from(["p1", "p2", "p3"]),
            st.none() | st.integers(0, 1000),
            st.sampled_from(["full", "partial"]),
        ),
        unique_by=lambda it: it[:2],
    )
)
def test_the_last_day_is_what_the_posts_add_up_to(seen):
    rows = [
        row(day, post_id, like_count=likes, match_level=level)
        for day, post_id, likes, level in seen
    ]

    history = told(rows)

    counted = [state for state in history.states.values() if state.counts]
    known = [it.numbers["like_count"].value for it in counted if it.numbers]
    last = over_both(history)[-1]
    assert last.post_count == len(counted)
    assert last.known["like_count"] == Sum(sum(known) if known else None, len(known))
