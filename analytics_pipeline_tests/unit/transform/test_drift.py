"""Fields that no parser knows are named once, without what they hold."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.findings import Finding, Rule
from analytics_pipeline.schemas.known_fields import KNOWN_FIELDS, ObjectKind
from analytics_pipeline.transform.drift import unknown_fields
from analytics_pipeline_tests.unit.transform.building import json_values

MEDIA = ObjectKind.INSTAGRAM_MEDIA


def told(records, kind=MEDIA):
    return {item.field: item.value for item in unknown_fields(kind, records)}


@pytest.mark.parametrize("kind", ObjectKind)
def test_known_fields_are_no_drift(kind):
    assert unknown_fields(kind, [dict.fromkeys(KNOWN_FIELDS[kind])]) == []


def test_a_new_field_is_told_with_its_kind_and_type():
    assert unknown_fields(MEDIA, [{"id": "1", "reposts_count": 3}]) == [
        Finding(Rule.UNKNOWN_FIELD, "instagram media", "reposts_count", "number")
    ]


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (True, "true or false"),
        (1.5, "number"),
        ("jana@x.cz", "text"),
        ([1], "list"),
        ({"a": 1}, "object"),
        (None, "null"),
    ],
)
def test_its_value_is_only_described(value, type_):
    assert told([{"new": value}]) == {"new": type_}


def test_it_is_told_once_however_many_objects_have_it():
    records = [{"new": "1"}, {"new": 1}, {"new": None}]
    assert {tuple(told(some).items()) for some in permutations(records)} == {
        (("new", "null"),)
    }


def test_what_is_no_object_is_left_to_others():
    assert told([None, 1, "x", [], {"new": 1}]) == {"new": "number"}


def test_a_name_is_cut_to_what_a_database_can_keep():
    (name,) = told([{"a\x00" + "b" * 200: 1}])
    assert name == "a" + "b" * 79


@given(st.lists(json_values))
def test_any_list_is_read(records):
    assert all(
        item.rule is Rule.UNKNOWN_FIELD for item in unknown_fields(MEDIA, records)
    )
