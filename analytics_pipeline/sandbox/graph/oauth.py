"""Meta's token endpoints: the exchange for a long-lived token, and ``debug_token``."""

from datetime import datetime

from starlette.datastructures import QueryParams

from analytics_pipeline.sandbox.graph.errors import (
    GraphError,
    ParameterError,
    TokenError,
)
from analytics_pipeline.sandbox.graph.tokens import (
    LONG_LIFE_SECONDS,
    SCOPES,
    TokenKind,
)
from analytics_pipeline.sandbox.population.config import DAY_SECONDS
from analytics_pipeline.sandbox.state import SandboxState

_DATA_ACCESS_DAYS = 90


def exchange_token(
    state: SandboxState, params: QueryParams, now: datetime
) -> dict[str, object]:
    """Answer ``/oauth/access_token`` with ``grant_type=fb_exchange_token``.

    Args:
        state: The sandbox.
        params: The query.
        now: The sandbox's time.

    Returns:
        A token that lives about sixty days.

    Raises:
        GraphError: The app is unknown (101).
        ParameterError: The grant is not served here.
        TokenError: The token is not a living user token.
    """
    config = state.world.config
    app = (params.get("client_id"), params.get("client_secret"))
    if app != (config.meta_app_id, config.meta_app_secret):
        message = "Error validating application: id and secret do not belong together"
        raise GraphError(101, message)
    if params.get("grant_type") != "fb_exchange_token":
        message = "Only grant_type=fb_exchange_token is served here"
        raise ParameterError(message)
    token = state.meta_tokens.read(params.get("fb_exchange_token", ""))
    if token is None or token.kind is TokenKind.PAGE:
        reason = "The token is malformed"
        raise TokenError(reason)
    if token.expired(now):
        reason = "Session has expired"
        raise TokenError(reason, subcode=463)
    return {
        "access_token": state.meta_tokens.long(token.owner, now),
        "token_type": "bearer",
        "expires_in": LONG_LIFE_SECONDS,
    }


def debug_token(
    state: SandboxState, params: QueryParams, now: datetime
) -> dict[str, object]:
    """Answer ``/debug_token``: what a token is worth.

    Args:
        state: The sandbox.
        params: The query: ``input_token`` and the asker's own ``access_token``.
        now: The sandbox's time.

    Returns:
        ``data`` with ``is_valid`` and, for tokens made here, all the rest.

    Raises:
        TokenError: The asker's own token is neither the app's nor a living one.
        ParameterError: No token to look at was given.
    """
    config = state.world.config
    asker = params.get("access_token", "")
    own = state.meta_tokens.read(asker)
    is_app = asker == f"{config.meta_app_id}|{config.meta_app_secret}"
    if not is_app and (own is None or own.expired(now)):
        reason = "The asker's token is not valid"
        raise TokenError(reason)
    text = params.get("input_token")
    if not text:
        message = "The parameter input_token is required"
        raise ParameterError(message)
    token = state.meta_tokens.read(text)
    if token is None:
        error = TokenError("The token is malformed")
        refusal = {"code": error.code, "message": error.message}
        return {"data": {"is_valid": False, "scopes": [], "error": refusal}}
    start = state.world.calendar.start_of(config.start.toordinal())
    data: dict[str, object] = {
        "app_id": config.meta_app_id,
        "type": "PAGE" if token.kind is TokenKind.PAGE else "USER",
        "application": "Sandbox",
        "is_valid": not token.expired(now),
        "expires_at": token.expires,
        "data_access_expires_at": start + _DATA_ACCESS_DAYS * DAY_SECONDS,
        "scopes": list(SCOPES),
        "user_id": state.world.identities.user_id(token.owner),
    }
    return {"data": data}
