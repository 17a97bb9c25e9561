"""Lets an endpoint reach the socket it is served on.

ASGI has no way to close a connection without answering, which is what a broken
network does. The server's own protocol class is therefore extended to put the
connection's transport into the request's scope.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from uvicorn.protocols.http.auto import AutoHTTPProtocol

TRANSPORT: Final = "analytics_pipeline.sandbox.transport"

Scope = MutableMapping[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]


def with_transport(app: Application, transport: asyncio.BaseTransport) -> Application:
    """Wrap an ASGI application for one connection."""

    async def application(scope: Scope, receive: object, send: object) -> None:
        scope[TRANSPORT] = transport
        await app(scope, receive, send)

    return application


def _connection_made(self: asyncio.Protocol, transport: asyncio.BaseTransport) -> None:
    AutoHTTPProtocol.connection_made(self, transport)
    self.app = with_transport(self.app, transport)  # type: ignore[attr-defined]


# Built at run time because uvicorn chooses its base among two classes.
SandboxProtocol: type[asyncio.Protocol] = type(
    "SandboxProtocol", (AutoHTTPProtocol,), {"connection_made": _connection_made}
)
