"""How many calls a key may make: a bucket per key, refilled evenly.

The bucket is this process's own: several processes of the service allow each as much.
Headers: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Any

from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analytics_pipeline.api.problems import ProblemError, refusals

_MINUTE = 60
_POLICY = '"calls"'
_STATE = "allowance"
_HEADERS = {
    "RateLimit-Policy": "Calls that a key may make (q) in so many seconds (w).",
    "RateLimit": "Calls that are left (r), and in how many seconds all are again (t).",
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one call leaves of a key's calls.

    Attributes:
        limit: Calls that may be made in a minute.
        remaining: Calls that may be made right now.
        seconds_until_full: When all of them may be made again.
        seconds_until_next: When the next may be made; 0 while one may be made now.
        is_granted: Whether this call may be made.
    """

    limit: int
    remaining: int
    seconds_until_full: int
    seconds_until_next: int
    is_granted: bool

    def headers(self) -> dict[str, str]:
        """Return what an answer tells its caller of it."""
        headers = {
            "RateLimit-Policy": f"{_POLICY};q={self.limit};w={_MINUTE}",
            "RateLimit": f"{_POLICY};r={self.remaining};t={self.seconds_until_full}",
        }
        if not self.is_granted:
            headers["Retry-After"] = str(self.seconds_until_next)
        return headers


class RateLimits:
    """Counts the calls of each key.

    Args:
        calls_per_minute: How many each may make.
        clock: Seconds that only grow.
    """

    def __init__(
        self, calls_per_minute: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = calls_per_minute
        self._clock = clock
        self._lock = Lock()
        # By key: calls that were left, and when. Only living keys get here.
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key_id: str) -> Allowance:
        """Take one call from a key's bucket.

        Args:
            key_id: Whose call it is.

        Returns:
            Whether it may be made, and what is left.
        """
        per_second = self._limit / _MINUTE
        with self._lock:
            now = self._clock()
            left, since = self._buckets.get(key_id, (float(self._limit), now))
            left = min(self._limit, left + (now - since) * per_second)
            is_granted = left >= 1
            left -= is_granted
            self._buckets[key_id] = (left, now)
        return Allowance(
            limit=self._limit,
            remaining=int(left),
            seconds_until_full=math.ceil((self._limit - left) / per_second),
            seconds_until_next=max(0, math.ceil((1 - left) / per_second)),
            is_granted=is_granted,
        )


def take_call(request: Request, key_id: str) -> None:
    """Take one call of a key for a request; what is left stands in its answer.

    Args:
        request: What is asked; its application has the limits.
        key_id: Whose call it is.

    Raises:
        ProblemError: The key has no call left.
    """
    limits: RateLimits = request.app.state.limits
    allowance = limits.take(key_id)
    request.scope.setdefault("state", {})[_STATE] = allowance
    if not allowance.is_granted:
        raise ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"this API key may make {allowance.limit} calls in a minute; "
            f"go on in {allowance.seconds_until_next} s",
        )


class RateLimitHeaders:
    """Middleware that tells callers with a key what they have left.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers where a key was recognised."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def send_with_headers(message: Message) -> None:
            allowance = state.get(_STATE)
            if message["type"] == "http.response.start" and allowance is not None:
                headers = MutableHeaders(scope=message)
                headers.update(allowance.headers())
            await send(message)

        await self._app(scope, receive, send_with_headers)


def describe_limits(app: FastAPI) -> None:
    """Let an application's description tell the limits of routes that need a key.

    Args:
        app: The application, with its routes.
    """
    describe = app.openapi
    status = HTTPStatus.TOO_MANY_REQUESTS
    named = {
        name: {"description": text, "schema": {"type": "string"}}
        for name, text in _HEADERS.items()
    }
    retry = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
    refusal = refusals(status)[int(status)] | {
        "headers": named | {"Retry-After": retry}
    }

    def with_limits() -> dict[str, Any]:
        description = describe()
        for path in description["paths"].values():
            for operation in path.values():
                if operation.get("security"):
                    operation["responses"].setdefault(str(int(status)), refusal)
        return description

    app.openapi = with_limits  # type: ignore[method-assign]
