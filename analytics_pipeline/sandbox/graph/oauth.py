"""Meta's token endpoints: code for token, short for long, and ``debug_token``."""

from datetime import datetime

from starlette.datastructures import QueryParams

from analytics_pipeline.sandbox.graph.errors import (
    GraphError,
    ParameterError,
    TokenError,
)
from analytics_pipeline.sandbox.graph.tokens import (
    LONG_LIFE_SECONDS,
    SHORT_LIFE_SECONDS,
    MetaEnd,
    MetaToken,
    TokenKind,
)
from analytics_pipeline.sandbox.population.calendar import as_instant
from analytics_pipeline.sandbox.state import SandboxState

_END_REASONS = {
    MetaEnd.REMOVE_APP: "The user has not authorized application",
    MetaEnd.CHECKPOINT: "The user is enrolled in a blocking, logged-in checkpoint",
    MetaEnd.PASSWORD_CHANGE: (
        "The session has been invalidated because the user changed the password"
    ),
    MetaEnd.INVALIDATE: "The session is invalid because the user logged out",
}


def answer_token(
    state: SandboxState, params: QueryParams, now: datetime
) -> dict[str, object]:
    """Answer ``/oauth/access_token``: for a code, or for a token to be prolonged.

    Args:
        state: The sandbox.
        params: The query.
        now: The sandbox's time.

    Returns:
        A short-lived token for a code, one of about sixty days for a token.

    Raises:
        GraphError: The app is unknown (101), or the code is no good (100).
        ParameterError: The grant is not served here.
    """
    config = state.world.config
    app = (params.get("client_id"), params.get("client_secret"))
    if app != (config.meta_app_id, config.meta_app_secret):
        message = "Error validating application: id and secret do not belong together"
        raise GraphError(101, message)
    kind = params.get("grant_type") or "authorization_code"
    if kind == "fb_exchange_token":
        return _prolong(state, params.get("fb_exchange_token", ""), now)
    if kind != "authorization_code":
        message = "Only a code or grant_type=fb_exchange_token is served here"
        raise ParameterError(message)
    return _redeem(state, params, now)


def _redeem(
    state: SandboxState, params: QueryParams, now: datetime
) -> dict[str, object]:
    for name in ("code", "redirect_uri"):
        if not params.get(name):
            message = f"The parameter {name} is required"
            raise ParameterError(message)
    redirect_uri = params["redirect_uri"]
    grant = state.login_codes.take(params["code"], redirect_uri, now)
    if (end := state.meta_tokens.end_of(grant)) is not None:
        raise TokenError(_END_REASONS[end], subcode=end)
    return {
        "access_token": state.meta_tokens.short(grant, now),
        "token_type": "bearer",
        "expires_in": SHORT_LIFE_SECONDS,
    }


def _prolong(state: SandboxState, text: str, now: datetime) -> dict[str, object]:
    token = state.meta_tokens.read(text)
    if token is None or token.kind is TokenKind.PAGE:
        reason = "The token is malformed"
        raise TokenError(reason)
    require_living(state, token, now)
    habits = state.meta_habits
    expires = as_instant(now) + LONG_LIFE_SECONDS
    if token.kind is TokenKind.LONG and not habits.exchange_prolongs:
        expires = token.expires
    answer: dict[str, object] = {
        "access_token": state.meta_tokens.long(token.grant, expires),
        "token_type": "bearer",
    }
    if habits.tell_expires_in and expires:
        answer["expires_in"] = expires - as_instant(now)
    return answer


def require_living(state: SandboxState, token: MetaToken, now: datetime) -> None:
    """Refuse a token that has ended.

    Args:
        state: The sandbox.
        token: The token.
        now: The sandbox's time.

    Raises:
        TokenError: It was ended (the subcode says how) or has expired (463).
    """
    if (end := state.meta_tokens.end_of(token.grant)) is not None:
        raise TokenError(_END_REASONS[end], subcode=end)
    if token.expired(now):
        reason = "Session has expired"
        raise TokenError(reason, subcode=463)


def debug_token(
    state: SandboxState, params: QueryParams, asker: str, now: datetime
) -> dict[str, object]:
    """Answer ``/debug_token``: what a token is worth.

    Args:
        state: The sandbox.
        params: The query, with ``input_token``.
        asker: The asker's own token, or ``APP_ID|APP_SECRET``.
        now: The sandbox's time.

    Returns:
        ``data`` with ``is_valid`` and, for tokens made here, all the rest.

    Raises:
        TokenError: The asker's own token is neither the app's nor a living one.
        ParameterError: No token to look at was given.
    """
    config = state.world.config
    if asker != f"{config.meta_app_id}|{config.meta_app_secret}":
        own = state.meta_tokens.read(asker)
        if own is None:
            reason = "The asker's token is not valid"
            raise TokenError(reason)
        require_living(state, own, now)
    text = params.get("input_token")
    if not text:
        message = "The parameter input_token is required"
        raise ParameterError(message)
    token = state.meta_tokens.read(text)
    if token is None:
        return {
            "data": {**_invalid(TokenError("The token is malformed")), "scopes": []}
        }
    return {"data": _description(state, token, now)}


def _description(
    state: SandboxState, token: MetaToken, now: datetime
) -> dict[str, object]:
    data: dict[str, object] = {
        "app_id": state.world.config.meta_app_id,
        "type": "PAGE" if token.kind is TokenKind.PAGE else "USER",
        "application": "Sandbox",
        "is_valid": True,
        "expires_at": token.expires,
        "data_access_expires_at": state.meta_tokens.data_access_ends(token.grant),
        "scopes": state.meta_tokens.scopes(token.grant),
        "user_id": state.world.identities.user_id(token.owner),
    }
    try:
        require_living(state, token, now)
    except TokenError as error:
        data.update(_invalid(error))
    return data


def _invalid(error: TokenError) -> dict[str, object]:
    refusal: dict[str, object] = {"code": error.code, "message": error.message}
    if error.subcode is not None:
        refusal["subcode"] = error.subcode
    return {"is_valid": False, "error": refusal}
