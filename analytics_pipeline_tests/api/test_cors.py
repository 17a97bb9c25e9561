"""Pages of the allow-list may call the API from a browser; no others, nothing else."""

import pytest
import requests

from analytics_pipeline.schemas.api_keys import KeyScope
from analytics_pipeline_tests.api.serving import served, service_over
from analytics_pipeline_tests.conftest import new_database

OURS, ALSO_OURS = "https://creators.example", "http://localhost:5173"
OTHERS = [
    "https://evil.example",
    "https://creators.example.evil.example",
    "http://creators.example",
    "https://creators.example:8443",
    "null",
]
PATH = "/api/metrics/post"


@pytest.fixture(scope="module")
def running(postgres_socket, migrated_template, tmp_path_factory):
    listed = {"ANALYTICS_CORS_ORIGINS": f"{OURS}, {ALSO_OURS}"}
    with (
        new_database(postgres_socket, migrated_template) as url,
        service_over(url, tmp_path_factory.mktemp("home"), **listed) as (
            service,
            clock,
        ),
        served(service, clock) as running,
    ):
        yield running


def ask(running, method, path, origin=None, **headers):
    named = {"Origin": origin} if origin else {}
    url = running.url + path
    return requests.request(method, url, headers=named | headers, timeout=10)


def may_i(running, origin, path=PATH, method="GET"):
    question = {
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,x-api-key",
    }
    return ask(running, "OPTIONS", path, origin, **question)


def allowing(answer):
    return {
        name.lower(): value
        for name, value in answer.headers.items()
        if name.lower().startswith("access-control-")
    }


@pytest.mark.parametrize("origin", [OURS, ALSO_OURS])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_listed_page_may_send_a_key(running, origin, method):
    answer = may_i(running, origin, method=method)

    assert answer.status_code == 204
    allowed = allowing(answer)
    assert allowed["access-control-allow-origin"] == origin
    assert method in allowed["access-control-allow-methods"].split(", ")
    named = allowed["access-control-allow-headers"].lower().split(", ")
    assert {"authorization", "x-api-key"} <= set(named)
    assert "access-control-allow-credentials" not in allowed
    assert "Origin" in answer.headers["Vary"]


def test_a_listed_page_reads_answers_and_refusals(running):
    key = running.key(KeyScope.READ)
    found = ask(running, "GET", f"{PATH}?campaign_id=1", OURS, **{"X-API-Key": key})
    refused = ask(running, "GET", PATH, OURS)

    assert (found.status_code, refused.status_code) == (404, 401)
    for answer in (found, refused):
        assert answer.headers["Access-Control-Allow-Origin"] == OURS
        assert answer.headers["Vary"] == "Origin"
        assert "RateLimit" in answer.headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("origin", OTHERS)
def test_another_page_may_do_nothing(running, origin):
    question, answer = may_i(running, origin), ask(running, "GET", PATH, origin)

    assert allowing(question) == allowing(answer) == {}
    assert question.status_code >= 400
    # A cache must not give one page what another was told.
    assert answer.headers["Vary"] == question.headers["Vary"] == "Origin"


def test_asking_whether_one_may_ask_needs_no_key_and_does_nothing(running):
    answer = may_i(running, OURS, "/api/v1/refreshes", "POST")

    assert (answer.status_code, answer.text) == (204, "")


def test_a_plain_options_is_no_question_of_a_browser(running):
    assert ask(running, "OPTIONS", PATH, OURS).status_code == 405


@pytest.mark.parametrize(
    "path", ["/metrics", "/healthz", "/connect/done", "/openapi.json", "/apiary/"]
)
def test_outside_the_api_no_page_may_ask(running, path):
    assert allowing(may_i(running, OURS, path)) == {}
    assert allowing(ask(running, "GET", path, OURS)) == {}
