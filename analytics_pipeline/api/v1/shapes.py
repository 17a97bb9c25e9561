"""Parts that several answers have: numbers, reasons, and when they were observed."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from analytics_pipeline.api.v1.columns import column

_REASONS = {"share_count": "not_offered"}


class Observed(BaseModel):
    """When the numbers beside it were observed, and for which day."""

    snapshot_date: date = column("snapshot_date", "2026-03-01")
    observed_at: datetime = column("observed_at", "2026-03-02T05:00:12Z")
    is_late: bool = column("is_late", False)


class Counts(BaseModel):
    """Counts of a post; null is unknown and has its reason in `unknown_reasons`."""

    view_count: int | None = column("view_count", 12400)
    like_count: int | None = column("like_count", 930)
    comment_count: int | None = column("comment_count", 41)
    share_count: int | None = column("share_count", None)
    save_count: int | None = column("save_count", 60)
    reach: int | None = column("reach", 9800)


class Rates(BaseModel):
    """Engagement rates of a post, by definition; null where a part is unknown."""

    engagement_rate_client: float | None = column("engagement_rate_client", None)
    engagement_rate_by_followers: float | None = column(
        "engagement_rate_by_followers", 0.0485
    )
    engagement_rate_by_views: float | None = column("engagement_rate_by_views", 0.0783)
    engagement_rate_by_reach: float | None = column("engagement_rate_by_reach", None)


class Reasoned(BaseModel):
    """Why numbers beside it are null."""

    unknown_reasons: dict[str, str] = column("unknown_reasons", _REASONS)


class Links(BaseModel):
    """Where more is told."""

    self: str = Field(description="This, alone.")


class ListAnswer(BaseModel):
    """A part of a list."""

    next: str | None = Field(
        description="Address of the following page; null if this is the last one.",
        examples=["https://analytics.example/api/v1/campaigns?after=…&limit=100"],
    )
