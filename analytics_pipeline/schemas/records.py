"""Records that travel between the parts: frozen, typed, without behaviour."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.outcomes import (
    CampaignProblem,
    Reason,
    Status,
    Unknown,
)
from analytics_pipeline.schemas.platforms import ContentType, Platform

Clock = Callable[[], datetime]
"""Gives the current instant, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered request, as received.

    Attributes:
        request: Method, path, parameters and body, without secrets.
        status: HTTP status.
        headers: Response headers that carry meaning (usage, version, retry).
        body: The payload exactly as received, but for access tokens, which are
            replaced by `REDACTED`.
        observed_at: When the answer had arrived.
    """

    request: dict[str, object]
    status: int
    headers: dict[str, str]
    body: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """One platform account of one creator, as far as it is known.

    Attributes:
        platform: Where it is.
        creator_id: Whose it is.
        connection_id: Our id of the binding.
        account_id: The platform's id; None until the first answer tells it.
        username: The handle; None where only the id is known.
    """

    platform: Platform
    creator_id: str
    connection_id: str
    account_id: str | None
    username: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a run to read one account, for one or several days.

    Attributes:
        attempt_id: Unique.
        run_id: The run that made it.
        account: Who was asked; with the id the platform answered, if it did.
        snapshot_dates: The days it was made for.
        observed_at: The last answer; when there was none, the end of the attempt.
        covers_from: Every post published since then is in the answers. None when
            the walk did not get that far.
        status: What became of it.
        reason: Why, unless all went well.
        detail: What the platform said, without personal data.
        calls: Requests sent, repeats included.
        calls_planned: Requests that were planned.
        calls_unplanned: Requests beyond the plan, or short of it: posts not known
            before, or a walk that ended early.
        calls_repeated: Requests sent again after a transient failure.
        object_url: The landing object with the answers; None when there were none.
        attempt_kind: What was asked for.
    """

    attempt_id: str
    run_id: str
    account: Account
    snapshot_dates: tuple[date, ...]
    observed_at: datetime
    covers_from: datetime | None
    status: Status
    reason: Reason | None = None
    detail: str | None = None
    calls: int = 0
    calls_planned: int = 0
    calls_unplanned: int = 0
    calls_repeated: int = 0
    object_url: str | None = None
    attempt_kind: AttemptKind = AttemptKind.MEDIA


@dataclass(frozen=True, slots=True)
class CreatorRecord:
    """One creator of the Creators app."""

    creator_id: str
    email: str | None


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """One campaign of the Creators app, its hashtags understood.

    Attributes:
        campaign_id: The Creators app's id.
        campaign_name: As entered.
        hashtags_as_entered: Exactly as delivered.
        campaign_hashtags: The hashtags understood, without sign.
        hashtag_keys: Their match keys, in the same order.
        rejected_hashtags: Pieces that can never be a hashtag.
        content_types: What the campaign asks for.
        publishing_start_date: First day on which a post counts.
        publishing_end_date: Last day on which a post counts.
        problems: Why it cannot match as it stands.
    """

    campaign_id: str
    campaign_name: str | None
    hashtags_as_entered: str | None
    campaign_hashtags: tuple[str, ...]
    hashtag_keys: tuple[str, ...]
    rejected_hashtags: tuple[str, ...]
    content_types: tuple[ContentType, ...]
    publishing_start_date: date | None
    publishing_end_date: date | None
    problems: tuple[CampaignProblem, ...]


@dataclass(frozen=True, slots=True)
class Involvement:
    """One creator taking part in one campaign."""

    campaign_id: str
    creator_id: str


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """One account's own numbers in one answer; None where they are not known."""

    platform: Platform
    account_id: str
    username: str | None
    display_name: str | None
    follower_count: int | None
    following_count: int | None
    post_count_reported: int | None
    unknown: dict[str, Unknown] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PostRecord:
    """One post in one answer; counts are lifetime totals, None where not known.

    `count_sources` tells where counts came from that the answer itself did not hold.
    """

    platform: Platform
    post_id: str
    account_id: str
    content_type: ContentType | None
    media_type: str | None
    posted_at: datetime
    post_caption: str | None
    post_url: str | None
    duration_seconds: int | None
    view_count: int | None
    like_count: int | None
    comment_count: int | None
    share_count: int | None
    save_count: int | None = None
    reach: int | None = None
    unknown: dict[str, Unknown] = field(default_factory=dict)
    count_sources: dict[str, str] = field(default_factory=dict)
