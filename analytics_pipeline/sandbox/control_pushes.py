"""Control of what Meta sends by itself: webhooks and the two callbacks."""

import json
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from analytics_pipeline.sandbox.consent_page import is_web_address
from analytics_pipeline.sandbox.control_platforms import Page
from analytics_pipeline.sandbox.control_requests import (
    ControlError,
    find_creator,
    read_keys,
    read_object,
)
from analytics_pipeline.sandbox.graph.tokens import MetaEnd
from analytics_pipeline.sandbox.population.calendar import as_instant
from analytics_pipeline.sandbox.pushing import deliver, push, send, verify
from analytics_pipeline.sandbox.state import SandboxState
from analytics_pipeline.sandbox.webhooks import signature, signed_request

_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
_TRUNCATED_TO: Final = 20
_SIGNATURES: Final = ("good", "bad", "none", "truncated")


def push_pages(state: SandboxState) -> Iterable[Page]:
    """Give address, endpoint and methods of each of these controls."""
    control = _Pushes(state)
    return (
        ("/webhooks", control.webhooks, ("GET", "PUT")),
        ("/webhooks/deliver", control.deliver, ("POST",)),
        ("/webhooks/send", control.send, ("POST",)),
        ("/meta/deauthorize", control.call_back, ("POST",)),
        ("/meta/data-deletion", control.call_back, ("POST",)),
    )


class _Pushes:
    def __init__(self, state: SandboxState) -> None:
        self._state = state

    async def webhooks(self, request: Request) -> Response:
        """Tell where pushes go, or register an address that shakes hands."""
        webhooks = self._state.webhooks
        if request.method == "PUT":
            wanted = await read_object(request)
            read_keys(wanted, callback_url=str, verify_token=str)
            url = _read_address(wanted.get("callback_url"))
            verified, reply = await verify(url, wanted.get("verify_token") or "")
            if not verified:
                return JSONResponse({"verified": False, **reply.as_json()}, 409)
            webhooks.callback_url = url
            return JSONResponse({"verified": True})
        return JSONResponse(
            {
                "callback_url": webhooks.callback_url or None,
                "delivered": sorted(webhooks.delivered),
                "subscriptions": self._state.subscriptions,
            }
        )

    async def deliver(self, request: Request) -> Response:
        """Push the final numbers of every story that is due."""
        self._require_address()
        wanted = await read_object(request) if await request.body() else {}
        read_keys(wanted, creator_id=object, as_list=bool, repeat=bool)
        creator = wanted.get("creator_id")
        taken, refused = await deliver(
            self._state,
            None if creator is None else find_creator(self._state, creator),
            as_list=bool(wanted.get("as_list")),
            repeat=bool(wanted.get("repeat")),
        )
        return JSONResponse({"delivered": taken, "refused": refused})

    async def send(self, request: Request) -> Response:
        """Push anything, signed well, badly or not at all."""
        self._require_address()
        wanted = await read_object(request)
        kind = wanted.get("signature", "good")
        if "body" not in wanted or kind not in _SIGNATURES:
            message = f"a push has a body, and a signature that is one of {_SIGNATURES}"
            raise ControlError(message)
        given = wanted["body"]
        body = (given if isinstance(given, str) else json.dumps(given)).encode()
        secret = self._state.world.config.meta_app_secret
        signed = {
            "good": signature(secret, body),
            "bad": signature(f"not {secret}", body),
            "none": None,
            "truncated": signature(secret, body)[:_TRUNCATED_TO],
        }[kind]
        return JSONResponse((await push(self._state, body, signed)).as_json())

    async def call_back(self, request: Request) -> Response:
        """End a person's tokens and tell the application, by a signed form."""
        wanted = await read_object(request)
        index = find_creator(self._state, wanted.get("creator_id"))
        url = _read_address(wanted.get("callback_url"))
        now = self._state.clock.now()
        self._state.meta_tokens.end(index, MetaEnd.REMOVE_APP, now)
        claims: dict[str, object] = {
            "user_id": self._state.world.identities.user_id(index),
            "algorithm": "HMAC-SHA256",
            "issued_at": as_instant(now),
        }
        secret = self._state.world.config.meta_app_secret
        form = urlencode({"signed_request": signed_request(secret, claims)})
        reply = await send("POST", url, body=form.encode(), headers=_FORM)
        return JSONResponse(reply.as_json())

    def _require_address(self) -> None:
        if not self._state.webhooks.callback_url:
            message = "no callback_url is registered: PUT it to /_sandbox/webhooks"
            raise ControlError(message)


def _read_address(value: object) -> str:
    if not isinstance(value, str) or not is_web_address(value):
        message = "callback_url must be an absolute web address"
        raise ControlError(message)
    return value
