"""Campaigns: what they ask for, and what their newest day showed."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.paging import ORDINARY_LIMIT, After, Cursors, Limit
from analytics_pipeline.api.v1.access import Known, not_found, reading_router
from analytics_pipeline.api.v1.columns import column
from analytics_pipeline.api.v1.links import Addresses
from analytics_pipeline.api.v1.parameters import CampaignId, order_of, sort_query
from analytics_pipeline.api.v1.shapes import Links, ListAnswer, Reasoned
from analytics_pipeline.schemas.outcomes import CampaignStatus
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.reading.campaigns import (
    CAMPAIGN_ORDERS,
    read_campaign,
    read_campaigns,
)
from analytics_pipeline.warehouse.reading.rows import PageRequest, Row


class PlatformDay(Reasoned):
    """A campaign's newest day on one platform, as observed that day."""

    platform: Platform = column("platform", "instagram")
    participant_count: int = column("participant_count", 12)
    answered_count: int = column("answered_count", 11)
    creator_count: int = column("creator_count", 9)
    post_count: int = column("post_count", 17)
    partial_post_count: int = column("partial_post_count", 2)
    late_post_count: int = column("late_post_count", 0)
    view_count: int | None = column("view_count", 183400)
    posts_with_view_count: int = column("posts_with_view_count", 17)
    view_count_delta: int | None = column("view_count_delta", 4100)
    like_count: int | None = column("like_count", 9300)
    posts_with_like_count: int = column("posts_with_like_count", 16)
    like_count_delta: int | None = column("like_count_delta", 120)
    comment_count: int | None = column("comment_count", 410)
    posts_with_comment_count: int = column("posts_with_comment_count", 17)
    comment_count_delta: int | None = column("comment_count_delta", 6)
    share_count: int | None = column("share_count", None)
    posts_with_share_count: int = column("posts_with_share_count", 0)
    share_count_delta: int | None = column("share_count_delta", None)
    observed_at: datetime | None = column("observed_at", "2026-03-02T05:00:12Z")


class CampaignLinks(Links):
    """Where more is told of a campaign."""

    totals: str = Field(description="Totals by last known numbers.")
    posts: str = Field(description="Its posts.")
    series: str = Field(description="Its totals day by day.")
    creators: str = Field(description="Its creators' parts.")
    missing: str = Field(description="Who gave no answer.")
    explanation: str = Field(description="What the totals rest on.")


class Campaign(BaseModel):
    """A campaign."""

    campaign_id: str = column("campaign_id", "12")
    campaign_name: str | None = column("campaign_name", "Jaro 2026")
    campaign_status: CampaignStatus = column("campaign_status", "active")
    publishing_start_date: date | None = column("publishing_start_date", "2026-03-01")
    publishing_end_date: date | None = column("publishing_end_date", "2026-03-20")
    content_types: list[str] = column("content_types", ["instagram_reel"])
    hashtag_rule: str = column("hashtag_rule", "all")
    campaign_hashtags: list[str] = column("campaign_hashtags", ["jaro2026"])
    rejected_hashtags: list[str] = column("rejected_hashtags", [])
    problems: list[str] = column("problems", [])
    is_listed: bool = column("is_listed", True)
    newest_day: date | None = Field(
        description="Newest day with a summary; null before anything was collected.",
        examples=["2026-03-01"],
    )
    newest: list[PlatformDay] = Field(
        description="That day's posts as observed on it, by platform. A post that the "
        "day missed is not in it; for last known numbers see `totals`."
    )
    links: CampaignLinks


class CampaignList(ListAnswer):
    """Campaigns."""

    campaigns: list[Campaign]


def campaigns_router(service: Service) -> APIRouter:
    """Return the routes of campaigns.

    Args:
        service: The settings, the database.

    Returns:
        The routes.
    """
    router = reading_router("campaigns")
    addresses = Addresses(service.settings)
    cursors = Cursors(service.settings, "campaigns")

    @router.get("/campaigns")
    def campaigns(
        status: Annotated[
            CampaignStatus | None, Query(description="Only these.", examples=["active"])
        ] = None,
        sort: Annotated[str, sort_query(CAMPAIGN_ORDERS)] = "-publishing_end_date",
        limit: Limit = ORDINARY_LIMIT,
        after: After = None,
    ) -> CampaignList:
        """List campaigns, each with what its newest day showed."""
        asked = {"sort": sort} | ({"status": status.value} if status else {})
        begin = cursors.read(after, asked)
        wanted = PageRequest(order_of(sort), limit, begin.position)
        with service.warehouse.reading() as connection:
            page = read_campaigns(connection, wanted, status)
        following = None
        if page.after is not None:
            cursor = cursors.write(page.after, asked)
            query = asked | {"limit": str(limit), "after": cursor}
            following = addresses.with_query(("campaigns",), query)
        return CampaignList(
            campaigns=[_campaign(addresses, row) for row in page.rows], next=following
        )

    @router.get("/campaigns/{campaign_id}")
    def campaign(campaign_id: CampaignId) -> Campaign:
        """Tell what one campaign asks for, and what its newest day showed."""
        with service.warehouse.reading() as connection:
            found = read_campaign(connection, campaign_id)
        if found is None:
            raise not_found(Known.CAMPAIGN)
        return _campaign(addresses, found)

    return router


def _campaign(addresses: Addresses, row: Row) -> Campaign:
    campaign_id = row["campaign_id"]
    parts = ("totals", "posts", "series", "creators", "missing", "explanation")
    links: dict[str, Any] = {
        part: addresses.campaign(campaign_id, part) for part in parts
    }
    links["self"] = addresses.campaign(campaign_id)
    return Campaign.model_validate(row | {"links": links})
