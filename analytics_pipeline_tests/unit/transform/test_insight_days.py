"""Which insights speak for a day, and how they get into the posts' rows."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.metrics import MetricRecord, MetricSource
from analytics_pipeline.schemas.outcomes import Reason, Status, Unknown
from analytics_pipeline.schemas.platforms import ContentType
from analytics_pipeline.transform.canonical import Reading, account_day
from analytics_pipeline.transform.insight_days import day_metrics, with_insights
from analytics_pipeline.transform.parsed import ParsedAnswer
from analytics_pipeline_tests.unit.transform.building import (
    DAY,
    FIRST_LATE,
    MORNING_AFTER,
    RULE,
    attempt,
    post,
)

HOUR = timedelta(hours=1)
COLUMNS = ("reach", "save_count", "share_count", "view_count")
UNASKED = dict.fromkeys(COLUMNS, Unknown.NOT_ASKED)


def own(number="1", **changes):
    """A post as its owner's list tells it: without what insights tell."""
    nothing = dict.fromkeys(COLUMNS)
    return post(number, **({"unknown": dict(UNASKED)} | nothing | changes))


def listed(*posts, at=MORNING_AFTER):
    return attempt(at), [Reading(at, ParsedAnswer(posts=list(posts)))]


def told(at=MORNING_AFTER, post_id="1", status=Status.OK, reason=None, **values):
    """Insights of one post; a value may be a reason."""
    records = [
        MetricRecord(post_id, metric, None, value)
        if isinstance(value, Unknown)
        else MetricRecord(post_id, metric, value)
        for metric, value in values.items()
    ]
    made = attempt(
        at,
        attempt_id=f"insights at {at.isoformat()}",
        attempt_kind=AttemptKind.POST_INSIGHTS,
        status=status,
        reason=reason,
    )
    return made, [Reading(at, ParsedAnswer(metrics=records))]


def chosen(*attempts, post_id="1"):
    found = day_metrics(DAY, RULE, attempts).get(post_id, [])
    return {one.metric.metric: (one.metric.value, one.is_late) for one in found}


def filled(*attempts):
    seen = account_day(DAY, RULE, attempts)
    metrics = day_metrics(DAY, RULE, attempts)
    (found,) = with_insights(seen, metrics, attempts).posts
    return found.post


# Choosing ---------------------------------------------------------------------------


def test_on_time_the_newest_number_counts_whatever_the_order():
    attempts = [
        listed(own()),
        told(MORNING_AFTER - HOUR, reach=1.0),
        told(MORNING_AFTER, reach=2.0),
        told(FIRST_LATE, reach=3.0),
    ]
    for order in permutations(attempts):
        assert chosen(*order) == {"reach": (2.0, False)}


@pytest.mark.parametrize("reason", [Unknown.NOT_REPORTED, Unknown.TOO_FEW_VIEWERS])
def test_a_newer_answer_without_a_number_does_not_take_one_away(reason):
    earlier = told(MORNING_AFTER - HOUR, reach=1.0, views=reason)
    newer = told(MORNING_AFTER, reach=reason, views=2.0)
    assert chosen(earlier, newer) == {"reach": (1.0, False), "views": (2.0, False)}


def test_the_newest_reason_counts_where_there_is_no_number():
    earlier = told(MORNING_AFTER - HOUR, reach=Unknown.TOO_FEW_VIEWERS)
    newer = told(MORNING_AFTER, reach=Unknown.NOT_REPORTED)
    (found,) = day_metrics(DAY, RULE, [newer, earlier])["1"]
    assert found.metric.unknown is Unknown.NOT_REPORTED


def test_late_the_first_number_of_a_post_of_the_day_counts():
    first, second = told(FIRST_LATE, reach=1.0), told(FIRST_LATE + HOUR, reach=2.0)
    assert chosen(listed(own(), at=FIRST_LATE), second, first) == {"reach": (1.0, True)}


def test_late_a_post_of_another_day_is_not_told_of():
    older = own(posted_at=RULE.start(DAY) - HOUR)
    assert chosen(listed(older, at=FIRST_LATE), told(FIRST_LATE, reach=1.0)) == {}


def test_an_observation_between_or_before_says_nothing():
    before = told(RULE.start(DAY) - HOUR, reach=1.0)
    assert chosen(listed(own()), before) == {}


