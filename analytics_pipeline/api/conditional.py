"""Answers that are sent again only if they differ (RFC 9110, section 13).

`ETag` is a fingerprint of the answer. `Last-Modified` is when this process first gave
it: no column tells when a number last changed, as reviews, erasures and repeated runs
change old days, and a time that is too late only costs an answer.

Source: https://www.rfc-editor.org/rfc/rfc9110#section-13
"""

import hashlib
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from threading import Lock

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analytics_pipeline.schemas.records import Clock

CACHING = "private, no-cache"
_MOST_REMEMBERED = 4096
_SECOND = timedelta(seconds=1)


class Versions:
    """Remembers since when an address has given the same answer.

    Args:
        clock: The current instant.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._known: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    def since(self, address: str, tag: str) -> datetime:
        """Return since when an address is known to give an answer.

        Args:
            address: Path and query.
            tag: Fingerprint of the answer it gives now.

        Returns:
            The instant, in whole seconds; later than that of any other answer.
        """
        now = self._clock().astimezone(UTC).replace(microsecond=0)
        with self._lock:
            before = self._known.pop(address, None)
            if before is None:
                since = now
            elif before[0] == tag:
                since = before[1]
            else:
                # Two answers in one second must differ in a header of whole seconds.
                since = max(now, before[1] + _SECOND)
            self._known[address] = (tag, since)
            if len(self._known) > _MOST_REMEMBERED:
                self._known.popitem(last=False)
        return since


class Conditional:
    """Middleware that answers 304 to whoever has the answer already.

    Args:
        app: What answers.
        prefix: Of the addresses whose answers are read again and again.
        clock: The current instant.
    """

    def __init__(self, app: ASGIApp, prefix: str, clock: Clock) -> None:
        self._app = app
        self._prefix = prefix
        self._versions = Versions(clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, unless the answer is known."""
        if (
            scope["type"] != "http"
            or scope["method"] != "GET"
            or not scope["path"].startswith(self._prefix)
        ):
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                await self._release(scope, held, send)

        await self._app(scope, receive, hold)

    async def _release(self, scope: Scope, held: list[Message], send: Send) -> None:
        start, parts = held[0], held[1:]
        if start["status"] != HTTPStatus.OK:
            for message in held:
                await send(message)
            return
        body = b"".join(part.get("body", b"") for part in parts)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        query = scope["query_string"].decode("latin-1")
        since = self._versions.since(f"{scope['path']}?{query}", tag)
        headers = MutableHeaders(scope=start)
        headers["ETag"] = tag
        headers["Last-Modified"] = format_datetime(since, usegmt=True)
        headers["Cache-Control"] = CACHING
        if _is_known(Headers(scope=scope), tag, since):
            start["status"] = HTTPStatus.NOT_MODIFIED
            del headers["Content-Length"]
            del headers["Content-Type"]
            body = b""
        await send(start)
        await send({"type": "http.response.body", "body": body})


def _is_known(asked: Headers, tag: str, since: datetime) -> bool:
    """Tell whether a caller has the answer; a fingerprint goes before a time."""
    tags = asked.get("If-None-Match")
    if tags is not None:
        named = [part.strip().removeprefix("W/") for part in tags.split(",")]
        return tag in named or "*" in named
    seen = _instant(asked.get("If-Modified-Since"))
    return seen is not None and since <= seen


def _instant(text: str | None) -> datetime | None:
    """Return a header's instant; one that cannot be read is as if it were not there."""
    if text is None:
        return None
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    # A date without a zone says nothing.
    return found if found.tzinfo is not None else None
