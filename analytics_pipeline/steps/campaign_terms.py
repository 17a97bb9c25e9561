"""What campaigns ask of posts, from their rows in the warehouse."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from analytics_pipeline.schemas.outcomes import CampaignProblem
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.matching import CampaignTerms
from analytics_pipeline.warehouse.candidates import Stretch

_Campaign = Mapping[str, Any]


def dated(campaigns: Iterable[_Campaign]) -> list[_Campaign]:
    """Return the campaigns that have a publishing window, rows of `campaigns`."""
    return [row for row in campaigns if _has_window(row)]


def terms_of(row: _Campaign) -> CampaignTerms:
    """Return what a campaign with a publishing window asks of a post."""
    return CampaignTerms(
        campaign_id=row["campaign_id"],
        tags=tuple(row["campaign_hashtags"]),
        keys=tuple(row["hashtag_keys"]),
        rule=row["hashtag_rule"],
        is_unmatchable=CampaignProblem.UNMATCHABLE_HASHTAG in row["problems"],
        content_types=frozenset(row["content_types"]),
        first_day=row["publishing_start_date"],
        last_day=row["publishing_end_date"],
    )


def published_in(
    run: Run, terms: Collection[CampaignTerms], days_beside: int = 0
) -> Stretch:
    """Return when posts were published that any of some campaigns can be about.

    Args:
        run: Tells what a day is.
        terms: What the campaigns ask; there is at least one.
        days_beside: How far beside its publishing window a campaign looks.

    Returns:
        The stretch that the publishing windows cover.
    """
    first = min(campaign.first_day for campaign in terms).toordinal() - days_beside
    last = max(campaign.last_day for campaign in terms).toordinal() + days_beside
    return Stretch(
        run.rule.start(date.fromordinal(max(first, date.min.toordinal()))),
        run.rule.end(date.fromordinal(min(last, date.max.toordinal()))),
    )


def _has_window(row: _Campaign) -> bool:
    start, end = row["publishing_start_date"], row["publishing_end_date"]
    return start is not None and end is not None and start <= end
