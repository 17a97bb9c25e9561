"""What fails inside stays inside; what is refused is refused in one form."""

import logging
from http import HTTPStatus

import pytest
import requests
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from analytics_pipeline.api.problems import ProblemError, Refusals
from analytics_pipeline.api.raw_body import BodyLimit
from analytics_pipeline.api.shield import Shield
from analytics_pipeline_tests.api.serving import listening

SECRET = "EAAsecret-of-somebody"


@pytest.fixture(scope="module")
def ask():
    """An application whose routes fail in every way."""
    app = FastAPI()
    refusals = Refusals(lambda _, status: HTMLResponse(f"a page: {status}", status))
    refusals.install(app)
    app.add_middleware(BodyLimit, limits={"/large": 10})
    app.add_middleware(Shield, refusals=refusals)

    @app.get("/bug")
    def bug() -> None:
        raise RuntimeError(SECRET)

    @app.get("/database")
    def database() -> None:
        raise sa.exc.OperationalError(SECRET, {"token": SECRET}, Exception(SECRET))

    @app.get("/statement")
    def statement() -> None:
        raise sa.exc.DataError(SECRET, {"token": SECRET}, Exception(SECRET))

    @app.get("/refused")
    def refused() -> None:
        raise ProblemError(HTTPStatus.CONFLICT, "it is so already", {"X-Why": "yes"})

    @app.get("/number/{number}")
    def number(number: int) -> int:
        return number

    @app.post("/large")
    def large() -> str:
        return "taken"

    with listening(app) as url:
        yield lambda method, path, **more: requests.request(
            method, f"{url}{path}", timeout=10, **more
        )


@pytest.mark.parametrize("path", ["/bug", "/statement"])
def test_a_failure_is_an_incident_that_tells_nothing(ask, caplog, path):
    with caplog.at_level(logging.DEBUG):
        answer = ask("GET", path)

    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert SECRET not in answer.text
    assert SECRET not in caplog.text
    incident = answer.json()["detail"].split()[-1]
    assert f"incident {incident}" in caplog.text
    assert "test_problems.py" in caplog.text, "where it happened"


def test_a_database_that_is_away_is_no_incident(ask, caplog):
    answer = ask("GET", "/database")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert SECRET not in answer.text + caplog.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/bug", 405),
        ("GET", f"/number/{SECRET}", 422),
        ("GET", "/refused", 409),
    ],
)
def test_refusals_have_one_form(ask, method, path, status):
    answer = ask(method, path)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    content = answer.json()
    assert content["type"] == "about:blank"
    assert content["title"] == HTTPStatus(status).phrase
    assert content["status"] == status
    assert SECRET not in answer.text


def test_headers_of_refusals_arrive(ask):
    assert ask("DELETE", "/bug").headers["Allow"] == "GET"
    assert ask("GET", "/refused").headers["X-Why"] == "yes"


def test_a_body_is_taken_up_to_the_limit(ask):
    assert ask("POST", "/large", data=b"x" * 10).json() == "taken"
    assert ask("POST", "/large", data=b"x" * 11).status_code == 413
    assert ask("POST", "/large", data=iter([b"x" * 6] * 2)).status_code == 413


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/bug", 500), ("/database", 503), ("/refused", 409)],
)
def test_people_get_a_page(ask, path, status):
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = ask("GET", path, headers=browser)

    assert (answer.status_code, answer.text) == (status, f"a page: {status}")
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_page_keeps_the_headers_of_the_refusal(ask):
    answer = ask("GET", "/database", headers={"Accept": "text/html"})

    assert answer.headers["Retry-After"] == "30"


def test_a_program_that_accepts_html_gets_a_problem_all_the_same(ask):
    answer = ask("GET", "/api/nowhere", headers={"Accept": "text/html"})

    assert answer.headers["Content-Type"] == "application/problem+json"
