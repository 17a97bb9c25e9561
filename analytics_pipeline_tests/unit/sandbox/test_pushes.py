"""What the sandbox sends by itself: handshake, signed pushes, Meta's callbacks."""

import hmac
import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from analytics_pipeline_tests.unit.sandbox.asking import error_of
from analytics_pipeline_tests.unit.sandbox.consenting import MetaLogin

VERIFY = "agreed"
SECRET = b"sandbox-app-secret"
ONDRA, TEREZA, KSENIA = 102, 101, 117
OWNER, STORYTELLER = 1, 16
MORNING = datetime(2026, 3, 5, 5, tzinfo=UTC)


class Application:
    """A small receiver; what came stands in ``received``."""

    def __init__(self):
        application = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                query = parse_qs(urlsplit(self.path).query)
                known = query.get("hub.verify_token") == [VERIFY]
                challenge = query["hub.challenge"][0] if known else "no"
                self.answer(200 if known else 403, challenge.encode())

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                application.received.append((self.path, dict(self.headers), body))
                self.answer(application.status, application.reply)

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.clear()

    def clear(self):
        self.received, self.status, self.reply = [], 200, b"ok"

    def pushes(self):
        return [json.loads(body) for _, _, body in self.received]


@pytest.fixture(scope="module")
def shared_application():
    application = Application()
    thread = Thread(target=application.server.serve_forever)
    thread.start()
    yield application
    application.server.shutdown()
    thread.join()
    application.server.server_close()


@pytest.fixture
def application(shared_application):
    shared_application.clear()
    return shared_application


@pytest.fixture
def registered(ask, sandbox, application):
    """The application, registered; the clock stands at the fifth morning."""
    sandbox.clock.set(MORNING)
    assert register(ask, application.url).status_code == 200
    return application


def register(ask, url, token=VERIFY):
    body = {"callback_url": url, "verify_token": token}
    return ask.control("PUT", "webhooks", json=body)


def deliver(ask, **body):
    answer = ask.control("POST", "webhooks/deliver", json=body or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def value_of(push):
    (entry,) = push["entry"]
    (change,) = entry["changes"]
    assert (push["object"], change["field"]) == ("instagram", "story_insights")
    return change["value"]


def test_an_address_is_registered_once_it_sends_the_challenge_back(ask, application):
    assert register(ask, application.url).json() == {"verified": True}
    assert ask.control("GET", "webhooks").json()["callback_url"] == application.url


def test_an_address_that_does_not_agree_is_not_registered(ask, application):
    answer = register(ask, application.url, "something else")
    assert answer.status_code == 409
    assert answer.json() == {"verified": False, "status": 403, "body": "no"}
    nobody = register(ask, "http://127.0.0.1:9/hook")
    assert nobody.status_code == 409
    assert (nobody.json()["status"], nobody.json()["body"]) == (0, "ConnectionError")
    assert ask.control("GET", "webhooks").json()["callback_url"] is None


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("webhooks/deliver", {}),
        ("webhooks/send", {"body": {}}),
    ],
)
def test_without_an_address_nothing_is_pushed(ask, path, body):
    answer = ask.control("POST", path, json=body)
    assert answer.status_code == 400
    assert "callback_url" in answer.json()["error"]


def test_every_story_is_pushed_an_hour_after_its_end_and_once(ask, sandbox, registered):
    result = deliver(ask)
    assert result == {"delivered": len(registered.received), "refused": 0}
    told = [value_of(push)["media_id"] for push in registered.pushes()]
    expected = [
        story.post_id
        for person in sandbox.world.people
        if person.instagram == "connected"
        for story in sandbox.world.stories_ended(
            person.index, MORNING - timedelta(hours=1)
        )
    ]
    assert told == expected
    assert len(told) > 5
    assert deliver(ask) == {"delivered": 0, "refused": 0}
    sandbox.clock.set(MORNING + timedelta(days=1))
    assert deliver(ask)["delivered"] > 0


