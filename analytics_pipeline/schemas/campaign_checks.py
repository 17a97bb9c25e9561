"""What can be wrong with a campaign before it starts: a closed list, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How bad a problem is.

    With an error the campaign's numbers will be wrong or none. A warning costs some of
    them. A notice should be known.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class CheckCode(StrEnum):
    """What can be wrong."""

    NO_HASHTAGS = "no_hashtags"
    UNMATCHABLE_HASHTAG = "unmatchable_hashtag"
    TOO_MANY_HASHTAGS = "too_many_hashtags"
    SHARED_HASHTAGS = "shared_hashtags"
    NEAR_HASHTAGS = "near_hashtags"
    NO_DATES = "no_dates"
    DATES_REVERSED = "dates_reversed"
    WINDOW_PAST = "window_past"
    ALREADY_STARTED = "already_started"
    NO_CONTENT_TYPES = "no_content_types"
    CONTENT_TYPE_NOT_COLLECTED = "content_type_not_collected"
    CONTENT_TYPE_UNDELIVERABLE = "content_type_undeliverable"
    PARTICIPANTS_UNKNOWN = "participants_unknown"
    NO_PARTICIPANTS = "no_participants"
    UNKNOWN_CREATOR = "unknown_creator"
    NO_ACCOUNT = "no_account"
    RECONNECT_REQUIRED = "reconnect_required"
    STORIES_NOT_SEEN = "stories_not_seen"
    CALLS_OVER_BUDGET = "calls_over_budget"


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """What a problem means and what to do about it.

    Attributes:
        severity: How bad it is, as a rule.
        meaning: One sentence for people who run campaigns.
        next_step: What to do.
    """

    severity: Severity
    meaning: str
    next_step: str


_MEND_HASHTAGS = "Mend the hashtags in the Creators app."
_MEND_DATES = "Mend the publishing dates in the Creators app."
_INVITE = "`analytics-pipeline invite CREATOR_ID` makes a link for each."

CHECKS: dict[CheckCode, CheckInfo] = {
    CheckCode.NO_HASHTAGS: CheckInfo(
        Severity.ERROR,
        "The campaign has no hashtags, so no post counts by itself.",
        "Enter hashtags in the Creators app, or confirm each post at the review desk.",
    ),
    CheckCode.UNMATCHABLE_HASHTAG: CheckInfo(
        Severity.ERROR,
        "A hashtag has blanks or signs at which platforms end one, so no post can "
        "carry it.",
        _MEND_HASHTAGS,
    ),
    CheckCode.TOO_MANY_HASHTAGS: CheckInfo(
        Severity.ERROR,
        "A post must carry all hashtags, and the platforms allow five per post.",
        "Ask for five hashtags at most, or set ANALYTICS_HASHTAG_RULE to any.",
    ),
    CheckCode.SHARED_HASHTAGS: CheckInfo(
        Severity.NOTICE,
        "Another campaign asks the same creators for the same hashtag at the same "
        "time.",
        "See to it that each campaign has a hashtag of its own; else a post counts for "
        "both.",
    ),
    CheckCode.NEAR_HASHTAGS: CheckInfo(
        Severity.WARNING,
        "A hashtag is nearly that of another campaign at the same time; creators will "
        "mix them up.",
        "Choose hashtags that differ more, or look at the review desk often.",
    ),
    CheckCode.NO_DATES: CheckInfo(
        Severity.ERROR,
        "The publishing dates are missing or unreadable, so nothing is collected.",
        _MEND_DATES,
    ),
    CheckCode.DATES_REVERSED: CheckInfo(
        Severity.ERROR,
        "The publishing window ends before it starts, so nothing is collected.",
        _MEND_DATES,
    ),
    CheckCode.WINDOW_PAST: CheckInfo(
        Severity.ERROR,
        "The publishing window is over, so no new post can count.",
        "Mend the dates in the Creators app if it is not; past days are collected by "
        "`analytics-pipeline backfill`, late and without growth.",
    ),
    CheckCode.ALREADY_STARTED: CheckInfo(
        Severity.NOTICE,
        "The publishing window has begun: growth of the days before the first "
        "collection is not known.",
        "`analytics-pipeline backfill --campaign CAMPAIGN --dry-run` shows what past "
        "days can still get.",
    ),
    CheckCode.NO_CONTENT_TYPES: CheckInfo(
        Severity.ERROR,
        "The campaign asks for no content type, so no post counts by itself.",
        "Choose what it asks for in the Creators app.",
    ),
    CheckCode.CONTENT_TYPE_NOT_COLLECTED: CheckInfo(
        Severity.WARNING,
        "The campaign asks for content that is not collected.",
        "Count it elsewhere, or take it out of the campaign.",
    ),
    CheckCode.CONTENT_TYPE_UNDELIVERABLE: CheckInfo(
        Severity.ERROR,
        "No participant has an account on which such content would be seen.",
        f"Connect accounts, or take it out of the campaign. {_INVITE}",
    ),
    CheckCode.PARTICIPANTS_UNKNOWN: CheckInfo(
        Severity.NOTICE,
        "Who takes part is not known here before the campaign starts.",
        "`analytics-pipeline check-campaign` asks the Creators app.",
    ),
    CheckCode.NO_PARTICIPANTS: CheckInfo(
        Severity.ERROR,
        "Nobody takes part, so nobody is asked.",
        "Add the creators to the campaign in the Creators app.",
    ),
    CheckCode.UNKNOWN_CREATOR: CheckInfo(
        Severity.WARNING,
        "A participant is not among the creators that the Creators app lists.",
        "Mend the campaign or the list of creators in the Creators app.",
    ),
    CheckCode.NO_ACCOUNT: CheckInfo(
        Severity.WARNING,
        "Participants have no known account on a platform that the campaign needs.",
        f"Import their handles (Instagram), or let them log in. {_INVITE}",
    ),
    CheckCode.RECONNECT_REQUIRED: CheckInfo(
        Severity.WARNING,
        "The platform no longer accepts the connections of participants.",
        f"They have to log in again. {_INVITE}",
    ),
    CheckCode.STORIES_NOT_SEEN: CheckInfo(
        Severity.WARNING,
        "Stories are seen on connected accounts only, and not all participants have "
        "connected theirs.",
        f"Let them log in. {_INVITE}",
    ),
    CheckCode.CALLS_OVER_BUDGET: CheckInfo(
        Severity.WARNING,
        "The campaign's busiest day takes more calls to Instagram than an hour "
        "allows, so accounts are deferred.",
        "Let creators connect their accounts, which have budgets of their own, or "
        "raise ANALYTICS_INSTAGRAM_CALLS_PER_HOUR if Meta allows more.",
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a campaign.

    Attributes:
        code: What.
        severity: How bad it is here.
        details: What it is about: hashtags, creators, other campaigns, numbers.
    """

    code: CheckCode
    severity: Severity
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def meaning(self) -> str:
        """Return what it means, in one sentence."""
        return CHECKS[self.code].meaning

    @property
    def next_step(self) -> str:
        """Return what to do about it."""
        return CHECKS[self.code].next_step


@dataclass(frozen=True, slots=True)
class ExpectedCalls:
    """What a campaign's busiest day costs, other campaigns of that time included.

    Attributes:
        accounts: Accounts that the agency's own connection reads.
        calls: Calls for them.
        calls_per_hour: How many may be made in an hour before they stop.
    """

    accounts: int
    calls: int
    calls_per_hour: float

    @property
    def hours(self) -> float:
        """Return how long the calls take when the budget is used up."""
        return self.calls / self.calls_per_hour


@dataclass(frozen=True, slots=True)
class CampaignCheck:
    """What a check of a campaign found.

    Attributes:
        campaign_id: The campaign.
        campaign_name: Its name.
        participants: How many take part; None where that is not known.
        expected: What its busiest day costs; None without dates or participants.
        problems: What is wrong, the worst first.
    """

    campaign_id: str
    campaign_name: str | None
    participants: int | None
    expected: ExpectedCalls | None
    problems: tuple[Problem, ...]

    @property
    def is_ready(self) -> bool:
        """Whether nothing is wrong but what should only be known."""
        return all(item.severity is Severity.NOTICE for item in self.problems)
