"""The closed lists of outcomes, for accounts, numbers and campaigns, and their reasons.

Each reason carries its meaning and what a person can do about it; the documentation,
`doctor` and the checks print these sentences, so they stand here once.
"""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What became of one account on one day."""

    OK = "ok"
    DEFERRED = "deferred"
    SKIPPED = "skipped"
    FAILED = "failed"


class Reason(StrEnum):
    """Why an account has the status it has."""

    LATE = "late"
    NO_CONNECTION = "no_connection"
    NOT_FOUND = "not_found"
    RENAMED = "renamed"
    RECONNECT_REQUIRED = "reconnect_required"
    PERMISSION_MISSING = "permission_missing"
    NOT_CONFIGURED = "not_configured"
    BUDGET = "budget"
    TRANSIENT = "transient"
    BAD_ANSWER = "bad_answer"
    REQUEST_REJECTED = "request_rejected"
    INTERRUPTED = "interrupted"
    PIPELINE_FAULT = "pipeline_fault"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class ReasonInfo:
    """What a reason means and what to do about it.

    Attributes:
        status: The status this reason always comes with.
        meaning: One sentence for people who run campaigns.
        next_step: What the operator can do; empty when nothing needs doing.
    """

    status: Status
    meaning: str
    next_step: str


REASONS: dict[Reason, ReasonInfo] = {
    Reason.LATE: ReasonInfo(
        Status.OK,
        "Asked after the grace period: only posts published that day are known, with "
        "their later counts.",
        "",
    ),
    Reason.NO_CONNECTION: ReasonInfo(
        Status.SKIPPED,
        "No account of this creator is known on this platform.",
        "Add it with `analytics-pipeline connections import`.",
    ),
    Reason.NOT_FOUND: ReasonInfo(
        Status.SKIPPED,
        "The platform does not show this account: unknown, renamed, private or "
        "personal.",
        "Check the handle; ask the creator for a professional account.",
    ),
    Reason.RENAMED: ReasonInfo(
        Status.SKIPPED,
        "The handle now belongs to another account, so its numbers were not taken.",
        "Import the creator's new handle.",
    ),
    Reason.RECONNECT_REQUIRED: ReasonInfo(
        Status.FAILED,
        "The platform no longer accepts this connection's token.",
        "The account's owner must log in again: `analytics-pipeline invite "
        "CREATOR_ID`; `connections list` tells why.",
    ),
    Reason.PERMISSION_MISSING: ReasonInfo(
        Status.FAILED,
        "The token lacks a permission that the request needs.",
        "The account's owner must grant it and log in again.",
    ),
    Reason.NOT_CONFIGURED: ReasonInfo(
        Status.FAILED,
        "The pipeline lacks the keys to ask this platform.",
        "`analytics-pipeline doctor` names the missing setting.",
    ),
    Reason.BUDGET: ReasonInfo(
        Status.DEFERRED,
        "The platform's call limit was reached before this account's turn.",
        "Run the day again after the limit has reset; deferred accounts go first.",
    ),
    Reason.TRANSIENT: ReasonInfo(
        Status.FAILED,
        "The platform could not be reached or failed on its side, repeatedly.",
        "Run the day again within the grace period.",
    ),
    Reason.BAD_ANSWER: ReasonInfo(
        Status.FAILED,
        "The platform answered with something that is not what it documents.",
        "Run the day again; if it stays, look at the raw record.",
    ),
    Reason.REQUEST_REJECTED: ReasonInfo(
        Status.FAILED,
        "The platform says the request itself is wrong.",
        "This is a fault of the pipeline: report it with the raw record.",
    ),
    Reason.INTERRUPTED: ReasonInfo(
        Status.FAILED,
        "The run was killed while this account was being read; its answers are kept.",
        "Run the day again.",
    ),
    Reason.PIPELINE_FAULT: ReasonInfo(
        Status.FAILED,
        "The pipeline itself failed on this account; its answers are kept.",
        "Report it with the log of the run, which has the trace.",
    ),
    Reason.NOT_REACHED: ReasonInfo(
        Status.DEFERRED,
        "No run has asked this account for this day.",
        "Run the day again.",
    ),
}

PASSING = frozenset(
    {
        Reason.BUDGET,
        Reason.TRANSIENT,
        Reason.BAD_ANSWER,
        Reason.INTERRUPTED,
        Reason.NOT_REACHED,
    }
)
"""Reasons that can pass although nobody mends anything: asking again may help."""


class Unknown(StrEnum):
    """Why a number is null."""

    HIDDEN = "hidden"
    NOT_REPORTED = "not_reported"
    NOT_OFFERED = "not_offered"
    NO_PERMISSION = "no_permission"
    REJECTED = "rejected"
    LATE = "late"
    NO_ACCOUNT_SNAPSHOT = "no_account_snapshot"
    ZERO_DENOMINATOR = "zero_denominator"
    NO_PREVIOUS_DAY = "no_previous_day"
    NO_POSTS = "no_posts"
    NOT_ASKED = "not_asked"
    TOO_FEW_VIEWERS = "too_few_viewers"
    TOO_FEW_FOLLOWERS = "too_few_followers"
    BEFORE_CONVERSION = "before_conversion"
    METRIC_REFUSED = "metric_refused"
    TOO_LONG_AGO = "too_long_ago"


UNKNOWN_MEANINGS: dict[Unknown, str] = {
    Unknown.HIDDEN: "the creator hides it",
    Unknown.NOT_REPORTED: "the platform left it out of its answer",
    Unknown.NOT_OFFERED: "the platform does not offer it for this kind of post",
    Unknown.NO_PERMISSION: "the connection's permissions do not cover it",
    Unknown.REJECTED: "the value in the answer was not usable",
    Unknown.LATE: "it was asked too late to belong to this day",
    Unknown.NO_ACCOUNT_SNAPSHOT: "the account's own numbers are missing that day",
    Unknown.ZERO_DENOMINATOR: "the denominator is zero",
    Unknown.NO_PREVIOUS_DAY: "there is no on-time number of the day before",
    Unknown.NO_POSTS: "no post has a known value",
    Unknown.NOT_ASKED: "it was not asked for that day: older posts are asked for every "
    "7th or 28th day, or asking did not get that far",
    Unknown.TOO_FEW_VIEWERS: "too few people saw it for the platform to tell",
    Unknown.TOO_FEW_FOLLOWERS: "the platform tells it of accounts with 100 followers "
    "or more",
    Unknown.BEFORE_CONVERSION: "it is from before the account was a professional one",
    Unknown.METRIC_REFUSED: "the platform refuses this metric",
    Unknown.TOO_LONG_AGO: "the day is further back than the platform tells it",
}


class CampaignStatus(StrEnum):
    """Where a campaign stands on a day."""

    UPCOMING = "upcoming"
    ACTIVE = "active"
    ENDED = "ended"
    INCOMPLETE = "incomplete"


class CampaignProblem(StrEnum):
    """Why a campaign cannot match posts as it stands."""

    NO_HASHTAGS = "no_hashtags"
    UNMATCHABLE_HASHTAG = "unmatchable_hashtag"
    NO_DATES = "no_dates"
    DATES_REVERSED = "dates_reversed"
    NO_CONTENT_TYPES = "no_content_types"


CAMPAIGN_PROBLEMS: dict[CampaignProblem, str] = {
    CampaignProblem.NO_HASHTAGS: "it has no hashtags",
    CampaignProblem.UNMATCHABLE_HASHTAG: "one of its hashtags can never be a hashtag",
    CampaignProblem.NO_DATES: "its publishing dates are missing or unreadable",
    CampaignProblem.DATES_REVERSED: "its publishing window ends before it starts",
    CampaignProblem.NO_CONTENT_TYPES: "it asks for no content type",
}
