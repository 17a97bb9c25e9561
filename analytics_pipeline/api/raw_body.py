"""Bodies: how large one may be, and how a route gets it byte by byte."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analytics_pipeline.api.problems import problem

KIBIBYTE = 1024
_USUAL_LIMIT = 64 * KIBIBYTE


class BodyLimit:
    """Refuses bodies that are too large before anything else sees them.

    A body that tells its length is refused unread; one that does not (sent in chunks)
    is read no further than the limit.

    Args:
        app: What comes after.
        limits: Bytes, by path; elsewhere 64 KiB.
    """

    def __init__(self, app: ASGIApp, limits: Mapping[str, int]) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limits.get(scope["path"], _USUAL_LIMIT)
        messages = await _read(scope, receive, limit)
        if messages is None:
            refusal = problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"the body may have {limit} bytes at most",
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, _replayed(messages, receive), send)


async def raw_body(request: Request) -> bytes:
    """Give a route the body as it was sent, which signatures are about."""
    return await request.body()


async def _read(scope: Scope, receive: Receive, limit: int) -> list[Message] | None:
    """Return the whole body as it came, or none if it is too large."""
    if _told_length(scope) > limit:
        return None
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > limit:
            return None
        if not message.get("more_body", False):
            return messages


def _told_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        # Servers refuse a length that is no number before it comes here.
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _replayed(messages: list[Message], receive: Receive) -> Receive:
    """Return what gives the messages again, then whatever comes next."""
    waiting = iter(messages)

    async def next_message() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return next_message
