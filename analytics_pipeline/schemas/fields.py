"""Every column of the warehouse, once: its type, unit and meaning.

One quantity has one name and one unit everywhere. What belongs here: columns. Which
table has which of them, and what a row stands for, is in `tables.py`.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class FieldType(StrEnum):
    """The closed list of column types."""

    TEXT = "text"
    TEXT_LIST = "text[]"
    COUNT = "bigint"
    FRACTION = "double precision"
    FLAG = "boolean"
    DAY = "date"
    DAY_LIST = "date[]"
    INSTANT = "timestamptz"
    OBJECT = "jsonb"


class Unit(StrEnum):
    """The closed list of units; a column without one is a name, key or time."""

    COUNT = "count"
    FRACTION = "fraction"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Field:
    """One column.

    Attributes:
        name: As it stands in every table that has it.
        type: PostgreSQL type.
        meaning: What it says, in one sentence; goes to the database as a comment.
        unit: What a number counts.
        sources: The platform's own field, by platform.
    """

    name: str
    type: FieldType
    meaning: str
    unit: Unit | None = None
    sources: dict[str, str] = field(default_factory=dict)


def _text(name: str, meaning: str, **sources: str) -> Field:
    return Field(name, FieldType.TEXT, meaning, sources=sources)


def _tags(name: str, meaning: str) -> Field:
    return Field(name, FieldType.TEXT_LIST, meaning)


def _count(name: str, meaning: str, **sources: str) -> Field:
    return Field(name, FieldType.COUNT, meaning, Unit.COUNT, sources)


def _fraction(name: str, meaning: str) -> Field:
    return Field(name, FieldType.FRACTION, meaning, Unit.FRACTION)


def _day(name: str, meaning: str) -> Field:
    return Field(name, FieldType.DAY, meaning)


def _instant(name: str, meaning: str, **sources: str) -> Field:
    return Field(name, FieldType.INSTANT, meaning, sources=sources)


def _flag(name: str, meaning: str) -> Field:
    return Field(name, FieldType.FLAG, meaning)


_KEYS = [
    _day("snapshot_date", "The day, in ANALYTICS_TIMEZONE, whose state the row tells."),
    _text("platform", "Where it was posted: instagram or tiktok."),
    _text("creator_id", "The Creators app's id of the creator."),
    _text("campaign_id", "The Creators app's id of the campaign."),
    _text(
        "account_id",
        "The platform's own id of the account.",
        instagram="id",
        tiktok="open_id",
    ),
    _text("post_id", "The platform's own id of the post.", instagram="id", tiktok="id"),
    _text("connection_id", "Our id of the binding of one account to one creator."),
]

_PROVENANCE = [
    _instant("observed_at", "When the platform gave the answer the row rests on."),
    _flag(
        "is_late",
        "Observed after the day's grace period: the counts are later ones, and only "
        "what was published that day is known.",
    ),
    _text("run_id", "The Dagster run that last changed the row."),
    _instant("updated_at", "When the row last changed."),
    _instant("first_seen_at", "When it was first in an answer."),
    _instant(
        "last_seen_at",
        "When it was last in an answer, to within an hour; nothing is ever deleted.",
    ),
    _flag("is_listed", "Whether the Creators app's newest answer still has it."),
    Field(
        "unknown_reasons",
        FieldType.OBJECT,
        "For each number that is null, why: {column: reason}.",
    ),
]

_CREATORS_APP = [
    _text("email", "E-mail address in the Creators app."),
    _text("campaign_name", "Name in the Creators app."),
    _text("hashtags_as_entered", "The campaign's hashtags exactly as delivered."),
    _tags("campaign_hashtags", "The hashtags understood, without sign, as entered."),
    _tags("hashtag_keys", "The same as match keys, which posts are compared by."),
    _tags("rejected_hashtags", "Entered pieces that can never be a hashtag."),
    _text("hashtag_rule", "Whether a post must carry all of the hashtags, or any."),
    _tags("content_types", "The content types the campaign asks for."),
    _day("publishing_start_date", "First day on which a post counts."),
    _day("publishing_end_date", "Last day on which a post counts."),
    _text("campaign_status", "upcoming, active, ended, or incomplete without dates."),
    _tags("problems", "Why the campaign cannot match as it stands; empty if it can."),
    _tags("platforms", "Platforms on which the campaign needs this creator's posts."),
    _flag("is_known_creator", "Whether the Creators app also lists the creator."),
]

_CONNECTIONS = [
    _text(
        "username",
        "The account's handle, lower case, without @.",
        instagram="username",
        tiktok="username",
    ),
    _text("access_token_encrypted", "Access token, encrypted."),
    _text("refresh_token_encrypted", "Refresh token, encrypted."),
    _instant("access_token_expires_at", "When the access token stops working."),
    _instant("refresh_token_expires_at", "When the owner must log in again."),
    _tags("scopes", "Permissions the owner granted."),
    _text("connection_status", "public, connected, or reconnect_required."),
    _text("imported_fingerprint", "Keyed hash of the token last imported."),
]

_ATTEMPTS = [
    _text("attempt_id", "Our id of one attempt to read one account."),
    Field("snapshot_dates", FieldType.DAY_LIST, "The days the attempt was made for."),
    _instant(
        "covers_from",
        "Every post published since then is in the answers; null if incomplete.",
    ),
    _text("object_url", "The landing object that holds the answers."),
    _text("status", "ok, deferred, skipped or failed."),
    _text("reason", "Why; one of a closed list. Null when ok and on time."),
    _text("detail", "What the platform said, without personal data."),
    _count("calls", "Requests sent, repeats included."),
    _count("calls_planned", "Requests that were planned."),
    _count(
        "calls_unplanned",
        "Requests beyond the plan, or short of it: posts not known before, or a walk "
        "that ended early. calls = planned + unplanned + repeated.",
    ),
    _count("calls_repeated", "Requests sent again after a transient failure."),
]

_ACCOUNTS = [
    _text("display_name", "Public name.", instagram="name", tiktok="display_name"),
    _count(
        "follower_count",
        "Followers.",
        instagram="followers_count",
        tiktok="follower_count",
    ),
    _count(
        "following_count",
        "Accounts it follows.",
        instagram="follows_count",
        tiktok="following_count",
    ),
    _count(
        "post_count_reported",
        "Posts by the platform's own count; not a control total.",
        instagram="media_count",
        tiktok="video_count",
    ),
]

_POSTS = [
    _text("content_type", "Kind of post, in the campaign's words."),
    _text("media_type", "Kind of post, in the platform's words."),
    _instant(
        "posted_at",
        "When it was published.",
        instagram="timestamp",
        tiktok="create_time",
    ),
    _text(
        "post_caption",
        "The text under the post.",
        instagram="caption",
        tiktok="video_description",
    ),
    _text("caption_id", "Fingerprint of the caption as observed; null without one."),
    _text("post_url", "Public link.", instagram="permalink", tiktok="share_url"),
    _tags("hashtags", "Hashtags in the caption, as the platform sees them."),
    Field(
        "duration_seconds",
        FieldType.COUNT,
        "Length of the video.",
        Unit.SECONDS,
        {"tiktok": "duration"},
    ),
    _instant("first_observed_at", "When the caption was first seen so."),
    _instant(
        "removed_at",
        "When its removal was proven by a second direct read; null while it is not.",
    ),
    _flag("is_gone", "Whether the platform answered that the post does not exist."),
]

_COUNTS = [
    _count(
        "view_count",
        "Views, lifetime total when observed; never filled from impressions.",
        instagram="view_count",
        tiktok="view_count",
    ),
    _count(
        "like_count",
        "Likes, lifetime total when observed.",
        instagram="like_count",
        tiktok="like_count",
    ),
    _count(
        "comment_count",
        "Comments, lifetime total when observed.",
        instagram="comments_count",
        tiktok="comment_count",
    ),
    _count(
        "share_count",
        "Shares, lifetime total when observed.",
        tiktok="share_count",
    ),
    _count("save_count", "Saves, lifetime total when observed."),
    _count("reach", "Accounts that saw it, lifetime total when observed."),
]

_MATCHES = [
    _tags("matched_hashtags", "The campaign's hashtags that the post carries."),
    _tags("missing_hashtags", "The campaign's hashtags that the post lacks."),
    _text("match_level", "full: the post counts. partial: listed, never counted."),
    _fraction(
        "engagement_rate_client",
        "(likes + shares + comments + views) / followers: the client's own formula.",
    ),
    _fraction("engagement_rate_by_followers", "(likes + comments) / followers."),
    _fraction(
        "engagement_rate_by_views",
        "Instagram: (likes + comments) / views. TikTok: (likes + comments + shares) "
        "/ views.",
    ),
    _fraction(
        "engagement_rate_by_reach", "(likes + comments + shares + saves) / reach."
    ),
]

_SUMMARY = [
    _count("participant_count", "Participants the campaign needs on this platform."),
    _count("answered_count", "Of these, how many had an account that answered."),
    _count("creator_count", "Creators with at least one counted post."),
    _count("post_count", "Posts that count."),
    _count("partial_post_count", "Posts with some but not all hashtags; not counted."),
    _count("late_post_count", "Counted posts known only by a late observation."),
]


def _known(measure: str) -> Field:
    return _count(f"posts_with_{measure}", f"Counted posts with a known {measure}.")


def _delta(measure: str) -> Field:
    return _count(
        f"{measure}_delta",
        f"Growth of {measure} since the day before, over posts known on time on both "
        "days or published in between.",
    )


def _median(rate: str) -> Field:
    return _fraction(f"{rate}_median", f"Median {rate} of the counted posts.")


SUMMED_MEASURES = ("view_count", "like_count", "comment_count", "share_count")
RATES = (
    "engagement_rate_client",
    "engagement_rate_by_followers",
    "engagement_rate_by_views",
    "engagement_rate_by_reach",
)

_FINDINGS = [
    _text("asset", "The asset in whose answers it was found."),
    _text("rule", "The rule that was broken; one of a closed list."),
    _text("record_key", "Key of the record, as far as it was readable."),
    _text("field", "The field concerned."),
    _text("value", "The offending value, cut, without personal text."),
]

_BUDGETS = [
    _text("budget", "The budget: the platform, and which of its limits."),
    _instant("stopped_until", "No call is made before; null while it is open."),
    _fraction("used_share", "What share is used, as the platform last told."),
    _instant("told_at", "When the platform told."),
    _count("calls_when_told", "Calls in the window at that moment."),
    Field(
        "call_slots",
        FieldType.OBJECT,
        "Calls in the window: first and last, in seconds since 1970, and how many.",
    ),
]

FIELDS: dict[str, Field] = {
    item.name: item
    for item in [
        *_KEYS,
        *_PROVENANCE,
        *_CREATORS_APP,
        *_CONNECTIONS,
        *_ATTEMPTS,
        *_ACCOUNTS,
        *_POSTS,
        *_COUNTS,
        *_MATCHES,
        *_SUMMARY,
        *(_known(name) for name in SUMMED_MEASURES),
        *(_delta(name) for name in SUMMED_MEASURES),
        *(_known(name) for name in RATES),
        *(_median(name) for name in RATES),
        *_FINDINGS,
        *_BUDGETS,
    ]
}
