"""HTTP/1.1 by hand: as little per request as Python can do.

A request is read with a few searches in its bytes; its answer is written at once, or
after the latency by a timer, so that thousands can wait in one process.
"""

import asyncio
import ctypes
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.sharedctypes import RawArray
from urllib.parse import unquote_plus

from benchmarks.twin.answers import Answers, number_of_cursor

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TOKEN = re.compile(rb"\r\nauthorization: *bearer tt-(\d+)\r", re.IGNORECASE)
_USERNAME = re.compile(r"username\(creator\.(\d{1,8})\)")
_MEDIA = re.compile(r"media\.limit\((\d+)\)(?:\.after\(([^)]*)\))?")
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_GRAPH = (
    b"facebook-api-version: v23.0\r\n"
    b'x-app-usage: {"call_count":0,"total_time":0,"total_cputime":0}\r\n'
    b"content-type: application/json; charset=UTF-8\r\n"
)
_TIKTOK = b"content-type: application/json; charset=utf-8\r\n"
_DATE = b"date: Mon, 02 Mar 2026 05:00:00 GMT\r\n"
_JSON = b"content-type: application/json\r\n"
_SLOTS = 3

Reply = tuple[int, bytes, bytes]


class Counters:
    """Requests answered and in flight, shared by the processes of one twin.

    Args:
        processes: How many there are.
    """

    def __init__(self, processes: int) -> None:
        self._slots = RawArray(ctypes.c_int64, processes * _SLOTS)

    def begin(self, process: int) -> None:
        """Note that a request has come."""
        slots, at = self._slots, process * _SLOTS
        slots[at] += 1
        slots[at + 1] += 1
        in_flight = sum(slots[1::_SLOTS])
        slots[at + 2] = max(slots[at + 2], in_flight)

    def end(self, process: int) -> None:
        """Note that it was answered."""
        self._slots[process * _SLOTS + 1] -= 1

    def reset(self) -> None:
        """Forget what was counted; what is in flight stays."""
        for at in range(0, len(self._slots), _SLOTS):
            self._slots[at] = self._slots[at + 2] = 0

    def as_json(self) -> bytes:
        """Return what was counted."""
        counted = {
            "requests": sum(self._slots[0::_SLOTS]),
            "in_flight": sum(self._slots[1::_SLOTS]),
            "most_in_flight": max(self._slots[2::_SLOTS]),
        }
        return json.dumps(counted).encode()


class Routes:
    """Decides which answer a request gets.

    Args:
        answers: Of the world.
        creators: How many there are.
    """

    def __init__(self, answers: Answers, creators: int) -> None:
        self._answers = answers
        self._creators = creators

    def reply(self, path: str, query: str, head: bytes, body: bytes) -> Reply:
        """Answer a request.

        Args:
            path: As sent.
            query: As sent.
            head: The whole head.
            body: The body.

        Returns:
            Status, headers and body.
        """
        if path.startswith("/graph/"):
            return self._graph(unquote_plus(query))
        if path.startswith("/tiktok/"):
            return self._tiktok(path, head, body)
        if path.startswith("/creators-app/"):
            return self._creators_app(path, query)
        return _not_found()

    def _graph(self, query: str) -> Reply:
        username, media = _USERNAME.search(query), _MEDIA.search(query)
        creator = int(username[1]) if username else -1
        if media is None or not 0 <= creator < self._creators:
            error = {"message": "no such call", "code": 110, "type": "OAuthException"}
            return 400, _GRAPH, json.dumps({"error": error}).encode()
        first = number_of_cursor(media[2]) if media[2] else 0
        body = self._answers.discovery(creator, int(media[1]), first)
        return 200, _GRAPH, body

    def _tiktok(self, path: str, head: bytes, body: bytes) -> Reply:
        token = _TOKEN.search(head)
        creator = int(token[1]) if token else -1
        if not 0 <= creator < self._creators:
            error = {"code": "access_token_invalid", "message": "", "log_id": "0"}
            return 401, _TIKTOK, json.dumps({"data": {}, "error": error}).encode()
        if path == "/tiktok/v2/user/info/":
            return 200, _TIKTOK, self._answers.user(creator)
        if path == "/tiktok/v2/video/list/":
            asked = json.loads(body or b"{}")
            page = (asked.get("max_count", 10), asked.get("cursor"))
            return 200, _TIKTOK, self._answers.videos(creator, *page)
        return _not_found()

    def _creators_app(self, path: str, query: str) -> Reply:
        name = path.rstrip("/").rpartition("/")[2]
        if name == "creators":
            return 200, _JSON, self._answers.creators()
        if name == "campaigns":
            return 200, _JSON, self._answers.campaigns()
        if name == "involved":
            asked = json.loads(unquote_plus(query).partition("=")[2] or "[]")
            return 200, _JSON, self._answers.involved(asked)
        return _not_found()


def _not_found() -> Reply:
    return 404, _JSON, b'{"detail":"Not found."}'


@dataclass(frozen=True, slots=True)
class Serving:
    """What a connection needs.

    Attributes:
        routes: Decides what is answered.
        counters: Counts.
        process: This process's number.
        latency: Seconds between a request and its answer.
    """

    routes: Routes
    counters: Counters
    process: int
    latency: float


class Connection(asyncio.Protocol):
    """One client's connection.

    Args:
        serving: What is served.
    """

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - as documented
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that has come whole."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[: end + 2]
            length = _LENGTH.search(head)
            stop = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < stop:
                return
            body = self._buffer[end + 4 : stop]
            self._buffer = self._buffer[stop:]
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        target = head[: head.index(b"\r")].split(b" ")[1].decode("latin-1")
        path, _, query = target.partition("?")
        counters, process = self._serving.counters, self._serving.process
        if path.startswith("/_"):
            self._write(_control(path, counters), is_last=False)
            return
        counters.begin(process)
        reply = _http(self._serving.routes.reply(path, query, head, body))
        is_last = _CLOSE.search(head) is not None

        def send() -> None:
            counters.end(process)
            self._write(reply, is_last=is_last)

        if self._serving.latency:
            asyncio.get_running_loop().call_later(self._serving.latency, send)
        else:
            send()

    def _write(self, reply: bytes, *, is_last: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(reply)
        if is_last:
            self._transport.close()


def _control(path: str, counters: Counters) -> bytes:
    if path == "/_reset":
        counters.reset()
    return _http((200, _JSON, counters.as_json()))


def _http(reply: Reply) -> bytes:
    status, headers, body = reply
    reason = b"OK" if status == 200 else b"Refused"
    return b"HTTP/1.1 %d %b\r\n%b%bcontent-length: %d\r\n\r\n%b" % (
        status,
        reason,
        headers,
        _DATE,
        len(body),
        body,
    )


async def serve(
    serving: Serving, port: int, on_start: Callable[[int], None] | None = None
) -> None:
    """Serve until cancelled.

    Args:
        serving: What.
        port: Where, on loopback; 0 takes a free one.
        on_start: Told the port once connections are accepted.
    """
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(serving), "127.0.0.1", port, backlog=1024, reuse_port=True
    )
    if on_start is not None:
        on_start(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()
