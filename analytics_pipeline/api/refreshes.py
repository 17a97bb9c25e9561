"""Having everything asked again: kept, answered at once, done by a run of Dagster."""

from dataclasses import asdict
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.keys import require_key
from analytics_pipeline.api.problems import ProblemError, refusals
from analytics_pipeline.schemas.api_keys import ApiKey, KeyScope
from analytics_pipeline.schemas.refreshes import Refresh, RefreshStatus
from analytics_pipeline.settings import Settings
from analytics_pipeline.steps.refreshes import ask_for_refresh
from analytics_pipeline.warehouse.refreshes import find_refresh

_PATH = "/api/v1/refreshes"
_EXAMPLE: JsonDict = {
    "refresh_id": "9f2c1a7be04d4c6f8a35d0e1b7c6a2f4",
    "status": "started",
    "status_url": "https://analytics.example/api/v1/refreshes/9f2c1a7be04d4c6f8a35d0e1b7c6a2f4",
    "snapshot_date": "2026-03-01",
    "requested_at": "2026-03-02T09:15:00Z",
    "started_at": "2026-03-02T09:15:21Z",
    "ended_at": None,
    "checked_at": "2026-03-02T09:16:02Z",
    "run_id": "0d6a5c0e-6a55-4f0e-9a51-6a2d0f6f9a10",
    "run_url": "https://dagster.example/runs/0d6a5c0e-6a55-4f0e-9a51-6a2d0f6f9a10",
    "detail": None,
}


class RefreshState(BaseModel):
    """How far a refresh has come."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    refresh_id: str
    status: RefreshStatus
    status_url: str = Field(description="Where to ask how far it has come.")
    snapshot_date: date = Field(description="The day that is asked for again.")
    requested_at: datetime
    started_at: datetime | None = Field(description="When its run began.")
    ended_at: datetime | None = Field(description="Null until it is over.")
    checked_at: datetime | None = Field(
        description="When Dagster last told about it. Null while it has not: it waits."
    )
    run_id: str | None = Field(description="The run of Dagster, once there is one.")
    run_url: str | None = Field(
        description="The run in Dagster's UI, where ANALYTICS_DAGSTER_URL tells it."
    )
    detail: str | None = Field(description="Why it waits or failed; what is missing.")

    @classmethod
    def of(cls, refresh: Refresh, settings: Settings) -> Self:
        """Tell a stored refresh.

        Args:
            refresh: As stored.
            settings: Know the addresses.

        Returns:
            What a caller is told.
        """
        run_url = None
        if refresh.run_id is not None and settings.dagster_url is not None:
            run_url = f"{settings.dagster_url}/runs/{refresh.run_id}"
        status_url = f"{settings.public_url}{_PATH}/{refresh.refresh_id}"
        return cls(**asdict(refresh), status_url=status_url, run_url=run_url)


class RefreshAnswer(RefreshState):
    """A refresh that was asked for."""

    is_new: bool = Field(
        description="False: one waits or runs already, and this is that one."
    )


def refreshes_router(service: Service) -> APIRouter:
    """Return the routes that ask for refreshes and tell how far they have come.

    Args:
        service: The settings, the database, the clock.

    Returns:
        The routes; each needs a key with the scope `refresh`.
    """
    router = APIRouter(
        tags=["refreshes"],
        responses=refusals(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
    )
    allowed = Depends(require_key(KeyScope.REFRESH))

    @router.post(
        _PATH,
        status_code=HTTPStatus.ACCEPTED,
        description="Have yesterday asked for again, accounts that have answered "
        "included. Answers at once; a run of Dagster does it, begun within a minute. "
        "While one waits or runs, that is the one.",
    )
    def ask(response: Response, key: Annotated[ApiKey, allowed]) -> RefreshAnswer:
        """Have yesterday asked for again, accounts that have answered included."""
        refresh, is_new = ask_now(service, key)
        state = RefreshState.of(refresh, service.settings)
        response.headers["Location"] = state.status_url
        return RefreshAnswer(**state.model_dump(), is_new=is_new)

    @router.get(
        f"{_PATH}/{{refresh_id}}",
        responses=refusals(HTTPStatus.NOT_FOUND),
        dependencies=[allowed],
    )
    def tell(
        refresh_id: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")],
    ) -> RefreshState:
        """Tell how far a refresh has come."""
        with service.warehouse.reading() as connection:
            refresh = find_refresh(connection, refresh_id)
        if refresh is None:
            raise ProblemError(HTTPStatus.NOT_FOUND, "there is no such refresh")
        return RefreshState.of(refresh, service.settings)

    return router


def ask_now(service: Service, key: ApiKey) -> tuple[Refresh, bool]:
    """Keep a request for a refresh in the name of a key.

    Args:
        service: The settings, the database, the clock.
        key: Who asks.

    Returns:
        The refresh, and whether it is new.
    """
    now = service.clock()
    return ask_for_refresh(service.warehouse, key.name, service.rule, now)
