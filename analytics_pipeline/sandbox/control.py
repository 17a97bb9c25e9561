"""The sandbox's own addresses under ``/_sandbox``: clock, faults, calls, truth.

They stand for what no client of the real APIs has, so nothing under test may use
them; people, demos and tests do.
"""

from dataclasses import asdict
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from analytics_pipeline.sandbox.connections import iter_lines
from analytics_pipeline.sandbox.control_platforms import platform_pages
from analytics_pipeline.sandbox.control_pushes import push_pages
from analytics_pipeline.sandbox.control_requests import (
    ControlError,
    find_creator,
    read_object,
    refusing,
)
from analytics_pipeline.sandbox.graph.tokens import MetaGrant
from analytics_pipeline.sandbox.population.records import Post
from analytics_pipeline.sandbox.state import SandboxState

ROOT = "/_sandbox"

_FAULT_KEYS = {"kind", "api", "account", "endpoint", "rate", "times", "params"}


def control_routes(state: SandboxState) -> list[Route]:
    """Give the routes of the control addresses of a sandbox."""
    control = _Control(state)
    pages = (
        ("", control.overview, ("GET",)),
        ("/clock", control.clock, ("GET", "PUT")),
        ("/faults", control.faults, ("GET", "POST", "DELETE")),
        ("/faults/{number:int}", control.fault, ("DELETE",)),
        ("/calls", control.calls, ("GET", "DELETE")),
        ("/reset", control.reset, ("POST",)),
        ("/connections.csv", control.connections, ("GET",)),
        ("/truth", control.truth, ("GET",)),
        ("/consent", control.consent, ("GET",)),
        *platform_pages(state),
        *push_pages(state),
    )
    return [
        Route(ROOT + path, refusing(endpoint), methods=list(methods))
        for path, endpoint, methods in pages
    ]


class _Control:
    def __init__(self, state: SandboxState) -> None:
        self._state = state

    async def overview(self, request: Request) -> Response:
        config = asdict(self._state.world.config)
        shown = {
            key: str(value) for key, value in config.items() if "secret" not in key
        }
        root = str(request.url).rstrip("/")
        places = (
            "clock",
            "faults",
            "calls",
            "reset",
            "connections.csv",
            "truth",
            "consent",
            "tokens",
            "meta",
            "metrics",
            "webhooks",
        )
        return JSONResponse(
            {
                "now": self._state.clock.now().isoformat(),
                "world": shown,
                "addresses": [f"{root}/{place}" for place in places],
            }
        )

    async def clock(self, request: Request) -> Response:
        clock = self._state.clock
        if request.method == "PUT":
            wanted = await read_object(request)
            rate = wanted.get("rate")
            if rate is not None and not isinstance(rate, int | float):
                message = "rate must be a number"
                raise ControlError(message)
            clock.set(_read_moment(wanted.get("now")), rate)
        return JSONResponse({"now": clock.now().isoformat(), "rate": clock.rate})

    async def faults(self, request: Request) -> Response:
        faults = self._state.faults
        if request.method == "DELETE":
            faults.clear()
            return Response(status_code=204)
        if request.method == "GET":
            return JSONResponse({"faults": faults.rows()})
        wanted = await read_object(request)
        unknown = set(wanted) - _FAULT_KEYS
        if unknown or "kind" not in wanted:
            message = f"a fault has a kind and may have {sorted(_FAULT_KEYS)}"
            raise ControlError(message)
        try:
            number = faults.add(**wanted)
        except TypeError as error:
            raise ControlError(str(error)) from error
        return JSONResponse({"id": number}, 201)

    async def fault(self, request: Request) -> Response:
        lifted = self._state.faults.remove(request.path_params["number"])
        return Response(status_code=204 if lifted else 404)

    async def calls(self, request: Request) -> Response:
        calls = self._state.calls
        if request.method == "DELETE":
            calls.reset()
            return Response(status_code=204)
        return JSONResponse({"total": calls.count(), "calls": calls.rows()})

    async def reset(self, _: Request) -> Response:
        self._state.reset()
        return Response(status_code=204)

    async def connections(self, _: Request) -> Response:
        return StreamingResponse(iter_lines(self._state), media_type="text/csv")

    async def truth(self, request: Request) -> Response:
        params = request.query_params
        index = find_creator(self._state, params.get("creator_id"))
        platform = params.get("platform", "instagram")
        if platform not in {"instagram", "tiktok"}:
            message = "platform must be instagram or tiktok"
            raise ControlError(message)
        at = self._state.clock.now()
        if "at" in params:
            at = _read_moment(params["at"])
        world = self._state.world
        posts = world.tiktok_posts if platform == "tiktok" else world.instagram_posts
        person = world.creator(index)
        body = {
            "creator_id": person.creator_id,
            "platform": platform,
            "at": at.isoformat(),
            "instagram_username": world.handle(index, at),
            "tiktok_username": person.tiktok_username,
            "instagram": person.instagram,
            "tiktok": person.tiktok,
            "traits": sorted(trait.value for trait in person.traits),
            "followers": world.followers(
                "tiktok" if platform == "tiktok" else "instagram", index, at
            ),
            "posts": [_as_json(post) for post in posts(index, at)],
        }
        return JSONResponse(body)

    async def consent(self, request: Request) -> Response:
        """Hand out what a creator would bring back from the consent pages now."""
        index = find_creator(self._state, request.query_params.get("creator_id"))
        state = self._state
        person = state.world.creator(index)
        body: dict[str, str] = {}
        if person.tiktok:
            body["tiktok_code"] = state.tiktok_tokens.code(index)
        if person.instagram == "connected":
            now = state.clock.now()
            tokens = state.meta_tokens
            before = MetaGrant(index)
            grant = tokens.consent(index, before.scopes, before.pages, now)
            body["meta_short_token"] = tokens.short(grant, now)
        return JSONResponse(body)


def _as_json(post: Post) -> dict[str, object]:
    row = asdict(post)
    row.pop("account")
    row["posted_at"] = post.posted_at.isoformat()
    row["style"] = post.style.value
    return row


def _read_moment(value: object) -> datetime:
    if not isinstance(value, str):
        message = 'an instant is written "2026-03-02T05:00:00Z"'
        raise ControlError(message)
    moment = datetime.fromisoformat(value.replace(" ", "+"))
    if moment.tzinfo is None:
        message = f"{value} has no UTC offset"
        raise ControlError(message)
    return moment
