"""What proves that a post was removed."""

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline.transform.canonical import Reading
from analytics_pipeline.transform.parsed import ParsedAnswer
from analytics_pipeline.transform.removals import (
    RemovalCheck,
    asked_post,
    parse_direct_read,
    removal_checks,
    removed_at,
)
from analytics_pipeline_tests.unit.transform.building import (
    MORNING_AFTER,
    account_record,
    attempt,
    json_values,
    post,
)

HOUR = timedelta(hours=1)
POSTED_AT = MORNING_AFTER - 24 * HOUR
SEEN_AT = MORNING_AFTER
GONE = {"error": {"code": 100, "error_subcode": 33, "message": "x"}}


def check(hours, *, is_gone=True, covers_from=POSTED_AT):
    return RemovalCheck("1", is_gone, covers_from, SEEN_AT + hours * HOUR)


def proven(*checks):
    """Return after how many hours removal is proven."""
    at = removed_at(POSTED_AT, SEEN_AT, checks)
    return None if at is None else (at - SEEN_AT) / HOUR


def test_the_second_read_six_hours_after_the_first_is_the_proof():
    assert proven(check(1), check(7)) == 7
    assert proven(check(1), check(6.9)) is None
    assert proven(check(1), check(4), check(8), check(30)) == 8
    assert proven(check(1)) is None
    assert proven() is None


def test_what_was_told_before_a_list_had_the_post_again_is_void():
    assert proven(check(-8), check(-1)) is None
    assert proven(check(-8), check(1)) is None
    assert proven(check(-8), check(1), check(7)) == 7


def test_what_was_told_before_a_direct_read_found_the_post_is_void():
    assert proven(check(1), check(3, is_gone=False), check(8)) is None
    assert proven(check(1), check(3, is_gone=False), check(8), check(14)) == 14
    assert proven(check(1), check(7), check(9, is_gone=False)) is None


def test_a_list_that_was_not_walked_back_to_the_post_tells_nothing_of_it():
    short = POSTED_AT + HOUR
    assert proven(check(1, covers_from=short), check(7)) is None
    assert proven(check(1), check(7, covers_from=short), check(9)) == 9


def test_order_does_not_matter():
    told = [check(1), check(3, is_gone=False), check(8), check(14), check(20)]
    assert {proven(*some) for some in permutations(told)} == {14}


@given(st.lists(st.tuples(st.integers(-20, 40), st.booleans()), max_size=8))
def test_a_removal_is_proven_after_it_was_last_seen_by_two_reads(told):
    found = proven(*(check(hours, is_gone=gone) for hours, gone in told))
    gone_at = {hours for hours, gone in told if gone and hours > 0}
    if found is not None:
        assert found in gone_at
        assert any(found - hours >= 6 for hours in gone_at)


def request(url="https://graph/v23.0/17", fields="id"):
    return {"method": "GET", "url": url, "params": {"fields": fields}}


def test_a_direct_read_is_told_by_its_request():
    assert asked_post(request()) == "17"
    assert asked_post(request(fields="id,username")) is None
    assert asked_post({"url": "https://graph/v23.0/17"}) is None
    assert asked_post({"params": {"fields": "id"}}) is None


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        pytest.param(GONE, {"17": True}, id="100/33"),
        pytest.param({"id": "17"}, {"17": False}, id="there"),
        pytest.param({"id": 17}, {"17": False}, id="there, as a number"),
        pytest.param({"id": "18"}, {}, id="another"),
        pytest.param({"error": {"code": 100}}, {}, id="100"),
        pytest.param({"error": {"code": 190, "error_subcode": 33}}, {}, id="190"),
        pytest.param({"error": {"code": 10}}, {}, id="no permission"),
        pytest.param(
            {"error": {**GONE["error"], "is_transient": True}}, {}, id="transient"
        ),
        pytest.param({"error": "gone"}, {}, id="a text"),
        pytest.param([], {}, id="a list"),
    ],
)
def test_only_does_not_exist_is_gone(payload, told):
    assert parse_direct_read(payload, "17").directly_read == told


@given(json_values)
def test_any_answer_is_read(payload):
    assert parse_direct_read(payload, "17").directly_read in ({}, {"17": False})


def read(*, posts=(), account=None, told=None):
    parsed = ParsedAnswer(
        account=account, posts=list(posts), directly_read=dict(told or {})
    )
    return Reading(MORNING_AFTER, parsed)


PROFILE = read(account=account_record())
COMPLETE = {"covers_from": POSTED_AT}


def test_a_complete_walk_with_a_direct_read_is_a_check():
    answers = [PROFILE, read(posts=[post("2")]), read(told={"1": True})]
    (found,) = removal_checks(attempt(**COMPLETE), answers)
    assert found == RemovalCheck("1", is_gone=True, **COMPLETE, observed_at=SEEN_AT)


@pytest.mark.parametrize(
    "changes",
    [
        {"covers_from": None},
        {**COMPLETE, "status": Status.FAILED, "reason": Reason.INTERRUPTED},
    ],
)
def test_an_attempt_that_did_not_end_well_tells_nothing(changes):
    answers = [PROFILE, read(told={"1": True})]
    assert list(removal_checks(attempt(**changes), answers)) == []


def test_a_token_that_did_not_read_the_account_tells_nothing():
    assert list(removal_checks(attempt(**COMPLETE), [read(told={"1": True})])) == []


def test_a_post_that_the_list_has_after_all_is_not_checked():
    answers = [PROFILE, read(posts=[post("1")]), read(told={"1": True})]
    assert list(removal_checks(attempt(**COMPLETE), answers)) == []
