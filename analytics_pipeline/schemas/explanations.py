"""What a number rests on: frozen records that become JSON as they are (`plain`)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum


class ObjectState(StrEnum):
    """Whether the answers of an attempt could be looked at."""

    READ = "read"
    UNREADABLE = "unreadable"
    NONE = "none"


class RecordKind(StrEnum):
    """What a raw record is."""

    POST = "post"
    INSIGHTS = "insights"
    PUSH = "push"
    DIRECT_READ = "direct_read"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class RawRecord:
    """What a platform said about a post, or its account, as it stands in an answer.

    Attributes:
        number: Its place in the explanation, from 1.
        kind: What it is.
        attempt_id: The attempt that got it.
        object_url: The landing object that holds it.
        sequence: The number of the answer within the attempt.
        observed_at: When the answer came.
        request: What was asked; without secrets.
        http_status: Of the answer.
        record: The JSON of the post or account; None where it is cut.
        text: The beginning of a record that is too long to be shown; None otherwise.
        length: Characters of the whole record, as JSON.
    """

    number: int
    kind: RecordKind
    attempt_id: str
    object_url: str
    sequence: int
    observed_at: datetime
    request: Mapping[str, object]
    http_status: int
    record: object
    text: str | None
    length: int


@dataclass(frozen=True, slots=True)
class ExplainedAttempt:
    """An attempt to read the post's account for the day.

    Attributes:
        attempt_id: Our id of it.
        kind: What was asked for.
        status: What became of it.
        reason: Why, unless all went well.
        observed_at: Its last answer.
        calls: Requests sent.
        run_id: The run that made it.
        object_url: The landing object with its answers.
        object_state: Whether they could be looked at.
        is_rested_on: Whether a number of the post's day is from it.
    """

    attempt_id: str
    kind: str
    status: str
    reason: str | None
    observed_at: datetime
    calls: int
    run_id: str
    object_url: str | None
    object_state: ObjectState
    is_rested_on: bool


@dataclass(frozen=True, slots=True)
class ExplainedNumber:
    """One number of a post on a day.

    Attributes:
        name: The column.
        meaning: What it says.
        value: The number; None where it is not known.
        unknown: Why not; None where it is known.
        unknown_meaning: The same as a sentence.
        source: `list`, the platform's own metric as `insights/…` or
            `story_insights/…`, or `account`.
        observed_at: When the platform told it.
        is_late: Whether that was too late for the day.
        run_id: The run that stored it.
        records: Numbers of the raw records that tell it, or lack it.
    """

    name: str
    meaning: str
    value: int | None
    unknown: str | None
    unknown_meaning: str | None
    source: str
    observed_at: datetime | None
    is_late: bool
    run_id: str | None
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RatePart:
    """One part of a rate: a column, and its value or why there is none."""

    name: str
    value: int | None
    unknown: str | None


@dataclass(frozen=True, slots=True)
class ExplainedRate:
    """One engagement rate of a post.

    Attributes:
        name: The column.
        formula: In words.
        numerator: The parts that are added up.
        denominator: What they are divided by.
        engagement: The sum of the parts; None where one is not known.
        value: The rate, a fraction; None where a part is not known.
        unknown: The part that is missing, and why; None where all are known.
    """

    name: str
    formula: str
    numerator: tuple[RatePart, ...]
    denominator: RatePart
    engagement: int | None
    value: float | None
    unknown: str | None


@dataclass(frozen=True, slots=True)
class ExplainedDecision:
    """What a person decided about a post and a campaign."""

    decision_id: str
    decision: str
    decision_reason: str | None
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class ExplainedMatch:
    """Why a post belongs to a campaign on a day, or not quite.

    Attributes:
        campaign_id: The campaign.
        campaign_name: Its name.
        match_level: `full` counts; `partial` and `rejected` are listed only.
        match_basis: `hashtags`, or `review`.
        hashtags: What the post's caption carries.
        matched_hashtags: The campaign's that it carries.
        missing_hashtags: The campaign's that it lacks.
        decision: The decision that holds; None without one.
        differs_in: Numbers that the campaign's row has otherwise: the day's matches
            were made before the post's day was last loaded.
    """

    campaign_id: str
    campaign_name: str | None
    match_level: str
    match_basis: str
    hashtags: tuple[str, ...]
    matched_hashtags: tuple[str, ...]
    missing_hashtags: tuple[str, ...]
    decision: ExplainedDecision | None
    differs_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a post's numbers of a day rest on.

    Attributes:
        platform: Where the post is.
        post_id: The post.
        snapshot_date: The day.
        creator_id: Whose it is.
        account_id: Of which account.
        content_type: What kind of post it is.
        posted_at: When it was published.
        post_url: Its link.
        post_caption: Its caption as of that day.
        observed_at: When the answer came that the day's row rests on.
        is_late: Whether that was too late for the day.
        run_id: The run that last changed the row.
        numbers: Each number.
        rates: Each engagement rate.
        matches: The campaigns it belongs to that day.
        attempts: What was asked about its account for the day.
        records: What was answered about it.
        notes: What could not be shown, and why.
    """

    platform: str
    post_id: str
    snapshot_date: date
    creator_id: str
    account_id: str
    content_type: str | None
    posted_at: datetime
    post_url: str | None
    post_caption: str | None
    observed_at: datetime
    is_late: bool
    run_id: str
    numbers: tuple[ExplainedNumber, ...]
    rates: tuple[ExplainedRate, ...]
    matches: tuple[ExplainedMatch, ...]
    attempts: tuple[ExplainedAttempt, ...]
    records: tuple[RawRecord, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one post brings to a total.

    Attributes:
        post_id: The post.
        creator_id: Whose it is.
        value: The number or rate.
        engagement: A rate's numerator; None of other figures.
        base: A rate's denominator; None of other figures.
        is_late: Whether it was observed too late for the day.
        snapshot_date: The day it is of, where posts differ in that.
    """

    post_id: str
    creator_id: str
    value: float
    engagement: int | None = None
    base: int | None = None
    is_late: bool = False
    snapshot_date: date | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A post that brings nothing to a total, and why."""

    post_id: str
    creator_id: str
    why: str


@dataclass(frozen=True, slots=True)
class ExplainedFigure:
    """One total of a campaign's day, or of a creator's month, on one platform.

    Attributes:
        name: The column of `campaign_daily_summary` or `creator_months`.
        meaning: What it says.
        how: In words, how it is made of the posts'.
        stored: The figure that pages, reports and the API show; None if unknown.
        unknown: Why it is unknown.
        recomputed: The same, made of the contributions now.
        adds_up: Whether the two are equal.
        contributions: What each post brings.
        left_out: Counted posts that bring nothing.
    """

    name: str
    meaning: str
    how: str
    stored: float | None
    unknown: str | None
    recomputed: float | None
    adds_up: bool
    contributions: tuple[Contribution, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class PlatformTotals:
    """A campaign's day on one platform.

    Attributes:
        platform: Which platform.
        run_id: The run that last changed the stored totals; None where there are none.
        observed_at: The newest answer they rest on.
        figures: Each total.
        not_counted: Posts that are listed only, by why.
    """

    platform: str
    run_id: str | None
    observed_at: datetime | None
    figures: tuple[ExplainedFigure, ...]
    not_counted: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class TotalsExplanation:
    """What a campaign's totals of a day rest on, by platform."""

    campaign_id: str
    campaign_name: str | None
    snapshot_date: date
    platforms: tuple[PlatformTotals, ...]


@dataclass(frozen=True, slots=True)
class MonthExplanation:
    """What a creator's month on one platform rests on.

    Attributes:
        creator_id: Whose month.
        platform: Where.
        month_start_date: Its first day.
        run_id: The run that last changed the row.
        observed_at: The newest answer it rests on.
        follower_count: Followers; None where unknown.
        follower_count_date: The day whose `account_snapshots` tell them.
        figures: Each total.
    """

    creator_id: str
    platform: str
    month_start_date: date
    run_id: str
    observed_at: datetime | None
    follower_count: int | None
    follower_count_date: date | None
    figures: tuple[ExplainedFigure, ...]


def plain(value: object) -> object:
    """Return a record as JSON has it; days and instants in ISO 8601.

    Args:
        value: Any record of this module, or what is in one.

    Returns:
        Dictionaries, lists, texts, numbers and None.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, StrEnum) else value