def test_a_story_is_not_pushed_before_the_hour_has_passed(ask, sandbox, registered):
    deliver(ask)
    active = sandbox.world.stories(STORYTELLER, MORNING)
    due = active[-1].posted_at + timedelta(hours=25)
    sandbox.clock.set(due - timedelta(seconds=1))
    assert deliver(ask, creator_id=KSENIA)["delivered"] == 0
    registered.clear()
    sandbox.clock.set(due)
    assert deliver(ask, creator_id=KSENIA)["delivered"] == 1
    assert value_of(registered.pushes()[0])["media_id"] == active[-1].post_id


def test_the_numbers_are_final_and_go_on_from_the_last_ones(ask, sandbox, registered):
    active = sandbox.world.stories(STORYTELLER, MORNING)
    story = max(active, key=lambda one: one.counters.reach)
    end = story.posted_at + timedelta(days=1)
    sandbox.clock.set(end - timedelta(minutes=1))
    asked = {"metric": "reach,views,replies"}
    body = ask.own(STORYTELLER, fields="id").json()
    _, token = ask.owner(STORYTELLER)
    data = ask.graph(f"{story.post_id}/insights", token=token, **asked).json()["data"]
    last = {row["name"]: row["values"][0]["value"] for row in data}
    sandbox.clock.set(end)
    gone = ask.graph(f"{story.post_id}/insights", token=token, **asked)
    assert error_of(gone) == (400, 100, 33)
    assert error_of(ask.graph(story.post_id, token=token)) == (400, 100, 33)
    sandbox.clock.set(end + timedelta(hours=1))
    deliver(ask, creator_id=KSENIA)
    push = next(
        push
        for push in registered.pushes()
        if value_of(push)["media_id"] == story.post_id
    )
    value = value_of(push)
    assert set(value) == {
        "media_id",
        "impressions",
        "reach",
        "replies",
        "exits",
        "taps_forward",
        "taps_back",
    }
    assert last["reach"] <= value["reach"] < 1.01 * last["reach"]
    assert last["views"] <= value["impressions"]
    assert push["entry"][0]["id"] == body["id"]
    assert push["entry"][0]["time"] == (end + timedelta(hours=1)).timestamp()


def test_counts_under_five_are_told_as_minus_one(ask, registered):
    deliver(ask)
    values = [value_of(push) for push in registered.pushes()]
    counts = [v for value in values for k, v in value.items() if k != "media_id"]
    assert -1 in counts
    assert not set(counts) & {0, 1, 2, 3, 4}
    assert any(value["reach"] == -1 for value in values)


def test_a_push_is_signed_over_its_raw_bytes(ask, registered):
    deliver(ask, creator_id=KSENIA)
    for path, headers, body in registered.received:
        assert path == "/hook"
        expected = hmac.new(SECRET, body, sha256).hexdigest()
        assert headers["X-Hub-Signature-256"] == f"sha256={expected}"
        assert headers["Content-Type"] == "application/json"


def test_a_push_that_is_not_taken_stays_due(ask, registered):
    registered.status = 500
    first = deliver(ask, creator_id=KSENIA)
    assert first["delivered"] == 0
    assert first["refused"] > 0
    registered.status = 200
    assert deliver(ask, creator_id=KSENIA)["delivered"] == first["refused"]


def test_a_repeated_push_is_the_same_to_the_byte(ask, registered):
    deliver(ask, creator_id=KSENIA)
    first = [body for _, _, body in registered.received]
    registered.clear()
    deliver(ask, creator_id=KSENIA, repeat=True)
    assert [body for _, _, body in registered.received] == first


def test_pushes_can_come_as_lists(ask, registered):
    deliver(ask, creator_id=KSENIA, as_list=True)
    for push in registered.pushes():
        assert isinstance(push, list)
        assert value_of(push[0])["media_id"]


def test_who_removed_the_app_is_pushed_about_no_more(ask, sandbox, registered):
    body = {"creator_id": KSENIA, "platform": "instagram", "action": "remove_app"}
    ask.control("POST", "tokens", json=body)
    deliver(ask)
    own = sandbox.world.identities.instagram_id(STORYTELLER)
    assert registered.received
    assert all(push["entry"][0]["id"] != own for push in registered.pushes())


