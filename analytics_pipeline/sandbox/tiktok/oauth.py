"""TikTok's token endpoints: flat answers, and errors under HTTP 200."""

from datetime import datetime
from urllib.parse import parse_qs

from starlette.responses import Response

from analytics_pipeline.sandbox.population.calendar import as_instant
from analytics_pipeline.sandbox.state import SandboxState
from analytics_pipeline.sandbox.tiktok.envelope import tiktok_response
from analytics_pipeline.sandbox.tiktok.tokens import Grant

FORM = "application/x-www-form-urlencoded"


class OAuthError(Exception):
    """A refusal of the token endpoint."""

    def __init__(self, code: str, description: str) -> None:
        """Word a refusal.

        Args:
            code: The value of ``error``.
            description: A sentence.
        """
        super().__init__(description)
        self.code = code
        self.description = description


def read_form(body: bytes) -> dict[str, str]:
    """Read a form body; of repeated keys the first counts."""
    pairs = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {key: values[0] for key, values in pairs.items()}


def answer_token(
    state: SandboxState, content_type: str, body: bytes, log: str
) -> Response:
    """Answer ``/oauth/token/``.

    Args:
        state: The sandbox.
        content_type: The request's; only forms are taken.
        body: The request's body.
        log: The ``log_id``.

    Returns:
        HTTP 200 in any case; a refusal has the key ``error``.
    """
    now = state.clock.now()
    try:
        grant = _grant(state, _checked_form(state, content_type, body), now)
    except OAuthError as error:
        return oauth_refusal(error, log)
    answer = {
        "access_token": grant.access_token,
        "expires_in": grant.access_expires - as_instant(now),
        "open_id": state.world.identities.open_id(grant.account),
        "refresh_expires_in": grant.refresh_expires - as_instant(now),
        "refresh_token": grant.refresh_token,
        "scope": ",".join(grant.scopes),
        "token_type": "Bearer",
    }
    return tiktok_response(answer, 200)


def answer_revoke(
    state: SandboxState, content_type: str, body: bytes, log: str
) -> Response:
    """Answer ``/oauth/revoke/``: an empty object, or a refusal."""
    try:
        _revoke(state, _checked_form(state, content_type, body))
    except OAuthError as error:
        return oauth_refusal(error, log)
    return tiktok_response({}, 200)


def oauth_refusal(error: OAuthError, log: str) -> Response:
    """Give a refusal: flat, and under HTTP 200 as observed live."""
    body = {
        "error": error.code,
        "error_description": error.description,
        "log_id": log,
    }
    return tiktok_response(body, 200)


def _checked_form(
    state: SandboxState, content_type: str, body: bytes
) -> dict[str, str]:
    if content_type.partition(";")[0].strip().lower() != FORM:
        code, text = "invalid_request", "The body must be form-urlencoded"
        raise OAuthError(code, text)
    form = read_form(body)
    config = state.world.config
    given = (form.get("client_key"), form.get("client_secret"))
    if given != (config.tiktok_client_key, config.tiktok_client_secret):
        code, text = "invalid_client", "Client key or secret is incorrect"
        raise OAuthError(code, text)
    return form


def _revoke(state: SandboxState, form: dict[str, str]) -> None:
    if not state.tiktok_tokens.revoke(_required(form, "token")):
        code, text = "invalid_request", "The token is not known"
        raise OAuthError(code, text)


def _grant(state: SandboxState, form: dict[str, str], now: datetime) -> Grant:
    kind = form.get("grant_type", "")
    tokens = state.tiktok_tokens
    if kind == "refresh_token":
        grant = tokens.refresh(_required(form, "refresh_token"), now)
        text = "Refresh token is invalid or expired"
    elif kind == "authorization_code":
        redirect_uri = _required(form, "redirect_uri")
        grant = tokens.consent(_required(form, "code"), redirect_uri, now)
        text = "Authorization code is used up, expired, or bound to another address"
    else:
        code = "unsupported_grant_type" if kind else "invalid_request"
        text = f"Grant type {kind!r} is not supported"
        raise OAuthError(code, text)
    if grant is None:
        code = "invalid_grant"
        raise OAuthError(code, text)
    return grant


def _required(form: dict[str, str], name: str) -> str:
    value = form.get(name, "")
    if not value:
        code, text = "invalid_request", f"The parameter {name} is missing"
        raise OAuthError(code, text)
    return value
