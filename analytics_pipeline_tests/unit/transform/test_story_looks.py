"""When another look at stories is worth its calls, and whose last look is due."""

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics_pipeline.schemas.stories import LiveStory
from analytics_pipeline.transform.story_looks import (
    days_of_look,
    due_last_looks,
    must_look,
)
from analytics_pipeline_tests.unit.transform.building import RULE

POSTED = datetime(2026, 3, 1, 12, tzinfo=UTC)
STORY = LiveStory("instagram-1", "18", POSTED)
MINUTE = timedelta(minutes=1)


def at(hours, minutes=0):
    """An instant of the story's life."""
    return POSTED + timedelta(hours=hours, minutes=minutes)


@pytest.mark.parametrize(
    ("instant", "today"),
    [
        (datetime(2026, 3, 1, 22, 59, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 23, 0, tzinfo=UTC), date(2026, 3, 2)),
        # The day has 23 hours in Prague.
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
    ],
    ids=["last minute", "midnight", "summer time begins"],
)
def test_a_look_belongs_to_yesterday_and_today_of_the_zone(instant, today):
    assert days_of_look(instant, RULE) == (today - timedelta(days=1), today)


@pytest.mark.parametrize(
    ("looked_at", "since", "now", "expected"),
    [
        (None, at(0), at(1), True),
        (at(1), at(2), at(3), True),
        (at(2), at(2), at(3), False),
        (at(22, 29), at(22), at(22, 31), True),
        (at(22, 31), at(22), at(22, 40), False),
        (at(22, 29), at(22), at(23, 50), False),
    ],
    ids=[
        "never looked",
        "a look before that",
        "a look from then on",
        "before the last look was due",
        "that was the last look",
        "too late for a last look",
    ],
)
def test_an_account_is_looked_at_again_when_that_is_wanted_or_a_story_ends(
    looked_at, since, now, expected
):
    assert must_look(looked_at, [STORY], since, now) is expected


@pytest.mark.parametrize(
    ("now", "is_due"),
    [
        (at(22, 30) - MINUTE, False),
        (at(22, 30), True),
        (at(23, 48), True),
        (at(23, 48) + MINUTE, False),
    ],
    ids=["before", "from 22.5 hours", "until 23.8 hours", "after"],
)
def test_the_last_look_is_due_between_22_and_a_half_and_23_8_hours(now, is_due):
    due = due_last_looks([STORY], {"instagram-1": at(20)}, now)

    assert (due is not None) is is_due


def test_only_accounts_with_a_story_that_is_about_to_end_are_looked_at():
    stories = [
        STORY,
        LiveStory("instagram-1", "19", POSTED + MINUTE),
        LiveStory("instagram-2", "20", at(3)),
        LiveStory("instagram-3", "21", POSTED),
    ]

    due = due_last_looks(stories, {"instagram-3": at(22, 35)}, at(22, 40))

    assert due.connection_ids == ("instagram-1",)


def test_the_same_stories_have_one_key_until_their_look_ought_to_have_come():
    looks = {"instagram-1": at(20)}
    keys = [
        due_last_looks([STORY], looks, at(22, minute)).key
        for minute in (30, 31, 45, 59)
    ]
    later = due_last_looks([STORY], looks, at(23, 1)).key
    others = due_last_looks(
        [STORY, LiveStory("instagram-2", "20", POSTED)], looks, at(22, 30)
    ).key

    assert len(set(keys)) == 1
    assert len({keys[0], later, others}) == 3
