"""A campaign's totals, days and creators: the report's own model, never another sum."""

from datetime import date, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.v1.access import Known, not_found, reading_router
from analytics_pipeline.api.v1.columns import column
from analytics_pipeline.api.v1.links import Addresses
from analytics_pipeline.api.v1.parameters import AsOf, CampaignId, sensible
from analytics_pipeline.reports.build import UnknownCampaignError, build_report
from analytics_pipeline.reports.model import CampaignReport, ReportDay, ReportOptions


class _Part(BaseModel):
    """A part of a report, taken over as it is."""

    model_config = ConfigDict(from_attributes=True)


class Total(_Part):
    """A sum of last known numbers."""

    value: int | None = Field(
        description="The sum; null when the number is known of no post. Whole number.",
        examples=[183400],
    )
    posts: int = Field(description="On how many posts it rests.", examples=[16])
    older_posts: int = Field(
        description="Of these, posts whose number is of a day before `day`.",
        examples=[1],
    )
    unknown: dict[str, int] = Field(
        description="Why it is not known of the others: {reason: posts}.",
        examples=[{"hidden": 1}],
    )


class RateTotal(_Part):
    """An engagement rate over posts."""

    weighted: float | None = Field(
        description="Summed engagement over summed base; null when known of no post. "
        "Fraction: 0.05 is 5 %.",
        examples=[0.0512],
    )
    median: float | None = Field(
        description="Median of the posts' rates. Fraction.", examples=[0.0487]
    )
    posts: int = Field(description="On how many posts both rest.", examples=[16])
    older_posts: int = Field(
        description="Of these, posts whose rate is of a day before `day`.",
        examples=[1],
    )
    unknown: dict[str, int] = Field(
        description="Why it is not known of the others: {reason: posts}.",
        examples=[{"follower_count: late": 1}],
    )


class FiguresAnswer(_Part):
    """Key figures over posts that count."""

    post_count: int = Field(description="Posts that count.", examples=[17])
    creator_count: int = Field(description="Creators they are of.", examples=[9])
    older_post_count: int = Field(
        description="Posts whose newest numbers are of a day before `day`.",
        examples=[1],
    )
    ended_post_count: int = Field(
        description="Of these, stories that have ended.", examples=[0]
    )
    removed_post_count: int = Field(
        description="Posts that are proven to be gone.", examples=[0]
    )
    late_post_count: int = column("late_post_count", 0)
    erased_post_count: int = column("erased_post_count", 0)
    totals: dict[str, Total] = Field(description="Sums by column.")
    rates: dict[str, RateTotal] = Field(description="Engagement rates by definition.")
    oldest_observed_at: datetime | None = Field(
        description="When the oldest of the numbers was told; null without posts.",
        examples=["2026-03-01T05:00:12Z"],
    )
    newest_observed_at: datetime | None = Field(
        description="When the newest of the numbers was told.",
        examples=["2026-03-02T05:00:12Z"],
    )


class RateDefinition(_Part):
    """How an engagement rate is made."""

    name: str = Field(description="Its column.", examples=["engagement_rate_by_views"])
    numerator: dict[str, list[str]] = Field(
        description="Columns that are added up, by platform.",
        examples=[{"instagram": ["like_count", "comment_count"]}],
    )
    denominator: str = Field(
        description="The column they are divided by.", examples=["view_count"]
    )


class LeftOut(_Part):
    """What was observed too late for an answer about a past day."""

    rows: int = Field(description="Rows of days and posts.", examples=[0])
    posts: int = Field(description="Of how many posts.", examples=[0])


class ReportLinks(BaseModel):
    """Where it is told what the figures rest on."""

    posts: str = Field(description="The posts that they are the sum of.")
    explanation: str | None = Field(
        description="What the day's own totals rest on, post by post; null before "
        "anything was known."
    )


class _AboutCampaign(_Part):
    """Of which campaign, and as known when."""

    campaign_id: str = column("campaign_id", "12")
    campaign_name: str | None = column("campaign_name", "Jaro 2026")
    day: date | None = Field(
        description="The newest day that is known; null before anything is.",
        examples=["2026-03-01"],
    )
    observed_before: datetime | None = Field(
        description="What was observed later is left out, as `as_of` asks; null: "
        "nothing is.",
        examples=[None],
    )
    left_out: LeftOut
    links: ReportLinks


class CampaignTotals(_AboutCampaign):
    """A campaign's totals by last known numbers."""

    figures: FiguresAnswer = Field(description="Over both platforms.")
    by_platform: dict[str, FiguresAnswer] = Field(description="The same by platform.")
    by_content_type: dict[str, FiguresAnswer] = Field(
        description="The same by content type."
    )
    rates: list[RateDefinition] = Field(description="How each rate is made.")


class DaySum(_Part):
    """A sum over the posts of which a number is known."""

    value: int | None = Field(
        description="The sum; null when it is known of none. Whole number.",
        examples=[183400],
    )
    posts: int = Field(description="Of how many posts it is known.", examples=[16])


