"""Who may call: a route that needs a key depends on `require_key(scope)`."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.limits import take_call
from analytics_pipeline.api.problems import DATABASE_IS_AWAY, ProblemError
from analytics_pipeline.schemas.api_keys import ApiKey, KeyScope
from analytics_pipeline.warehouse.api_keys import recognise_key

_REALM = 'Bearer realm="analytics-pipeline"'
_bearer = HTTPBearer(
    scheme_name="bearer",
    description="`Authorization: Bearer ap_…`, made by `analytics-pipeline api-keys`.",
    auto_error=False,
)
_header = APIKeyHeader(
    name="X-API-Key",
    scheme_name="header",
    description="The same key, for callers that cannot set `Authorization`.",
    auto_error=False,
)


def require_key(
    scope: KeyScope, *, without_database: bool = False
) -> Callable[..., ApiKey]:
    """Return a dependency that lets only keys with a scope pass.

    Args:
        scope: What the key must be allowed to do.
        without_database: While the database is away, let the key pass that passed
            last. For routes that tell nothing of what the database holds.

    Returns:
        The dependency; it gives the caller's key. Without a living key the answer is
        401, without the scope 403, and neither tells which keys there are. A key that
        has made too many calls is told so by 429.
    """
    passed_last: dict[bytes, ApiKey] = {}

    def check(
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
        header: Annotated[str | None, Security(_header)],
    ) -> ApiKey:
        presented = header if bearer is None else bearer.credentials
        key = None if presented is None else recognised(request, presented)
        if key is None:
            raise ProblemError(
                HTTPStatus.UNAUTHORIZED,
                "a valid API key is needed",
                {"WWW-Authenticate": _REALM},
            )
        take_call(request, key.key_id)
        if scope not in key.scopes:
            challenge = f'{_REALM}, error="insufficient_scope", scope="{scope}"'
            raise ProblemError(
                HTTPStatus.FORBIDDEN,
                f"the API key lacks the scope {scope}",
                {"WWW-Authenticate": challenge},
            )
        return key

    def recognised(request: Request, presented: str) -> ApiKey | None:
        service: Service = request.app.state.service
        # A hash of 256 random bits tells nothing, and is the same only for the same.
        name = hashlib.sha256(presented.encode()).digest()
        try:
            with service.warehouse.begin() as connection:
                key = recognise_key(connection, presented, service.clock())
        except DATABASE_IS_AWAY:
            if name not in passed_last:
                raise
            return passed_last[name]
        if key is None:
            passed_last.pop(name, None)
        elif without_database and scope in key.scopes:
            passed_last.clear()
            passed_last[name] = key
        return key

    return check
