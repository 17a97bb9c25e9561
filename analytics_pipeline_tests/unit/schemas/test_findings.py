"""Findings: every rule has a meaning, no value holds personal text."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.findings import RULE_MEANINGS, Rule, describe_value


def test_every_rule_has_a_meaning_of_its_own():
    assert set(RULE_MEANINGS) == set(Rule)
    assert len(set(RULE_MEANINGS.values())) == len(Rule)
    assert all(RULE_MEANINGS.values())


@pytest.mark.parametrize(
    ("value", "told"),
    [
        pytest.param(None, "None", id="null"),
        pytest.param(True, "True", id="bool"),
        pytest.param(-3, "-3", id="negative"),
        pytest.param(2**63, "9223372036854775808", id="beyond 2^63"),
        pytest.param(1.5, "1.5", id="fraction"),
        pytest.param(math.nan, "nan", id="NaN"),
        pytest.param(10**100, "1" + "0" * 79, id="a hundred digits"),
        pytest.param("", "", id="empty"),
        pytest.param("12", "12", id="digits"),
        pytest.param("2026-03-02T05:00:00.5Z", "2026-03-02T05:00:00.5Z", id="time"),
        pytest.param("1e9", "1e9", id="number as text"),
        pytest.param("1" * 100, "1" * 80, id="a hundred digits as text"),
        pytest.param("jana@x.cz", "text of 9 characters", id="e-mail"),
        pytest.param("Žluťoučký", "text of 9 characters", id="word"),
        pytest.param("١٢", "text of 2 characters", id="Arabic digits"),
        pytest.param([1, 2], "list of 2", id="list"),
        pytest.param({"email": "jana@x.cz"}, "dict of 1", id="object"),
        pytest.param(b"jana", "bytes", id="something else"),
    ],
)
def test_a_value_is_told_without_personal_text(value, told):
    assert describe_value(value) == told


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    )
)
def test_any_value_is_told_shortly_in_plain_characters(value):
    told = describe_value(value)
    assert len(told) <= 80
    assert told.isascii()
    assert "\x00" not in told


@given(st.text(st.characters(categories=["L"]), min_size=1))
def test_no_word_gets_through(word):
    if not set(word) <= set("TZeE"):
        assert describe_value(word) == f"text of {len(word)} characters"
