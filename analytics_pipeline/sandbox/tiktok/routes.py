"""Which TikTok path leads to which handler, and what each call must bring."""

import json
from datetime import datetime
from itertools import count
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.sandbox.limits import refused
from analytics_pipeline.sandbox.state import SandboxState
from analytics_pipeline.sandbox.tiktok.envelope import (
    AccessTokenError,
    ParamsError,
    RateLimitError,
    ScopeError,
    TikTokError,
    envelope,
    log_id,
    refusal,
)
from analytics_pipeline.sandbox.tiktok.oauth import answer_revoke, answer_token
from analytics_pipeline.sandbox.tiktok.users import user_info
from analytics_pipeline.sandbox.tiktok.videos import (
    VideoCall,
    list_videos,
    query_videos,
)

METHODS: Final = {"user/info": "GET", "video/list": "POST", "video/query": "POST"}

_VIDEO_SCOPE = "video.list"


class TikTokApi:
    """The TikTok API of one sandbox."""

    def __init__(self, state: SandboxState) -> None:
        """Serve a sandbox's world.

        Args:
            state: The sandbox.
        """
        self._state = state
        self._logs = count(1)

    async def respond(
        self, request: Request, endpoint: str, *, repeat_cursor: bool
    ) -> Response:
        """Answer a request.

        Args:
            request: The request.
            endpoint: Its path below ``/tiktok/v2/``, without slashes at the ends.
            repeat_cursor: A fault: never let a walk end.

        Returns:
            The answer, in the envelope or, for tokens, flat.
        """
        body = await request.body()
        log = log_id(self._state.clock.now(), next(self._logs))
        content_type = request.headers.get("content-type", "")
        if endpoint == "oauth/token" and request.method == "POST":
            return answer_token(self._state, content_type, body, log)
        if endpoint == "oauth/revoke" and request.method == "POST":
            return answer_revoke(self._state, content_type, body, log)
        try:
            data = self._data(request, endpoint, body, repeat_cursor=repeat_cursor)
        except TikTokError as error:
            return refusal(error, log)
        return envelope(data, log)

    def _data(
        self, request: Request, endpoint: str, body: bytes, *, repeat_cursor: bool
    ) -> dict[str, object]:
        if METHODS.get(endpoint) != request.method:
            raise TikTokError(404, "invalid_params", "Unsupported path")
        now = self._state.clock.now()
        if refused(self._state.tiktok_budgets.use(endpoint, now)):
            raise RateLimitError
        account = self._authenticate(request, now)
        scopes = self._state.tiktok_tokens.scopes(account)
        fields = request.query_params.get("fields", "")
        world = self._state.world
        if endpoint == "user/info":
            return user_info(world, account, scopes, fields, now)
        if _VIDEO_SCOPE not in scopes:
            raise ScopeError(_VIDEO_SCOPE)
        read = _read_json(body)
        call = VideoCall(world, account, fields, read, now, repeat_cursor)
        return list_videos(call) if endpoint == "video/list" else query_videos(call)

    def _authenticate(self, request: Request, now: datetime) -> int:
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise AccessTokenError
        account = self._state.tiktok_tokens.check_access(text.strip(), now)
        if account is None:
            raise AccessTokenError
        return account


def _read_json(body: bytes) -> object:
    if not body.strip():
        return None
    try:
        return json.loads(body)
    except ValueError as error:
        message = "The body is not JSON"
        raise ParamsError(message) from error
