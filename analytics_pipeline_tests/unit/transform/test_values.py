"""Single values of an answer: used, or refused with a finding."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.findings import Finding, Rule
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.transform.values import (
    RecordReader,
    read_id,
    read_number_id,
    storable,
)
from analytics_pipeline_tests.unit.transform.building import json_values


def reader_of(record):
    return RecordReader(record, "post 1", [])


@pytest.mark.parametrize(
    ("value", "count"),
    [
        pytest.param(0, 0, id="a true zero"),
        pytest.param(7, 7, id="ordinary"),
        pytest.param(2**31, 2**31, id="beyond 2^31"),
        pytest.param(2**53 + 1, 2**53 + 1, id="beyond 2^53"),
        pytest.param(2**63 - 1, 2**63 - 1, id="the largest"),
    ],
)
def test_a_count_is_kept_as_it_stands(value, count):
    reader = reader_of({"n": value})
    assert reader.count("view_count", "n") == count
    assert (reader.findings, reader.unknown) == ([], {})


@pytest.mark.parametrize(
    ("value", "rule", "told"),
    [
        pytest.param(-1, Rule.NEGATIVE_COUNT, "-1", id="negative"),
        pytest.param(2**63, Rule.COUNT_TOO_LARGE, str(2**63), id="beyond 2^63"),
        pytest.param(True, Rule.WRONG_TYPE, "True", id="bool"),
        pytest.param(12.0, Rule.WRONG_TYPE, "12.0", id="float"),
        pytest.param(math.nan, Rule.WRONG_TYPE, "nan", id="NaN"),
        pytest.param("1.2M", Rule.WRONG_TYPE, "text of 4 characters", id="rounded"),
        pytest.param("-5", Rule.WRONG_TYPE, "-5", id="negative as text"),
        pytest.param("", Rule.WRONG_TYPE, "", id="empty text"),
        pytest.param("١٢", Rule.WRONG_TYPE, "text of 2 characters", id="Arabic digits"),
        pytest.param([3], Rule.WRONG_TYPE, "list of 1", id="list"),
        pytest.param({"n": 3}, Rule.WRONG_TYPE, "dict of 1", id="object"),
    ],
)
def test_a_count_that_cannot_be_one_is_null_with_a_finding(value, rule, told):
    reader = reader_of({"n": value})
    assert reader.count("view_count", "n") is None
    assert reader.findings == [Finding(rule, "post 1", "n", told)]
    assert reader.unknown == {"view_count": Unknown.REJECTED}


def test_a_count_as_text_is_read_and_told():
    reader = reader_of({"n": "0042"})
    assert reader.count("view_count", "n") == 42
    assert reader.findings == [Finding(Rule.COUNT_AS_TEXT, "post 1", "n", "0042")]
    assert reader.unknown == {}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("9" * 5000, None, id="five thousand nines"),
        pytest.param(str(2**63), None, id="just too large"),
        pytest.param("0" * 5000 + "7", 7, id="five thousand zeros"),
        pytest.param("000", 0, id="zeros"),
    ],
)
def test_a_count_as_text_may_have_any_length(text, count):
    reader = reader_of({"n": text})
    assert reader.count("view_count", "n") == count
    too_large = Rule.COUNT_TOO_LARGE in {finding.rule for finding in reader.findings}
    assert too_large is (count is None)


@pytest.mark.parametrize("record", [{}, {"n": None}], ids=["missing", "null"])
def test_a_missing_count_is_unknown_and_no_finding(record):
    reader = reader_of(record)
    assert reader.count("like_count", "n", Unknown.HIDDEN) is None
    assert reader.count("view_count", "n") is None
    assert reader.unknown == {
        "like_count": Unknown.HIDDEN,
        "view_count": Unknown.NOT_REPORTED,
    }
    assert reader.findings == []


@given(json_values)
def test_whatever_comes_is_a_count_or_unknown(value):
    reader = reader_of({"n": value})
    count = reader.count("view_count", "n")
    assert (count is None) == ("view_count" in reader.unknown)
    assert count is None or 0 <= count < 2**63
    assert type(count) in {int, type(None)}
    assert reader.findings or count == value


@given(json_values)
def test_whatever_comes_is_an_id_as_text_or_a_finding(value):
    findings = []
    read = read_id({"id": value}, "id", "post 1", findings)
    assert (read is None) <= bool(findings)
    assert read is None or (read == str(value).strip() and read != "")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("Žluťoučký #kůň", "Žluťoučký #kůň", id="ordinary"),
        pytest.param("", "", id="empty"),
        pytest.param("❤️" * 10, "❤️" * 10, id="emoji only"),
        pytest.param("cafe\u0301", "cafe\u0301", id="decomposed"),
        pytest.param("x" * 10_000, "x" * 10_000, id="10,000 characters"),
        pytest.param("a\x00b", "ab", id="NUL"),
        pytest.param("cut \ud83d", "cut \ufffd", id="half a character"),
    ],
)
def test_a_text_is_kept_but_for_what_a_database_cannot_hold(text, kept):
    reader = reader_of({"caption": text})
    assert reader.text("caption") == kept
    assert reader.findings == []
    kept.encode()


def test_a_missing_text_is_none_and_no_finding():
    reader = reader_of({"caption": None})
    assert reader.text("caption") is None
    assert reader.text("title") is None
    assert reader.findings == []


def test_a_text_that_is_a_number_is_none_with_a_finding():
    reader = reader_of({"caption": 7})
    assert reader.text("caption") is None
    assert reader.findings == [Finding(Rule.WRONG_TYPE, "post 1", "caption", "7")]


@given(st.text(st.characters() | st.sampled_from("\x00\ud800\udfff")))
def test_every_storable_text_can_be_stored(text):
    kept = storable(text)
    assert "\x00" not in kept
    kept.encode()
    assert storable(kept) == kept


@pytest.mark.parametrize(
    ("value", "read"),
    [
        pytest.param("17885103395504675", "17885103395504675", id="text"),
        pytest.param(" 12 ", "12", id="blanks around"),
        pytest.param("-000sr6zi", "-000sr6zi", id="leading hyphen"),
    ],
)
def test_an_id_is_text(value, read):
    findings = []
    assert read_id({"id": value}, "id", "post 1", findings) == read
    assert findings == []


def test_an_id_beyond_2_53_that_came_as_a_number_is_kept_to_the_digit_and_told():
    findings = []
    record = {"id": 17885103395504675}
    assert read_id(record, "id", "post 1", findings) == "17885103395504675"
    assert findings == [Finding(Rule.ID_AS_NUMBER, "17885103395504675", "id")]


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        pytest.param(None, Rule.MISSING_FIELD, id="null"),
        pytest.param("", Rule.MISSING_FIELD, id="empty"),
        pytest.param("  ", Rule.WRONG_TYPE, id="blank"),
        pytest.param(False, Rule.WRONG_TYPE, id="bool"),
        pytest.param(1.7885103395504676e16, Rule.WRONG_TYPE, id="float"),
        pytest.param(["1"], Rule.WRONG_TYPE, id="list"),
        pytest.param("1\x002", Rule.WRONG_TYPE, id="NUL"),
        pytest.param("1\ud83d", Rule.WRONG_TYPE, id="half a character"),
    ],
)
def test_what_cannot_be_an_id_is_a_finding_under_the_given_key(value, rule):
    for read in (read_id, read_number_id):
        findings = []
        assert read({"id": value}, "id", "post 3 of account 1", findings) is None
        (finding,) = findings
        assert (finding.rule, finding.record_key) == (rule, "post 3 of account 1")


@pytest.mark.parametrize("value", [12, "12"], ids=["number", "text"])
def test_an_id_documented_as_a_number_is_no_finding_either_way(value):
    findings = []
    assert read_number_id({"id": value}, "id", "creator 1", findings) == "12"
    assert findings == []
