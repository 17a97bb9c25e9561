"""Who gave no answer on a day on which somebody needed it, and what to do about it."""

from datetime import date, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.paging import ORDINARY_LIMIT, After, Cursors, Limit
from analytics_pipeline.api.v1.access import Known, not_found, reading_router
from analytics_pipeline.api.v1.columns import column
from analytics_pipeline.api.v1.links import Addresses
from analytics_pipeline.api.v1.parameters import CampaignId, OneDay, sensible
from analytics_pipeline.api.v1.shapes import ListAnswer
from analytics_pipeline.schemas.outcomes import REASONS, Reason, Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.reading.campaigns import (
    is_campaign,
    newest_participant_day,
)
from analytics_pipeline.warehouse.reading.coverage import (
    count_outcomes,
    missing_accounts,
    newest_asked_day,
)
from analytics_pipeline.warehouse.reading.rows import Page, Row, Rows


class Outcome(BaseModel):
    """What became of accounts, and what that means."""

    status: Status = column("status", "failed")
    reason: Reason | None = column("reason", "reconnect_required")
    meaning: str | None = Field(
        description="The reason in a sentence; null without one.",
        examples=[REASONS[Reason.RECONNECT_REQUIRED].meaning],
    )
    next_step: str | None = Field(
        description="What can be done; null if nothing needs doing.",
        examples=[REASONS[Reason.RECONNECT_REQUIRED].next_step],
    )


class CountedOutcome(Outcome):
    """How many accounts had an outcome."""

    platform: Platform = column("platform", "instagram")
    accounts: int = Field(description="Of how many accounts.", examples=[3])


class MissingAccount(Outcome):
    """An account that gave no answer; ids are null where no account is known."""

    platform: Platform = column("platform", "instagram")
    creator_id: str = column("creator_id", "101")
    connection_id: str | None = column("connection_id", None)
    account_id: str | None = column("account_id", None)
    username: str | None = column("username", "lena.k")
    detail: str | None = column("detail", None)
    observed_at: datetime | None = column("observed_at", "2026-03-02T05:00:12Z")
    campaign_ids: list[str] = Field(
        description="The campaigns that need it.", examples=[["12"]]
    )
    creator: str = Field(description="Where the creator's accounts are told.")


class MissingList(ListAnswer):
    """A day's outcomes, and who is missing."""

    snapshot_date: date | None = Field(
        description="The day; null before anybody was needed.", examples=["2026-03-01"]
    )
    outcomes: list[CountedOutcome] = Field(
        description="Everybody whom the day needed, also those who answered; empty: it "
        "needed nobody."
    )
    accounts: list[MissingAccount] = Field(description="Those who gave no answer.")


def missing_router(service: Service) -> APIRouter:
    """Return the routes that tell who is missing.

    Args:
        service: The settings, the database, the clock.

    Returns:
        The routes.
    """
    router = reading_router("coverage")
    reading = _Reading(service)

    @router.get("/missing")
    def missing(
        day: OneDay = None, limit: Limit = ORDINARY_LIMIT, after: After = None
    ) -> MissingList:
        """List the accounts of all active campaigns that gave no answer on a day."""
        return reading.page(None, sensible(service, day, "day"), limit, after)

    @router.get("/campaigns/{campaign_id}/missing", tags=["campaigns"])
    def missing_of_campaign(
        campaign_id: CampaignId,
        day: OneDay = None,
        limit: Limit = ORDINARY_LIMIT,
        after: After = None,
    ) -> MissingList:
        """List the accounts that a campaign needs and that gave no answer on a day."""
        return reading.page(campaign_id, sensible(service, day, "day"), limit, after)

    return router


def outcome_words(row: Row) -> dict[str, Any]:
    """Return what an outcome means and what can be done, for a row that has one."""
    if row["reason"] is None:
        return {"meaning": None, "next_step": None}
    known = REASONS[Reason(row["reason"])]
    return {"meaning": known.meaning, "next_step": known.next_step or None}


class _Reading:
    """Reads pages of missing accounts."""

    def __init__(self, service: Service) -> None:
        self._warehouse = service.warehouse
        self._addresses = Addresses(service.settings)
        self._cursors = Cursors(service.settings, "missing")

    def page(
        self, campaign_id: str | None, day: date | None, limit: int, after: str | None
    ) -> MissingList:
        """Return one page."""
        asked = {"day": str(day), "campaign_id": str(campaign_id)}
        begin = self._cursors.read(after, asked)
        with self._warehouse.reading() as connection:
            if campaign_id is not None and not is_campaign(connection, campaign_id):
                raise not_found(Known.CAMPAIGN)
            shown = day or begin.day
            if shown is None and campaign_id is None:
                shown = newest_asked_day(connection)
            elif shown is None and campaign_id is not None:
                shown = newest_participant_day(connection, campaign_id)
            page, counted = Page([], None), Rows()
            if shown is not None:
                counted = count_outcomes(connection, shown, campaign_id)
                page = missing_accounts(
                    connection,
                    shown,
                    campaign_id,
                    limit=limit,
                    after=begin.position,
                )
        following = None
        if page.after is not None:
            cursor = self._cursors.write(page.after, asked, shown)
            parts = (
                ("campaigns", campaign_id, "missing") if campaign_id else ("missing",)
            )
            query = {"day": day, "limit": str(limit), "after": cursor}
            following = self._addresses.with_query(parts, query)
        return MissingList(
            snapshot_date=shown,
            outcomes=[
                CountedOutcome.model_validate(row | outcome_words(row))
                for row in counted
            ],
            accounts=[self._account(row) for row in page.rows],
            next=following,
        )

    def _account(self, row: Row) -> MissingAccount:
        creator = self._addresses.creator(row["creator_id"])
        return MissingAccount.model_validate(
            row | outcome_words(row) | {"creator": creator}
        )
