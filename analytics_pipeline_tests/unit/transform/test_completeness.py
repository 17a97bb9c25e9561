"""Whose answer a day lacks, and of whom asking again could bring it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from analytics_pipeline.schemas.connections import ConnectionStatus
from analytics_pipeline.schemas.outcomes import PASSING, REASONS, Reason, Status
from analytics_pipeline.transform.asking_again import pause_after, pauses_passed
from analytics_pipeline.transform.completeness import open_accounts
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
NOON = RULE.start(DAY) + 12 * HOUR
LATER = MORNING_AFTER + 3 * HOUR
TROUBLES = [r for r, info in REASONS.items() if info.status is not Status.OK]


def found(now, *attempts, of=None):
    """Return reason and tries of the accounts that are open."""
    clock = (RULE, now)
    listed = open_accounts([need()], [of or connection()], attempts, clock)
    return [(item.reason, item.tries) for item in listed]


def failed(at, reason, **changes):
    return attempt(at, status=REASONS[reason].status, reason=reason, **changes)


def test_an_account_that_nobody_asked_is_open():
    assert found(MORNING_AFTER) == [(Reason.NOT_REACHED, 0)]
    assert found(FIRST_LATE) == [(Reason.NOT_REACHED, 0)]


@pytest.mark.parametrize("now", [LATER, FIRST_LATE], ids=["in time", "late"])
def test_an_account_that_answered_is_not(now):
    assert found(now, attempt(MORNING_AFTER)) == []


def test_an_account_that_answered_late_is_not():
    assert found(FIRST_LATE + HOUR, attempt(FIRST_LATE)) == []


def test_a_look_while_the_day_lasted_is_not_its_closing_state():
    assert found(MORNING_AFTER, attempt(NOON)) == [(None, 0)]
    assert found(FIRST_LATE, attempt(NOON)) == [(None, 0)], "posts came after it"
    assert found(FIRST_LATE + HOUR, attempt(NOON), attempt(FIRST_LATE)) == []


@pytest.mark.parametrize("reason", TROUBLES)
@pytest.mark.parametrize("now", [LATER, FIRST_LATE], ids=["in time", "late"])
def test_only_what_can_pass_is_open(reason, now):
    expected = [(reason, 1)] if reason in PASSING else []

    assert found(now, failed(MORNING_AFTER, reason)) == expected


def test_a_failure_after_an_answer_of_the_closed_day_opens_nothing():
    again = failed(LATER, Reason.TRANSIENT)

    assert found(LATER + HOUR, attempt(MORNING_AFTER), again) == []


def test_the_newest_reason_counts_whatever_the_order():
    attempts = [
        failed(LATER, Reason.PERMISSION_MISSING),
        failed(MORNING_AFTER, Reason.TRANSIENT),
    ]

    assert found(LATER + HOUR, *attempts) == []


def test_tries_are_counted_since_the_day_ended():
    attempts = [failed(at, Reason.BUDGET) for at in (NOON, MORNING_AFTER, LATER)]

    assert found(LATER + HOUR, *attempts) == [(Reason.BUDGET, 2)]


def test_a_new_handle_opens_who_was_not_found():
    missed = failed(MORNING_AFTER, Reason.NOT_FOUND)
    renamed = connection(replace(account(), username="new.handle"))

    assert found(LATER, missed) == []
    assert found(LATER, missed, of=renamed) == [(Reason.NOT_FOUND, 1)]


def test_a_dead_token_waits_for_its_owner():
    dead = connection(status=ConnectionStatus.RECONNECT_REQUIRED)

    assert found(LATER, failed(MORNING_AFTER, Reason.RECONNECT_REQUIRED), of=dead) == []


@pytest.mark.parametrize("tries", range(12))
def test_a_pause_is_never_shorter_than_the_one_before(tries):
    assert pause_after(tries) <= pause_after(tries + 1) <= timedelta(hours=4)


def test_pauses_begin_when_they_are_over():
    first, second = pause_after(3), pause_after(4)
    moment = timedelta(microseconds=1)

    assert pauses_passed(3, first - moment) == 0
    assert pauses_passed(3, first) == 1
    assert pauses_passed(3, first + second - moment) == 1
    assert pauses_passed(3, first + second) == 2
