"""What the routes of `/api/v1` have in common: the key they need, how they refuse."""

from enum import StrEnum
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Depends

from analytics_pipeline.api.keys import require_key
from analytics_pipeline.api.problems import ProblemError, refusals
from analytics_pipeline.api.v1.links import PREFIX
from analytics_pipeline.schemas.api_keys import KeyScope

_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    int(HTTPStatus.NOT_MODIFIED): {
        "description": "The answer named by If-None-Match or If-Modified-Since holds."
    }
}


def reading_router(tag: str) -> APIRouter:
    """Return a router whose routes all need a key that may read.

    Args:
        tag: What its routes are about.

    Returns:
        The router.
    """
    return APIRouter(
        prefix=PREFIX,
        tags=[tag],
        dependencies=[Depends(require_key(KeyScope.READ))],
        responses=_NOT_MODIFIED
        | refusals(
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        ),
    )


class Known(StrEnum):
    """What has an id that can be asked for."""

    CAMPAIGN = "campaign"
    CREATOR = "creator"
    POST = "post"


def not_found(what: Known) -> ProblemError:
    """Return the refusal of an id that nobody knows.

    Args:
        what: What was asked for.

    Returns:
        The refusal, to be raised.
    """
    return ProblemError(HTTPStatus.NOT_FOUND, f"no such {what} is known")
