"""Posts that do not count for a campaign but might: why, and how likely.

For a person to decide. What speaks for a post is the hashtags it carries, each as it
is or nearly; where all of them are there, a post some days beside the publishing
window, or of another content type, is proposed too.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter

from analytics_pipeline.schemas.review import CandidateKind, Resemblance
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.transform.hashtags import match_key
from analytics_pipeline.transform.matching import CampaignTerms, Participation
from analytics_pipeline.transform.resemblance import Resembling, resemblance

DAYS_BESIDE = 7
"""How far from the publishing window a post with all hashtags is still proposed."""

# How much a hashtag that resembles one of the campaign's speaks for the post.
_STRENGTH = {
    Resemblance.EXACT: 1.0,
    Resemblance.ACCENT: 0.95,
    Resemblance.UNDERSCORE: 0.95,
    Resemblance.EMOJI: 0.95,
    Resemblance.LOOK_ALIKE: 0.9,
    Resemblance.MIXED: 0.85,
    Resemblance.ONE_LETTER: 0.8,
}
# Scores: what the hashtags are worth at least, and by how much more at most.
_ALL_TAGS = (70, 25)
_SOME_TAGS = (40, 30)
_SIBLING_TAG = 30
NO_TAG_SCORE = 10
"""That of a post of which nothing but its creator and its time speaks."""
_LOST_PER_DAY_BESIDE = 0.05
_OTHER_CONTENT_TYPE = 0.8
_COUNTS_ELSEWHERE = 0.5
_TAGS_REMEMBERED = 65536


@dataclass(frozen=True, slots=True)
class CampaignTags:
    """A campaign's hashtags, to find campaigns of the same brand.

    Attributes:
        campaign_id: The campaign.
        tags: Its hashtags as entered.
        keys: Their match keys, in the same order.
    """

    campaign_id: str
    tags: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Publication:
    """What is looked at of a post.

    Attributes:
        creator_id: Who published it.
        content_type: What kind of post it is; None where that is not known.
        posted_at: When it was published.
        hashtags: What it carries.
    """

    creator_id: str
    content_type: str | None
    posted_at: datetime
    hashtags: Sequence[str]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Why a post could belong to a campaign.

    Attributes:
        campaign_id: The campaign.
        kind: What keeps it from counting, the weightiest first.
        score: How likely it belongs, from 0 to 100.
        reasons: By the campaign's hashtag, or that of one of the same brand: what the
            post carries, and how it resembles that.
    """

    campaign_id: str
    kind: CandidateKind
    score: int
    reasons: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What a post's hashtags say about a campaign."""

    own: dict[str, tuple[str, Resemblance]]
    siblings: dict[str, str]
    is_complete: bool
    strength: float

    def reasons(self) -> dict[str, dict[str, str]]:
        told = {
            tag: {"carried": carried, "how": how.value}
            for tag, (carried, how) in self.own.items()
        }
        for tag, carried in self.siblings.items():
            how = {"carried": carried, "how": Resemblance.SIBLING.value}
            told.setdefault(tag, how)
        return told


_NOTHING = _Evidence({}, {}, is_complete=False, strength=0)


class NearMissIndex:
    """Finds the campaigns that a participant's post could belong to.

    Args:
        campaigns: The campaigns of the day.
        participants: What each creator takes part in.
        known: The hashtags of all campaigns there ever were: creators write those of an
            old campaign, too.
        rule: What a day is.
    """

    def __init__(
        self,
        campaigns: Sequence[CampaignTerms],
        participants: Mapping[str, Participation],
        known: Iterable[CampaignTags],
        rule: DayRule,
    ) -> None:
        self._rule = rule
        self._participants = participants
        self._siblings = siblings_of(campaigns, known)
        self._sibling_keys = frozenset().union(*self._siblings.values())
        self._resembling = Resembling(tag for one in campaigns for tag in one.tags)
        self._speaks = lru_cache(maxsize=_TAGS_REMEMBERED)(self._may_speak)
        self._campaigns = {
            campaign.campaign_id: (number, campaign)
            for number, campaign in enumerate(campaigns)
        }
        self._taken_part_in: dict[Participation, list[CampaignTerms]] = {}

    def near_misses(
        self,
        post: Publication,
        counts_for: Collection[str],
        settled: Collection[str],
    ) -> Iterator[NearMiss]:
        """Yield the campaigns that a post could belong to.

        Args:
            post: The post.
            counts_for: Campaigns for which it counts.
            settled: Campaigns for which somebody has decided about it.

        Yields:
            One near miss per campaign.
        """
        posted_on = self._rule.day_of(post.posted_at)
        hashtags = [tag for tag in post.hashtags if self._speaks(tag)]
        for campaign in self._of(post.creator_id):
            name = campaign.campaign_id
            if name in settled or name in counts_for:
                continue
            evidence = _NOTHING
            if hashtags:
                evidence = _evidence(campaign, self._siblings[name], hashtags)
            is_other_type = post.content_type not in campaign.content_types
            beside = days_beside(campaign, posted_on)
            kind = _kind(evidence, beside, is_other_type=is_other_type)
            # What a post that counts for another campaign is about is known.
            if kind is None or (kind is CandidateKind.NO_TAG and counts_for):
                continue
            score = _tag_score(evidence) * (1 - _LOST_PER_DAY_BESIDE * beside)
            if is_other_type:
                score *= _OTHER_CONTENT_TYPE
            if counts_for:
                score *= _COUNTS_ELSEWHERE
            yield NearMiss(name, kind, round(score), evidence.reasons())

    def _of(self, creator_id: str) -> list[CampaignTerms]:
        """Return the campaigns that a creator takes part in, in their order."""
        participation = self._participants.get(creator_id)
        if participation is None:
            return []
        found = self._taken_part_in.get(participation)
        if found is None:
            numbered = [
                self._campaigns[campaign_id]
                for campaign_id in participation.campaign_ids
                if campaign_id in self._campaigns
            ]
            found = [terms for _, terms in sorted(numbered, key=itemgetter(0))]
            self._taken_part_in[participation] = found
        return found

    def _may_speak(self, tag: str) -> bool:
        """Tell whether a hashtag can say anything about any campaign."""
        is_siblings = match_key(tag) in self._sibling_keys
        return is_siblings or self._resembling.may_resemble(tag)


