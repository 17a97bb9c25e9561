"""Sending one request: what arrives, what comes back, and what is kept secret."""

import gzip
import json
import logging
import socket
import threading
import traceback
from base64 import b64decode
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.clients.errors import ReconnectRequired, TransientApiError
from analytics_pipeline.clients.transport import Request, redact
from analytics_pipeline_tests.unit.clients.scripted import (
    answer,
    cut_off,
    hang_up,
    silence,
)
from analytics_pipeline_tests.unit.clients.talking import NOW, Talk

TOKEN = "EAAvery-secret-token"
SECRET = "very-secret-client-secret"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_an_answer_comes_back_as_it_was_received(talk, server):
    body = '{"data": [ 1,2 ],"name":"Žofie"}'
    headers = {
        "Content-Type": "application/json",
        "X-App-Usage": '{"call_count":28}',
        "facebook-api-version": "v23.0",
        "Set-Cookie": "session=1",
        "X-Other": "not kept",
    }
    server.will(answer(body, 203, headers))
    found = talk.transport.send(Request("GET", f"{server.url}/a", {"limit": "5"}))
    assert (found.status, found.body, found.observed_at) == (203, body, NOW)
    assert found.request == {
        "method": "GET",
        "url": f"{server.url}/a",
        "params": {"limit": "5"},
    }
    del headers["Set-Cookie"], headers["X-Other"]
    kept = {name: text for name, text in found.headers.items() if name != "date"}
    assert kept == {name.lower(): text for name, text in headers.items()}


def test_parameters_and_json_and_token_go_where_they_belong(talk, server):
    server.will(answer({}))
    body = {"cursor": 5, "max_count": 20}
    request = Request("POST", f"{server.url}/b", {"fields": "a,b"}, body, token=TOKEN)
    talk.transport.send(request)
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/b")
    assert asked.query == {"fields": ["a,b"]}
    assert asked.json == body
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["user-agent"] == "analytics-pipeline"
    assert request.describe()["json"] == body


def test_a_form_goes_into_the_body_encoded(talk, server):
    server.will(answer({}))
    talk.transport.send(Request("POST", server.url, form={"secret": "a&b"}))
    (asked,) = server.asked
    assert asked.body == "secret=a%26b"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("token", [None, "", TOKEN], ids=["none", "empty", "some"])
def test_netrc_is_never_consulted(talk, server, tmp_path, monkeypatch, token):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password something\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.will(answer({}))
    talk.transport.send(Request("GET", server.url, token=token))
    expected = f"Bearer {TOKEN}" if token else None
    assert server.asked[0].headers.get("authorization") == expected


