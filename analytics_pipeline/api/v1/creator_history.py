"""A creator's months, and what became of asking them day by day."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.paging import PlainNumber
from analytics_pipeline.api.v1.access import Known, not_found, reading_router
from analytics_pipeline.api.v1.columns import column
from analytics_pipeline.api.v1.links import Addresses
from analytics_pipeline.api.v1.missing import Outcome, outcome_words
from analytics_pipeline.api.v1.parameters import (
    CreatorId,
    FirstDay,
    LastDay,
    Where,
    window,
)
from analytics_pipeline.api.v1.shapes import Reasoned
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.reading.coverage import coverage_of_creator
from analytics_pipeline.warehouse.reading.creators import is_creator, read_months
from analytics_pipeline.warehouse.reading.rows import Row


class Month(Reasoned):
    """A creator's posts of one month on one platform, by their newest numbers."""

    year: int = Field(description="Year of the month.", examples=[2026])
    month: int = Field(description="Month, 1 to 12.", examples=[3])
    month_start_date: date = column("month_start_date", "2026-03-01")
    platform: Platform = column("platform", "instagram")
    post_count: int = Field(
        description="Posts published in the month. Whole number.", examples=[7]
    )
    late_post_count: int = Field(
        description="Of these, posts known only by a late observation. Whole number.",
        examples=[0],
    )
    view_count: int | None = column("view_count", 48200)
    posts_with_view_count: int = column("posts_with_view_count", 7)
    view_count_mean: float | None = column("view_count_mean", 6885.7)
    like_count: int | None = column("like_count", 3100)
    posts_with_like_count: int = column("posts_with_like_count", 7)
    like_count_mean: float | None = column("like_count_mean", 442.9)
    comment_count: int | None = column("comment_count", 150)
    posts_with_comment_count: int = column("posts_with_comment_count", 7)
    comment_count_mean: float | None = column("comment_count_mean", 21.4)
    share_count: int | None = column("share_count", None)
    posts_with_share_count: int = column("posts_with_share_count", 0)
    share_count_mean: float | None = column("share_count_mean", None)
    follower_count: int | None = column("follower_count", 20000)
    follower_count_date: date | None = column("follower_count_date", "2026-03-31")
    engagement_rate_client: float | None = column("engagement_rate_client", None)
    engagement_rate_client_median: float | None = column(
        "engagement_rate_client_median", None
    )
    engagement_rate_by_followers: float | None = column(
        "engagement_rate_by_followers", 0.0213
    )
    engagement_rate_by_followers_median: float | None = column(
        "engagement_rate_by_followers_median", 0.0198
    )
    engagement_rate_by_views: float | None = column("engagement_rate_by_views", 0.0674)
    engagement_rate_by_views_median: float | None = column(
        "engagement_rate_by_views_median", 0.0702
    )
    engagement_rate_by_reach: float | None = column("engagement_rate_by_reach", None)
    engagement_rate_by_reach_median: float | None = column(
        "engagement_rate_by_reach_median", None
    )
    observed_at: datetime | None = column("observed_at", "2026-04-01T03:00:12Z")
    updated_at: datetime = column("updated_at", "2026-04-01T03:10:00Z")


class MonthWithLink(Month):
    """A month, and where it is told what its numbers rest on."""

    explanation: str = Field(
        description="What the month's numbers rest on, post by post.",
        examples=["https://analytics.example/api/v1/creators/101/months/…/explanation"],
    )


class CreatorMonths(BaseModel):
    """A creator's months, the newest first."""

    creator_id: str = column("creator_id", "101")
    months: list[MonthWithLink]


class CoverageDay(Outcome):
    """What became of one account on one day."""

    snapshot_date: date = column("snapshot_date", "2026-03-01")
    platform: Platform = column("platform", "instagram")
    connection_id: str | None = column("connection_id", "8f14e45f-ceea-467f")
    account_id: str | None = column("account_id", "17841400000000011")
    username: str | None = column("username", "lena.k")
    detail: str | None = column("detail", None)
    calls: int = column("calls", 2)
    observed_at: datetime | None = column("observed_at", "2026-03-02T05:00:12Z")


class Coverage(BaseModel):
    """What became of a creator's accounts, the oldest day first."""

    creator_id: str = column("creator_id", "101")
    first_day: date = Field(description="First day.", examples=["2026-03-01"])
    last_day: date = Field(description="Last day.", examples=["2026-03-31"])
    days: list[CoverageDay] = Field(
        description="A day on which no active campaign needed the creator is not in it."
    )


def creator_history_router(service: Service) -> APIRouter:
    """Return the routes of creators' months and coverage.

    Args:
        service: The settings, the database, the clock.

    Returns:
        The routes.
    """
    router = reading_router("creators")
    addresses = Addresses(service.settings)

    @router.get("/creators/{creator_id}/months")
    def months(
        creator_id: CreatorId,
        platform: Where = None,
        year: Annotated[
            int | None,
            PlainNumber,
            Query(ge=2010, le=9999, description="Only this year.", examples=[2026]),
        ] = None,
    ) -> CreatorMonths:
        """Tell a creator's numbers by month and platform."""
        with service.warehouse.reading() as connection:
            if not is_creator(connection, creator_id):
                raise not_found(Known.CREATOR)
            rows = read_months(connection, creator_id, platform, year)
        return CreatorMonths(
            creator_id=creator_id,
            months=[_month(row, addresses) for row in rows],
        )

    @router.get("/creators/{creator_id}/coverage", tags=["coverage"])
    def coverage(
        creator_id: CreatorId, first: FirstDay = None, last: LastDay = None
    ) -> Coverage:
        """Tell what became of a creator's accounts on every day that needed them."""
        days = window(service, first, last)
        with service.warehouse.reading() as connection:
            if not is_creator(connection, creator_id):
                raise not_found(Known.CREATOR)
            rows = coverage_of_creator(connection, creator_id, days.first, days.last)
        return Coverage(
            creator_id=creator_id,
            first_day=days.first,
            last_day=days.last,
            days=[CoverageDay.model_validate(row | outcome_words(row)) for row in rows],
        )

    return router


def _month(row: Row, addresses: Addresses) -> MonthWithLink:
    start = row["month_start_date"]
    explanation = addresses.month_explanation(row["creator_id"], row["platform"], start)
    dated = {"year": start.year, "month": start.month, "explanation": explanation}
    return MonthWithLink.model_validate(row | dated)
