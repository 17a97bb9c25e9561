"""The routes that the Creators app has always asked for numbers.

Addresses, shapes, codes and error names are those of the agency's older system; but
they need a key now, say how old the numbers are, and tell unknown from zero.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.keys import require_key
from analytics_pipeline.api.older_answers import (
    OlderRefusal,
    PostsAnswer,
    ProfileAnswer,
    ProfileData,
    RefreshAllAnswer,
    Validity,
    ValidityAnswer,
    older_month,
    older_post,
    older_refresh,
    older_user,
)
from analytics_pipeline.api.problems import refusals
from analytics_pipeline.api.refreshes import RefreshState, ask_now
from analytics_pipeline.schemas.api_keys import ApiKey, KeyScope
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.login_validity import has_valid_login
from analytics_pipeline.warehouse.older_metrics import (
    counted_posts,
    find_creator,
    has_campaign,
    logins_of,
    month_of,
    newest_day_of,
)

_REFRESH = "/metrics/posts/refresh/all"
_MEANING = (
    "Have everything asked again; answers at once. A run of Dagster does it: "
    "`status_url` tells how far it has come. Calling this again asks for another one, "
    "unless one waits or runs."
)
_TEXT = {"type": "string", "pattern": "^[^\\u0000]+$"}
_ID = _TEXT | {"examples": ["101"]}
_EMAIL = _TEXT | {"examples": ["anna@example.com"]}
_NUMBER = {"type": "integer", "minimum": 0, "maximum": 2**53, "examples": [501]}


def older_metrics_router(service: Service) -> APIRouter:
    """Return the older routes.

    Args:
        service: The settings, the database, the clock.

    Returns:
        The routes; each needs a key with the scope `read`, or `refresh`.
    """
    router = APIRouter(
        prefix="/api",
        tags=["older routes"],
        responses={
            **refusals(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
            400: {"model": OlderRefusal},
        },
    )
    _add_logins(router, service)
    _add_month(router, service)
    _add_posts(router, service)
    _add_refresh(router, service)
    return router


def _add_logins(router: APIRouter, service: Service) -> None:
    @router.get(
        "/user/valid",
        dependencies=[Depends(require_key(KeyScope.READ))],
        response_model=ValidityAnswer,
        description="Whether a creator's logins still open the accounts. Both `id` and "
        "`email` must be the same creator's. A login whose end is not known, or that "
        "has to be repeated, is not valid.",
        responses={404: {"model": OlderRefusal}},
        openapi_extra=_asked(id=_ID, email=_EMAIL),
    )
    def user_valid(request: Request) -> ValidityAnswer | Response:
        """Tell whether a creator's logins still open the accounts."""
        creator_id, email = _text(request, "id"), _text(request, "email")
        if creator_id is None or email is None:
            return _refused(
                HTTPStatus.BAD_REQUEST,
                "id_or_email_not_entered",
                "Both query parameters are needed: id and email.",
            )
        with service.warehouse.reading() as connection:
            if find_creator(connection, creator_id, email) is None:
                return _refused(
                    HTTPStatus.NOT_FOUND,
                    "user_not_found",
                    "There is no creator with this id and this e-mail address.",
                )
            found, now = logins_of(connection, creator_id), service.clock()
        return ValidityAnswer(
            data=Validity(
                tiktok_valid=has_valid_login(found, Platform.TIKTOK, now),
                meta_valid=has_valid_login(found, Platform.INSTAGRAM, now),
            )
        )


def _add_month(router: APIRouter, service: Service) -> None:
    settings = service.settings

    @router.get(
        "/metrics/profile",
        dependencies=[Depends(require_key(KeyScope.READ))],
        response_model=ProfileAnswer,
        openapi_extra=_asked(id=_ID),
    )
    def profile(request: Request) -> ProfileAnswer | Response:
        """Tell a creator's current month; a creator that is not known is a 400."""
        creator_id = _text(request, "id")
        if creator_id is None:
            return _refused(
                HTTPStatus.BAD_REQUEST,
                "user_id_not_entered",
                "The query parameter id is needed.",
            )
        month = service.clock().astimezone(settings.zone).date().replace(day=1)
        with service.warehouse.reading() as connection:
            creator = find_creator(connection, creator_id)
            if creator is None:
                return _refused(
                    HTTPStatus.BAD_REQUEST,
                    "user_with_user_id_doesnt_exist",
                    "There is no creator with this id.",
                )
            rows = month_of(connection, creator_id, month)
        user = older_user(creator["creator_id"], creator["email"])
        rate = settings.engagement_rate
        return ProfileAnswer(
            data=ProfileData(analytics=older_month(user, month, rows, rate)),
            engagement_rate_definition=rate,
        )


def _add_posts(router: APIRouter, service: Service) -> None:
    rate = service.settings.engagement_rate

    @router.get(
        "/metrics/post",
        dependencies=[Depends(require_key(KeyScope.READ))],
        response_model=PostsAnswer,
        responses={404: {"model": OlderRefusal}},
        openapi_extra=_asked(campaign_id=_NUMBER),
    )
    def post_metrics(request: Request) -> PostsAnswer | Response:
        """Tell a campaign's posts that count, each with its last known numbers."""
        number = _number(request, "campaign_id")
        if number is None:
            return _refused(
                HTTPStatus.BAD_REQUEST,
                "campaign_id_not_entered",
                "The query parameter campaign_id is needed; it is a number.",
            )
        with service.warehouse.reading() as connection:
            if not has_campaign(connection, str(number)):
                return _refused(
                    HTTPStatus.NOT_FOUND,
                    "no_campaign_with_campaign_id",
                    "There is no campaign with this id.",
                )
            as_of = newest_day_of(connection, str(number))
            rows = []
            if as_of is not None:
                rows = counted_posts(connection, str(number), as_of)
        return PostsAnswer(
            creators_campaign_id=number,
            posts=[older_post(row, rate) for row in rows],
            engagement_rate_definition=rate,
            as_of=as_of,
        )


def _add_refresh(router: APIRouter, service: Service) -> None:
    allowed = Depends(require_key(KeyScope.REFRESH))

    @router.post(_REFRESH, description=_MEANING)
    @router.get(_REFRESH, description=_MEANING)
    def refresh_all(key: Annotated[ApiKey, allowed]) -> RefreshAllAnswer:
        """Have everything asked again; answers at once."""
        refresh, _ = ask_now(service, key)
        return older_refresh(RefreshState.of(refresh, service.settings))


def _asked(**schemas: dict[str, Any]) -> dict[str, Any]:
    """Return what OpenAPI says about parameters that the routes read themselves.

    The framework would answer a missing one in its own way and with its own code.
    """
    return {
        "parameters": [
            {"name": name, "in": "query", "required": True, "schema": schema}
            for name, schema in schemas.items()
        ]
    }


def _text(request: Request, name: str) -> str | None:
    """Return a parameter; None if it is missing, empty, or no text to a database."""
    text = request.query_params.get(name)
    return text if text and "\0" not in text else None


def _number(request: Request, name: str) -> int | None:
    try:
        return int(_text(request, name) or "")
    except ValueError:
        return None


def _refused(status: HTTPStatus, error: str, description: str) -> Response:
    refusal = OlderRefusal(error=error, error_description=description)
    return JSONResponse(refusal.model_dump(), status)