def siblings_of(
    campaigns: Iterable[CampaignTerms], known: Iterable[CampaignTags]
) -> dict[str, dict[str, str]]:
    """Return the hashtags of the campaigns that share one with each campaign.

    Args:
        campaigns: The campaigns.
        known: All campaigns; they themselves may be among them.

    Returns:
        By campaign: hashtags as entered, by match key, without the campaign's own.
    """
    listed = list(known)
    by_key: dict[str, list[int]] = {}
    for number, other in enumerate(listed):
        for key in other.keys:
            by_key.setdefault(key, []).append(number)
    found = {}
    for campaign in campaigns:
        own = frozenset(campaign.keys)
        sharing = {number for key in own for number in by_key.get(key, ())}
        found[campaign.campaign_id] = {
            key: tag
            for other in map(listed.__getitem__, sorted(sharing))
            if other.campaign_id != campaign.campaign_id
            for tag, key in zip(other.tags, other.keys, strict=True)
            if key not in own
        }
    return found


def days_beside(campaign: CampaignTerms, day: date) -> int:
    """Return how many days a day is before or after a campaign's publishing window."""
    before, after = (campaign.first_day - day).days, (day - campaign.last_day).days
    return max(before, after, 0)


def _evidence(
    campaign: CampaignTerms, siblings: Mapping[str, str], hashtags: Sequence[str]
) -> _Evidence:
    own: dict[str, tuple[str, Resemblance]] = {}
    for tag in campaign.tags:
        for carried in hashtags:
            how = resemblance(tag, carried)
            if how and (tag not in own or _STRENGTH[how] > _STRENGTH[own[tag][1]]):
                own[tag] = (carried, how)
    strengths = [_STRENGTH[how] for _, how in own.values()]
    if campaign.rule == "any":
        return _Evidence(
            own, _of_siblings(siblings, hashtags), bool(own), max(strengths, default=0)
        )
    tags = len(campaign.tags)
    return _Evidence(
        own,
        _of_siblings(siblings, hashtags),
        is_complete=0 < tags == len(own),
        strength=sum(strengths) / tags if tags else 0,
    )


def _of_siblings(
    siblings: Mapping[str, str], hashtags: Sequence[str]
) -> dict[str, str]:
    carried = {match_key(tag): tag for tag in hashtags} if siblings else {}
    return {siblings[key]: tag for key, tag in carried.items() if key in siblings}


def _kind(
    evidence: _Evidence, beside: int, *, is_other_type: bool
) -> CandidateKind | None:
    """Return why a post is proposed; None if it is not."""
    if beside or is_other_type:
        if not evidence.is_complete or beside > DAYS_BESIDE:
            return None
        if beside:
            return CandidateKind.OUTSIDE_WINDOW
        return CandidateKind.OTHER_CONTENT_TYPE
    if any(how is not Resemblance.EXACT for _, how in evidence.own.values()):
        return CandidateKind.NEAR_TAG
    if evidence.own:
        return CandidateKind.PARTIAL
    return CandidateKind.SIBLING_TAG if evidence.siblings else CandidateKind.NO_TAG


def _tag_score(evidence: _Evidence) -> float:
    if evidence.own:
        least, more = _ALL_TAGS if evidence.is_complete else _SOME_TAGS
        return least + more * evidence.strength
    return _SIBLING_TAG if evidence.siblings else NO_TAG_SCORE
