"""TikTok's error codes, and what each means for the account that was asked.

Source: docs/sources/tiktok.md (Display API v2, read 2026-11). API answers carry an
envelope whose `error.code` is `ok` on success; token answers are flat and report errors
under HTTP 200. Only codes decide.
"""

from datetime import timedelta
from typing import Any

from analytics_pipeline.clients.errors import (
    ApiError,
    BudgetExhausted,
    PermanentApiError,
    ReconnectRequired,
    TransientApiError,
)
from analytics_pipeline.clients.json_answer import JsonObject, read_object
from analytics_pipeline.schemas.connections import ReconnectReason
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.records import Answer

_WINDOW = timedelta(seconds=60)
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


class TokenRefusedError(ApiError):
    """The access token has expired or was revoked; a refreshed one may work."""

    reason = Reason.RECONNECT_REQUIRED


def understand(answer: Answer) -> JsonObject:
    """Return the `data` of an API answer, or raise the ApiError it stands for."""
    if answer.status == _TOO_MANY_REQUESTS:
        msg = "TikTok: rate_limit_exceeded"
        raise BudgetExhausted(msg, _WINDOW)
    parsed = _read(answer)
    error = parsed.get("error")
    # One documented sample is an error object as the whole body.
    fields: dict[str, Any] = error if isinstance(error, dict) else parsed
    code = fields.get("code")
    if code != "ok":
        raise _verdict(answer, str(code), str(fields.get("message", "")))
    data = parsed.get("data")
    if not isinstance(data, dict):
        msg = "TikTok says ok but gives no data"
        raise TransientApiError(msg, Reason.BAD_ANSWER)
    return data


def understand_token(answer: Answer) -> JsonObject:
    """Return a token answer, which holds secrets, or raise what it stands for."""
    parsed = _read(answer)
    error = parsed.get("error")
    if error:
        code = error.get("code") if isinstance(error, dict) else error
        raise _token_verdict(str(code), str(parsed.get("error_description", "")))
    if not parsed.get("access_token") or not isinstance(parsed["access_token"], str):
        msg = f"HTTP {answer.status} from TikTok's token endpoint without a token"
        raise TransientApiError(msg, Reason.BAD_ANSWER)
    return parsed


def _read(answer: Answer) -> JsonObject:
    try:
        return read_object(answer)
    except TransientApiError as error:
        if answer.status >= _SERVER_ERROR:
            msg = f"HTTP {answer.status} from TikTok"
            raise TransientApiError(msg) from error
        raise


def _verdict(answer: Answer, code: str, text: str) -> ApiError:
    message = f"TikTok error {code}: {text}"
    if code == "access_token_invalid":
        return TokenRefusedError(message)
    if code in {"scope_not_authorized", "scope_permission_missed"}:
        return PermanentApiError(message, Reason.PERMISSION_MISSING)
    if code == "rate_limit_exceeded":
        return BudgetExhausted(message, _WINDOW)
    if code == "internal_error" or answer.status >= _SERVER_ERROR:
        return TransientApiError(message)
    return PermanentApiError(message)


def _token_verdict(code: str, text: str) -> ApiError:
    message = f"TikTok token error {code}: {text}"
    if code == "invalid_grant":
        return ReconnectRequired(message, ReconnectReason.REVOKED)
    if code in {"invalid_client", "unauthorized_client"}:
        return PermanentApiError(message, Reason.NOT_CONFIGURED)
    if code.startswith(("invalid_", "unsupported_")):
        return PermanentApiError(message)
    return TransientApiError(message)