def test_who_consents_here_is_pushed_about_from_then_on(ask, sandbox, registered):
    deliver(ask)
    MetaLogin(ask).token(TEREZA)
    assert deliver(ask)["delivered"] == 0
    registered.clear()
    sandbox.clock.set(MORNING + timedelta(days=6))
    deliver(ask)
    own = sandbox.world.identities.instagram_id(0)
    theirs = [p for p in registered.pushes() if p["entry"][0]["id"] == own]
    ended = sandbox.world.stories_ended(0, MORNING + timedelta(days=6, hours=-1))
    later = [s for s in ended if s.posted_at + timedelta(days=1) >= MORNING]
    assert [value_of(push)["media_id"] for push in theirs] == [s.post_id for s in later]
    assert theirs


def send(ask, body, signature="good"):
    wanted = {"body": body, "signature": signature}
    return ask.control("POST", "webhooks/send", json=wanted)


@pytest.mark.parametrize(
    "body", [{"object": "page", "entry": []}, [1], "no JSON at all", None, ""], ids=str
)
def test_anything_can_be_pushed(ask, registered, body):
    registered.status, registered.reply = 202, b'{"noted": true}'
    answer = send(ask, body)
    assert answer.json() == {"status": 202, "body": {"noted": True}}
    ((_, headers, raw),) = registered.received
    assert raw.decode() == (body if isinstance(body, str) else json.dumps(body))
    expected = hmac.new(SECRET, raw, sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={expected}"


def test_a_signature_can_be_bad_cut_off_or_missing(ask, registered):
    signatures = []
    for kind in ("good", "bad", "truncated", "none"):
        send(ask, {}, kind)
        _, headers, _ = registered.received[-1]
        signatures.append(headers.get("X-Hub-Signature-256"))
    good, bad, truncated, none = signatures
    assert bad != good
    assert len(bad) == len(good)
    assert good.startswith(truncated)
    assert len(truncated) < len(good)
    assert none is None


@pytest.mark.parametrize("body", [{}, {"body": 1, "signature": "best"}], ids=str)
def test_a_push_that_makes_no_sense_is_not_sent(ask, registered, body):
    assert ask.control("POST", "webhooks/send", json=body).status_code == 400
    assert registered.received == []


def claims_of(body):
    """Check a signed request as Meta's documentation says to, and read it."""
    (request,) = parse_qs(body.decode())["signed_request"]
    signature, _, payload = request.partition(".")
    expected = hmac.new(SECRET, payload.encode(), sha256).digest()
    assert urlsafe_b64decode(signature + "==") == expected
    return json.loads(urlsafe_b64decode(payload + "=="))


@pytest.mark.parametrize("what", ["deauthorize", "data-deletion"])
def test_a_callback_ends_the_tokens_and_brings_a_signed_request(
    ask, sandbox, application, what
):
    application.reply = b'{"url": "https://x.example/s", "confirmation_code": "c"}'
    body = {"creator_id": ONDRA, "callback_url": application.url}
    answer = ask.control("POST", f"meta/{what}", json=body)
    assert answer.json() == {"status": 200, "body": json.loads(application.reply)}
    ((_, headers, raw),) = application.received
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert claims_of(raw) == {
        "user_id": sandbox.world.identities.user_id(OWNER),
        "algorithm": "HMAC-SHA256",
        "issued_at": int(sandbox.clock.now().timestamp()),
    }
    assert error_of(ask.own(OWNER)) == (400, 190, 458)


@pytest.mark.parametrize(
    "body",
    [
        {"callback_url": "http://127.0.0.1:9/"},
        {"creator_id": ONDRA},
        {"creator_id": ONDRA, "callback_url": "file:///etc/passwd"},
    ],
    ids=str,
)
def test_a_callback_for_nobody_or_to_nowhere_ends_nothing(ask, body):
    assert ask.control("POST", "meta/deauthorize", json=body).status_code == 400
    assert ask.own(OWNER).status_code == 200


def test_a_reset_forgets_the_address_and_what_was_delivered(ask, sandbox, registered):
    first = deliver(ask, creator_id=KSENIA)
    sandbox.reset()
    assert ask.control("GET", "webhooks").json()["callback_url"] is None
    register(ask, registered.url)
    assert deliver(ask, creator_id=KSENIA) == first
