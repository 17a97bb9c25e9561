"""The envelope of TikTok's API calls, and its refusals.

``error`` is always there; success is ``error.code == "ok"``. The token endpoint
has no envelope: see ``oauth``.
"""

import json
from datetime import datetime, timedelta, timezone
from hashlib import blake2b
from typing import Final

from starlette.responses import Response

# log_id begins with a time that is not UTC but eight hours ahead of it.
_LOG_ZONE: Final = timezone(timedelta(hours=8))


class TikTokError(Exception):
    """A refusal inside the envelope."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Word a refusal.

        Args:
            status: The HTTP status.
            code: The error code.
            message: A sentence.
        """
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def log_id(now: datetime, number: int) -> str:
    """Give the ``log_id`` of the answer with this number."""
    digest = blake2b(b"%d" % number, digest_size=9).hexdigest().upper()
    return now.astimezone(_LOG_ZONE).strftime("%Y%m%d%H%M%S") + digest


def envelope(data: dict[str, object], log: str) -> Response:
    """Give a successful answer."""
    error = {"code": "ok", "message": "", "log_id": log}
    return tiktok_response({"data": data, "error": error}, 200)


def refusal(error: TikTokError, log: str) -> Response:
    """Give a refused answer."""
    body = {"code": error.code, "message": error.message, "log_id": log}
    return tiktok_response({"data": {}, "error": body}, error.status)


def tiktok_response(body: object, status: int) -> Response:
    """Give a body as TikTok sends it: UTF-8 JSON."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, media_type="application/json; charset=utf-8")


class ParamsError(TikTokError):
    """The request was put together wrongly: 400 invalid_params."""

    def __init__(self, message: str) -> None:
        """Word the refusal of a request.

        Args:
            message: What is wrong.
        """
        super().__init__(400, "invalid_params", message)


class AccessTokenError(TikTokError):
    """The access token is missing, dead or not ours: 401 access_token_invalid."""

    def __init__(self) -> None:
        """Word the refusal of a token."""
        message = "The access token is invalid or has expired"
        super().__init__(401, "access_token_invalid", message)


class ScopeError(TikTokError):
    """The creator did not allow this: 401 scope_not_authorized."""

    def __init__(self, scope: str) -> None:
        """Word the refusal of a scope.

        Args:
            scope: The scope that is missing.
        """
        message = f"The user did not authorize the scope {scope}"
        super().__init__(401, "scope_not_authorized", message)


class RateLimitError(TikTokError):
    """The minute's budget is spent: 429 rate_limit_exceeded."""

    def __init__(self) -> None:
        """Word the refusal of a call too many."""
        message = "The API rate limit was exceeded"
        super().__init__(429, "rate_limit_exceeded", message)
