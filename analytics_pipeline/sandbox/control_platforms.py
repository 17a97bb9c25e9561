"""Control of what the platforms do: tokens that end, habits, retired metrics."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from analytics_pipeline.sandbox.control_requests import (
    ControlError,
    Endpoint,
    find_creator,
    read_keys,
    read_object,
)
from analytics_pipeline.sandbox.graph.account_insights import KNOWN as KNOWN_OF_ACCOUNTS
from analytics_pipeline.sandbox.graph.insights import KNOWN as KNOWN_OF_POSTS
from analytics_pipeline.sandbox.graph.retirement import PRODUCTS
from analytics_pipeline.sandbox.graph.tokens import KNOWN_SCOPES, MetaEnd
from analytics_pipeline.sandbox.state import SandboxState
from analytics_pipeline.sandbox.tiktok.scopes import SCOPES as TIKTOK_SCOPES

_REVOKE_SCOPE: Final = "revoke_scope"
_META_ENDS: Final = {end.name.lower(): end for end in MetaEnd}

Page = tuple[str, Endpoint, tuple[str, ...]]


def platform_pages(state: SandboxState) -> Iterable[Page]:
    """Give address, endpoint and methods of each of these controls."""
    control = _Platforms(state)
    return (
        ("/tokens", control.tokens, ("POST",)),
        ("/meta", control.meta, ("GET", "PUT")),
        ("/metrics", control.metrics, ("GET",)),
        ("/metrics/{name}", control.metric, ("PUT",)),
    )


class _Platforms:
    def __init__(self, state: SandboxState) -> None:
        self._state = state

    async def tokens(self, request: Request) -> Response:
        """End a creator's tokens, or take one scope out of them."""
        wanted = await read_object(request)
        index = find_creator(self._state, wanted.get("creator_id"))
        platform, action = wanted.get("platform"), wanted.get("action")
        if platform == "instagram":
            self._end_meta(index, action, wanted)
        elif platform == "tiktok":
            self._end_tiktok(index, action, wanted)
        else:
            message = "platform must be instagram or tiktok"
            raise ControlError(message)
        return JSONResponse(wanted)

    def _end_meta(self, index: int, action: object, wanted: dict[str, Any]) -> None:
        now = self._state.clock.now()
        tokens = self._state.meta_tokens
        if action == _REVOKE_SCOPE:
            tokens.take_back(index, _read_scope(wanted, KNOWN_SCOPES), now)
        elif isinstance(action, str) and action in _META_ENDS:
            tokens.end(index, _META_ENDS[action], now)
        else:
            message = f"action must be one of {[*_META_ENDS, _REVOKE_SCOPE]}"
            raise ControlError(message)

    def _end_tiktok(self, index: int, action: object, wanted: dict[str, Any]) -> None:
        if not self._state.world.people.has("tiktok", index):
            message = "this creator has no TikTok account"
            raise ControlError(message)
        tokens = self._state.tiktok_tokens
        if action == _REVOKE_SCOPE:
            tokens.take_back(index, _read_scope(wanted, TIKTOK_SCOPES))
        elif action == "revoke":
            tokens.revoke_account(index)
        else:
            message = f"action must be revoke or {_REVOKE_SCOPE}"
            raise ControlError(message)

    async def meta(self, request: Request) -> Response:
        """Tell or change what Meta does now one way, now the other."""
        if request.method == "PUT":
            wanted = await read_object(request)
            read_keys(wanted, exchange_prolongs=bool, tell_expires_in=bool)
            given = {key: value for key, value in wanted.items() if value is not None}
            self._state.meta_habits = replace(self._state.meta_habits, **given)
        return JSONResponse(asdict(self._state.meta_habits))

    async def metrics(self, _: Request) -> Response:
        """List the retired metrics."""
        return JSONResponse({"metrics": self._state.retired.rows()})

    async def metric(self, request: Request) -> Response:
        """Retire a metric or put it back into service."""
        name = request.path_params["name"]
        if name not in KNOWN_OF_POSTS and name not in KNOWN_OF_ACCOUNTS:
            message = f"there is no metric {name!r}"
            raise ControlError(message)
        wanted = await read_object(request)
        read_keys(wanted, retired=bool, products=list)
        products = wanted.get("products")
        if products is not None and not set(map(str, products)) <= set(PRODUCTS):
            message = f"products must be some of {PRODUCTS}, or null for all posts"
            raise ControlError(message)
        if wanted.get("retired", True):
            self._state.retired.retire(name, products)
        else:
            self._state.retired.restore(name)
        return JSONResponse({"metrics": self._state.retired.rows()})


def _read_scope(wanted: dict[str, Any], known: tuple[str, ...]) -> str:
    scope = wanted.get("scope")
    if not isinstance(scope, str) or scope not in known:
        message = f"scope must be one of {known}"
        raise ControlError(message)
    return scope
