"""One post: everything that was ever known of it."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.v1.access import Known, not_found, reading_router
from analytics_pipeline.api.v1.columns import column
from analytics_pipeline.api.v1.links import Addresses, followable
from analytics_pipeline.api.v1.parameters import PostId
from analytics_pipeline.api.v1.shapes import Counts, Observed, Rates, Reasoned
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.transform.matching import MatchBasis, MatchLevel
from analytics_pipeline.warehouse.reading.posts import (
    post_days,
    post_insights,
    post_matches,
    post_removals,
    post_wordings,
    read_post,
)
from analytics_pipeline.warehouse.reading.rows import Row


class Post(BaseModel):
    """A post as last observed."""

    platform: Platform = column("platform", "instagram")
    post_id: str = column("post_id", "17900000000000001")
    post_url: str | None = column("post_url", "https://www.instagram.com/reel/x/")
    creator_id: str = column("creator_id", "101")
    account_id: str = column("account_id", "17841400000000011")
    username: str | None = column("username", "lena.k")
    content_type: ContentType | None = column("content_type", "instagram_reel")
    media_type: str | None = column("media_type", "VIDEO")
    posted_at: datetime = column("posted_at", "2026-03-01T12:00:00Z")
    post_caption: str | None = column("post_caption", "Spring! #jaro2026")
    hashtags: list[str] = column("hashtags", ["jaro2026"])
    duration_seconds: int | None = column("duration_seconds", 31)
    first_seen_at: datetime = column("first_seen_at", "2026-03-02T05:00:12Z")
    last_seen_at: datetime = column("last_seen_at", "2026-03-20T05:00:12Z")
    removed_at: datetime | None = column("removed_at", None)


class PostDay(Counts, Reasoned, Observed):
    """A post's numbers of one day."""

    caption_id: str | None = column("caption_id", "9f86d081884c7d65")
    count_sources: dict[str, str] = column("count_sources", {"reach": "insights/reach"})
    run_id: str = column("run_id", "5a1c2a3e-7d5b-4f0e-9a51-3b7f2f1e0c11")
    explanation: str = Field(description="What these numbers rest on.")


class MatchDay(Rates, Reasoned, Observed):
    """How a post matched a campaign on one day; rates are of that day."""

    campaign_id: str = column("campaign_id", "12")
    campaign_name: str | None = column("campaign_name", "Jaro 2026")
    match_level: MatchLevel = column("match_level", "full")
    match_basis: MatchBasis = column("match_basis", "hashtags")
    matched_hashtags: list[str] = column("matched_hashtags", ["jaro2026"])
    missing_hashtags: list[str] = column("missing_hashtags", [])
    follower_count: int | None = column("follower_count", 20000)
    explanation: str = Field(description="What this match and its rates rest on.")


class Wording(BaseModel):
    """A wording that the caption had."""

    caption_id: str = column("caption_id", "9f86d081884c7d65")
    post_caption: str = column("post_caption", "Spring! #jaro2026")
    hashtags: list[str] = column("hashtags", ["jaro2026"])
    first_observed_at: datetime = column("first_observed_at", "2026-03-02T05:00:12Z")


class Insight(Observed):
    """One insight of one day."""

    metric: str = column("metric", "reach")
    breakdown: str | None = column("breakdown", None)
    breakdown_value: str | None = column("breakdown_value", None)
    metric_value: float | None = column("metric_value", 9800.0)
    unknown_reason: str | None = column("unknown_reason", None)
    metric_source: str = column("metric_source", "insights")


class RemovalCheck(BaseModel):
    """A direct look at a post that its account's own list lacked."""

    is_gone: bool = column("is_gone", True)
    observed_at: datetime = column("observed_at", "2026-03-21T05:00:12Z")


class PostHistory(BaseModel):
    """Everything that was ever known of a post, the oldest first."""

    post: Post
    days: list[PostDay] = Field(description="Its numbers, day by day.")
    matches: list[MatchDay] = Field(
        description="The campaigns it was matched with, day by day."
    )
    captions: list[Wording] = Field(description="Every wording of its caption.")
    insights: list[Insight] = Field(
        description="What only the account's owner sees, by the platform's own names."
    )
    removal_checks: list[RemovalCheck] = Field(
        description="What `removed_at` rests on."
    )


def posts_router(service: Service) -> APIRouter:
    """Return the route of a post's history.

    Args:
        service: The settings, the database.

    Returns:
        The route.
    """
    router = reading_router("posts")
    addresses = Addresses(service.settings)

    @router.get("/posts/{platform}/{post_id}")
    def post(platform: Platform, post_id: PostId) -> PostHistory:
        """Tell everything that was ever known of a post."""
        with service.warehouse.reading() as connection:
            of = (connection, platform, post_id)
            found = read_post(*of)
            if found is None:
                raise not_found(Known.POST)
            days, matches = post_days(*of), post_matches(*of)
            captions, insights = post_wordings(*of), post_insights(*of)
            removals = post_removals(*of)
        found["post_url"] = followable(found["post_url"])
        return PostHistory(
            post=Post.model_validate(found),
            days=[PostDay.model_validate(_explained(addresses, row)) for row in days],
            matches=[
                MatchDay.model_validate(_explained(addresses, row)) for row in matches
            ],
            captions=[Wording.model_validate(row) for row in captions],
            insights=[Insight.model_validate(row) for row in insights],
            removal_checks=[RemovalCheck.model_validate(row) for row in removals],
        )

    return router


def _explained(addresses: Addresses, row: Row) -> Row:
    explanation = addresses.post_explanation(
        row["platform"], row["post_id"], row["snapshot_date"], row.get("campaign_id")
    )
    return row | {"explanation": explanation}
