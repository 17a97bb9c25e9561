"""Which observation speaks for a day."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.outcomes import Reason, Status, Unknown
from analytics_pipeline.schemas.platforms import ContentType
from analytics_pipeline.transform.canonical import (
    AccountDay,
    Reading,
    account_day,
    caption_id,
)
from analytics_pipeline.transform.parsed import ParsedAnswer
from analytics_pipeline_tests.unit.transform.building import (
    DAY,
    FIRST_LATE,
    MORNING_AFTER,
    RULE,
    account_record,
    attempt,
    post,
)

HOUR = timedelta(hours=1)
YESTERDAYS = RULE.start(DAY) - HOUR
NOTHING = AccountDay(None, ())


def answered(observed_at, *posts, account=None, status=Status.OK, reason=None):
    """One attempt with one answer."""
    reading = Reading(observed_at, ParsedAnswer(account=account, posts=list(posts)))
    return attempt(observed_at, status=status, reason=reason), [reading]


def likes(seen):
    return {item.post.post_id: item.post.like_count for item in seen.posts}


def test_nothing_answered_is_nothing_known():
    assert account_day(DAY, RULE, []) == NOTHING
    assert account_day(DAY, RULE, [(attempt(), [])]) == NOTHING


def test_an_on_time_answer_tells_of_every_post_whatever_day_it_is_from():
    old = post("1", 5, posted_at=YESTERDAYS)
    seen = account_day(
        DAY, RULE, [answered(MORNING_AFTER, old, post("2"), account=account_record())]
    )
    assert likes(seen) == {"1": 5, "2": 1}
    assert not any(item.is_late for item in seen.posts)
    assert seen.account.account.follower_count == 1000
    assert (seen.account.observed_at, seen.account.is_late) == (MORNING_AFTER, False)


def test_the_newest_on_time_observation_counts():
    earlier = answered(MORNING_AFTER, post("1", 5), account=account_record(10))
    newer = answered(MORNING_AFTER + HOUR, post("1", 4), account=account_record(9))
    seen = account_day(DAY, RULE, [newer, earlier])
    assert likes(seen) == {"1": 4}
    assert seen.account.account.follower_count == 9


def test_a_late_answer_never_replaces_one_that_was_on_time():
    on_time = answered(MORNING_AFTER, post("1", 5), account=account_record(10))
    late = answered(FIRST_LATE, post("1", 99), post("2"), account=account_record(99))
    with_late, without = (
        account_day(DAY, RULE, answers) for answers in ([on_time, late], [on_time])
    )
    assert with_late.account == without.account
    assert with_late.posts == without.posts


def test_a_late_answer_tells_only_of_what_was_published_that_day():
    published = [
        post("before", posted_at=RULE.start(DAY) - HOUR),
        post("first", posted_at=RULE.start(DAY)),
        post("last", posted_at=RULE.end(DAY) - HOUR),
        post("after", posted_at=RULE.end(DAY)),
    ]
    seen = account_day(DAY, RULE, [answered(FIRST_LATE, *published)])
    assert set(likes(seen)) == {"first", "last"}
    assert all(item.is_late for item in seen.posts)
    assert {item.observed_at for item in seen.posts} == {FIRST_LATE}


def test_of_late_answers_the_first_counts():
    first = answered(FIRST_LATE, post("1", 5))
    second = answered(FIRST_LATE + HOUR, post("1", 6), post("2", 7))
    assert likes(account_day(DAY, RULE, [second, first])) == {"1": 5, "2": 7}


def test_the_numbers_of_a_late_account_are_not_invented():
    seen = account_day(
        DAY,
        RULE,
        [
            answered(FIRST_LATE + HOUR, account=account_record(11, username="newer")),
            answered(FIRST_LATE, account=account_record(10, username="first")),
        ],
    )
    account = seen.account.account
    numbers = ("follower_count", "following_count", "post_count_reported")
    assert [getattr(account, name) for name in numbers] == [None] * 3
    assert account.unknown == dict.fromkeys(numbers, Unknown.LATE)
    assert account.username == "first"
    assert (seen.account.observed_at, seen.account.is_late) == (FIRST_LATE, True)


def test_an_on_time_walk_that_failed_midway_is_completed_by_a_late_one():
    cut = answered(MORNING_AFTER, post("1", 5), status=Status.FAILED)
    late = answered(FIRST_LATE, post("1", 50), post("2", 60))
    seen = account_day(DAY, RULE, [cut, late])
    assert likes(seen) == {"1": 5, "2": 60}
    assert [item.is_late for item in seen.posts] == [False, True]


def test_a_walk_that_ended_too_late_is_not_complete():
    begun = FIRST_LATE - HOUR
    readings = [
        Reading(begun, ParsedAnswer(posts=[post("1")])),
        Reading(FIRST_LATE, ParsedAnswer(posts=[post("2")])),
    ]
    seen = account_day(DAY, RULE, [(attempt(FIRST_LATE), readings)])
    assert [item.is_late for item in seen.posts] == [False, True]


def test_what_was_answered_before_the_day_says_nothing_about_it():
    early = answered(YESTERDAYS, post("1"), account=account_record())
    assert account_day(DAY, RULE, [early]) == NOTHING


def test_answers_about_an_account_that_took_over_the_handle_are_not_taken():
    foreign = answered(
        MORNING_AFTER,
        post("1"),
        account=account_record(),
        status=Status.SKIPPED,
        reason=Reason.RENAMED,
    )
    assert account_day(DAY, RULE, [foreign]) == NOTHING


def test_a_post_on_two_pages_of_a_walk_is_one_post():
    readings = [
        Reading(MORNING_AFTER, ParsedAnswer(posts=[post("1", 5), post("2", 1)])),
        Reading(MORNING_AFTER, ParsedAnswer(posts=[post("1", 6)])),
    ]
    seen = account_day(DAY, RULE, [(attempt(), readings)])
    assert likes(seen) == {"1": 6, "2": 1}


moments = st.integers(-2, 60).map(lambda hours: RULE.start(DAY) + hours * HOUR)
posts = st.builds(
    post,
    st.sampled_from("1234"),
    st.integers(0, 100),
    posted_at=st.integers(-30, 30).map(lambda hours: RULE.start(DAY) + hours * HOUR),
)
answers = st.builds(
    ParsedAnswer,
    account=st.none() | st.builds(account_record, st.integers(0, 100)),
    posts=st.lists(posts, max_size=4),
)
endings = st.sampled_from(
    [(Status.OK, None), (Status.FAILED, Reason.TRANSIENT), (Status.DEFERRED, None)]
)


@st.composite
def attempts_at(draw, moment=moments, ending=endings):
    """An attempt of up to two answers, the last of them at the moment."""
    at = draw(moment)
    status, reason = draw(ending)
    parsed = draw(st.lists(answers, max_size=2))
    readings = [
        Reading(at - HOUR * (len(parsed) - 1 - n), item)
        for n, item in enumerate(parsed)
    ]
    name = draw(st.uuids()).hex
    return attempt(at, attempt_id=name, status=status, reason=reason), readings


ok = st.just((Status.OK, None))
closing = st.integers(24, 47).map(lambda hours: RULE.start(DAY) + hours * HOUR)
on_time = st.integers(1, 47).map(lambda hours: RULE.start(DAY) + hours * HOUR)
too_late = st.integers(0, 20).map(lambda hours: FIRST_LATE + (1 + hours) * HOUR)


@given(st.lists(attempts_at(), max_size=3))
def test_the_order_of_attempts_does_not_matter(attempts):
    seen = account_day(DAY, RULE, attempts)
    for order in permutations(attempts):
        assert account_day(DAY, RULE, order) == seen


@given(st.lists(attempts_at(), max_size=4))
def test_a_post_has_one_row_by_its_newest_on_time_else_a_late_observation(
    attempts,
):
    seen = {item.post.post_id: item for item in account_day(DAY, RULE, attempts).posts}
    observed = [
        (reading.observed_at, item)
        for _, readings in attempts
        for reading in readings
        for item in reading.parsed.posts
    ]
    for post_id in "1234":
        times = [at for at, item in observed if item.post_id == post_id]
        in_time = [at for at in times if RULE.is_on_time(DAY, at)]
        if in_time:
            assert (seen[post_id].observed_at, seen[post_id].is_late) == (
                max(in_time),
                False,
            )
        elif post_id in seen:
            assert seen[post_id].is_late
            assert seen[post_id].observed_at in times
    assert all(
        (item.observed_at, item.post) in observed
        and (not item.is_late or RULE.contains(DAY, item.post.posted_at))
        for item in seen.values()
    )


@given(
    attempts_at(closing, ok),
    st.lists(attempts_at(too_late), max_size=2),
    st.lists(
        st.builds(
            lambda at, name, ending: (
                attempt(at, attempt_id=name.hex, status=ending[0], reason=ending[1]),
                [],
            ),
            moments,
            st.uuids(),
            endings,
        ),
        max_size=2,
    ),
)
def test_failed_empty_and_late_attempts_change_nothing_of_a_complete_one(
    complete, late, without_answers
):
    alone = account_day(DAY, RULE, [complete])
    among = account_day(DAY, RULE, [*late, complete, *without_answers])
    assert among.posts == alone.posts
    if alone.account is not None:
        assert among.account == alone.account


def test_a_look_while_the_day_lasted_is_completed_by_the_first_late_one():
    noon = answered(RULE.start(DAY) + 12 * HOUR, post("1", 5))
    late = answered(RULE.end(DAY) + 48 * HOUR, post("1", 9), post("2", 7))
    seen = account_day(DAY, RULE, [noon, late])
    assert [(item.post.post_id, item.is_late) for item in seen.posts] == [
        ("1", False),
        ("2", True),
    ]


@given(attempts_at(on_time, ok), st.lists(attempts_at(on_time), max_size=2))
def test_other_attempts_on_time_take_no_post_away_and_make_none_older(complete, others):
    alone = account_day(DAY, RULE, [complete])
    among = account_day(DAY, RULE, [complete, *others])
    newer = {item.post.post_id: item.observed_at for item in among.posts}
    for item in alone.posts:
        assert newer[item.post.post_id] >= item.observed_at
    assert (among.account is not None) >= (alone.account is not None)


def test_a_caption_has_a_fingerprint_of_its_own():
    captions = ["", "a", "A", "a ", "cafe\u0301", "café", "❤️", "x" * 10_000]
    assert len({caption_id(text) for text in captions}) == len(captions)
    assert caption_id(None) is None


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_day_of_summer_time_is_observed_to_the_end_of_its_grace(day):
    last = RULE.end(day) + RULE.grace - HOUR
    item = post("1", posted_at=RULE.start(day))
    (seen,) = account_day(day, RULE, [answered(last, item)]).posts
    assert not seen.is_late
    (seen,) = account_day(day, RULE, [answered(last + HOUR, item)]).posts
    assert seen.is_late


def test_a_sighting_is_the_newest_of_all_answers_since_the_first():
    answers = [
        answered(MORNING_AFTER, post("1", 5), post("2")),
        answered(MORNING_AFTER + HOUR, post("1", 6)),
        answered(FIRST_LATE, post("1", 7), post("late", posted_at=YESTERDAYS)),
    ]
    for some in permutations(answers):
        seen = {s.post.post_id: s for s in account_day(DAY, RULE, some).sightings}
        assert set(seen) == {"1", "2"}
        assert seen["1"].post.like_count == 7
        assert seen["1"].first_seen_at == MORNING_AFTER
        assert seen["1"].last_seen_at == FIRST_LATE
        assert seen["2"].last_seen_at == MORNING_AFTER


def test_a_story_is_no_story_of_a_day_that_had_ended_before_it_was_published():
    """A look speaks for the day before it too, and for all else that is listed."""
    times = {"then": RULE.end(DAY) - timedelta(seconds=1), "later": RULE.end(DAY)}
    kinds = {"story": ContentType.INSTAGRAM_STORY, "post": ContentType.INSTAGRAM_POST}
    found = [
        post(f"{kind} {when}", posted_at=at, content_type=content_type)
        for when, at in times.items()
        for kind, content_type in kinds.items()
    ]
    look = attempt(), [Reading(MORNING_AFTER, ParsedAnswer(posts=found))]

    seen = account_day(DAY, RULE, [look])

    there = {"story then", "post then", "post later"}
    assert {one.post.post_id for one in seen.posts} == there
    assert {one.post.post_id for one in seen.sightings} == there
