"""Alerts are raised once, posted once, and posted again only where that failed."""

import json
import logging
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import sqlalchemy as sa

from analytics_pipeline.clients.alert_webhook import AlertNotPostedError, AlertWebhook
from analytics_pipeline.steps.alerts import has_untold
from analytics_pipeline_tests.token_house import open_token_house

META, TIKTOK = "instagram-102", "tiktok-103"
SECRET = "T000-the-secret-part"


class Chat:
    """A chat's address for incoming messages."""

    def __init__(self):
        self.messages = []
        self.status = 200
        self.address = ""


@pytest.fixture
def chat():
    chat = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            chat.messages.append(json.loads(body))
            self.send_response(chat.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with _served(HTTPServer(("127.0.0.1", 0), Handler)) as port:
        chat.address = f"http://127.0.0.1:{port}/services/{SECRET}"
        yield chat


@contextmanager
def _served(server):
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def house(sandbox, warehouse, clock, tmp_path):
    house = open_token_house(sandbox, warehouse, clock, tmp_path)
    house.only(META, TIKTOK)
    house.keep()
    return house


def _untold(house, *, can_post):
    with house.warehouse.begin() as connection:
        return has_untold(connection, house.clock(), can_post=can_post)


def _raised(house):
    with house.warehouse.begin() as connection:
        query = sa.text("SELECT alert_threshold FROM connection_alerts ORDER BY 1")
        return connection.scalars(query).all()


def test_each_threshold_is_raised_once(house):
    house.change(META, consent_expires_at=house.clock() + timedelta(days=15))
    raised = []
    for _ in range(32):
        raised.append(house.tell().raised)
        house.move(hours=12)

    assert sum(raised) == 4
    assert _raised(house) == ["1", "14", "3", "7"]
    assert not _untold(house, can_post=False)


def test_an_end_that_wanders_by_seconds_is_one_end(house):
    """TikTok tells lifetimes in seconds; the end passes midnight to and fro."""
    midnight = (house.clock() + timedelta(days=14)).replace(hour=0)
    house.change(META, consent_expires_at=midnight)
    first = house.tell().raised
    house.change(META, consent_expires_at=midnight - timedelta(seconds=2))

    assert (first, house.tell().raised) == (1, 0)


def test_a_new_consent_is_a_new_end(house):
    house.change(META, consent_expires_at=house.clock() + timedelta(days=2))
    house.tell()
    house.change(META, consent_expires_at=house.clock() + timedelta(days=90))
    assert house.tell().current == 0
    house.move(days=88)
    house.keep()

    assert house.tell().raised == 1


def test_a_message_is_posted_once_and_says_what_to_do(house, chat):
    house.end(102, "password_change")
    house.move(days=31)
    house.keep()
    assert _untold(house, can_post=True)

    reports = [house.tell(AlertWebhook(chat.address)) for _ in range(2)]

    assert [item.posted for item in reports] == [1, 0]
    (message,) = chat.messages
    assert "analytics-pipeline invite 102" in message["text"]
    assert "password" in message["text"]
    (row,) = message["alerts"]
    assert row["connection_id"] == META
    username = house.connections()[META].account.username
    assert username not in json.dumps(message)
    assert not _untold(house, can_post=True)


def test_what_could_not_be_posted_is_posted_next_time(house, chat):
    house.change(META, consent_expires_at=house.clock() + timedelta(days=2))
    chat.status = 503

    failed = house.tell(AlertWebhook(chat.address))
    assert (failed.raised, failed.posted, failed.problem) == (1, 0, "HTTP 503")
    assert _untold(house, can_post=True)

    chat.status = 200
    assert house.tell(AlertWebhook(chat.address)).posted == 1


def test_what_was_raised_before_there_was_an_address_is_posted_if_it_still_holds(
    house, chat
):
    house.change(META, consent_expires_at=house.clock() + timedelta(days=2))
    house.change(TIKTOK, refresh_token_expires_at=house.clock() + timedelta(days=2))
    house.tell()
    house.change(TIKTOK, refresh_token_expires_at=house.clock() + timedelta(days=99))

    assert house.tell(AlertWebhook(chat.address)).posted == 1
    assert "instagram-102" in chat.messages[0]["text"]


@pytest.mark.parametrize("kind", ["refused", "nobody", "no address", "moved"])
def test_the_address_is_never_told(chat, caplog, kind):
    caplog.set_level(logging.DEBUG)
    chat.status = {"refused": 500, "moved": 302}.get(kind, 200)
    address = {
        "nobody": f"http://127.0.0.1:9/services/{SECRET}",
        "no address": f"services/{SECRET}",
    }.get(kind, chat.address)

    with pytest.raises(AlertNotPostedError) as caught:
        AlertWebhook(address).post({"text": "x"})

    assert SECRET not in caplog.text
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