class TestProxies:
    """As `requests` reads them out of the environment."""

    FAR = "http://graph.example/v23.0/1"

    def test_a_proxy_is_told_the_whole_address(self, talk, server, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", server.url)
        server.will(answer("by proxy"))
        request = Request("GET", self.FAR, {"fields": "a,b"}, token=TOKEN)
        assert talk.transport.send(request).body == "by proxy"
        (asked,) = server.asked
        assert asked.target == f"{self.FAR}?fields=a%2Cb"
        assert asked.headers["host"] == "graph.example"

    def test_its_password_goes_to_the_proxy(self, talk, server, monkeypatch):
        address = server.url.replace("http://", "http://someone:something@")
        monkeypatch.setenv("HTTP_PROXY", address)
        server.will(answer({}))
        talk.transport.send(Request("GET", self.FAR))
        scheme, _, word = server.asked[0].headers["proxy-authorization"].partition(" ")
        assert (scheme, b64decode(word)) == ("Basic", b"someone:something")

    def test_hosts_that_need_none_are_asked_directly(self, talk, server, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        server.will(answer({}))
        talk.transport.send(Request("GET", f"{server.url}/a"))
        assert server.asked[0].path == "/a"

    def test_https_goes_through_a_tunnel(self, talk, monkeypatch):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
            heard = []

            def listen():
                connection, _ = listener.accept()
                with connection:
                    heard.append(connection.recv(1000))
                    connection.sendall(b"HTTP/1.1 403 No\r\n\r\n")

            thread = threading.Thread(target=listen)
            thread.start()
            with pytest.raises(TransientApiError, match="ProxyError") as caught:
                talk.transport.send(
                    Request("GET", "https://graph.example/", token=TOKEN)
                )
            thread.join()
        assert heard[0].startswith(b"CONNECT graph.example:443 ")
        assert_silent(heard[0].decode() + str(caught.value), TOKEN)

    def test_the_environment_is_looked_through_once_per_host(
        self, talk, server, monkeypatch
    ):
        server.will(answer({}))
        talk.transport.send(Request("GET", server.url))
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
        talk.transport.send(Request("GET", server.url))
        assert len(server.asked) == 2


def test_certificates_are_those_that_requests_would_trust(talk, monkeypatch, tmp_path):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(TransientApiError, match="SSLError"):
            talk.transport.send(Request("GET", url))


def test_a_packed_answer_is_unpacked(talk, server):
    packed = gzip.compress("Žofie".encode())
    server.will(answer(packed, headers={"Content-Encoding": "gzip"}))
    assert talk.transport.send(Request("GET", server.url)).body == "Žofie"


def test_a_packed_answer_that_is_none_is_transient(talk, server):
    server.will(answer(b"no gzip", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(TransientApiError, match="ContentDecodingError"):
        talk.transport.send(Request("GET", server.url))


def test_cookies_are_not_carried_from_one_account_to_the_next(talk, server):
    server.will(answer({}, headers={"Set-Cookie": "session=1"}))
    for _ in range(2):
        talk.transport.send(Request("GET", server.url))
    assert "cookie" not in server.asked[1].headers


def test_odd_characters_in_an_address_are_escaped(talk, server):
    server.will(answer({}))
    talk.transport.send(Request("GET", f"{server.url}/a b/š", {"q": "x y&z"}))
    assert server.asked[0].path == "/a%20b/%C5%A1"
    assert server.asked[0].query == {"q": ["x y&z"]}


def test_a_redirect_is_an_answer_and_is_not_followed(talk, server):
    server.will(answer("moved", 302, {"Location": f"{server.url}/elsewhere"}))
    found = talk.transport.send(Request("GET", server.url, token=TOKEN))
    assert found.status == 302
    assert len(server.asked) == 1


def test_bytes_that_are_no_text_are_replaced(talk, server):
    server.will(answer(b'{"a":"\xff"}'))
    found = talk.transport.send(Request("GET", server.url))
    assert found.body == '{"a":"\N{REPLACEMENT CHARACTER}"}'


def test_a_silent_server_is_not_waited_for_without_end(server):
    server.will(silence)
    with Talk(read_seconds=0.1) as talk:
        request = Request("GET", f"{server.url}/slow", {"q": "asked"}, token=TOKEN)
        with pytest.raises(TransientApiError) as caught:
            talk.transport.send(request)
    assert str(caught.value) == f"no answer in 0.1 s from {server.url}/slow"


@pytest.mark.parametrize("reply", [hang_up, cut_off], ids=["hang up", "cut off"])
def test_a_lost_connection_is_transient(talk, server, reply):
    server.will(reply)
    with pytest.raises(TransientApiError, match="no connection to http"):
        talk.transport.send(Request("GET", server.url))
    assert len(server.asked) == 1


def test_a_refused_connection_is_transient_and_tells_no_secret(talk):
    url = f"http://127.0.0.1:{free_port()}/v2/oauth/token/"
    form = {"client_secret": SECRET, "refresh_token": "rft.secret"}
    request = Request("POST", url, form=form, token=TOKEN)
    with pytest.raises(TransientApiError) as caught:
        talk.transport.send(request)
    assert str(caught.value) == f"no connection to {url}: ConnectionError"
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert_silent(told, TOKEN, SECRET, "rft.secret")


def test_an_address_that_is_none_is_told_like_a_lost_connection(talk):
    with pytest.raises(TransientApiError, match="InvalidURL"):
        talk.transport.send(Request("GET", "http://"))


def assert_silent(text, *secrets):
    assert [secret for secret in secrets if secret in text] == []


def test_a_request_shows_its_secrets_nowhere():
    form = {"client_secret": SECRET}
    request = Request("POST", "https://x/y", {"a": "b"}, {"c": 1}, form, TOKEN)
    described = json.dumps(request.describe())
    assert_silent(repr(request) + str(request) + described, TOKEN, SECRET)
    assert json.loads(described) == {
        "method": "POST",
        "url": "https://x/y",
        "params": {"a": "b"},
        "json": {"c": 1},
    }


def test_an_answer_full_of_tokens_can_be_read_but_not_seen(talk, server):
    grant = {"access_token": "act.new", "refresh_token": "rft.new"}
    server.will(answer(grant))
    found = talk.transport.send(Request("POST", server.url, form={"a": SECRET}))
    assert json.loads(found.body) == grant
    assert_silent(repr(found) + str(found), "act.new", "rft.new", SECRET)


def test_the_token_in_an_answer_is_redacted(talk, server):
    following = f"{server.url}/media?access_token={TOKEN}&limit=5&after=QVFI"
    error = {"message": f"Malformed access token {TOKEN}"}
    server.will(answer({"paging": {"next": following}, "error": error}))
    found = talk.transport.send(Request("GET", server.url, token=TOKEN))
    assert_silent(found.body + repr(found), TOKEN)
    assert json.loads(found.body) == {
        "paging": {
            "next": f"{server.url}/media?access_token=REDACTED&limit=5&after=QVFI"
        },
        "error": {"message": "Malformed access token REDACTED"},
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '{"next":"https://g/?access_token=EAAB12&limit=5"}',
            '{"next":"https://g/?access_token=REDACTED&limit=5"}',
        ),
        (
            r'{"next":"https:\/\/g\/?access_token=EA\/AB12\u0026limit=5"}',
            r'{"next":"https:\/\/g\/?access_token=REDACTED\u0026limit=5"}',
        ),
        (
            '{"to":"https://g/?u=%3Faccess_token%3DEAAB12&limit=5"}',
            '{"to":"https://g/?u=%3Faccess_token%3DREDACTED&limit=5"}',
        ),
        ('{"a":[{"access_token":"EAAB12"}]}', '{"a":[{"access_token":"REDACTED"}]}'),
        ('{"refresh_token" : "rft\\"12"}', '{"refresh_token" : "REDACTED"}'),
        ('{"caption":"my token_count"}', '{"caption":"my token_count"}'),
    ],
    ids=["next", "escaped", "nested", "object", "quoted", "caption"],
)
def test_tokens_nobody_sent_are_redacted_too(body, expected):
    assert redact(body, None) == expected
    json.loads(expected)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12))
