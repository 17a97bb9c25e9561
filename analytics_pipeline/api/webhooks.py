"""Meta's pushes: set up, received, kept; nothing is understood here.

Source: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

import hmac
import logging
import re
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import SecretStr

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.problems import ProblemError
from analytics_pipeline.api.raw_body import KIBIBYTE, raw_body
from analytics_pipeline.api.signatures import push_is_signed
from analytics_pipeline.schemas.messages import META
from analytics_pipeline.warehouse.inbox import store_message

PATH = "/webhooks/meta"
LARGEST_PUSH = 1024 * KIBIBYTE
_SIGNATURE = "X-Hub-Signature-256"
# Meta's is a number. It is echoed, so nothing a browser could run is taken for one.
_CHALLENGE = re.compile(r"[\w.-]{1,128}", re.ASCII)
_log = logging.getLogger(__name__)


def webhooks_router(service: Service) -> APIRouter:
    """Return the routes that Meta's pushes need.

    Args:
        service: The settings, the database, the clock.

    Returns:
        The routes.
    """
    router = APIRouter(tags=["platforms"])

    @router.get(PATH, response_class=PlainTextResponse)
    def set_up(
        mode: Annotated[str, Query(alias="hub.mode")] = "",
        token: Annotated[str, Query(alias="hub.verify_token")] = "",
        challenge: Annotated[str, Query(alias="hub.challenge")] = "",
    ) -> str:
        """Answer Meta's question whether pushes are wanted here."""
        word = configured(
            service.settings.meta_webhook_verify_token, "META_WEBHOOK_VERIFY_TOKEN"
        )
        fits = hmac.compare_digest(token.encode(errors="replace"), word.encode())
        if mode != "subscribe" or not fits:
            raise ProblemError(HTTPStatus.FORBIDDEN, "the verify token is not ours")
        if not _CHALLENGE.fullmatch(challenge):
            raise ProblemError(HTTPStatus.BAD_REQUEST, "hub.challenge is no number")
        return challenge

    @router.post(PATH, openapi_extra={"requestBody": _ANY_JSON})
    def receive(
        request: Request, body: Annotated[bytes, Depends(raw_body)]
    ) -> dict[str, bool]:
        """Keep a push; it is acknowledged once it is stored, and processed later."""
        secret = configured(service.settings.meta_app_secret, "META_APP_SECRET")
        if not push_is_signed(body, request.headers.getlist(_SIGNATURE), secret):
            _log.warning("a push without a valid signature was refused")
            raise ProblemError(
                HTTPStatus.UNAUTHORIZED,
                f"{_SIGNATURE} is not the body's signature",
                {"WWW-Authenticate": _SIGNATURE},
            )
        with service.warehouse.begin() as connection:
            store_message(connection, META, _as_text(body), service.clock())
        return {"received": True}

    return router


_ANY_JSON = {
    "description": "Whatever Meta pushes.",
    "required": True,
    "content": {"application/json": {"schema": {}}},
}


def configured(setting: SecretStr | None, name: str) -> str:
    """Return a secret that a route cannot do without.

    Args:
        setting: As read.
        name: Its environment variable.

    Returns:
        The secret in clear.

    Raises:
        ProblemError: It is not set; its name stands in the log, not in the answer.
    """
    if setting is None:
        _log.warning("a request was refused because %s is not set", name)
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE, "this part of the service is not set up"
        )
    return setting.get_secret_value()


def _as_text(body: bytes) -> str:
    """Return a body as a column can hold it.

    JSON is UTF-8 without NUL. Anything else is kept readable, to be looked at.
    """
    return body.decode(errors="backslashreplace").replace("\0", "\\x00")
