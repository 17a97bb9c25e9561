"""A tiny HTTP server that answers as a test tells it to, and remembers who asked."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    target: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: str
    connection: object

    @property
    def json(self):
        return json.loads(self.body)


class ScriptedServer:
    """Gives its replies in order; the last one again and again."""

    def __init__(self):
        self.replies = []
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.scripted = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.01])

    def will(self, *replies):
        """Set what it answers from now on, and forget who asked before."""
        self.replies = list(replies)
        self.asked.clear()
        return self

    def take(self, asked):
        with self._lock:
            self.asked.append(asked)
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


Reply = Callable[["_Handler"], None]


def answer(body, status=200, headers=None) -> Reply:
    """Answer with JSON, or with text or bytes as they are."""

    def reply(handler):
        given = body
        if not isinstance(given, str | bytes):
            given = json.dumps(given)
        if isinstance(given, str):
            given = given.encode()
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(given)))
        handler.end_headers()
        handler.wfile.write(given)

    return reply


def hang_up(handler):
    """Close the connection without a word."""
    handler.close_connection = True


def cut_off(handler):
    """Announce more than is sent, then close."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"data":[')
    handler.close_connection = True


def silence(handler):
    """Say nothing until the test is over."""
    handler.server.scripted.closing.wait(30)
    handler.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    scripted: ScriptedServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self):
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            method=self.command,
            target=self.path,
            path=parts.path,
            query=parse_qs(parts.query),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length).decode(),
            connection=self.client_address,
        )
        self.server.scripted.take(asked)(self)

    do_POST = do_GET  # noqa: N815 - the name http.server calls

    def log_message(self, *_):
        """Say nothing on the console."""
