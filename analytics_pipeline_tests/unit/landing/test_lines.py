"""Lines of landing objects: what goes in comes out, and what is cut off is told."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.landing.lines import (
    LandedAnswer,
    answer_line,
    attempt_line,
    attempt_of,
    landed_answer,
    parse_line,
)
from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account, Answer
from analytics_pipeline_tests.unit.landing.making import (
    DAY,
    NOW,
    SOMEBODY,
    an_answer,
    an_attempt,
)


def test_an_answer_s_line_says_everything():
    line = answer_line(LandedAnswer("a1", 3, SOMEBODY, an_answer()))
    assert json.loads(line) == {
        "v": 1,
        "kind": "answer",
        "attempt_id": "a1",
        "sequence": 3,
        "account": {
            "platform": "instagram",
            "creator_id": "7",
            "connection_id": "c-1",
            "account_id": "17841400000000001",
            "username": "žofie.příkladná",
        },
        "observed_at": "2026-03-02T05:00:01+00:00",
        "request": {
            "method": "GET",
            "url": "https://graph/x",
            "params": {"page": "1"},
        },
        "status": 200,
        "headers": {"content-type": "application/json"},
        "payload": '{"answer": 1, "caption": "한글 🌸"}',
    }


def test_an_attempt_s_line_says_everything():
    attempt = an_attempt(
        snapshot_dates=(DAY, date(2026, 3, 2)),
        covers_from=NOW,
        status=Status.FAILED,
        reason=Reason.TRANSIENT,
        detail="HTTP 500",
        calls=4,
        calls_planned=2,
        calls_unplanned=-1,
        calls_repeated=3,
    )
    line = json.loads(attempt_line(attempt))
    account = line.pop("account")
    assert account["username"] == "žofie.příkladná"
    assert line == {
        "v": 1,
        "kind": "attempt",
        "attempt_id": "a1",
        "run_id": "run-1",
        "snapshot_dates": ["2026-03-01", "2026-03-02"],
        "observed_at": "2026-03-02T05:00:00+00:00",
        "covers_from": "2026-03-02T05:00:00+00:00",
        "status": "failed",
        "reason": "transient",
        "detail": "HTTP 500",
        "calls": 4,
        "calls_planned": 2,
        "calls_unplanned": -1,
        "calls_repeated": 3,
        "attempt_kind": "media",
    }


def test_a_line_from_before_there_were_other_kinds_is_about_media():
    line = json.loads(attempt_line(an_attempt(attempt_kind=AttemptKind.STORIES)))
    assert attempt_of(line).attempt_kind is AttemptKind.STORIES
    del line["attempt_kind"]
    assert attempt_of(line).attempt_kind is AttemptKind.MEDIA


def test_an_opening_line_differs_in_its_kind_only():
    opening = json.loads(attempt_line(an_attempt(), opening=True))
    closing = json.loads(attempt_line(an_attempt()))
    assert (opening.pop("kind"), closing.pop("kind")) == ("opening", "attempt")
    assert opening == closing


texts = st.text()
instants = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])
)
accounts = st.builds(
    Account,
    st.sampled_from(Platform),
    texts,
    texts,
    st.none() | texts,
    st.none() | texts,
)
json_objects = st.dictionaries(
    texts, st.none() | st.integers() | texts | st.lists(texts)
)
answers = st.builds(
    Answer,
    json_objects,
    st.integers(100, 599),
    st.dictionaries(texts, texts),
    texts,
    instants,
)


@given(st.builds(LandedAnswer, texts, st.integers(1), st.none() | accounts, answers))
def test_an_answer_comes_out_as_it_went_in(landed):
    line = answer_line(landed)
    assert "\n" not in line
    assert landed_answer(parse_line(line)) == landed


@given(
    account=accounts,
    snapshot_dates=st.lists(st.dates()).map(tuple),
    observed_at=instants,
    covers_from=st.none() | instants,
    status=st.sampled_from(Status),
    reason=st.none() | st.sampled_from(Reason),
    detail=st.none() | texts,
    calls=st.integers(),
    opening=st.booleans(),
)
def test_an_attempt_comes_out_as_it_went_in(opening, **fields):
    attempt = an_attempt(**fields)
    line = attempt_line(attempt, opening=opening)
    assert "\n" not in line
    assert attempt_of(parse_line(line)) == attempt


def test_the_address_of_the_object_is_not_in_the_line():
    attempt = an_attempt(object_url="a/b.jsonl.gz")
    assert "a/b.jsonl.gz" not in attempt_line(attempt)


def test_a_payload_stays_a_payload_whatever_it_holds():
    """Odd spacing, line ends and broken JSON are evidence."""
    body = '{ "a" :1.0,\r\n\t"b":"\\u0161\u2028\x85" <html>'
    landed = LandedAnswer("a1", 1, None, an_answer(body=body))
    assert landed_answer(parse_line(answer_line(landed))).answer.body == body


def test_a_line_cut_off_anywhere_is_no_line():
    line = answer_line(LandedAnswer("a1", 1, SOMEBODY, an_answer()))
    assert [parse_line(line[:end]) for end in range(len(line))] == [None] * len(line)


@pytest.mark.parametrize("line", ["", "\n", "[]", "null", "5", '"x"', "{", "junk"])
def test_what_is_no_object_is_no_line(line):
    assert parse_line(line) is None


def test_an_instant_keeps_its_offset():
    observed_at = datetime(2026, 3, 2, 6, tzinfo=timezone(timedelta(hours=1)))
    attempt = an_attempt(observed_at=observed_at)
    found = attempt_of(parse_line(attempt_line(attempt)))
    assert found.observed_at.utcoffset() == timedelta(hours=1)
