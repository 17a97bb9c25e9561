"""What a number rests on: rows, runs, raw records, formulas, and what was unknown."""

from dataclasses import replace
from datetime import date
from http import HTTPStatus

from fastapi import APIRouter

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.problems import ProblemError
from analytics_pipeline.api.v1.access import Known, not_found, reading_router
from analytics_pipeline.api.v1.links import followable
from analytics_pipeline.api.v1.parameters import (
    CampaignChoice,
    CampaignId,
    CreatorId,
    OneDay,
    PostId,
    sensible,
)
from analytics_pipeline.schemas.explanations import (
    Explanation,
    MonthExplanation,
    TotalsExplanation,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.steps.explain import (
    NothingToExplainError,
    explain_post,
)
from analytics_pipeline.steps.explain_months import explain_month
from analytics_pipeline.steps.explain_totals import explain_totals
from analytics_pipeline.warehouse.reading.campaigns import (
    is_campaign,
    newest_summarised_day,
)


def explanations_router(service: Service) -> APIRouter:
    """Return the routes that explain numbers.

    Args:
        service: The settings, the database, the clock.

    Returns:
        The routes.
    """
    router = reading_router("explanations")
    stores, rule = service.stores, service.rule

    @router.get("/posts/{platform}/{post_id}/explanation")
    def explain_a_post(
        platform: Platform,
        post_id: PostId,
        day: OneDay = None,
        campaign_id: CampaignChoice = None,
    ) -> Explanation:
        """Explain a post's numbers of a day, down to the raw records."""
        wanted = sensible(service, day, "day")
        try:
            found = explain_post(stores, platform, post_id, wanted, campaign_id)
        except NothingToExplainError as nothing:
            raise ProblemError(HTTPStatus.NOT_FOUND, str(nothing)) from None
        return replace(found, post_url=followable(found.post_url))

    @router.get("/campaigns/{campaign_id}/explanation")
    def explain_a_campaign(
        campaign_id: CampaignId, day: OneDay = None
    ) -> TotalsExplanation:
        """Explain the totals of a campaign's day by what each post brings."""
        wanted = sensible(service, day, "day") or _newest(service, campaign_id)
        try:
            return explain_totals(stores, rule, campaign_id, wanted)
        except NothingToExplainError as nothing:
            raise ProblemError(HTTPStatus.NOT_FOUND, str(nothing)) from None

    @router.get(
        "/creators/{creator_id}/months/{platform}/{month_start_date}/explanation"
    )
    def explain_a_month(
        creator_id: CreatorId, platform: Platform, month_start_date: date
    ) -> MonthExplanation:
        """Explain a creator's month by what each of its posts brings."""
        try:
            return explain_month(stores, rule, creator_id, platform, month_start_date)
        except NothingToExplainError as nothing:
            raise ProblemError(HTTPStatus.NOT_FOUND, str(nothing)) from None

    return router


def _newest(service: Service, campaign_id: str) -> date:
    with service.warehouse.reading() as connection:
        if not is_campaign(connection, campaign_id):
            raise not_found(Known.CAMPAIGN)
        day = newest_summarised_day(connection, campaign_id)
    if day is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "the campaign has no totals yet")
    return day
