"""What a push says: whose it is, what is left out, and which numbers it brings."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from analytics_pipeline.schemas.findings import Rule
from analytics_pipeline.schemas.metrics import MetricSource
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.transform.pushes import (
    MalformedPushError,
    PushedEntry,
    parse_pushed_entry,
    read_push,
)
from analytics_pipeline_tests.unit.transform.building import json_values

ACCOUNT = "17841400000000001"
SENT = datetime(2026, 3, 2, 11, tzinfo=UTC)
VALUE = {
    "media_id": "18023345989012587",
    "reach": 17,
    "impressions": 28,
    "replies": 0,
    "exits": 1,
    "taps_forward": 12,
    "taps_back": -1,
}


def change(field="story_insights", **value):
    return {"field": field, "value": VALUE | value}


def entry(*changes, **fields):
    told = {"id": ACCOUNT, "time": int(SENT.timestamp())}
    return told | {"changes": list(changes or [change()])} | fields


def update(*entries, about="instagram"):
    return {"object": about, "entry": list(entries or [entry()])}


def read(pushed):
    return read_push(json.dumps(pushed))


@pytest.mark.parametrize("is_list", [False, True], ids=["an object", "a list"])
def test_a_body_is_an_object_or_a_list_of_them(is_list):
    push = read([update(), update()] if is_list else update())

    assert [found.account_id for found in push.entries] == [ACCOUNT] * (1 + is_list)
    assert json.loads(push.entries[0].body) == entry()
    assert not push.left_out + push.malformed


@pytest.mark.parametrize(
    "body",
    ["", "no JSON", '"text"', "17", "null", "[" * 100_000, "1" * 5000],
    ids=["empty", "text", "a string", "a number", "null", "deep", "a long number"],
)
def test_a_body_that_is_no_push_is_refused_without_being_quoted(body):
    with pytest.raises(MalformedPushError, match=r"^the body is ") as caught:
        read_push(body)

    assert len(str(caught.value)) < 40


@pytest.mark.parametrize(
    ("pushed", "what"),
    [
        (update(entry(id="0")), "a test of the dashboard"),
        (update(about="page"), "about another object than instagram"),
        (update(entry(change("comments"))), "a change of another field"),
        (update({"id": ACCOUNT, "messaging": []}), "an entry without changes"),
    ],
    ids=["dashboard", "page", "comment", "message"],
)
def test_what_is_not_about_stories_is_left_out(pushed, what):
    push = read(pushed)

    assert push.entries == ()
    assert push.left_out == {what: 1}
    assert not push.malformed


@pytest.mark.parametrize(
    ("pushed", "what"),
    [
        ([3], "without a list of entries"),
        ({"object": "instagram"}, "without a list of entries"),
        (update("entry"), "an entry that is no object"),
        (update(entry(id=None)), "an entry without an account"),
        (update(entry("change")), "a change without a field"),
        (update(entry({"field": "story_insights"})), "a change without values"),
    ],
    ids=["number", "no entries", "text", "no id", "no field", "no value"],
)
def test_what_is_malformed_is_counted_and_costs_no_other_entry(pushed, what):
    pushed = pushed if isinstance(pushed, list) else [pushed]

    push = read([*pushed, update()])

    assert push.malformed == {what: 1}
    assert len(push.entries) == 1


def test_changes_about_other_people_do_not_get_into_what_is_kept():
    comment = {"field": "comments", "value": {"text": "my phone is 123"}}

    (kept,) = read(update(entry(comment, change()))).entries

    assert "phone" not in kept.body
    assert json.loads(kept.body)["changes"] == [change()]


def test_a_push_of_a_thousand_changes_is_one_entry():
    (kept,) = read(update(entry(*[change(reach=n) for n in range(1000)]))).entries

    assert len(parse_pushed_entry(json.loads(kept.body)).metrics) == 6000


@pytest.mark.parametrize(
    ("time", "observed_at"),
    [
        (int(SENT.timestamp()), SENT),
        (int(SENT.timestamp()) * 1000, SENT),
        (str(int(SENT.timestamp())), SENT),
        (1547687043, SENT + timedelta(hours=30)),
        (int(SENT.timestamp()) + 10**6, SENT + timedelta(hours=30)),
        (None, SENT + timedelta(hours=30)),
        ("yesterday", SENT + timedelta(hours=30)),
        (True, SENT + timedelta(hours=30)),
        (-(10**30), SENT + timedelta(hours=30)),
    ],
    ids=[
        "seconds",
        "milliseconds",
        "text",
        "years ago",
        "future",
        "none",
        "words",
        "true",
        "huge",
    ],
)
def test_numbers_were_true_when_they_were_sent_if_that_can_be(time, observed_at):
    (kept,) = read(update(entry(time=time))).entries

    # Received late, after Meta has repeated it.
    assert kept.observed_at(SENT + timedelta(hours=30)) == observed_at


def test_numbers_keep_their_names_and_too_few_viewers_is_no_number():
    parsed = parse_pushed_entry(entry())

    told = {one.metric: (one.value, one.unknown) for one in parsed.metrics}
    assert told == {
        "reach": (17, None),
        "impressions": (28, None),
        "replies": (0, None),
        "exits": (1, None),
        "taps_forward": (12, None),
        "taps_back": (None, Unknown.TOO_FEW_VIEWERS),
    }
    assert {one.source for one in parsed.metrics} == {MetricSource.STORY_INSIGHTS}
    assert {one.post_id for one in parsed.metrics} == {"18023345989012587"}
    assert parsed.account_id == ACCOUNT
    assert parsed.findings == []


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (-2, Rule.NEGATIVE_COUNT),
        ("many", Rule.WRONG_TYPE),
        (2**70, Rule.COUNT_TOO_LARGE),
    ],
    ids=["negative", "text", "too large"],
)
def test_a_number_that_cannot_be_is_null_with_a_finding(value, rule):
    parsed = parse_pushed_entry(entry(change(reach=value)))

    (reach,) = [one for one in parsed.metrics if one.metric == "reach"]
    assert (reach.value, reach.unknown) == (None, Unknown.REJECTED)
    assert [found.rule for found in parsed.findings] == [rule]


def test_a_field_that_is_new_is_told_and_a_change_without_a_story_is_left_out():
    parsed = parse_pushed_entry(entry(change(mood="blue"), change(media_id=None)))

    rules = {found.rule: found.field for found in parsed.findings}
    assert rules == {Rule.UNKNOWN_FIELD: "mood", Rule.MISSING_FIELD: "media_id"}
    assert len(parsed.metrics) == 6


@given(json_values)
def test_no_json_breaks_the_reading(value):
    for pushed in (
        value,
        update(value),
        update(entry(value)),
        update(entry(time=value)),
    ):
        try:
            push = read(pushed)
        except MalformedPushError:
            continue
        for found in push.entries:
            assert isinstance(found, PushedEntry)
            found.observed_at(SENT)
            parse_pushed_entry(json.loads(found.body))
    parse_pushed_entry(value)
    parse_pushed_entry({"changes": [{"value": value}]})
    parse_pushed_entry({"changes": [{"value": VALUE | {"reach": value}}]})
