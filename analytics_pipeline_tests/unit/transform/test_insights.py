"""Insights as records: every shape, and why there is no number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.findings import Rule
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.transform.insights import (
    InsightsRequest,
    parse_post_insights,
    read_request,
)
from analytics_pipeline_tests.unit.transform.building import json_values

POST = "https://graph.facebook.com/v23.0/17900000000000001/insights"
REQUEST = InsightsRequest(
    "17900000000000001", ("reach", "views"), None, None, None, False
)


def parsed(*data, request=REQUEST):
    return parse_post_insights({"data": list(data)}, request)


def numbers(answer):
    return {one.metric: (one.value, one.unknown) for one in answer.metrics}


def test_a_request_for_insights_is_told_from_others():
    request = {"url": POST, "params": {"metric": "reach,views"}}
    assert read_request(request) == REQUEST
    assert read_request({"url": POST}) is None
    assert (
        read_request({"url": POST[: -len("/insights")], "params": {"metric": "x"}})
        is None
    )
    assert read_request({}) is None


def test_a_request_about_an_account_tells_its_window():
    params = {"metric": "reach", "since": "1000", "until": "2000"}
    asked = read_request(
        {"url": POST, "params": params | {"metric_type": "time_series"}}
    )
    assert (asked.since, asked.until, asked.is_series) == (1000, 2000, True)


def test_both_shapes_are_read_whatever_their_order():
    answer = parsed(
        {"name": "views", "total_value": {"value": 7}},
        {"name": "reach", "values": [{"value": 5}], "total_value": {"value": 6}},
    )
    assert numbers(answer) == {"reach": (5.0, None), "views": (7.0, None)}
    assert answer.findings == []


def test_titles_do_not_name_a_metric():
    answer = parsed({"name": "views", "title": "reach", "values": [{"value": 1}]})
    assert numbers(answer)["reach"] == (None, Unknown.NOT_REPORTED)


def test_an_empty_answer_is_unknown_and_not_zero():
    assert numbers(parsed()) == dict.fromkeys(
        ("reach", "views"), (None, Unknown.NOT_REPORTED)
    )
    assert numbers(parsed({"name": "reach", "values": [{"value": 0}]}))["reach"] == (
        0.0,
        None,
    )


@pytest.mark.parametrize(
    ("value", "number", "rule"),
    [
        (3, (3.0, None), None),
        (12.5, (12.5, None), None),
        ("12", (12.0, None), Rule.COUNT_AS_TEXT),
        (-1, (None, Unknown.REJECTED), Rule.NEGATIVE_COUNT),
        (True, (None, Unknown.REJECTED), Rule.WRONG_TYPE),
        ({}, (None, Unknown.REJECTED), Rule.WRONG_TYPE),
        (2**63, (None, Unknown.REJECTED), Rule.COUNT_TOO_LARGE),
        (float("nan"), (None, Unknown.REJECTED), Rule.COUNT_TOO_LARGE),
        (None, (None, Unknown.NOT_REPORTED), None),
    ],
)
def test_a_value_is_a_number_or_told_of(value, number, rule):
    answer = parsed({"name": "reach", "values": [{"value": value}]})
    assert numbers(answer)["reach"] == number
    assert [found.rule for found in answer.findings] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"code": 10, "message": "(#10) Not enough viewers"}, Unknown.TOO_FEW_VIEWERS),
        ({"code": 10, "message": "no permission"}, Unknown.NO_PERMISSION),
        ({"code": 200, "message": "no"}, Unknown.NO_PERMISSION),
        ({"code": 100, "error_subcode": 2108006}, Unknown.BEFORE_CONVERSION),
    ],
)
def test_an_error_about_the_post_is_a_reason(error, reason):
    answer = parse_post_insights({"error": error}, REQUEST)
    assert numbers(answer) == dict.fromkeys(("reach", "views"), (None, reason))


@pytest.mark.parametrize(
    "error",
    [
        {"code": 100, "error_subcode": 33},
        {"code": 100, "message": "does not support the reach metric"},
        {"code": 2},
        {"code": 10, "is_transient": True},
        "broken",
        None,
    ],
)
def test_an_error_about_something_else_says_nothing_of_the_post(error):
    assert parse_post_insights({"error": error}, REQUEST).metrics == []


def test_parts_are_named_in_lower_case():
    results = [{"dimension_values": ["TAP_FORWARD"], "value": 19}]
    breakdowns = [{"dimension_keys": ["action"], "results": results}]
    request = InsightsRequest("1", ("navigation",), "action", None, None, False)
    answer = parsed(
        {
            "name": "navigation",
            "values": [{"value": 25}],
            "total_value": {"value": 25, "breakdowns": breakdowns},
        },
        request=request,
    )
    (part,) = answer.metrics
    assert (part.metric, part.value) == ("navigation", 19.0)
    assert (part.breakdown, part.breakdown_value) == ("action", "tap_forward")


def test_a_field_that_no_parser_knows_is_told():
    answer = parsed({"name": "reach", "values": [{"value": 1}], "confidence": 0.5})
    assert [(one.rule, one.field) for one in answer.findings] == [
        (Rule.UNKNOWN_FIELD, "confidence")
    ]


def test_a_metric_without_a_name_is_left_out():
    answer = parsed({"name": ["reach"]}, {"values": []}, "reach", None)
    assert numbers(answer)["reach"] == (None, Unknown.NOT_REPORTED)


@given(
    st.one_of(
        json_values,
        st.fixed_dictionaries({"data": json_values}),
        st.fixed_dictionaries({"error": json_values}),
        st.builds(
            lambda value: {"data": [{"name": "reach", "total_value": value}]},
            st.fixed_dictionaries({"value": json_values, "breakdowns": json_values}),
        ),
    ),
    st.sampled_from([None, "action"]),
)
def test_no_answer_breaks_the_parser(payload, breakdown):
    request = InsightsRequest("1", ("reach",), breakdown, None, None, False)
    for one in parse_post_insights(payload, request).metrics:
        assert (one.value is None) == (one.unknown is not None)
