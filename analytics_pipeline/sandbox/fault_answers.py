"""What a client sees of a fault: whole false answers, and changed true ones.

Details a fault can carry in ``params``:

* ``status``, ``code``, ``subcode``: other figures than usual in false answers;
* ``headers``: headers to set on a false or patched answer;
* ``seconds`` (``slow``): how long to wait; default 1;
* ``max_limit`` (``reduce_data``): only pages asked larger than this are refused;
* ``after`` (``reset``): do the work first, then close without an answer;
* ``ops`` (``patch``): ``[{"op": "set"|"remove"|"append", "path": [...],
  "value": ...}]``; ``"*"`` in a path stands for every item of a list.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from starlette.responses import Response

from analytics_pipeline.sandbox.calls import Target
from analytics_pipeline.sandbox.faults import Fault, FaultKind
from analytics_pipeline.sandbox.graph.errors import (
    AppLimitError,
    GraphError,
    TokenError,
    UserLimitError,
)
from analytics_pipeline.sandbox.graph.routes import graph_response
from analytics_pipeline.sandbox.graph.usage import FULL, app_usage, use_case_usage
from analytics_pipeline.sandbox.json_patch import apply_operations
from analytics_pipeline.sandbox.tiktok.envelope import (
    AccessTokenError,
    RateLimitError,
    TikTokError,
    refusal,
    tiktok_response,
)
from analytics_pipeline.sandbox.tiktok.oauth import OAuthError, oauth_refusal

_PAGE = (
    "<!DOCTYPE html><html><head><title>Sorry</title></head><body><h1>Sorry, "
    "something went wrong.</h1></body></html>"
)
_LIMIT = re.compile(r"\blimit[(=](\d+)")
_TRACE = "AFault"
_LOG = "20260301000000FAULT"
_UNKNOWN_ERROR = "An unknown error has occurred."

ANSWERING: Final = frozenset(
    {
        FaultKind.LIMIT_429,
        FaultKind.LIMIT_CODE_4,
        FaultKind.LIMIT_CODE_17,
        FaultKind.LIMIT_USE_CASE,
        FaultKind.SERVER_ERROR,
        FaultKind.TRANSIENT_CODE_1,
        FaultKind.REDUCE_DATA,
        FaultKind.EXPIRED_TOKEN,
        FaultKind.HTML,
        FaultKind.ERROR_IN_200,
    }
)
CHANGING: Final = frozenset(
    {FaultKind.TRUNCATED_JSON, FaultKind.EMPTY, FaultKind.PATCH}
)


def false_answer(fault: Fault, target: Target, query: str) -> Response | None:
    """Give the answer a fault puts in the place of the true one.

    Args:
        fault: A fault of a kind in ``ANSWERING``.
        target: What the request is about.
        query: The request's query, decoded; ``reduce_data`` looks at its limits.

    Returns:
        The answer, or None when the fault lets this request pass.
    """
    if fault.kind is FaultKind.HTML:
        answer = Response(_PAGE, _figure(fault, "status", 200), media_type="text/html")
    elif target.api == "instagram":
        if fault.kind is FaultKind.REDUCE_DATA and _is_small_enough(fault, query):
            return None
        answer = _graph(fault, target)
    elif target.api == "tiktok":
        oauth = target.endpoint.startswith("oauth/")
        answer = _tiktok_oauth(fault) if oauth else _tiktok(fault)
    else:
        answer = _creators_app(fault)
    answer.headers.update(_extra_headers(fault))
    return answer


def changed_answer(fault: Fault, body: bytes, headers: Mapping[str, str]) -> Response:
    """Give a true answer as a fault changes it.

    Args:
        fault: A fault of a kind in ``CHANGING``.
        body: The true answer's body.
        headers: Its headers, with the key ``:status`` for the status.

    Returns:
        The changed answer; its length is announced truly.
    """
    status = int(headers[":status"])
    kept = {
        key: value
        for key, value in headers.items()
        if key not in {":status", "content-length"}
    }
    if fault.kind is FaultKind.TRUNCATED_JSON:
        return Response(body[: len(body) // 2], status, kept)
    try:
        answer = json.loads(body)
    except ValueError:
        return Response(body, status, kept)
    if fault.kind is FaultKind.EMPTY:
        _empty(answer)
    else:
        operations = fault.params.get("ops")
        apply_operations(answer, operations if isinstance(operations, list) else [])
        kept.update(_extra_headers(fault))
    return Response(json.dumps(answer), status, kept)


def waiting_seconds(fault: Fault) -> float:
    """Give how long a ``slow`` fault makes the client wait."""
    seconds = fault.params.get("seconds", 1)
    return float(seconds) if isinstance(seconds, int | float) else 1.0


def _figure(fault: Fault, name: str, default: int) -> int:
    value = fault.params.get(name, default)
    return value if isinstance(value, int) else default


def _extra_headers(fault: Fault) -> dict[str, str]:
    extra = fault.params.get("headers")
    if not isinstance(extra, Mapping):
        return {}
    return {str(key).lower(): str(value) for key, value in extra.items()}


def _is_small_enough(fault: Fault, query: str) -> bool:
    asked = [int(number) for number in _LIMIT.findall(query)]
    return bool(asked) and max(asked) <= _figure(fault, "max_limit", 0)


def _graph(fault: Fault, target: Target) -> Response:
    error = _GRAPH_ERRORS[fault.kind]()
    error.code = _figure(fault, "code", error.code)
    subcode = fault.params.get("subcode")
    error.subcode = subcode if isinstance(subcode, int) else error.subcode
    headers = {"facebook-api-version": "v23.0"}
    if fault.kind is FaultKind.LIMIT_USE_CASE:
        headers.update(use_case_usage(target.account_id, FULL))
    elif fault.kind in _SPENT:
        headers.update(app_usage(FULL))
    status = _figure(fault, "status", error.status)
    return graph_response(error.body(_TRACE), status, headers)


def _tiktok(fault: Fault) -> Response:
    error = _TIKTOK_ERRORS[fault.kind]()
    error.status = _figure(fault, "status", error.status)
    error.code = str(fault.params.get("code", error.code))
    return refusal(error, _LOG)


def _tiktok_oauth(fault: Fault) -> Response:
    """Give the same fault flat, as the token endpoint words its refusals."""
    status, code = {
        FaultKind.LIMIT_429: (429, "rate_limit_exceeded"),
        FaultKind.SERVER_ERROR: (500, "server_error"),
        FaultKind.EXPIRED_TOKEN: (200, "invalid_grant"),
        FaultKind.ERROR_IN_200: (200, "temporarily_unavailable"),
    }[fault.kind]
    code = str(fault.params.get("code", code))
    answer = oauth_refusal(OAuthError(code, "Something is wrong"), _LOG)
    answer.status_code = _figure(fault, "status", status)
    return answer


def _creators_app(fault: Fault) -> Response:
    status, detail = {
        FaultKind.LIMIT_429: (429, "Request was throttled."),
        FaultKind.EXPIRED_TOKEN: (401, "Invalid token."),
        FaultKind.ERROR_IN_200: (200, "Internal error."),
    }.get(fault.kind, (500, "Internal server error."))
    return tiktok_response({"error": detail}, _figure(fault, "status", status))


def _empty(answer: object) -> None:
    """Take every item out of the lists of a true answer, wherever they stand."""
    if not isinstance(answer, dict):
        if isinstance(answer, list):
            answer.clear()
        return
    for key in list(answer):
        value = answer[key]
        if isinstance(value, list):
            answer[key] = []
        elif isinstance(value, dict) and key not in {"error", "user"}:
            _empty(value)
    answer.pop("paging", None)
    if "has_more" in answer:
        answer["has_more"] = False


def _server_error() -> GraphError:
    return GraphError(2, "Service temporarily unavailable", transient=True, status=500)


def _reduce_data() -> GraphError:
    message = "Please reduce the amount of data you're asking for, then retry"
    return GraphError(1, message, status=500)


_GRAPH_ERRORS: Final[Mapping[FaultKind, Callable[[], GraphError]]] = {
    FaultKind.LIMIT_429: lambda: AppLimitError(status=429),
    FaultKind.LIMIT_CODE_4: AppLimitError,
    FaultKind.LIMIT_CODE_17: UserLimitError,
    FaultKind.LIMIT_USE_CASE: lambda: GraphError(
        80002, "(#80002) There have been too many calls to this Instagram account."
    ),
    FaultKind.SERVER_ERROR: _server_error,
    FaultKind.TRANSIENT_CODE_1: lambda: GraphError(1, _UNKNOWN_ERROR, transient=True),
    FaultKind.REDUCE_DATA: _reduce_data,
    FaultKind.EXPIRED_TOKEN: lambda: TokenError("Session has expired", 463),
    FaultKind.ERROR_IN_200: lambda: GraphError(
        2, "Service temporarily unavailable", transient=True, status=200
    ),
}
_SPENT = frozenset(
    {FaultKind.LIMIT_429, FaultKind.LIMIT_CODE_4, FaultKind.LIMIT_CODE_17}
)
_TIKTOK_ERRORS: Final[Mapping[FaultKind, Callable[[], TikTokError]]] = {
    FaultKind.LIMIT_429: RateLimitError,
    FaultKind.SERVER_ERROR: lambda: TikTokError(
        500, "internal_error", "Something is wrong. Please try again later."
    ),
    FaultKind.ERROR_IN_200: lambda: TikTokError(
        200, "internal_error", "Something is wrong"
    ),
    FaultKind.EXPIRED_TOKEN: AccessTokenError,
}
