"""Which Graph path leads to which handler, who may ask, and what it costs.

Calls about other people's accounts, Pages and users spend the small hourly
platform budget of the token's owner and report it in ``X-App-Usage``. Calls about
connected accounts spend the large use-case budget and report that instead.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import blake2b
from itertools import count
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.sandbox.graph.account_insights import list_account_insights
from analytics_pipeline.sandbox.graph.call import GraphCall
from analytics_pipeline.sandbox.graph.errors import (
    AppLimitError,
    GoneError,
    GraphError,
    TokenError,
    UnknownAliasError,
    UnknownPathError,
)
from analytics_pipeline.sandbox.graph.nodes import (
    DISCOVERY,
    list_media,
    list_stories,
    read_account,
    read_insights,
    read_media,
)
from analytics_pipeline.sandbox.graph.oauth import (
    answer_token,
    debug_token,
    require_living,
)
from analytics_pipeline.sandbox.graph.pages import (
    list_pages,
    read_page,
    read_user,
    subscribe_page,
)
from analytics_pipeline.sandbox.graph.tokens import MetaToken
from analytics_pipeline.sandbox.graph.usage import app_usage, use_case_usage
from analytics_pipeline.sandbox.limits import refused
from analytics_pipeline.sandbox.state import SandboxState

VERSION: Final = re.compile(r"v\d+\.0")

_ME = "me"
_SUBSCRIBED = "subscribed_apps"
_TOKEN = "oauth/access_token"  # noqa: S105 - an address
_NODE_AND_EDGE = 2

AccountEdge = Callable[[GraphCall, int, str], dict[str, object]]
_ACCOUNT_EDGES: Final[Mapping[str, AccountEdge]] = {
    "media": list_media,
    "stories": list_stories,
    "insights": list_account_insights,
}


class GraphApi:
    """The Graph API of one sandbox."""

    def __init__(self, state: SandboxState) -> None:
        """Serve a sandbox's world.

        Args:
            state: The sandbox.
        """
        self._state = state
        self._traces = count(1)

    def respond(
        self, request: Request, path: str, body: bytes, *, repeat_cursor: bool
    ) -> Response:
        """Answer a request.

        Args:
            request: The request.
            path: Its path below ``/graph/``.
            body: Its body; a form there counts like the query.
            repeat_cursor: A fault: never let a walk end.

        Returns:
            The answer, with the version and usage headers.
        """
        version, _, rest = path.partition("/")
        headers = {"facebook-api-version": version}
        try:
            params = _all_params(request, body)
            answer = self._body(
                request, params, rest, headers, repeat_cursor=repeat_cursor
            )
            status = 200
        except GraphError as error:
            answer = error.body(self.trace())
            status = error.status
        return graph_response(answer, status, headers)

    def trace(self) -> str:
        """Give the next ``fbtrace_id``."""
        number = next(self._traces)
        return "A" + blake2b(b"%d" % number, digest_size=11).hexdigest()

    def _body(
        self,
        request: Request,
        params: QueryParams,
        rest: str,
        headers: dict[str, str],
        *,
        repeat_cursor: bool,
    ) -> dict[str, object]:
        version = headers["facebook-api-version"]
        parts = [part for part in rest.split("/") if part]
        if not VERSION.fullmatch(version) or not parts:
            headers.pop("facebook-api-version")
            raise UnknownPathError(request.url.path)
        if not _may(request.method, parts):
            message = f"Unsupported {request.method.lower()} request"
            raise GraphError(100, message, subcode=33, kind="GraphMethodException")
        now = self._state.clock.now()
        if "/".join(parts) == _TOKEN:
            return answer_token(self._state, params, now)
        text = bearer(request, params)
        if parts == ["debug_token"]:
            return debug_token(self._state, params, text, now)
        call = GraphCall(
            state=self._state,
            url=request.url,
            params=params,
            token=self._authenticate(text, now),
            token_text=text,
            now=now,
            method=request.method,
            repeat_cursor=repeat_cursor,
            headers=headers,
        )
        return self._dispatch(call, parts)

    def _authenticate(self, text: str, now: datetime) -> MetaToken:
        if not text:
            reason = "An access token is required"
            raise TokenError(reason)
        token = self._state.meta_tokens.read(text)
        if token is None or not self._state.world.people.exists(token.owner):
            reason = "Cannot parse access token"
            raise TokenError(reason)
        require_living(self._state, token, now)
        return token

    def _dispatch(self, call: GraphCall, parts: list[str]) -> dict[str, object]:
        node, edge = parts[0], "/".join(parts[1:])
        if len(parts) > _NODE_AND_EDGE:
            raise UnknownPathError(edge)
        identities = call.world.identities
        account = identities.instagram_account(node)
        if account is not None:
            return self._account(call, account, node, edge)
        if call.world.media_owner(node) is not None:
            return self._media(call, node, edge)
        self._charge_platform(call)
        if identities.page_owner(node) is not None and edge in {"", _SUBSCRIBED}:
            return subscribe_page(call, node) if edge else read_page(call, node)
        owner = call.token.owner if node == _ME else identities.user_account(node)
        if owner is None:
            raise GoneError(node) if node.isdecimal() else UnknownAliasError(node)
        if owner != call.token.owner:
            raise GoneError(node)
        if edge not in {"", "accounts"}:
            raise UnknownPathError(edge)
        return list_pages(call, owner) if edge else read_user(call, owner)

    def _account(
        self, call: GraphCall, account: int, node: str, edge: str
    ) -> dict[str, object]:
        if not edge:
            if DISCOVERY in call.params.get("fields", ""):
                self._charge_platform(call)
            else:
                self._charge_use_case(call, node)
            return read_account(call, account, node)
        if edge not in _ACCOUNT_EDGES:
            raise UnknownPathError(edge)
        self._charge_use_case(call, node)
        return _ACCOUNT_EDGES[edge](call, account, node)

    def _media(self, call: GraphCall, node: str, edge: str) -> dict[str, object]:
        if edge not in {"", "insights"}:
            raise UnknownPathError(edge)
        owner = call.world.identities.instagram_id(call.token.owner)
        self._charge_use_case(call, owner)
        return read_insights(call, node) if edge else read_media(call, node)

    def _charge_platform(self, call: GraphCall) -> None:
        percent = self._state.graph_budgets.use(f"{call.token.owner}", call.now)
        call.headers.update(app_usage(percent))
        if refused(percent):
            raise AppLimitError

    def _charge_use_case(self, call: GraphCall, instagram_id: str) -> None:
        call.headers.update(use_case_usage(instagram_id, 1))


def _may(method: str, parts: list[str]) -> bool:
    """Tell whether a path can be asked like this; hardly anything can be written."""
    if method == "GET":
        return True
    path = "/".join(parts)
    return method == "POST" and (path == _TOKEN or parts[1:] == [_SUBSCRIBED])


def _all_params(request: Request, body: bytes) -> QueryParams:
    """Give the query, with what a form in the body adds to it."""
    if request.method != "POST" or not body:
        return request.query_params
    form = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return QueryParams([*form, *request.query_params.multi_items()])


def graph_response(body: object, status: int, headers: dict[str, str]) -> Response:
    """Give a body as the Graph API sends it: ASCII JSON."""
    return Response(
        json.dumps(body, separators=(",", ":")),
        status,
        headers,
        media_type="application/json; charset=UTF-8",
    )


def bearer(request: Request, params: QueryParams) -> str:
    """Give the token of a request, from the header or the query; "" without one."""
    header = request.headers.get("authorization", "")
    scheme, _, text = header.partition(" ")
    if scheme.lower() == "bearer" and text.strip():
        return text.strip()
    return params.get("access_token", "")
