"""Inviting creators to log in, for the Creators app."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.keys import require_key
from analytics_pipeline.api.problems import ProblemError, refusals
from analytics_pipeline.api.signing import InvitationLinks
from analytics_pipeline.schemas.api_keys import ApiKey, KeyScope
from analytics_pipeline.schemas.logins import VALID_FOR, InvitationRequest
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.campaigns import known_creator_ids
from analytics_pipeline.warehouse.invitations import (
    LONGEST_VALID_FOR,
    create_invitation,
)


def _number(value: object) -> object:
    """Refuse what pydantic would take for a number and JSON does not."""
    if isinstance(value, bool | str):
        msg = "a number is needed"
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns only this into a refusal
    return value


# The Creators app's ids are numbers, kept as text.
_CreatorId = Annotated[str, Field(pattern=r"^[0-9A-Za-z_.-]{1,64}$")]
_CreatorNumber = Annotated[int, Field(ge=0, le=2**53), BeforeValidator(_number)]
_Days = Annotated[int, Field(ge=1, le=LONGEST_VALID_FOR.days), BeforeValidator(_number)]


class InvitationBody(BaseModel):
    """What to invite a creator to."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    creator_id: _CreatorId | _CreatorNumber = Field(
        description="The Creators app's id of the creator."
    )
    platforms: list[Platform] = Field(
        [], max_length=len(Platform), description="Where to log in; empty: everywhere."
    )
    valid_for_days: _Days = Field(
        VALID_FOR.days, description="How long the link works."
    )


class InvitationAnswer(BaseModel):
    """An invitation that was made."""

    invitation_id: str
    url: str = Field(description="The link to send to the creator, and to nobody else.")
    expires_at: datetime


def invitations_router(service: Service) -> APIRouter:
    """Return the routes that make invitations.

    Args:
        service: The settings, the database, the clock.

    Returns:
        The routes.
    """
    router = APIRouter(prefix="/api/v1", tags=["invitations"])
    links = InvitationLinks(service.settings)

    @router.post(
        "/invitations",
        status_code=HTTPStatus.CREATED,
        responses=refusals(
            HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND
        ),
    )
    def invite(
        body: InvitationBody,
        key: Annotated[ApiKey, Depends(require_key(KeyScope.INVITE))],
    ) -> InvitationAnswer:
        """Make a link with which one creator can log in, once on each platform."""
        wanted = InvitationRequest(
            creator_id=str(body.creator_id),
            invited_by=key.name,
            platforms=tuple(body.platforms),
            valid_for=timedelta(days=body.valid_for_days),
        )
        with service.warehouse.begin() as connection:
            if wanted.creator_id not in known_creator_ids(connection):
                raise ProblemError(
                    HTTPStatus.NOT_FOUND,
                    "the Creators app has not listed this creator yet",
                )
            made = create_invitation(connection, wanted, service.clock())
        return InvitationAnswer(
            invitation_id=made.invitation_id,
            url=links.link(made.invitation_id),
            expires_at=made.expires_at,
        )

    return router