# Filling ----------------------------------------------------------------------------


def test_what_the_list_lacks_comes_from_insights_and_says_so():
    found = filled(
        listed(own()), told(reach=10.0, saved=2.0, shares=3.0, views=40.0, likes=0.0)
    )
    counts = (found.reach, found.save_count, found.share_count, found.view_count)
    assert counts == (10, 2, 3, 40)
    assert found.like_count == 1, "the list's likes stand, whatever insights say"
    assert found.count_sources == {
        "reach": "insights/reach",
        "save_count": "insights/saved",
        "share_count": "insights/shares",
        "view_count": "insights/views",
    }
    assert found.unknown == {}


def test_a_push_is_named_as_the_source():
    made, _ = told()
    record = MetricRecord("1", "reach", 7.0, source=MetricSource.STORY_INSIGHTS)
    reading = Reading(MORNING_AFTER, ParsedAnswer(metrics=[record]))
    found = filled(listed(own()), (made, [reading]))
    assert found.count_sources == {"reach": "story_insights/reach"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(
            told(views=Unknown.NOT_REPORTED), Unknown.METRIC_REFUSED, id="left out"
        ),
        pytest.param(
            told(reach=Unknown.NOT_REPORTED), Unknown.NOT_REPORTED, id="empty"
        ),
        pytest.param(
            told(reach=Unknown.BEFORE_CONVERSION), Unknown.BEFORE_CONVERSION, id="old"
        ),
        pytest.param(told(reach=0.5), Unknown.REJECTED, id="half an account"),
        pytest.param(told(), Unknown.NOT_ASKED, id="another post"),
        pytest.param(
            told(status=Status.FAILED, reason=Reason.PERMISSION_MISSING),
            Unknown.NO_PERMISSION,
            id="not allowed",
        ),
        pytest.param(told(FIRST_LATE, reach=1.0), Unknown.LATE, id="asked too late"),
    ],
)
def test_a_number_that_is_not_there_says_why(answer, reason):
    found = filled(listed(own()), answer)
    assert (found.reach, found.unknown["reach"]) == (None, reason)
    assert "reach" not in found.count_sources


def test_what_a_story_does_not_have_is_not_offered():
    story = own(content_type=ContentType.INSTAGRAM_STORY)
    found = filled(listed(story), told(reach=9.0))
    assert found.unknown["save_count"] is Unknown.NOT_OFFERED
    assert found.unknown["view_count"] is Unknown.METRIC_REFUSED


def test_a_late_post_takes_late_insights():
    found = filled(listed(own(), at=FIRST_LATE), told(FIRST_LATE, reach=5.0))
    assert found.reach == 5


def test_a_post_of_somebody_outside_stays_as_it_was_listed():
    outside = post("1")
    assert filled(listed(outside)) == outside


def test_what_was_pushed_about_a_story_is_final():
    later = MORNING_AFTER + HOUR
    push = [MetricRecord("1", "reach", 9.0, source=MetricSource.STORY_INSIGHTS)]
    pushed = (
        attempt(MORNING_AFTER, attempt_kind=AttemptKind.PUSHES),
        [Reading(MORNING_AFTER, ParsedAnswer(metrics=push))],
    )
    pulled = told(later, reach=8.0)

    for order in permutations([pushed, pulled]):
        assert chosen(*order) == {"reach": (9.0, False)}
    unknown = replace(push[0], value=None, unknown=Unknown.TOO_FEW_VIEWERS)
    pushed[1][0].parsed.metrics[:] = [unknown]
    assert chosen(pushed, pulled) == {"reach": (8.0, False)}


def test_a_push_alone_says_nothing_of_metrics_that_it_does_not_bring():
    story = own(content_type=ContentType.INSTAGRAM_STORY)
    pushed = told(reach=9.0)
    pushed[1][0].parsed.metrics[:] = [
        MetricRecord("1", "reach", 9.0, source=MetricSource.STORY_INSIGHTS)
    ]
    attempts = [listed(story), pushed]

    seen = with_insights(
        account_day(DAY, RULE, attempts), day_metrics(DAY, RULE, attempts), attempts
    )

    (row,) = seen.posts
    assert row.post.reach == 9
    assert row.post.unknown["view_count"] is Unknown.NOT_ASKED
    assert row.post.unknown["save_count"] is Unknown.NOT_OFFERED
