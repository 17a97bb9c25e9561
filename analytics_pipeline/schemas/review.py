"""The review desk: why a post could belong to a campaign, and what people decide.

A decision is about one post and one campaign. The newest one that is not withdrawn
holds; the others are its history.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from analytics_pipeline.schemas.platforms import Platform


class CandidateKind(StrEnum):
    """Why a post that does not count could belong to a campaign."""

    PARTIAL = "partial"
    NEAR_TAG = "near_tag"
    OUTSIDE_WINDOW = "outside_window"
    OTHER_CONTENT_TYPE = "other_content_type"
    SIBLING_TAG = "sibling_tag"
    NO_TAG = "no_tag"


CANDIDATE_KINDS: dict[CandidateKind, str] = {
    CandidateKind.PARTIAL: "It carries some of the hashtags, but not all.",
    CandidateKind.NEAR_TAG: "It carries a hashtag that is nearly one of the "
    "campaign's.",
    CandidateKind.OUTSIDE_WINDOW: "It carries the hashtags, but was published some "
    "days beside the publishing window.",
    CandidateKind.OTHER_CONTENT_TYPE: "It carries the hashtags, but the campaign does "
    "not ask for such content.",
    CandidateKind.SIBLING_TAG: "It carries a hashtag of another campaign of the same "
    "brand.",
    CandidateKind.NO_TAG: "It carries none of the hashtags, but a participant "
    "published it within the publishing window.",
}


class Resemblance(StrEnum):
    """How a hashtag that a post carries resembles one of the campaign's."""

    EXACT = "exact"
    ACCENT = "accent"
    UNDERSCORE = "underscore"
    EMOJI = "emoji"
    LOOK_ALIKE = "look_alike"
    MIXED = "mixed"
    ONE_LETTER = "one_letter"
    SIBLING = "sibling"


RESEMBLANCES: dict[Resemblance, str] = {
    Resemblance.EXACT: "it is the same",
    Resemblance.ACCENT: "it differs in accents",
    Resemblance.UNDERSCORE: "it differs in underscores",
    Resemblance.EMOJI: "an emoji is glued to it",
    Resemblance.LOOK_ALIKE: "it has letters of another script that look alike",
    Resemblance.MIXED: "it differs in several of accents, underscores, emoji and "
    "letters that look alike",
    Resemblance.ONE_LETTER: "it is one letter off",
    Resemblance.SIBLING: "it is a hashtag of another campaign of the same brand",
}


class Verdict(StrEnum):
    """What a person decides about a post and a campaign."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision as a person makes it.

    Attributes:
        campaign_id: The campaign.
        platform: Where the post is.
        verdict: Whether it counts.
        by: Sign-in name of whoever decides.
        post_id: The post; None where only its link is known.
        link_key: What identifies the post in its link.
        post_url: The link, without anybody's name.
        reason: Why, in their words.
        seen: The decision that held when they looked; None if there was none.
    """

    campaign_id: str
    platform: Platform
    verdict: Verdict
    by: str
    post_id: str | None = None
    link_key: str | None = None
    post_url: str | None = None
    reason: str | None = None
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as it is kept.

    Attributes:
        decision_id: Our id of it.
        campaign_id: The campaign.
        platform: Where the post is.
        post_id: The post; None while only its link is known.
        account_id: Whose account it is on; None while that is not known.
        link_key: What identifies the post in its link.
        post_url: The link.
        verdict: Whether the post counts.
        reason: Why.
        candidate_kind: What kind of candidate it was; None if it was none.
        decided_by: Who decided.
        decided_at: When.
        withdrawn_at: When it was withdrawn; None while it is not.
        withdrawn_by: By whom.
        is_in_force: Whether it is the one that holds.
    """

    decision_id: str
    campaign_id: str
    platform: Platform
    post_id: str | None
    account_id: str | None
    link_key: str | None
    post_url: str | None
    verdict: Verdict
    reason: str | None
    candidate_kind: CandidateKind | None
    decided_by: str
    decided_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    is_in_force: bool

    @property
    def is_waiting(self) -> bool:
        """Whether no day has brought the post yet."""
        return self.post_id is None


@dataclass(frozen=True, slots=True)
class CandidateFilter:
    """Which candidates the desk shows.

    Attributes:
        campaign_id: Only of this campaign.
        platform: Only posts there.
        kinds: Only of these kinds; all of them where it is empty.
    """

    campaign_id: str | None = None
    platform: Platform | None = None
    kinds: frozenset[CandidateKind] = frozenset()


@dataclass(frozen=True, slots=True)
class CandidateKey:
    """Where a page of the desk ends; the next one begins behind it."""

    score: int
    posted_at: datetime
    campaign_id: str
    platform: str
    post_id: str


class ReviewError(Exception):
    """A decision that cannot be made; the message says why and what next."""


class UnknownCampaignError(ReviewError):
    """No such campaign is known."""

    def __init__(self, campaign_id: str) -> None:
        super().__init__(
            f"there is no campaign {campaign_id!r}; the Creators app lists them, and "
            "`analytics-pipeline collect` reads its list"
        )


class UnknownPostError(ReviewError):
    """No such post has been collected."""

    def __init__(self, platform: Platform, post_id: str) -> None:
        super().__init__(
            f"no post {post_id!r} of {platform} has been collected; "
            "a post that is not known yet is added by its link"
        )


class DecidedOtherwiseError(ReviewError):
    """Somebody else has decided otherwise since.

    Attributes:
        current: The decision that holds.
    """

    def __init__(self, current: Decision) -> None:
        super().__init__(
            f"{current.decided_by} has {current.verdict} this post at "
            f"{current.decided_at.isoformat(timespec='minutes')}: "
            f"{current.reason or 'no reason given'}. To decide otherwise, name that "
            f"decision, {current.decision_id}"
        )
        self.current = current


class ErasureAtWorkError(ReviewError):
    """Somebody is being erased just now, perhaps the person whose post this is."""

    def __init__(self) -> None:
        super().__init__(
            "a person's data is being erased just now; decide again in some minutes"
        )


class TooLongReasonError(ReviewError):
    """The reason is longer than a reason should be, or no text that can be kept."""

    def __init__(self, longest: int) -> None:
        super().__init__(f"a reason is a text of up to {longest} characters")


class UnreadableLinkError(ReviewError):
    """A text is no link to a post, or not one that tells which post."""
