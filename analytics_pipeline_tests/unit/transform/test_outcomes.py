"""What became of everyone a day needed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.outcomes import REASONS, Reason, Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.outcomes import fold_outcomes
from analytics_pipeline_tests.unit.transform.building import (
    DAY,
    FIRST_LATE,
    MORNING_AFTER,
    RULE,
    account,
    attempt,
    connection,
    need,
)

HOUR = timedelta(hours=1)
NEXT_DAY = DAY + timedelta(days=1)


def failed(at, reason, **changes):
    return attempt(at, status=REASONS[reason].status, reason=reason, **changes)


def fold(attempts=(), needs=None, connections=None):
    """Fold what happened on the day to creator 1, who has one account."""
    return fold_outcomes(
        [need()] if needs is None else needs,
        [connection()] if connections is None else connections,
        attempts,
        RULE,
    )


def only(attempts):
    (outcome,) = fold(attempts)
    return outcome


def test_an_on_time_answer_is_ok_without_a_reason():
    outcome = only([attempt(calls=3)])
    assert (outcome.status, outcome.reason) == (Status.OK, None)
    assert (outcome.calls, outcome.observed_at) == (3, MORNING_AFTER)
    assert outcome.account == account()


def test_a_creator_without_account_is_skipped():
    (outcome,) = fold(connections=[])
    assert (outcome.status, outcome.reason) == (Status.SKIPPED, Reason.NO_CONNECTION)
    assert (outcome.account, outcome.calls, outcome.observed_at) == (None, 0, None)


def test_an_account_nobody_asked_is_deferred():
    (outcome,) = fold()
    assert (outcome.status, outcome.reason) == (Status.DEFERRED, Reason.NOT_REACHED)
    assert outcome.account == account()


def test_a_killed_attempt_has_not_the_last_word_at_the_same_instant():
    killed = failed(MORNING_AFTER, Reason.INTERRUPTED, attempt_id="b")
    told = failed(MORNING_AFTER, Reason.RECONNECT_REQUIRED, attempt_id="a")

    assert only([killed, told]).reason is Reason.RECONNECT_REQUIRED
    assert only([told, killed]).reason is Reason.RECONNECT_REQUIRED


@pytest.mark.parametrize(
    ("attempts", "status", "reason", "observed_at"),
    [
        pytest.param(
            [attempt(), failed(MORNING_AFTER + HOUR, Reason.TRANSIENT)],
            Status.OK,
            None,
            MORNING_AFTER,
            id="a failure after an answer",
        ),
        pytest.param(
            [attempt(MORNING_AFTER + HOUR), attempt()],
            Status.OK,
            None,
            MORNING_AFTER + HOUR,
            id="the newest answer on time",
        ),
        pytest.param(
            [attempt(), attempt(FIRST_LATE)],
            Status.OK,
            None,
            MORNING_AFTER,
            id="on time before late",
        ),
        pytest.param(
            [attempt(FIRST_LATE + HOUR), attempt(FIRST_LATE)],
            Status.OK,
            Reason.LATE,
            FIRST_LATE,
            id="the first late answer",
        ),
        pytest.param(
            [failed(MORNING_AFTER, Reason.BUDGET), attempt(FIRST_LATE)],
            Status.OK,
            Reason.LATE,
            FIRST_LATE,
            id="late after a failure",
        ),
        pytest.param(
            [
                failed(MORNING_AFTER + HOUR, Reason.NOT_FOUND),
                failed(MORNING_AFTER, Reason.TRANSIENT),
            ],
            Status.SKIPPED,
            Reason.NOT_FOUND,
            None,
            id="the last word of several failures",
        ),
    ],
)
def test_the_best_answer_counts_else_the_last_word(
    attempts, status, reason, observed_at
):
    outcome = only(attempts)
    assert (outcome.status, outcome.reason) == (status, reason)
    assert outcome.observed_at == observed_at


def test_what_the_platform_said_comes_from_the_attempt_that_counts():
    dead = failed(MORNING_AFTER, Reason.RECONNECT_REQUIRED, detail="code 190")
    assert only([dead]).detail == "code 190"
    assert only([dead, attempt(MORNING_AFTER + HOUR)]).detail is None


def test_calls_of_all_attempts_are_counted_and_those_of_a_walk_once():
    walk = attempt(MORNING_AFTER, DAY, NEXT_DAY, calls=5)
    repeated = failed(MORNING_AFTER + HOUR, Reason.TRANSIENT, calls=2)
    outcomes = fold([walk, repeated], [need(), need(NEXT_DAY)])
    assert [outcome.calls for outcome in outcomes] == [2, 5]


def test_each_account_of_a_creator_has_an_outcome():
    connections = [connection(account(number=n)) for n in (1, 2)]
    outcomes = fold([attempt()], connections=connections)
    assert [outcome.status for outcome in outcomes] == [Status.OK, Status.DEFERRED]


def test_the_account_is_told_as_it_is_known_now():
    renamed = replace(account(), username="new.handle")
    (outcome,) = fold([attempt()], connections=[connection(renamed)])
    assert outcome.account.username == "new.handle"


def test_an_attempt_counts_although_its_connection_has_been_removed():
    (outcome,) = fold([attempt()], connections=[])
    assert (outcome.status, outcome.account) == (Status.OK, account())


def test_a_removed_connection_has_no_outcome_on_days_it_was_not_tried():
    outcomes = fold([attempt()], [need(), need(NEXT_DAY)], connections=[])
    assert [outcome.reason for outcome in outcomes] == [None, Reason.NO_CONNECTION]


def test_nobody_elses_account_answers_for_a_creator():
    of_other = account("2")
    tiktok = account(platform=Platform.TIKTOK, connection_id="tiktok-1")
    for other in (of_other, tiktok):
        (outcome,) = fold([attempt(account=other)], connections=[connection(other)])
        assert outcome.reason is Reason.NO_CONNECTION


moments = st.integers(1, 100).map(lambda hours: RULE.start(DAY) + hours * HOUR)
tried = st.lists(
    st.builds(
        lambda at, reason, days, who: (
            attempt(at, *days, account=who)
            if reason is None
            else failed(at, reason, snapshot_dates=days, account=who)
        ),
        moments,
        st.sampled_from([None, *Reason]).filter(lambda reason: reason != Reason.LATE),
        st.sampled_from([(DAY,), (NEXT_DAY,), (DAY, NEXT_DAY)]),
        st.builds(account, st.sampled_from("12"), number=st.sampled_from([1, 2])),
    ),
    max_size=6,
)
known = st.lists(
    st.builds(account, st.sampled_from("12"), number=st.sampled_from([1, 2])),
    unique=True,
).map(lambda accounts: list(map(connection, accounts)))
NEEDS = [need(day, creator_id) for day in (DAY, NEXT_DAY) for creator_id in "123"]


@given(tried, known)
def test_nobody_who_was_needed_is_missing(attempts, connections):
    outcomes = fold(attempts, NEEDS, connections)
    by_need = {(item.day, item.creator_id): [] for item in NEEDS}
    for outcome in outcomes:
        by_need[outcome.day, outcome.creator_id].append(outcome)
    for (day, creator_id), found in by_need.items():
        accounts = [outcome.account for outcome in found]
        assert accounts
        assert len(set(accounts)) == len(accounts)
        expected = {item.account for item in connections} | {
            item.account for item in attempts if day in item.snapshot_dates
        }
        of_creator = {item for item in expected if item.creator_id == creator_id}
        assert set(accounts) == (of_creator or {None})


@given(tried, known)
def test_it_is_ok_exactly_when_something_was_answered(attempts, connections):
    for outcome in fold(attempts, NEEDS, connections):
        answers = [
            item.observed_at
            for item in attempts
            if item.account == outcome.account
            and outcome.day in item.snapshot_dates
            and item.status is Status.OK
        ]
        on_time = [at for at in answers if RULE.is_on_time(outcome.day, at)]
        assert (outcome.status is Status.OK) == bool(answers)
        assert outcome.observed_at == (
            max(on_time) if on_time else min(answers, default=None)
        )
        if answers:
            assert outcome.reason is (None if on_time else Reason.LATE)
        else:
            assert REASONS[outcome.reason].status is outcome.status


@given(tried, known)
def test_days_have_the_same_outcomes_alone_and_together(attempts, connections):
    together = fold(attempts, NEEDS, connections)
    alone = [
        outcome
        for day in (DAY, NEXT_DAY)
        for outcome in fold(
            [item for item in attempts if day in item.snapshot_dates],
            [item for item in NEEDS if item.day == day],
            connections,
        )
    ]
    assert alone == together


@given(tried, known)
def test_no_call_is_lost_or_counted_twice(attempts, connections):
    outcomes = fold(attempts, NEEDS, connections)
    assert sum(item.calls for item in outcomes) == sum(item.calls for item in attempts)
