"""Which posts are asked for their insights, by their age."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.metrics import MetricRecord, ProductType
from analytics_pipeline.schemas.outcomes import Reason, Status, Unknown
from analytics_pipeline.schemas.platforms import ContentType
from analytics_pipeline.transform.canonical import Reading
from analytics_pipeline.transform.insight_plan import due_posts, is_due
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
ON_TIME, LATE = (RULE, MORNING_AFTER), (RULE, FIRST_LATE)
NOON = RULE.start(DAY) + 12 * HOUR


def published(days_before, number="1", **changes):
    return post(number, posted_at=NOON - timedelta(days=days_before), **changes)


def listed(*posts, at=MORNING_AFTER, **changes):
    return attempt(at, **changes), [Reading(at, ParsedAnswer(posts=list(posts)))]


def answered(post_id, at=MORNING_AFTER, unknown=None, status=Status.OK):
    value = None if unknown else 1.0
    record = MetricRecord(post_id, "reach", value, unknown)
    made = attempt(
        at,
        attempt_id=f"insights at {at}",
        attempt_kind=AttemptKind.POST_INSIGHTS,
        status=status,
    )
    return made, [Reading(at, ParsedAnswer(metrics=[record]))]


@pytest.mark.parametrize(
    ("age", "due"),
    [
        *((age, True) for age in (0, 1, 29, 35, 84, 112, 140, 364)),
        *((age, False) for age in (-1, 30, 34, 85, 90, 91, 98, 111, 365)),
    ],
)
def test_a_post_is_due_by_its_age(age, due):
    assert is_due(DAY, DAY - timedelta(days=age)) is due


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(90, 2000))
def test_an_old_post_is_due_once_in_any_four_weeks(posted_on, age):
    days = [posted_on + timedelta(days=age + n) for n in range(28)]
    assert sum(is_due(day, posted_on) for day in days) == 1


def test_on_time_the_posts_that_are_due_are_asked_for():
    before = [
        listed(
            published(0, "1"),
            published(29, "2", content_type=ContentType.INSTAGRAM_REEL),
            published(30, "3"),
            published(35, "4"),
        )
    ]
    assert due_posts(DAY, ON_TIME, before) == {
        "1": ProductType.FEED,
        "2": ProductType.REELS,
        "4": ProductType.FEED,
    }


def test_late_only_the_posts_of_the_day_are_asked_for():
    before = [listed(published(0, "1"), published(1, "2"), at=FIRST_LATE)]
    assert due_posts(DAY, LATE, before) == {"1": ProductType.FEED}


def test_a_post_whose_kind_is_not_known_cannot_be_asked_for():
    assert due_posts(DAY, ON_TIME, [listed(published(0, content_type=None))]) == {}


@pytest.mark.parametrize(
    "before",
    [
        pytest.param([], id="none"),
        pytest.param(
            [listed(published(0), status=Status.DEFERRED, reason=Reason.BUDGET)],
            id="cut off",
        ),
        pytest.param([listed(published(0), reason=Reason.RENAMED)], id="a stranger's"),
        pytest.param([answered("1")], id="insights only"),
    ],
)
def test_without_a_complete_list_nothing_is_asked(before):
    assert due_posts(DAY, ON_TIME, before) is None


def test_the_newest_complete_list_counts():
    before = [
        listed(published(0, "2"), at=MORNING_AFTER),
        listed(published(0, "1"), at=MORNING_AFTER - HOUR),
    ]
    assert due_posts(DAY, ON_TIME, before) == {"2": ProductType.FEED}


def test_a_post_that_was_answered_is_not_asked_again_unless_told_to():
    before = [
        listed(published(0, "1"), published(0, "2")),
        answered("1", status=Status.DEFERRED),
    ]
    assert due_posts(DAY, ON_TIME, before) == {"2": ProductType.FEED}
    assert len(due_posts(DAY, ON_TIME, before, refresh=True)) == 2


@pytest.mark.parametrize(
    ("unknown", "is_asked"),
    [(Unknown.TOO_FEW_VIEWERS, False), (Unknown.NO_PERMISSION, True)],
)
def test_a_reason_is_an_answer_unless_somebody_can_mend_it(unknown, is_asked):
    before = [listed(published(0)), answered("1", unknown=unknown)]
    assert bool(due_posts(DAY, ON_TIME, before)) is is_asked


def test_a_look_while_the_day_lasted_is_not_its_closing_state():
    before = [listed(published(0)), answered("1", at=NOON)]
    assert due_posts(DAY, (RULE, NOON + HOUR), before) == {}
    assert due_posts(DAY, ON_TIME, before) == {"1": ProductType.FEED}


@given(st.permutations(range(4)))
def test_the_order_of_attempts_does_not_matter(order):
    before = [
        listed(published(0, "1"), published(0, "2")),
        listed(published(0, "1"), at=MORNING_AFTER - HOUR),
        answered("2"),
        answered("9", at=NOON),
    ]
    found = due_posts(DAY, ON_TIME, [before[place] for place in order])
    assert found == {"1": ProductType.FEED}


def test_days_are_those_of_the_configured_zone():
    # 23:30 UTC of the 28th is the 1st of March in Prague.
    late_evening = post("1", posted_at=datetime.fromisoformat("2026-02-28T23:30Z"))
    before = [listed(late_evening, at=FIRST_LATE)]
    assert due_posts(DAY, LATE, before) == {"1": ProductType.FEED}
