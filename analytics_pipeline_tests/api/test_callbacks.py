"""Meta's callbacks about a person who leaves, over HTTP."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
import sqlalchemy as sa

from analytics_pipeline.schemas.connections import ConnectionStatus
from analytics_pipeline.warehouse.tables import connections, erasure_requests
from analytics_pipeline_tests.api.serving import (
    APP_SECRET,
    PUBLIC_URL,
    Served,
    served,
    service_over,
)
from analytics_pipeline_tests.conftest import FIRST_MORNING, new_database

PERSON = "218471"
CALLBACKS = ("deauthorize", "data-deletion")


@pytest.fixture(scope="module")
def running(postgres_socket, migrated_template, tmp_path_factory) -> Iterator[Served]:
    with (
        new_database(postgres_socket, migrated_template) as url,
        service_over(url, tmp_path_factory.mktemp("home")) as (service, clock),
        served(service, clock) as running,
    ):
        yield running


@pytest.fixture
def person(running):
    """Begin with one connected account of one person, and no request."""
    cipher = running.service.cipher
    with running.service.warehouse.begin() as connection:
        connection.execute(sa.delete(erasure_requests))
        connection.execute(sa.delete(connections))
        connection.execute(
            sa.insert(connections).values(
                connection_id="instagram-101",
                platform="instagram",
                creator_id="101",
                account_id="17841400000000001",
                username="tereza.n",
                access_token_encrypted=cipher.encrypt("EAAtoken"),
                scopes=["instagram_basic"],
                connection_status=ConnectionStatus.CONNECTED,
                platform_user_id=PERSON,
                updated_at=FIRST_MORNING,
            )
        )
    return PERSON


def _signed(user_id, secret=APP_SECRET, **changes):
    content = {
        "algorithm": "HMAC-SHA256",
        "issued_at": int(FIRST_MORNING.timestamp()),
        "user_id": user_id,
    }
    payload = _base64url(json.dumps(content | changes).encode())
    signature = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest()
    return f"{_base64url(signature)}.{payload}"


def _base64url(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _call(running, callback, signed, **more):
    return requests.post(
        f"{running.url}/meta/{callback}",
        data=None if signed is None else {"signed_request": signed},
        timeout=10,
        **more,
    )


def _stored(running):
    return running.rows(sa.select(erasure_requests))


def _token(running):
    query = sa.select(
        connections.c.access_token_encrypted, connections.c.connection_status
    )
    return running.rows(query)[0]


@pytest.mark.parametrize("callback", CALLBACKS)
def test_the_tokens_are_gone_with_the_answer(running, person, callback):
    answer = _call(running, callback, _signed(person), headers={"Host": "evil.example"})

    assert answer.status_code == 200
    code = answer.json()["confirmation_code"]
    assert answer.json()["url"] == f"{PUBLIC_URL}/erasure/{code}"
    assert _token(running) == (None, "reconnect_required")
    (row,) = _stored(running)
    kind = "deletion" if callback == "data-deletion" else "deauthorisation"
    assert (row.request_kind, row.confirmation_code) == (kind, code)


def test_repeated_it_is_the_same_request(running, person):
    codes = {
        _call(running, "data-deletion", _signed(person)).json()["confirmation_code"]
        for _ in range(3)
    }

    assert len(codes) == len(_stored(running)) == 1


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize("callback", CALLBACKS)
def test_somebody_unknown_gets_a_code_too(running, callback):
    answer = _call(running, callback, _signed("999"))

    assert answer.status_code == 200
    assert _token(running)[1] == "connected"


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize("callback", CALLBACKS)
@pytest.mark.parametrize(
    "signed",
    [
        _signed(PERSON, secret="another"),
        _signed(PERSON)[1:],
        _signed(PERSON) + "A",
        _signed(PERSON, algorithm="none"),
        _signed(PERSON, issued_at=1),
        _signed(""),
        "x.y",
        "nothing",
        "\0.\0",
    ],
    ids=range(9),
)
def test_a_forged_or_stale_one_changes_nothing(running, callback, signed):
    answer = _call(running, callback, signed)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"]
    assert _token(running)[1] == "connected"
    assert _stored(running) == []
    assert PERSON not in answer.text
    assert APP_SECRET not in answer.text


@pytest.mark.parametrize(
    "signed", [None, "", "x" * 8193], ids=["none", "empty", "long"]
)
def test_one_that_is_no_request_at_all_is_refused(running, signed):
    answer = _call(running, "data-deletion", signed)

    assert answer.status_code == 422
    assert "xxx" not in answer.text
    assert _stored(running) == []


class TestStatusPage:
    def test_it_tells_how_far_a_request_is(self, running, person):
        code = _call(running, "data-deletion", _signed(person)).json()[
            "confirmation_code"
        ]

        english = requests.get(f"{running.url}/erasure/{code}", timeout=10)
        czech = requests.get(f"{running.url}/erasure/{code}?lang=cs", timeout=10)

        assert english.status_code == czech.status_code == 200
        assert '<html lang="en">' in english.text
        assert '<html lang="cs">' in czech.text
        assert english.text != czech.text

    def test_it_names_nobody(self, running, person):
        code = _call(running, "data-deletion", _signed(person)).json()[
            "confirmation_code"
        ]

        page = requests.get(f"{running.url}/erasure/{code}", timeout=10).text

        for personal in (person, "tereza.n", "17841400000000001", ">101<"):
            assert personal not in page

    @pytest.mark.parametrize(
        "status", ["received", "running", "done", "unknown_person"]
    )
    @pytest.mark.parametrize("language", ["en", "cs"])
    def test_every_state_has_its_words(self, running, person, status, language):
        code = _call(running, "data-deletion", _signed(person)).json()[
            "confirmation_code"
        ]
        with running.service.warehouse.begin() as connection:
            connection.execute(
                sa.update(erasure_requests).values(
                    erasure_status=status,
                    erasure_report={"tokens": 1, "posts": 1234567},
                    completed_at=FIRST_MORNING + timedelta(hours=1),
                )
            )

        page = requests.get(
            f"{running.url}/erasure/{code}",
            headers={"Accept-Language": language},
            timeout=10,
        )

        assert page.status_code == 200
        assert "posts" in page.text
        assert "1234567" in page.text.replace("\N{NO-BREAK SPACE}", "")

    @pytest.mark.parametrize(
        "code", ["A" * 32, "short", "%00", "..%2f..", "<b>", "é", "A" * 1000]
    )
    def test_a_code_nobody_was_given_is_not_found(self, running, code):
        page = requests.get(f"{running.url}/erasure/{code}", timeout=10)

        assert page.status_code == 404
        assert "<b>" not in page.text
