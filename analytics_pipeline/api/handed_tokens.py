"""The Creators app's own calls: accounts whose owners logged in there.

Shapes and error names are those of the agency's older system, so that its caller need
not change; but it needs a key now, and no token is sent back.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from starlette.responses import Response

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.desk import Desk
from analytics_pipeline.api.keys import require_key
from analytics_pipeline.api.problems import refusals
from analytics_pipeline.schemas.api_keys import KeyScope
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.steps.handed_tokens import (
    HandedAccount,
    HandedProblem,
    HandedTokenError,
    take_facebook_token,
    take_tiktok_code,
)

# PostgreSQL has no text with NUL in it.
_Email = Annotated[str, Field(min_length=3, max_length=320, pattern=r"^[^\x00]+$")]
_Secret = Annotated[SecretStr, Field(min_length=1, max_length=4096)]
_Scopes = Annotated[list[str] | str | None, Field(max_length=4096)]
_TIKTOKS_WORDS = "TikTok token error "


class FacebookTokenBody(BaseModel):
    """A token of a person who logged in with Facebook at the Creators app."""

    model_config = ConfigDict(hide_input_in_errors=True)

    email: _Email
    meta_token: _Secret = Field(description="Of our Meta app; short-lived will do.")
    facebook_user_id: str | int | None = Field(
        None, description="Whose it is; refused if Meta says otherwise."
    )
    meta_scopes: _Scopes = Field(None, description="Not believed: Meta is asked.")


class TikTokTokenBody(BaseModel):
    """A code of a person who agreed on TikTok's page at the Creators app."""

    model_config = ConfigDict(hide_input_in_errors=True)

    email: _Email
    code: _Secret
    redirect_uri: str = Field(
        min_length=1, max_length=2048, description="Exactly as TikTok's page was given."
    )
    tiktok_scopes: _Scopes = Field(None, description="Not believed: TikTok is asked.")


class ConnectedAccount(BaseModel):
    """The account that was connected."""

    connection_id: str
    platform: Platform
    account_id: str
    username: str | None
    missing_scopes: list[str]


class TokenAnswer(BaseModel):
    """That it was connected; `token` is there for older callers, and always null."""

    token: None = None
    connected: bool = True
    account: ConnectedAccount


class TokenRefusal(BaseModel):
    """Why nothing was connected."""

    error: HandedProblem
    error_description: str
    original_error: str | None = None
    original_error_description: str | None = None


def handed_tokens_router(service: Service) -> APIRouter:
    """Return the routes that take tokens.

    Args:
        service: What they need.

    Returns:
        The routes; each needs a key with the scope `invite`.
    """
    logins = Desk(service).logins
    router = APIRouter(
        prefix="/api",
        tags=["tokens"],
        dependencies=[Depends(require_key(KeyScope.INVITE))],
        responses={
            **refusals(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
            400: {"model": TokenRefusal},
            503: {"model": TokenRefusal},
        },
    )

    @router.post("/facebook/token", response_model=TokenAnswer)
    def facebook(body: FacebookTokenBody) -> TokenAnswer | Response:
        """Connect the Instagram account that a Facebook token opens."""
        user_id = None if body.facebook_user_id is None else str(body.facebook_user_id)
        try:
            token = body.meta_token.get_secret_value()
            account = take_facebook_token(logins, body.email, token, user_id)
        except HandedTokenError as error:
            return _refused(error)
        return _answer(account)

    @router.post("/tiktok/token", response_model=TokenAnswer)
    def tiktok(body: TikTokTokenBody) -> TokenAnswer | Response:
        """Connect the TikTok account that a code opens."""
        try:
            code = body.code.get_secret_value()
            account = take_tiktok_code(logins, body.email, code, body.redirect_uri)
        except HandedTokenError as error:
            return _refused(error)
        return _answer(account)

    return router


def _answer(account: HandedAccount) -> TokenAnswer:
    return TokenAnswer(
        account=ConnectedAccount(
            connection_id=account.connection_id,
            platform=account.platform,
            account_id=account.account_id,
            username=account.username,
            missing_scopes=list(account.missing),
        )
    )


def _refused(error: HandedTokenError) -> Response:
    refusal = TokenRefusal(error=error.problem, error_description=error.detail)
    if error.problem is HandedProblem.EXPIRED_CODE:
        said = error.detail.removeprefix(_TIKTOKS_WORDS)
        refusal.original_error, _, refusal.original_error_description = said.partition(
            ": "
        )
    status = 503 if error.problem is HandedProblem.NOT_CONFIGURED else 400
    return JSONResponse(refusal.model_dump(mode="json", exclude_none=True), status)