class SeriesDay(_Part):
    """A campaign's day: as observed on it, and as last known on it."""

    day: date = Field(description="The day.", examples=["2026-03-01"])
    observed_post_count: int = Field(
        description="Posts that count and were observed for the day.", examples=[16]
    )
    late_post_count: int = column("late_post_count", 0)
    observed: dict[str, DaySum] = Field(description="Sums over these posts, by column.")
    post_count: int = Field(
        description="Posts that count, as last known.", examples=[17]
    )
    carried_post_count: int = Field(
        description="Of these, posts whose newest row is of an earlier day.",
        examples=[1],
    )
    known: dict[str, DaySum] = Field(
        description="Sums of last known numbers, by column."
    )
    growth: dict[str, int | None] = Field(
        description="Growth since the day before, by column, over posts known on time "
        "on both days or published in between; null where there is none.",
        examples=[{"view_count": 4100}],
    )
    participant_count: int | None = column("participant_count", 12)
    answered_count: int | None = column("answered_count", 11)


class CampaignSeries(_AboutCampaign):
    """A campaign's totals day by day, the oldest first."""

    days: list[SeriesDay] = Field(description="Over both platforms.")
    by_platform: dict[str, list[SeriesDay]] = Field(description="The same by platform.")


class CreatorPart(_Part):
    """A creator's part in a campaign."""

    creator_id: str = column("creator_id", "101")
    usernames: dict[str, str] = Field(
        description="Handles by platform; empty once the creator is forgotten.",
        examples=[{"instagram": "lena.k"}],
    )
    figures: FiguresAnswer = Field(description="Of their posts that count.")
    creator: str = Field(description="Where the creator's accounts are told.")


class CampaignCreators(_AboutCampaign):
    """A campaign's creators with posts, most views first."""

    creators: list[CreatorPart]


def campaign_report_router(service: Service) -> APIRouter:
    """Return the routes of campaigns' totals, days and creators.

    Args:
        service: The settings, the database, the clock.

    Returns:
        The routes.
    """
    router = reading_router("campaigns")
    addresses = Addresses(service.settings)

    @router.get("/campaigns/{campaign_id}/totals")
    def totals(campaign_id: CampaignId, as_of: AsOf = None) -> CampaignTotals:
        """Tell a campaign's totals by last known numbers, with what is not known."""
        report = _report(service, campaign_id, as_of)
        return CampaignTotals.model_validate(
            _about(addresses, report, as_of)
            | {
                "figures": report.figures,
                "by_platform": report.by_platform,
                "by_content_type": report.by_content_type,
                "rates": report.rates,
            }
        )

    @router.get("/campaigns/{campaign_id}/series")
    def series(campaign_id: CampaignId, as_of: AsOf = None) -> CampaignSeries:
        """Tell a campaign's totals day by day."""
        report = _report(service, campaign_id, as_of)
        platforms = report.days_by_platform.items()
        return CampaignSeries.model_validate(
            _about(addresses, report, as_of)
            | {
                "days": [_day(day) for day in report.days],
                "by_platform": {
                    name: [_day(day) for day in days] for name, days in platforms
                },
            }
        )

    @router.get("/campaigns/{campaign_id}/creators")
    def creators(campaign_id: CampaignId, as_of: AsOf = None) -> CampaignCreators:
        """Rank a campaign's creators by what their posts brought."""
        report = _report(service, campaign_id, as_of)
        found = [
            {
                "creator_id": part.creator_id,
                "usernames": part.usernames,
                "figures": part.figures,
                "creator": addresses.creator(part.creator_id),
            }
            for part in report.creators
        ]
        about = _about(addresses, report, as_of)
        return CampaignCreators.model_validate(about | {"creators": found})

    return router


def _report(service: Service, campaign_id: str, as_of: date | None) -> CampaignReport:
    day = sensible(service, as_of, "as_of")
    how = ReportOptions(service.settings.zone, service.clock(), service.rule)
    with service.warehouse.reading() as connection:
        try:
            return build_report(connection, campaign_id, day, how)
        except UnknownCampaignError:
            raise not_found(Known.CAMPAIGN) from None


def _about(
    addresses: Addresses, report: CampaignReport, as_of: date | None
) -> dict[str, Any]:
    campaign_id = report.campaign.campaign_id
    query = {"match_level": "full", "as_of": as_of}
    explanation = None
    if report.day is not None:
        parts = ("campaigns", campaign_id, "explanation")
        explanation = addresses.with_query(parts, {"day": report.day})
    return {
        "campaign_id": campaign_id,
        "campaign_name": report.campaign.campaign_name,
        "day": report.day,
        "observed_before": report.observed_before,
        "left_out": report.left_out,
        "links": {
            "posts": addresses.with_query(("campaigns", campaign_id, "posts"), query),
            "explanation": explanation,
        },
    }


def _day(day: ReportDay) -> dict[str, Any]:
    told = day.totals
    return {
        "day": told.day,
        "observed_post_count": told.observed_post_count,
        "late_post_count": told.late_post_count,
        "observed": told.observed,
        "post_count": told.post_count,
        "carried_post_count": told.carried_post_count,
        "known": told.known,
        "growth": day.growth,
        "participant_count": day.participant_count,
        "answered_count": day.answered_count,
    }
