"""TikTok answers of any shape: data, a grant, or an error of ours."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.clients.errors import ApiError
from analytics_pipeline.clients.tiktok_errors import understand, understand_token
from analytics_pipeline_tests.unit.clients.talking import received


def test_the_data_of_an_answer_that_is_ok_is_given():
    body = {"data": {"videos": []}, "error": {"code": "ok", "message": ""}}
    assert understand(received(json.dumps(body))) == {"videos": []}


@pytest.mark.parametrize("error", [{}, {"error": ""}, {"error": None}], ids=str)
def test_a_grant_is_given_as_it_is(error):
    body = {"access_token": "act.new", "expires_in": 86400, **error}
    assert understand_token(received(json.dumps(body))) == body


names = st.sampled_from(["data", "error", "code", "ok", "message", "error_description"])
scalars = st.none() | st.booleans() | st.integers() | st.text() | names
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4)
    ),
    max_leaves=8,
)
statuses = st.sampled_from([200, 400, 401, 429, 500])


@given(body=anything, status=statuses)
def test_whatever_arrives_is_data_or_one_of_our_errors(body, status):
    answer = received(json.dumps(body), status)
    try:
        data = understand(answer)
    except ApiError:
        return
    assert data == body["data"]
    assert '"code": "ok"' in answer.body


@given(body=anything, status=statuses)
def test_a_token_is_never_taken_from_what_holds_none(body, status):
    with pytest.raises(ApiError):
        understand_token(received(json.dumps(body), status))
