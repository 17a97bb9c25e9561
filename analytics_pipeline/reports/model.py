"""What a campaign's report says: one model for page, file, command line and API.

Everything is plain: dataclasses, mappings, tuples, dates, numbers and texts, so that
`reports.json_file.as_object` can write it out whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from analytics_pipeline.transform.campaign_figures import Figures
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.transform.last_known import DayTotals
from analytics_pipeline.transform.lift import Lift

SCHEMA_VERSION = 1
"""Rises when a field of the report is renamed, removed or changes its meaning."""


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How a report is made.

    Attributes:
        zone: In which times are told.
        now: The current instant.
        rule: What a day is, and how long it can be observed.
    """

    zone: ZoneInfo
    now: datetime
    rule: DayRule


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """What a campaign asks for, as it is known now.

    Attributes:
        campaign_id: Its id.
        campaign_name: Its name.
        campaign_status: Where it stands now.
        campaign_hashtags: The hashtags understood, without sign.
        rejected_hashtags: Entered pieces that can never be a hashtag.
        hashtag_rule: `all` or `any` of them.
        content_types: What it asks for.
        publishing_start_date: First day on which a post counts.
        publishing_end_date: Last day on which a post counts.
        problems: Why it cannot match as it stands.
    """

    campaign_id: str
    campaign_name: str | None
    campaign_status: str
    campaign_hashtags: tuple[str, ...]
    rejected_hashtags: tuple[str, ...]
    hashtag_rule: str
    content_types: tuple[str, ...]
    publishing_start_date: date | None
    publishing_end_date: date | None
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was observed too late for a report of a past day.

    Attributes:
        rows: Rows of `hashtag_post_metrics`.
        posts: Of how many posts.
    """

    rows: int
    posts: int


@dataclass(frozen=True, slots=True)
class RateExplanation:
    """How an engagement rate is made.

    Attributes:
        name: Its column.
        numerator: Columns that are added up, by platform.
        denominator: The column they are divided by.
    """

    name: str
    numerator: Mapping[str, tuple[str, ...]]
    denominator: str


@dataclass(frozen=True, slots=True)
class ReportDay:
    """A campaign's day on one platform, or over both.

    Attributes:
        totals: Sums as observed that day, and as last known on it.
        growth: Growth since the day before, by column, over posts known on time on
            both days or published in between; None where there is none.
        participant_count: Participants who were needed; None without a summary.
        answered_count: Of these, how many had an account that answered.
    """

    totals: DayTotals
    growth: Mapping[str, int | None]
    participant_count: int | None
    answered_count: int | None


@dataclass(frozen=True, slots=True)
class ReportPost:
    """A post with its last known numbers and the evidence of its match.

    Attributes:
        platform: Where it is.
        post_id: The platform's id of it, a text.
        post_url: Link to it, http(s) only.
        creator_id: Whose it is.
        account_id: On which account.
        username: The account's handle; None once its owner is forgotten.
        content_type: What kind of post it is.
        posted_at: When it was published.
        post_caption: The text under it.
        match_level: full, partial or rejected; None when it no longer matches.
        match_basis: hashtags, or review: a person confirmed it.
        matched_hashtags: The campaign's hashtags that it carries.
        missing_hashtags: The campaign's hashtags that it lacks.
        confirmed_by: Who confirmed it, where a person did.
        confirmed_at: When.
        standing: `current` (its numbers are of the report's day), `older`, `ended`
            (a story whose day is over), `removed`, or `erased`.
        removed_at: When it was proven that it is no longer there.
        numbers: Last known numbers by column; None where unknown.
        known_on: The day of those numbers that are older than the post's newest row.
        unknown_reasons: Why a number is None, by column.
        count_sources: Where its newest counts came from, by column.
        snapshot_date: The newest day that tells of it.
        observed_at: When that was observed.
        is_late: Whether that was too late for the day.
    """

    platform: str
    post_id: str
    post_url: str | None
    creator_id: str
    account_id: str
    username: str | None
    content_type: str
    posted_at: datetime
    post_caption: str | None
    match_level: str | None
    match_basis: str
    matched_hashtags: tuple[str, ...]
    missing_hashtags: tuple[str, ...]
    confirmed_by: str | None
    confirmed_at: datetime | None
    standing: str
    removed_at: datetime | None
    numbers: Mapping[str, int | float | None]
    known_on: Mapping[str, date]
    unknown_reasons: Mapping[str, str]
    count_sources: Mapping[str, str]
    snapshot_date: date
    observed_at: datetime
    is_late: bool


@dataclass(frozen=True, slots=True)
class CreatorFigures:
    """A creator's part in a campaign.

    Attributes:
        creator_id: Who.
        usernames: Handles by platform; empty once they are forgotten.
        figures: Of their posts that count.
    """

    creator_id: str
    usernames: Mapping[str, str]
    figures: Figures


@dataclass(frozen=True, slots=True)
class HashtagUse:
    """What matched by a hashtag of the campaign.

    Attributes:
        hashtag: The hashtag, without sign.
        counted_posts: Posts that count and carry it.
        counted_posts_without: Posts that count and lack it.
        partial_posts: Partial matches that carry it.
        partial_posts_without: Partial matches that lack it.
    """

    hashtag: str
    counted_posts: int
    counted_posts_without: int
    partial_posts: int
    partial_posts_without: int


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A post that does not count but might.

    Attributes:
        platform: Where it is.
        post_id: The platform's id of it.
        post_url: Link to it, http(s) only.
        creator_id: Whose it is.
        username: The account's handle.
        content_type: What kind of post it is.
        posted_at: When it was published.
        post_caption: The text under it.
        hashtags: What it carries.
        kind: Why it could belong (`candidate_kind`).
        score: How likely, from 0 to 100.
        reasons: What speaks for it (`candidate_reasons`).
    """

    platform: str
    post_id: str
    post_url: str | None
    creator_id: str
    username: str | None
    content_type: str | None
    posted_at: datetime
    post_caption: str | None
    hashtags: tuple[str, ...]
    kind: str
    score: int
    reasons: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CoverageDay:
    """What became of a campaign's participants on one day and platform.

    Attributes:
        day: The day.
        platform: Where.
        statuses: Accounts by status: ok, deferred, skipped, failed.
        reasons: Accounts by reason, where there is one; `late` is among them.
        untold: Participants of whom nothing is told.
    """

    day: date
    platform: str
    statuses: Mapping[str, int]
    reasons: Mapping[str, int]
    untold: int


@dataclass(frozen=True, slots=True)
class UnknownNumber:
    """A number that is not known of some posts.

    Attributes:
        platform: Where the posts are.
        column: Which number.
        reason: Why.
        posts: Of how many posts.
    """

    platform: str
    column: str
    reason: str
    posts: int


@dataclass(frozen=True, slots=True)
class MissingAccount:
    """A participant's account that gave no answer on the report's day.

    Attributes:
        platform: Where.
        creator_id: Whose.
        username: The account's handle.
        status: What became of it.
        reason: Why.
    """

    platform: str
    creator_id: str
    username: str | None
    status: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class StoryToReview:
    """A participant's story without a caption: no hashtag can match it.

    Attributes:
        platform: Where.
        post_id: The platform's id of it.
        creator_id: Whose.
        username: The account's handle.
        posted_at: When it was published.
        post_url: Link to it, http(s) only.
    """

    platform: str
    post_id: str
    creator_id: str
    username: str | None
    posted_at: datetime
    post_url: str | None


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """What is known of a campaign.

    Attributes:
        schema_version: Of this model.
        made_at: When the report was made.
        zone: Name of the zone in which days are days.
        campaign: What it asks for.
        asked_day: As known on this day; None for the newest.
        day: The newest day until then that is known; None before anything is.
        observed_before: What was observed later is left out; None: nothing is.
        left_out: How much that is.
        figures: Last known, over both platforms.
        by_platform: The same by platform.
        by_content_type: The same by content type.
        creators: The same by creator, most views first, then likes.
        days: Every day until the report's, over both platforms.
        days_by_platform: The same by platform.
        rates: How each engagement rate is made.
        posts: Posts that count, in order of publication.
        partial: Posts that carry only some of the hashtags; never counted.
        rejected: Posts that a person has rejected; never counted.
        no_longer_matching: Posts that matched once and no longer do; not counted.
        heat_map: Posts that count, by weekday (Monday first) and hour of publication.
        hashtags: What matched by which hashtag.
        near_misses: Posts that might belong, the likeliest first.
        near_misses_by_kind: How many of each kind.
        coverage: What became of the participants, day by day.
        unknowns: Which numbers are not known, and why.
        missing: Accounts without an answer on the report's day.
        stories_to_review: Stories that a person has to look at.
        lift: Compared with the same creators' posts outside any campaign.
    """

    schema_version: int
    made_at: datetime
    zone: str
    campaign: CampaignFacts
    asked_day: date | None
    day: date | None
    observed_before: datetime | None
    left_out: LeftOut
    figures: Figures
    by_platform: Mapping[str, Figures]
    by_content_type: Mapping[str, Figures]
    creators: tuple[CreatorFigures, ...]
    days: tuple[ReportDay, ...]
    days_by_platform: Mapping[str, tuple[ReportDay, ...]]
    rates: tuple[RateExplanation, ...]
    posts: tuple[ReportPost, ...]
    partial: tuple[ReportPost, ...]
    rejected: tuple[ReportPost, ...]
    no_longer_matching: tuple[ReportPost, ...]
    heat_map: tuple[tuple[int, ...], ...]
    hashtags: tuple[HashtagUse, ...]
    near_misses: tuple[NearMiss, ...]
    near_misses_by_kind: Mapping[str, int]
    coverage: tuple[CoverageDay, ...]
    unknowns: tuple[UnknownNumber, ...]
    missing: tuple[MissingAccount, ...]
    stories_to_review: tuple[StoryToReview, ...]
    lift: tuple[Lift, ...]
