"""The Graph API's error codes, and what each means for the account that was asked.

Source: docs/sources/instagram.md (Graph API v23.0, read 2026-11). An error object
can come under any HTTP status, 200 included; user texts are translated, so only code,
subcode and `is_transient` decide.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from analytics_pipeline.clients.errors import (
    ApiError,
    BudgetExhausted,
    ItemUnavailable,
    PermanentApiError,
    ReconnectRequired,
    TooMuchDataError,
    TransientApiError,
)
from analytics_pipeline.clients.json_answer import JsonObject, read_object
from analytics_pipeline.schemas.connections import ReconnectReason
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.records import Answer

_PLATFORM_WAIT = timedelta(minutes=60)
_USE_CASE_WAIT = timedelta(minutes=15)
_BLOCK_WAIT = timedelta(hours=24)
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500

_Verdict = Callable[[str], ApiError]


def _exhausted(wait: timedelta) -> _Verdict:
    return lambda message: BudgetExhausted(message, wait)


def _reconnect(cause: ReconnectReason) -> _Verdict:
    return lambda message: ReconnectRequired(message, cause)


def _perhaps_reconnect(message: str) -> ApiError:
    return ReconnectRequired(message, is_certain=False)


def _permission(message: str) -> ApiError:
    return PermanentApiError(message, Reason.PERMISSION_MISSING)


_BY_CODE: dict[int, _Verdict] = {
    **dict.fromkeys((1, 2, 341), TransientApiError),
    **dict.fromkeys((4, 17, 32, 613), _exhausted(_PLATFORM_WAIT)),
    **dict.fromkeys((*range(80000, 80010), 80014), _exhausted(_USE_CASE_WAIT)),
    **dict.fromkeys((3, 10, *range(200, 300)), _permission),
    **dict.fromkeys((100, 2500), PermanentApiError),
    **dict.fromkeys((110, 803), ItemUnavailable),
    102: _reconnect(ReconnectReason.INVALIDATED),
    190: _perhaps_reconnect,
    368: _exhausted(_BLOCK_WAIT),
}

# Where the subcode says more than the code.
_BY_SUBCODE: dict[tuple[int, int], _Verdict] = {
    (190, 458): _reconnect(ReconnectReason.APP_REMOVED),
    **dict.fromkeys(((190, 459), (190, 464)), _reconnect(ReconnectReason.CHECKPOINT)),
    (190, 460): _reconnect(ReconnectReason.PASSWORD_CHANGED),
    (190, 463): _reconnect(ReconnectReason.EXPIRED),
    (190, 467): _reconnect(ReconnectReason.INVALIDATED),
    (190, 492): _reconnect(ReconnectReason.PERMISSION_MISSING),
    **dict.fromkeys(((100, 33), (24, 2207006), (24, 2207024)), ItemUnavailable),
    (-1, 2207001): TransientApiError,
    (4, 2207051): _exhausted(_BLOCK_WAIT),
    (100, 1504018): TooMuchDataError,
}
# "Invalid user id": comes with code 110, in some recordings with 100.
_NOT_DISCOVERABLE = 2207013


def understand(answer: Answer) -> JsonObject:
    """Return the object of a Graph API answer, or raise the ApiError it stands for."""
    if answer.status == _TOO_MANY_REQUESTS:
        msg = "HTTP 429: too many requests"
        raise BudgetExhausted(msg, _PLATFORM_WAIT)
    try:
        parsed = read_object(answer)
    except TransientApiError as error:
        if answer.status >= _SERVER_ERROR:
            msg = f"HTTP {answer.status} from the Graph API"
            raise TransientApiError(msg) from error
        raise
    if "error" in parsed:
        raise _verdict(answer, parsed["error"])
    if answer.status >= _SERVER_ERROR:
        msg = f"HTTP {answer.status} from the Graph API"
        raise TransientApiError(msg)
    return parsed


def _verdict(answer: Answer, error: object) -> ApiError:
    """Return the exception an error object stands for."""
    fields: dict[str, Any] = error if isinstance(error, dict) else {}
    code, subcode = fields.get("code"), fields.get("error_subcode")
    name = f"{code}/{subcode}" if subcode else f"{code}"
    message = f"Graph API error {name}: {fields.get('message', '')}"
    if subcode == _NOT_DISCOVERABLE:
        return ItemUnavailable(message)
    if _is_permanent_after_all(fields):
        return PermanentApiError(message)
    if code == 1 and answer.status == _SERVER_ERROR:
        return TooMuchDataError(message)
    found = _looked_up(code, subcode)(message)
    says_transient = fields.get("is_transient") is True
    if isinstance(found, PermanentApiError) and (
        says_transient or answer.status >= _SERVER_ERROR
    ):
        return TransientApiError(message)
    return found


def _looked_up(code: object, subcode: object) -> _Verdict:
    """Return what the tables say of a code; one they lack is refused for good."""
    if not isinstance(code, int):
        return PermanentApiError
    by_subcode = _BY_SUBCODE.get((code, subcode)) if isinstance(subcode, int) else None
    return by_subcode or _BY_CODE.get(code, PermanentApiError)


def _is_permanent_after_all(fields: dict[str, Any]) -> bool:
    """Code 1 with a text for the user, and not transient: recorded as permanent."""
    return (
        fields.get("code") == 1
        and fields.get("is_transient") is False
        and bool(fields.get("error_user_title"))
    )
