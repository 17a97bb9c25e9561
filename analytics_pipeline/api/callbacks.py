"""Meta's callbacks about a person who leaves, and the page that tells how far it is.

Source: https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
"""

import logging
import re
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.desk import Desk
from analytics_pipeline.api.problems import ProblemError, refusals
from analytics_pipeline.api.signatures import SignatureError, read_signed_request
from analytics_pipeline.api.webhooks import configured
from analytics_pipeline.schemas.erasure import Callback, ErasureRequest, RequestKind
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.erasure_requests import find_request, store_request

_LONGEST_REQUEST = 8192
_CODE = re.compile(r"[\w-]{16,64}", re.ASCII)
_REFUSALS = refusals(HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY)
_log = logging.getLogger(__name__)

_SignedRequest = Annotated[
    str,
    Form(
        min_length=1,
        max_length=_LONGEST_REQUEST,
        description="Signature and payload in base64url, joined by a dot.",
    ),
]


class CallbackAnswer(BaseModel):
    """What Meta shows to the person."""

    url: str = Field(description="The page that tells how far it is.")
    confirmation_code: str


def callbacks_router(service: Service) -> APIRouter:
    """Return the routes that Meta calls when a person leaves.

    Args:
        service: The settings, the database, the clock.

    Returns:
        The routes.
    """
    router = APIRouter(tags=["platforms"])

    @router.post("/meta/deauthorize", responses=_REFUSALS)
    def deauthorise(signed_request: _SignedRequest) -> CallbackAnswer:
        """Drop the tokens of a person who removed the app."""
        return _stored(service, RequestKind.DEAUTHORISATION, signed_request)

    @router.post("/meta/data-deletion", responses=_REFUSALS)
    def delete_data(signed_request: _SignedRequest) -> CallbackAnswer:
        """Drop the tokens of a person who asks to be forgotten; a run does the rest."""
        return _stored(service, RequestKind.DELETION, signed_request)

    desk = Desk(service)

    @router.get(
        "/erasure/{code}",
        response_class=HTMLResponse,
        responses={
            404: {"description": "No such code", "content": {"text/html": {}}},
        },
    )
    def status(request: Request, code: str) -> Response:
        """Show how far a request to be forgotten is; it names nobody."""
        asked = _found(service, code)
        if asked is None:
            return desk.message(request, "erasure_not_found", HTTPStatus.NOT_FOUND)
        values = {"asked": asked}
        return desk.pages.show(request, "erasure.html", values, can_switch=True)

    return router


def _found(service: Service, code: str) -> ErasureRequest | None:
    if not _CODE.fullmatch(code):
        return None
    with service.warehouse.begin() as connection:
        return find_request(connection, code)


def _stored(service: Service, kind: RequestKind, signed: str) -> CallbackAnswer:
    secret = configured(service.settings.meta_app_secret, "META_APP_SECRET")
    try:
        asked = read_signed_request(signed, secret, service.clock())
    except SignatureError as error:
        _log.warning("a callback (%s) was refused: %s", kind, error)
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            f"signed_request: {error}",
            {"WWW-Authenticate": "signed_request"},
        ) from None
    with service.warehouse.begin() as connection:
        callback = Callback(
            kind, Platform.INSTAGRAM, asked.platform_user_id, asked.issued_at
        )
        code = store_request(connection, callback, service.clock())
    # Meta shows both to the person; the address is never built from what was asked.
    return CallbackAnswer(
        url=f"{service.settings.public_url}/erasure/{code}", confirmation_code=code
    )
