"""The Creators app's lists: an erased creator is a number, all others stay."""

import json

import pytest

from analytics_pipeline.transform.erased_creators import (
    body_without_creators,
    without_creators,
)

LISTED = [
    {"id": 101, "email": "jana@example.com", "phone": "777", "tags": ["a"]},
    {"id": 102, "email": "petr@example.com"},
]
BODY = json.dumps({"creators": LISTED})


def test_only_the_number_of_an_erased_creator_is_left():
    assert without_creators(LISTED, {"101"}) == [{"id": 101}, LISTED[1]]


def test_a_number_that_comes_as_text_is_the_same_number():
    assert without_creators([{"id": "101", "email": "x@y.cz"}], {"101"}) == [
        {"id": "101"}
    ]


def test_a_body_keeps_the_others():
    rest = json.loads(body_without_creators(BODY, {"101"}))

    assert rest == {"creators": [{"id": 101}, LISTED[1]]}


@pytest.mark.parametrize("creator_ids", [set(), {"999"}])
def test_a_body_without_any_of_them_stays_letter_by_letter(creator_ids):
    body = BODY.replace(", ", " ,")

    assert body_without_creators(body, creator_ids) == body


def test_a_body_that_is_no_json_loses_every_address():
    body = body_without_creators('{"email": "jana@example.com", cut', {"101"})

    assert "example.com" not in body
    assert body.startswith('{"email": "erased"')


def test_erased_twice_is_erased_once():
    once = body_without_creators(BODY, {"101"})

    assert body_without_creators(once, {"101"}) == once
