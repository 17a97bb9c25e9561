"""Graph API answers that are neither a page nor an error as documented."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.clients.errors import (
    ApiError,
    ItemUnavailable,
    PermanentApiError,
    TransientApiError,
)
from analytics_pipeline.clients.graph_errors import understand
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.unit.clients.talking import received


def test_an_object_without_error_is_understood():
    assert understand(received('{"id":"1","media":{"data":[]}}')) == {
        "id": "1",
        "media": {"data": []},
    }


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, "<html>sorry</html>", Reason.BAD_ANSWER),
        (200, "[]", Reason.BAD_ANSWER),
        (302, "", Reason.BAD_ANSWER),
        (404, "not here", Reason.BAD_ANSWER),
        (502, "<html>Bad Gateway</html>", Reason.TRANSIENT),
        (503, "[]", Reason.TRANSIENT),
        (500, "{}", Reason.TRANSIENT),
        (500, '{"id":"1"}', Reason.TRANSIENT),
    ],
    ids=str,
)
def test_what_holds_no_answer_is_asked_again(status, body, reason):
    with pytest.raises(TransientApiError) as caught:
        understand(received(body, status))
    assert caught.value.reason is reason
    assert f"HTTP {status}" in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        None,
        "sorry",
        5,
        [],
        {},
        {"code": "190"},
        {"code": None},
        {"code": [4]},
        {"code": 100, "error_subcode": [33]},
        {"code": 100, "error_subcode": {"33": 33}},
        {"code": 100, "error_subcode": "33"},
        {"code": 10**30},
    ],
    ids=str,
)
def test_an_error_of_no_known_shape_is_a_refusal(error):
    with pytest.raises(PermanentApiError, match="Graph API error"):
        understand(received(json.dumps({"error": error}), 400))


def test_the_undiscoverable_are_known_by_their_subcode_alone():
    body = json.dumps({"error": {"error_subcode": 2207013}})
    with pytest.raises(ItemUnavailable):
        understand(received(body, 400))


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "error_subcode", "is_transient", "message", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=8,
)


@given(error=anything, status=st.sampled_from([200, 400, 403, 429, 500]))
def test_whatever_stands_under_error_becomes_one_of_ours(error, status):
    with pytest.raises(ApiError):
        understand(received(json.dumps({"error": error}), status))
