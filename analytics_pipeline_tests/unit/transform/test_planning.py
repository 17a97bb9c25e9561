"""Whom to ask: everyone a day needs, and nobody whose answer cannot be bettered."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.connections import ConnectionStatus
from analytics_pipeline.schemas.outcomes import REASONS, Reason
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.planning import (
    expected_pages,
    must_ask,
    needs_of,
    plan_accounts,
)
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
NOON = RULE.start(DAY) + 12 * HOUR
"""While `DAY` still runs."""


def failed(at, reason, **changes):
    return attempt(at, status=REASONS[reason].status, reason=reason, **changes)


def asks(now, *before, of=None, refresh=False, day=DAY):
    return must_ask(day, of or connection(), before, (RULE, now), refresh=refresh)


@pytest.mark.parametrize(
    ("now", "before", "is_asked"),
    [
        pytest.param(MORNING_AFTER, None, True, id="never tried"),
        pytest.param(MORNING_AFTER + HOUR, MORNING_AFTER, False, id="answered since"),
        pytest.param(MORNING_AFTER, NOON, True, id="answered before the day ended"),
        pytest.param(MORNING_AFTER, RULE.end(DAY), False, id="at its very end"),
        pytest.param(NOON, None, True, id="still running, never tried"),
        pytest.param(NOON + HOUR, NOON, False, id="still running, answered"),
        pytest.param(FIRST_LATE, None, True, id="late, never tried"),
        pytest.param(FIRST_LATE, NOON, True, id="late, answered during the day"),
        pytest.param(FIRST_LATE + HOUR, FIRST_LATE, False, id="late, answered late"),
    ],
)
def test_a_day_is_asked_for_until_its_closing_state_is_known(now, before, is_asked):
    attempts = [attempt(before)] if before else []
    assert asks(now, *attempts) is is_asked


@pytest.mark.parametrize(
    ("reason", "is_asked"),
    [
        (Reason.NOT_FOUND, False),
        (Reason.RENAMED, False),
        (Reason.BUDGET, True),
        (Reason.TRANSIENT, True),
        (Reason.BAD_ANSWER, True),
        (Reason.INTERRUPTED, True),
        (Reason.PERMISSION_MISSING, True),
        (Reason.RECONNECT_REQUIRED, True),
    ],
)
def test_an_account_that_gave_nothing_is_asked_again_where_that_can_help(
    reason, is_asked
):
    for now in (MORNING_AFTER + HOUR, FIRST_LATE + HOUR):
        assert asks(now, failed(now - HOUR, reason)) is is_asked


def test_a_dead_token_is_not_tried_again_until_there_is_a_new_one():
    dead = failed(MORNING_AFTER, Reason.RECONNECT_REQUIRED)
    now = MORNING_AFTER + HOUR
    refused = connection(status=ConnectionStatus.RECONNECT_REQUIRED)
    renewed = connection(status=ConnectionStatus.CONNECTED)
    assert not asks(now, dead, of=refused)
    assert asks(now, dead, of=renewed)


@pytest.mark.parametrize("change", [{"username": "new.handle"}, {"account_id": "2"}])
def test_an_account_that_was_not_found_is_asked_again_under_another_name(change):
    gone = failed(MORNING_AFTER, Reason.NOT_FOUND)
    of = connection(replace(account(), **change))
    assert asks(MORNING_AFTER + HOUR, gone, of=of)


def test_a_refresh_asks_again_only_while_the_day_can_be_observed_on_time():
    answered = attempt(MORNING_AFTER)
    assert asks(MORNING_AFTER + HOUR, answered, refresh=True)
    assert not asks(FIRST_LATE, answered, refresh=True)


@pytest.mark.parametrize(
    ("size", "has_older", "pages"),
    [
        pytest.param(20, True, {0: 1, 19: 1, 20: 2, 39: 2, 40: 3}, id="older known"),
        pytest.param(20, False, {0: 1, 20: 1, 21: 2, 40: 2, 41: 3}, id="none older"),
    ],
)
def test_a_walk_takes_as_many_pages_as_it_has_posts(size, has_older, pages):
    found = {count: expected_pages(count, size, has_older=has_older) for count in pages}
    assert found == pages


def plan(needs, connections, attempts=(), now=MORNING_AFTER, **options):
    return plan_accounts(needs, connections, attempts, (RULE, now), **options)


def asked(planned):
    return [item.connection.account.connection_id for item in planned.accounts]


def test_an_account_is_asked_once_for_all_its_days():
    days = [DAY, NEXT_DAY, date(2026, 2, 20)]
    (only,) = plan(map(need, days), [connection()]).accounts
    assert only.days == tuple(sorted(days))


def test_a_creator_without_an_account_is_not_planned():
    planned = plan([need(creator_id="1")], [connection(account("2"))])
    assert (planned.accounts, planned.reused) == ((), 0)


def test_every_account_of_a_creator_is_asked():
    connections = [connection(account(number=n)) for n in (1, 2)]
    assert len(plan([need()], connections).accounts) == 2


def test_what_the_landing_store_has_is_reused():
    planned = plan([need(), need(NEXT_DAY)], [connection()], [attempt()])
    assert planned.reused == 1
    assert [item.days for item in planned.accounts] == [(NEXT_DAY,)]


def test_those_deferred_before_come_first_then_those_whose_campaigns_end_first():
    connections = [connection(account(name)) for name in "1234"]
    needs = [
        need(creator_id="1", ends_on=date(2026, 3, 9)),
        need(creator_id="2", ends_on=date(2026, 3, 2)),
        need(creator_id="3", ends_on=date(2026, 3, 20)),
        need(creator_id="4", ends_on=date(2026, 3, 2)),
    ]
    deferred = failed(MORNING_AFTER - HOUR, Reason.BUDGET, account=account("3"))
    planned = plan(needs, connections, [deferred])
    order = [item.connection.account.creator_id for item in planned.accounts]
    assert order == ["3", "2", "4", "1"]
    assert [item.was_deferred for item in planned.accounts] == [True] + [False] * 3


def test_on_time_a_walk_reaches_back_to_the_first_publishing_day():
    (item,) = plan([need(tracked_from=date(2026, 2, 10))], [connection()]).accounts
    assert item.floor == RULE.start(date(2026, 2, 10))


def test_late_a_walk_reaches_back_to_the_first_day_asked_for_only():
    days = [date(2026, 2, 20), date(2026, 2, 18)]
    (item,) = plan(map(need, days), [connection()], now=FIRST_LATE).accounts
    assert item.floor == RULE.start(date(2026, 2, 18))


def test_a_campaign_that_began_with_the_calendar_stops_nothing():
    (item,) = plan([need(tracked_from=date.min)], [connection()]).accounts
    assert item.floor < RULE.start(date(2000, 1, 1))


moments = st.integers(-30, 100).map(lambda hours: RULE.start(DAY) + hours * HOUR)
verdicts = st.sampled_from([None, *Reason])
before = st.lists(
    st.builds(
        lambda at, reason, days, number: (
            attempt(at, *days, account=account(number=number))
            if reason is None
            else failed(at, reason, snapshot_dates=days, account=account(number=number))
        ),
        moments,
        verdicts,
        st.sampled_from([(DAY,), (NEXT_DAY,), (DAY, NEXT_DAY)]),
        st.sampled_from([1, 2]),
    ),
    max_size=5,
)
statuses = st.sampled_from(ConnectionStatus)


@given(moments, before, before, statuses, st.booleans())
def test_a_further_attempt_never_makes_an_account_be_asked(
    now, first, more, status, refresh
):
    of = connection(status=status)
    if not asks(now, *first, of=of, refresh=refresh):
        assert not asks(now, *first, *more, of=of, refresh=refresh)


@given(before)
def test_an_account_that_answered_after_the_day_is_settled_for_ever(others):
    settled = attempt(RULE.end(DAY))
    for now in (MORNING_AFTER, FIRST_LATE, FIRST_LATE + 1000 * HOUR):
        assert not asks(now, *others, settled)


@given(moments, before, statuses, st.randoms())
def test_every_account_day_is_either_planned_or_reused(now, attempts, status, random):
    needs = [need(), need(NEXT_DAY), need(creator_id="without account")]
    connections = [connection(account(number=n), status) for n in (1, 2)]
    planned = plan(needs, connections, attempts, now)
    account_days = [
        (item.connection.account.connection_id, day)
        for item in planned.accounts
        for day in item.days
    ]
    assert len(account_days) == len(set(account_days))
    assert len(account_days) + planned.reused == 4
    assert all(item.days for item in planned.accounts)

    for shuffled in (needs, connections, attempts):
        random.shuffle(shuffled)
    assert plan(needs, connections, attempts, now) == planned
    renewed = plan(needs, connections, attempts, now, refresh=True)
    assert set(asked(planned)) <= set(asked(renewed))


def participant(campaign_id="c1", **changes):
    row = {
        "snapshot_date": DAY,
        "campaign_id": campaign_id,
        "creator_id": "1",
        "platforms": ["instagram", "tiktok"],
        "publishing_start_date": date(2026, 2, 20),
        "publishing_end_date": date(2026, 3, 10),
    }
    return row | changes


def test_a_creator_is_needed_once_over_all_campaigns():
    rows = [
        participant("c1"),
        participant("c2", publishing_start_date=date(2026, 2, 1)),
        participant("c3", publishing_end_date=date(2026, 3, 5)),
    ]
    for order in (rows, rows[::-1]):
        assert needs_of(order, Platform.TIKTOK) == [
            need(
                platform=Platform.TIKTOK,
                tracked_from=date(2026, 2, 1),
                ends_on=date(2026, 3, 5),
            )
        ]


def test_each_day_and_each_creator_is_a_need_of_its_own():
    rows = [
        participant(),
        participant(snapshot_date=NEXT_DAY),
        participant(creator_id="2"),
    ]
    found = needs_of(rows, Platform.INSTAGRAM)
    assert [(item.day, item.creator_id) for item in found] == [
        (DAY, "1"),
        (NEXT_DAY, "1"),
        (DAY, "2"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"platforms": ["tiktok"]}, id="another platform"),
        pytest.param({"platforms": []}, id="no platform"),
        pytest.param({"platforms": None}, id="no list"),
        pytest.param({"publishing_start_date": None}, id="no start"),
        pytest.param({"publishing_end_date": None}, id="no end"),
    ],
)
def test_a_participant_is_not_needed_on_a_platform(changes):
    assert needs_of([participant(**changes)], Platform.INSTAGRAM) == []
