"""Which posts belong to which campaign, and why.

A post counts for a campaign when a participant published it within the publishing
window, as a content type the campaign asks for, with its hashtags. One that carries
some but not all of them is a partial match: listed, never counted. What a person
decides about a post goes before all of that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from analytics_pipeline.schemas.review import Verdict
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.transform.hashtags import match_key


class MatchLevel(StrEnum):
    """Whether a post counts for a campaign."""

    FULL = "full"
    PARTIAL = "partial"
    REJECTED = "rejected"


class MatchBasis(StrEnum):
    """What a match rests on."""

    HASHTAGS = "hashtags"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class CampaignTerms:
    """What a campaign asks of a post.

    Attributes:
        campaign_id: The campaign.
        tags: Its hashtags as entered.
        keys: Their match keys, in the same order.
        rule: `all` or `any`.
        is_unmatchable: One of the hashtags can never be one, so `all` never holds.
        content_types: What it asks for.
        first_day: First day on which a post counts.
        last_day: Last day on which a post counts.
    """

    campaign_id: str
    tags: tuple[str, ...]
    keys: tuple[str, ...]
    rule: str
    is_unmatchable: bool
    content_types: frozenset[str]
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Match:
    """Why a post belongs to a campaign."""

    campaign_id: str
    level: MatchLevel
    matched: tuple[str, ...]
    missing: tuple[str, ...]
    basis: MatchBasis = MatchBasis.HASHTAGS


class CampaignIndex:
    """Finds the campaigns of a post without trying them all.

    Args:
        campaigns: The campaigns of the day.
        participants: Which creators take part, by campaign.
        rule: What a day is.
    """

    def __init__(
        self,
        campaigns: Iterable[CampaignTerms],
        participants: Mapping[str, frozenset[str]],
        rule: DayRule,
    ) -> None:
        self._rule = rule
        self._by_creator: dict[str, list[CampaignTerms]] = {}
        for campaign in campaigns:
            for creator_id in participants.get(campaign.campaign_id, ()):
                self._by_creator.setdefault(creator_id, []).append(campaign)

    def matches(
        self,
        creator_id: str,
        content_type: str | None,
        posted_at: datetime,
        hashtags: Sequence[str],
    ) -> Iterator[Match]:
        """Yield the campaigns a post belongs to.

        Args:
            creator_id: Who published it.
            content_type: What kind of post it is.
            posted_at: When it was published.
            hashtags: What it carries.

        Yields:
            One match per campaign of which it carries at least one hashtag.
        """
        if not hashtags or content_type is None:
            return
        keys = _match_keys(tuple(hashtags))
        for campaign in self._by_creator.get(creator_id, ()):
            if content_type in campaign.content_types and not keys.isdisjoint(
                campaign.keys
            ):
                posted_on = self._rule.day_of(posted_at)
                if campaign.first_day <= posted_on <= campaign.last_day:
                    yield _match(campaign, keys)


def reviewed_match(
    campaign: CampaignTerms, hashtags: Sequence[str], verdict: Verdict
) -> Match:
    """Return the match of a post that a person has decided about.

    Args:
        campaign: The campaign.
        hashtags: What the post carries: the evidence stays what it is.
        verdict: What was decided.

    Returns:
        A match that counts, or one that never does.
    """
    matched, missing = _evidence(campaign, _match_keys(tuple(hashtags)))
    is_confirmed = verdict is Verdict.CONFIRMED
    level = MatchLevel.FULL if is_confirmed else MatchLevel.REJECTED
    return Match(campaign.campaign_id, level, matched, missing, MatchBasis.REVIEW)


@lru_cache(maxsize=65536)
def _match_keys(hashtags: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(match_key, hashtags))


def _match(campaign: CampaignTerms, keys: frozenset[str]) -> Match:
    matched, missing = _evidence(campaign, keys)
    carries_all = not missing and not campaign.is_unmatchable
    is_full = carries_all if campaign.rule == "all" else bool(matched)
    level = MatchLevel.FULL if is_full else MatchLevel.PARTIAL
    return Match(campaign.campaign_id, level, matched, missing)


def _evidence(
    campaign: CampaignTerms, keys: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which of a campaign's hashtags are among some keys, and which are not."""
    pairs = list(zip(campaign.tags, campaign.keys, strict=True))
    return (
        tuple(tag for tag, key in pairs if key in keys),
        tuple(tag for tag, key in pairs if key not in keys),
    )
