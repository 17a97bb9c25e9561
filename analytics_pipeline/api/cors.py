"""Which web pages may call the API from a browser: those of the allow-list, no others.

Source: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Collection
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PREFIX = "/api/"
_METHODS = "GET, POST"
_REQUEST_HEADERS = (
    "Authorization, Content-Type, If-Modified-Since, If-None-Match, X-API-Key"
)
_ANSWER_HEADERS = (
    "ETag, Last-Modified, Link, Location, RateLimit, RateLimit-Policy, Retry-After"
)
_TEN_MINUTES = "600"


class CrossOrigin:
    """Middleware that lets pages of some origins call paths under `/api/`.

    Cookies never travel: a page has to send a key, as any program.

    Args:
        app: What answers.
        origins: Whose pages may call; with none, nothing is added to any answer.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or answer a browser's question whether it may ask."""
        is_ours = scope["type"] == "http" and scope["path"].startswith(_PREFIX)
        if not (is_ours and self._origins):
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        origin = asked.get("Origin", "")
        is_allowed = origin in self._origins

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # Also where nothing is allowed: a cache must not mix the two up.
                headers.add_vary_header("Origin")
                if is_allowed:
                    headers["Access-Control-Allow-Origin"] = origin
                    headers["Access-Control-Expose-Headers"] = _ANSWER_HEADERS
            await send(message)

        is_question = scope["method"] == "OPTIONS"
        if is_question and is_allowed and "Access-Control-Request-Method" in asked:
            await _yes()(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def _yes() -> Response:
    headers = {
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": _REQUEST_HEADERS,
        "Access-Control-Max-Age": _TEN_MINUTES,
    }
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