def test_a_token_is_redacted_however_it_is_spelt(token):
    address = f"https://g/?access_token={quote(token, safe='')}&limit=5"
    body = json.dumps({"next": address, "message": token, "other": [f"x {token} y"]})
    for text in (body, body.replace("/", r"\/")):
        read = json.loads(redact(text, token))
        assert read["next"] == "https://g/?access_token=REDACTED&limit=5"
        assert read["message"] == "REDACTED"
        assert read["other"] == ["x REDACTED y"]


@pytest.mark.parametrize("odd", ["\n", "\r\nX-Other: 1", "š", "\x00"], ids=repr)
def test_a_token_that_cannot_be_sent_is_refused_without_naming_it(odd):
    with pytest.raises(ReconnectRequired) as caught:
        Request("GET", "https://x", token=TOKEN + odd)
    assert_silent("".join(traceback.format_exception(caught.value)), TOKEN)


def test_a_thread_keeps_its_connection_and_shares_it_with_nobody(talk, server):
    server.will(answer({}))

    def send_twice():
        for _ in range(2):
            talk.transport.send(Request("GET", server.url))

    for _ in range(3):
        thread = threading.Thread(target=send_twice)
        thread.start()
        thread.join()
    connections = [asked.connection for asked in server.asked]
    assert connections[0::2] == connections[1::2]
    assert len(set(connections)) == 3


def test_a_closed_transport_lets_go_of_its_connections(talk, server):
    server.will(answer({}))
    talk.transport.send(Request("GET", server.url))
    talk.transport.close()
    talk.transport.send(Request("GET", server.url))
    first, second = (asked.connection for asked in server.asked)
    assert first != second


def test_a_secret_in_a_query_is_sent_and_told_nowhere(talk, server, caplog):
    server.will(answer({"access_token": "EAAanswer"}))
    request = Request(
        "GET", server.url, {"fields": "id"}, secret_params={"input_token": TOKEN}
    )
    with caplog.at_level(logging.DEBUG):
        received = talk.transport.send(request)
        with pytest.raises(TransientApiError) as lost:
            talk.transport.send(replace(request, url="http://127.0.0.1:9/debug"))

    (asked,) = server.asked
    assert asked.query == {"fields": ["id"], "input_token": [TOKEN]}
    assert "EAAanswer" in received.body
    told = "".join(traceback.format_exception(lost.value))
    kept = json.dumps(request.describe()) + repr(request) + repr(received)
    assert "HTTP/1.1" in caplog.text
    for text in (told, kept, caplog.text, str(lost.value)):
        assert_silent(text, TOKEN, "EAAanswer")


def test_only_the_answers_to_secret_requests_are_given_as_they_are(talk, server):
    server.will(answer({"access_token": "EAAanswer"}))

    plain = talk.transport.send(Request("GET", server.url))
    secret = talk.transport.send(Request("GET", server.url, is_secret=True))

    assert "EAAanswer" not in plain.body
    assert "EAAanswer" in secret.body
