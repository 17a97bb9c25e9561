"""Patch operations on any JSON value."""

import pytest

from analytics_pipeline.sandbox.json_patch import apply_operations


def patched(answer, *operations):
    apply_operations(answer, list(operations))
    return answer


def test_a_key_can_be_set_anew():
    assert patched({}, {"op": "set", "path": ["a"], "value": 1}) == {"a": 1}


def test_a_star_stands_for_every_item_and_every_key():
    operation = {"op": "set", "path": ["*", "*"], "value": 0}
    assert patched([{"a": 1}, {"b": 2}], operation) == [{"a": 0}, {"b": 0}]


def test_negative_numbers_count_from_the_end():
    assert patched([1, 2, 3], {"op": "set", "path": [-1], "value": 9}) == [1, 2, 9]


def test_removing_every_item_leaves_an_empty_list():
    assert patched([1, 2, 3], {"op": "remove", "path": ["*"]}) == []


def test_operations_follow_each_other():
    operations = (
        {"op": "append", "path": ["a"], "value": 2},
        {"op": "set", "path": ["a", 1], "value": "two"},
    )
    assert patched({"a": [1]}, *operations) == {"a": [1, "two"]}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "set", "path": ["missing", "deep"], "value": 1},
        {"op": "set", "path": [5], "value": 1},
        {"op": "set", "path": [], "value": 1},
        {"op": "set", "value": 1},
        {"op": "append", "path": ["number"], "value": 1},
        {"op": "remove", "path": ["list", 9]},
        {"op": "remove", "path": ["list", "word"]},
        {"op": "nonsense", "path": ["number"]},
        {"op": "set", "path": ["number", "deeper"], "value": 1},
        "nonsense",
    ],
    ids=str,
)
def test_what_leads_nowhere_changes_nothing(operation):
    answer = {"number": 1, "list": [1, 2]}
    changed = patched(answer, operation)
    changed.pop("5", None)
    assert changed == {"number": 1, "list": [1, 2]}
