"""Which posts belong to which campaign, and why.

A post counts for a campaign when a participant published it within the publishing
window, as a content type the campaign asks for, with its hashtags. One that carries
some but not all of them is a partial match: listed, never counted. What a person
decides about a post goes before all of that.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from analytics_pipeline.schemas.review import Verdict
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.transform.hashtags import known_match_key


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


@dataclass(frozen=True, slots=True, eq=False)
class Participation:
    """The campaigns of some creators who take part in the same ones.

    Creators share it, so what is worked out for it is worked out once.

    Attributes:
        campaign_ids: The campaigns.
    """

    campaign_ids: frozenset[str]


def participations(
    campaigns_of: Iterable[tuple[str, Iterable[str]]],
) -> dict[str, Participation]:
    """Return what each creator takes part in.

    Args:
        campaigns_of: Creators with the ids of their campaigns.

    Returns:
        By creator.
    """
    shared: dict[frozenset[str], Participation] = {}
    found = {}
    for creator_id, campaign_ids in campaigns_of:
        ids = frozenset(campaign_ids)
        found[creator_id] = shared.setdefault(ids, Participation(ids))
    return found


class CampaignIndex:
    """Finds the campaigns of a post without trying them all.

    Args:
        campaigns: The campaigns of the day.
        participants: What each creator takes part in.
        rule: What a day is.
    """

    def __init__(
        self,
        campaigns: Iterable[CampaignTerms],
        participants: Mapping[str, Participation],
        rule: DayRule,
    ) -> None:
        self._participants = participants
        self._asked = {
            campaign.campaign_id: _Asked.of(number, campaign, rule)
            for number, campaign in enumerate(campaigns)
        }
        self._views: dict[Participation, _View] = {}

    def matches(
        self,
        creator_id: str,
        content_type: str | None,
        posted_at: datetime,
        hashtags: Collection[str],
    ) -> list[Match]:
        """Return the campaigns a post belongs to.

        What it costs depends on the post's hashtags and on what it matches, not on the
        number of campaigns.

        Args:
            creator_id: Who published it.
            content_type: What kind of post it is.
            posted_at: When it was published.
            hashtags: What it carries.

        Returns:
            One match per campaign of which it carries at least one hashtag.
        """
        if not hashtags or content_type is None:
            return []
        participation = self._participants.get(creator_id)
        if participation is None:
            return []
        view = self._views.get(participation) or self._view(participation)
        carried = view.keys.intersection(map(known_match_key, hashtags))
        if not carried:
            return []
        return [
            campaign.match(carried)
            for campaign in view.only or view.asking_for(carried)
            if campaign.starts <= posted_at < campaign.ends
            and content_type in campaign.terms.content_types
        ]

    def _view(self, participation: Participation) -> "_View":
        """Return the campaigns of creators by what these ask for."""
        asked = [
            self._asked[campaign_id]
            for campaign_id in participation.campaign_ids
            if campaign_id in self._asked
        ]
        by_key: dict[str, list[_Asked]] = {}
        for campaign in asked:
            for key in campaign.keys:
                by_key.setdefault(key, []).append(campaign)
        only = tuple(asked) if len(asked) == 1 else ()
        view = _View(frozenset(by_key), by_key, only)
        self._views[participation] = view
        return view


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A campaign as an index keeps it, what does not depend on a post worked out."""

    number: int
    terms: CampaignTerms
    keys: frozenset[str]
    starts: datetime
    ends: datetime
    told: dict[frozenset[str], Match] = field(default_factory=dict)

    @classmethod
    def of(cls, number: int, terms: CampaignTerms, rule: DayRule) -> "_Asked":
        starts, ends = rule.start(terms.first_day), rule.end(terms.last_day)
        return cls(number, terms, frozenset(terms.keys), starts, ends)

    def match(self, carried: frozenset[str]) -> Match:
        """Return the match of a post; most carry all of the hashtags, and no others."""
        match = self.told.get(carried)
        if match is None:
            carried &= self.keys
            match = self.told[carried] = _match(self.terms, carried)
        return match


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """The campaigns of some creators, by what they ask for."""

    keys: frozenset[str]
    by_key: dict[str, list[_Asked]]
    only: tuple[_Asked, ...]

    def asking_for(self, carried: frozenset[str]) -> Iterable[_Asked]:
        """Return the campaigns that ask for any of some keys, in their order."""
        found = {
            campaign.number: campaign
            for key in carried
            for campaign in self.by_key[key]
        }
        return [found[number] for number in sorted(found)]


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
    matched, missing = _evidence(campaign, set(map(known_match_key, hashtags)))
    is_confirmed = verdict is Verdict.CONFIRMED
    level = MatchLevel.FULL if is_confirmed else MatchLevel.REJECTED
    return Match(campaign.campaign_id, level, matched, missing, MatchBasis.REVIEW)


def _match(campaign: CampaignTerms, keys: Collection[str]) -> Match:
    matched, missing = _evidence(campaign, keys)
    carries_all = not missing and not campaign.is_unmatchable
    is_full = carries_all if campaign.rule == "all" else bool(matched)
    level = MatchLevel.FULL if is_full else MatchLevel.PARTIAL
    return Match(campaign.campaign_id, level, matched, missing)


def _evidence(
    campaign: CampaignTerms, keys: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which of a campaign's hashtags are among some keys, and which are not."""
    pairs = list(zip(campaign.tags, campaign.keys, strict=True))
    return (
        tuple(tag for tag, key in pairs if key in keys),
        tuple(tag for tag, key in pairs if key not in keys),
    )
