"""Meta's pushes: what is stored, what is refused, and what Meta is told."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import requests
import sqlalchemy as sa

from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tables import webhook_inbox
from analytics_pipeline_tests.api.serving import (
    APP_SECRET,
    VERIFY_TOKEN,
    Served,
    served,
    service_over,
    signature_of,
)
from analytics_pipeline_tests.conftest import new_database

MEGABYTE = 1024 * 1024
PUSH = json.dumps(
    {
        "object": "instagram",
        "entry": [
            {
                "id": "17841400000000001",
                "time": 1547687043,
                "changes": [{"field": "story_insights", "value": {"reach": 17}}],
            }
        ],
    }
).encode()


@pytest.fixture(scope="module")
def running(postgres_socket, migrated_template, tmp_path_factory) -> Iterator[Served]:
    with (
        new_database(postgres_socket, migrated_template) as url,
        service_over(url, tmp_path_factory.mktemp("home")) as (service, clock),
        served(service, clock) as running,
    ):
        yield running


@pytest.fixture
def inbox(running):
    """Begin with an empty inbox; give what reads it."""
    with running.service.warehouse.begin() as connection:
        connection.execute(sa.delete(webhook_inbox))

    def bodies():
        return [row.body for row in running.rows(sa.select(webhook_inbox.c.body))]

    return bodies


def _push(running, body, signature=None, **more):
    headers = {"Content-Type": "application/json"}
    if signature is not None:
        headers["X-Hub-Signature-256"] = signature
    return requests.post(
        f"{running.url}/webhooks/meta", data=body, headers=headers, timeout=10, **more
    )


def _set_up(running, **changes):
    asked = {
        "hub.mode": "subscribe",
        "hub.verify_token": VERIFY_TOKEN,
        "hub.challenge": "1158201444",
    } | changes
    return requests.get(f"{running.url}/webhooks/meta", params=asked, timeout=10)


class TestSettingUp:
    def test_the_challenge_comes_back_as_plain_text(self, running):
        answer = _set_up(running)

        assert (answer.status_code, answer.text) == (200, "1158201444")
        assert answer.headers["Content-Type"].startswith("text/plain")

    @pytest.mark.parametrize(
        "changes",
        [
            {"hub.verify_token": "another"},
            {"hub.verify_token": ""},
            {"hub.verify_token": VERIFY_TOKEN[:-1]},
            {"hub.verify_token": VERIFY_TOKEN + "é"},
            {"hub.mode": "unsubscribe"},
            {"hub.mode": ""},
        ],
        ids=str,
    )
    def test_anybody_else_is_refused_without_an_echo(self, running, changes):
        answer = _set_up(running, **changes)

        assert answer.status_code == 403
        assert "1158201444" not in answer.text
        assert VERIFY_TOKEN not in answer.text

    @pytest.mark.parametrize(
        "challenge", ["", "<script>alert(1)</script>", "1" * 129, "1\r\nX: y", "é"]
    )
    def test_nothing_harmful_is_echoed(self, running, challenge):
        answer = _set_up(running, **{"hub.challenge": challenge})

        assert answer.status_code == 400
        assert "script" not in answer.text


class TestReceiving:
    def test_a_signed_push_is_stored_as_it_came_and_acknowledged(self, running, inbox):
        answer = _push(running, PUSH, signature_of(PUSH))

        assert (answer.status_code, answer.json()) == (200, {"received": True})
        assert inbox() == [PUSH.decode()]

    def test_repeated_it_is_acknowledged_and_stored_once(self, running, inbox):
        for _ in range(3):
            assert _push(running, PUSH, signature_of(PUSH)).status_code == 200

        assert len(inbox()) == 1

    @pytest.mark.parametrize(
        "body",
        [
            b"[" + PUSH + b"]",
            PUSH.replace(b"17841400000000001", b"0"),
            b'{"object":"page","entry":[{"changes":[{"field":"new"}]}]}',
            b'"a text"',
            b"not JSON",
            b"",
            "žluťoučký".encode(),
        ],
    )
    def test_what_meta_signed_is_kept_whatever_it_is(self, running, inbox, body):
        assert _push(running, body, signature_of(body)).status_code == 200
        assert inbox() == [body.decode()]

    def test_bytes_that_no_column_holds_are_kept_readable(self, running, inbox):
        body = b"\xff a\x00b"

        assert _push(running, body, signature_of(body)).status_code == 200
        assert inbox() == ["\\xff a\\x00b"]

    @pytest.mark.parametrize(
        "signature",
        [
            None,
            "",
            signature_of(PUSH)[:-1],
            signature_of(PUSH) + "0",
            signature_of(PUSH).removeprefix("sha256="),
            signature_of(PUSH).replace("sha256", "sha1"),
            signature_of(PUSH).upper(),
            signature_of(PUSH + b" "),
            signature_of(PUSH, "another secret"),
            "sha256=" + "0" * 64,
            "sha256=" + "é" * 64,
        ],
        ids=str,
    )
    def test_without_its_signature_it_is_refused_and_not_stored(
        self, running, inbox, signature
    ):
        encoded = None if signature is None else signature.encode("latin-1")
        answer = _push(running, PUSH, encoded)

        assert answer.status_code == 401
        assert inbox() == []
        assert APP_SECRET not in answer.text
        assert signature_of(PUSH)[7:] not in answer.text

    def test_two_signatures_are_none(self, running, inbox):
        head = (
            "POST /webhooks/meta HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            f"X-Hub-Signature-256: {signature_of(PUSH)}\r\n"
            "X-Hub-Signature-256: sha256=0\r\n"
            f"Content-Length: {len(PUSH)}\r\n\r\n"
        )

        assert _spoken(running, head.encode() + PUSH).startswith(b"HTTP/1.1 401")
        assert inbox() == []


def _spoken(running, sent):
    """Send bytes; give the beginning of what is answered."""
    address = urlsplit(running.url)
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        connection.sendall(sent)
        return connection.recv(4096)


class TestLargeBodies:
    def test_a_megabyte_is_taken(self, running, inbox):
        body = b'"' + b"x" * (MEGABYTE - 2) + b'"'

        assert _push(running, body, signature_of(body)).status_code == 200
        assert len(inbox()) == 1

    def test_two_are_refused_though_they_are_signed(self, running, inbox):
        body = b"x" * 2 * MEGABYTE

        answer = _push(running, body, signature_of(body))

        assert answer.status_code == 413
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert inbox() == []

    def test_two_in_chunks_are_refused_too(self, running, inbox):
        body = b"x" * 2 * MEGABYTE
        chunks = (body[at : at + 65536] for at in range(0, len(body), 65536))

        assert _push(running, chunks, signature_of(body)).status_code == 413
        assert inbox() == []

    def test_a_length_that_is_told_is_refused_before_the_body_comes(self, running):
        head = "POST /webhooks/meta HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577"

        assert _spoken(running, f"{head}\r\n\r\n".encode()).startswith(b"HTTP/1.1 413")

    def test_elsewhere_less_is_taken(self, running):
        answer = requests.post(
            f"{running.url}/api/v1/invitations", data=b"x" * 65537, timeout=10
        )

        assert answer.status_code == 413


def test_while_the_database_is_away_meta_is_asked_to_repeat(running):
    away = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    service = replace(running.service, warehouse=Warehouse(away))
    with served(service, running.clock) as cut_off:
        answer = _push(cut_off, PUSH, signature_of(PUSH))
        ready = requests.get(f"{cut_off.url}/readyz", timeout=10)
        alive = requests.get(f"{cut_off.url}/healthz", timeout=10)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "127.0.0.1" not in answer.text
    assert (ready.status_code, alive.status_code) == (503, 200)


def test_what_is_not_set_up_says_so(postgres_socket, migrated_template, tmp_path):
    missing = {"META_APP_SECRET": "", "META_WEBHOOK_VERIFY_TOKEN": ""}
    with (
        new_database(postgres_socket, migrated_template) as url,
        service_over(url, tmp_path, **missing) as (service, clock),
        served(service, clock) as bare,
    ):
        answers = [
            _push(bare, PUSH, signature_of(PUSH, "")),
            _set_up(bare, **{"hub.verify_token": ""}),
        ]

    assert [answer.status_code for answer in answers] == [503, 503]
    assert not any("META_" in answer.text for answer in answers)
