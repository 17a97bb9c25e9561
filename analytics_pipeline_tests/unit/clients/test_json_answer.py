"""A body that is not the JSON promised is told as such, and asked for again."""

import pytest

from analytics_pipeline.clients.errors import TransientApiError
from analytics_pipeline.clients.json_answer import read_json, read_object
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.unit.clients.talking import received


@pytest.mark.parametrize(
    ("body", "value"),
    [("[1]", [1]), ("null", None), ('"x"', "x"), ('{"a":1}', {"a": 1})],
)
def test_any_json_is_read(body, value):
    assert read_json(received(body)) == value


def test_an_object_is_read():
    assert read_object(received('{"a":{"b":null}}')) == {"a": {"b": None}}


@pytest.mark.parametrize(
    "body",
    ["", "<html>", '{"data":[{"id"', "\ufeff{}", "[" * 200_000, "1" * 5_000],
    ids=["empty", "html", "cut off", "marked", "too deep", "too long a number"],
)
def test_what_is_no_json_is_told_with_its_size_and_kind(body):
    answer = received(body, 502, {"content-type": "text/html"})
    with pytest.raises(TransientApiError) as caught:
        read_json(answer)
    assert caught.value.reason is Reason.BAD_ANSWER
    assert str(caught.value) == (
        f"HTTP 502 with {len(body)} characters of text/html that are no JSON"
    )


def test_a_body_without_content_type_is_told_too():
    with pytest.raises(TransientApiError, match="5 characters of no content type"):
        read_json(received("sorry"))


@pytest.mark.parametrize(
    ("body", "kind"), [("[]", "list"), ("null", "NoneType"), ("5", "int")]
)
def test_json_of_another_kind_is_no_object(body, kind):
    with pytest.raises(TransientApiError, match=f"a JSON {kind}, not an") as caught:
        read_object(received(body))
    assert caught.value.reason is Reason.BAD_ANSWER
