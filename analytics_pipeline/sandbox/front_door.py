"""Where every API request comes in: latency, faults, the true answer, the count.

The APIs themselves know nothing of faults, apart from being told not to let a walk
end. What each fault looks like is in ``fault_answers``.
"""

import asyncio
from collections.abc import Awaitable
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.sandbox.calls import NO_ANSWER, Target
from analytics_pipeline.sandbox.creators_app import CreatorsApp
from analytics_pipeline.sandbox.fault_answers import (
    ANSWERING,
    CHANGING,
    changed_answer,
    false_answer,
    waiting_seconds,
)
from analytics_pipeline.sandbox.faults import Fault, FaultKind
from analytics_pipeline.sandbox.graph.routes import GraphApi
from analytics_pipeline.sandbox.protocol import TRANSPORT
from analytics_pipeline.sandbox.state import SandboxState
from analytics_pipeline.sandbox.targets import (
    creators_app_target,
    graph_target,
    tiktok_target,
)
from analytics_pipeline.sandbox.tiktok.routes import TikTokApi

_MILLISECONDS = 1_000


class Answerer(Protocol):
    """Gives the true answer to a request."""

    def __call__(self, *, repeat_cursor: bool) -> Awaitable[Response]:
        """Answer, letting a walk end or not."""


class FrontDoor:
    """The endpoints of the three APIs of one sandbox."""

    def __init__(self, state: SandboxState) -> None:
        """Open the door.

        Args:
            state: The sandbox.
        """
        self._state = state
        self._creators_app = CreatorsApp(state)
        self._graph = GraphApi(state)
        self._tiktok = TikTokApi(state)

    async def creators_app(self, request: Request) -> Response:
        """Answer a request to the Creators app."""
        endpoint = request.path_params["rest"].strip("/")

        async def answer(*, repeat_cursor: bool) -> Response:  # noqa: ARG001
            return self._creators_app.respond(request, endpoint)

        return await self._serve(request, creators_app_target(endpoint), answer)

    async def graph(self, request: Request) -> Response:
        """Answer a request to the Graph API."""
        path = request.path_params["rest"].strip("/")
        body = await request.body()

        async def answer(*, repeat_cursor: bool) -> Response:
            return self._graph.respond(request, path, body, repeat_cursor=repeat_cursor)

        target = graph_target(self._state, request, path)
        return await self._serve(request, target, answer)

    async def tiktok(self, request: Request) -> Response:
        """Answer a request to TikTok."""
        endpoint = request.path_params["rest"].strip("/")

        async def answer(*, repeat_cursor: bool) -> Response:
            return await self._tiktok.respond(
                request, endpoint, repeat_cursor=repeat_cursor
            )

        body = await request.body()
        target = tiktok_target(self._state, request, endpoint, body)
        return await self._serve(request, target, answer)

    async def _serve(
        self, request: Request, target: Target, answer: Answerer
    ) -> Response:
        latency = self._state.behaviour.latency_ms
        if latency:
            await asyncio.sleep(latency / _MILLISECONDS)
        struck = self._state.faults.strike(target, request.url.path)
        for fault in struck:
            if fault.kind is FaultKind.SLOW:
                await asyncio.sleep(waiting_seconds(fault))
        cut = next((f for f in struck if f.kind is FaultKind.RESET), None)
        if cut is not None and not cut.params.get("after"):
            return await self._hang_up(request, target)
        response = await self._answer(request, target, struck, answer)
        if cut is not None:
            return await self._hang_up(request, target)
        self._state.calls.record(target, response.status_code)
        # By the sandbox's clock, like everything else a client may look at.
        now = self._state.clock.now()
        response.headers["date"] = format_datetime(now, usegmt=True)
        return response

    async def _answer(
        self, request: Request, target: Target, struck: list[Fault], answer: Answerer
    ) -> Response:
        query = unquote(request.url.query)
        for fault in struck:
            if fault.kind in ANSWERING:
                false = false_answer(fault, target, query)
                if false is not None:
                    return false
        repeat = any(fault.kind is FaultKind.REPEAT_CURSOR for fault in struck)
        response = await answer(repeat_cursor=repeat)
        for fault in struck:
            if fault.kind in CHANGING:
                headers = dict(response.headers)
                headers[":status"] = str(response.status_code)
                response = changed_answer(fault, await _whole_body(response), headers)
        return response

    async def _hang_up(self, request: Request, target: Target) -> Response:
        """Close the connection without an answer."""
        self._state.calls.record(target, NO_ANSWER)
        transport = request.scope.get(TRANSPORT)
        if transport is None:
            return Response("the sandbox's server cannot close connections", 501)
        transport.abort()
        # The server drops what is answered once it has noticed the closing.
        while (await request.receive())["type"] != "http.disconnect":
            pass
        return Response()


async def _whole_body(response: Response) -> bytes:
    """Give a response's body, gathering it first if it is streamed."""
    pieces = getattr(response, "body_iterator", None)
    if pieces is None:
        return bytes(response.body)
    return b"".join([piece.encode() async for piece in pieces])
