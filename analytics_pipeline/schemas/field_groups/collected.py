"""Columns of what the Creators app and the platforms tell anybody who may ask."""

from analytics_pipeline.schemas.field_groups.field import (
    Field,
    FieldType,
    Unit,
    count,
    day,
    flag,
    fraction,
    instant,
    tags,
    text,
)

_KEYS = [
    day("snapshot_date", "The day, in ANALYTICS_TIMEZONE, whose state the row tells."),
    text("platform", "Where it was posted: instagram or tiktok."),
    text("creator_id", "The Creators app's id of the creator."),
    text("campaign_id", "The Creators app's id of the campaign."),
    text(
        "account_id",
        "The platform's own id of the account.",
        instagram="id",
        tiktok="open_id",
    ),
    text("post_id", "The platform's own id of the post.", instagram="id", tiktok="id"),
    text("connection_id", "Our id of the binding of one account to one creator."),
]

_PROVENANCE = [
    instant("observed_at", "When the platform gave the answer the row rests on."),
    flag(
        "is_late",
        "Observed after the day's grace period: the counts are later ones, and only "
        "what was published that day is known.",
    ),
    text("run_id", "The Dagster run that last changed the row."),
    instant("updated_at", "When the row last changed."),
    instant("first_seen_at", "When it was first in an answer."),
    instant(
        "last_seen_at",
        "When it was last in an answer, to within an hour; nothing is ever deleted.",
    ),
    flag("is_listed", "Whether the Creators app's newest answer still has it."),
    Field(
        "unknown_reasons",
        FieldType.OBJECT,
        "For each number that is null, why: {column: reason}.",
    ),
]

_CREATORS_APP = [
    text("email", "E-mail address in the Creators app."),
    text("campaign_name", "Name in the Creators app."),
    text("hashtags_as_entered", "The campaign's hashtags exactly as delivered."),
    tags("campaign_hashtags", "The hashtags understood, without sign, as entered."),
    tags("hashtag_keys", "The same as match keys, which posts are compared by."),
    tags("rejected_hashtags", "Entered pieces that can never be a hashtag."),
    text("hashtag_rule", "Whether a post must carry all of the hashtags, or any."),
    tags("content_types", "The content types the campaign asks for."),
    day("publishing_start_date", "First day on which a post counts."),
    day("publishing_end_date", "Last day on which a post counts."),
    text("campaign_status", "upcoming, active, ended, or incomplete without dates."),
    tags("problems", "Why the campaign cannot match as it stands; empty if it can."),
    tags("platforms", "Platforms on which the campaign needs this creator's posts."),
    flag("is_known_creator", "Whether the Creators app also lists the creator."),
]

_CONNECTIONS = [
    text(
        "username",
        "The account's handle, lower case, without @.",
        instagram="username",
        tiktok="username",
    ),
    text("access_token_encrypted", "Access token, encrypted."),
    text("refresh_token_encrypted", "Refresh token, encrypted."),
    instant("access_token_expires_at", "When the access token stops working."),
    instant("refresh_token_expires_at", "When the owner must log in again."),
    tags("scopes", "Permissions the owner granted."),
    text("connection_status", "public, connected, or reconnect_required."),
    text("imported_fingerprint", "Keyed hash of the token last imported."),
]

_ATTEMPTS = [
    text("attempt_id", "Our id of one attempt to read one account."),
    Field("snapshot_dates", FieldType.DAY_LIST, "The days the attempt was made for."),
    instant(
        "covers_from",
        "Every post published since then is in the answers; null if incomplete.",
    ),
    text("object_url", "The landing object that holds the answers."),
    text("status", "ok, deferred, skipped or failed."),
    text("reason", "Why; one of a closed list. Null when ok and on time."),
    text("detail", "What the platform said, without personal data."),
    count("calls", "Requests sent, repeats included."),
    count("calls_planned", "Requests that were planned."),
    count(
        "calls_unplanned",
        "Requests beyond the plan, or short of it: posts not known before, or a walk "
        "that ended early. calls = planned + unplanned + repeated.",
    ),
    count("calls_repeated", "Requests sent again after a transient failure."),
]

_ACCOUNTS = [
    text("display_name", "Public name.", instagram="name", tiktok="display_name"),
    count(
        "follower_count",
        "Followers.",
        instagram="followers_count",
        tiktok="follower_count",
    ),
    count(
        "following_count",
        "Accounts it follows.",
        instagram="follows_count",
        tiktok="following_count",
    ),
    count(
        "post_count_reported",
        "Posts by the platform's own count; not a control total.",
        instagram="media_count",
        tiktok="video_count",
    ),
]

_POSTS = [
    text("content_type", "Kind of post, in the campaign's words."),
    text("media_type", "Kind of post, in the platform's words."),
    instant(
        "posted_at",
        "When it was published.",
        instagram="timestamp",
        tiktok="create_time",
    ),
    text(
        "post_caption",
        "The text under the post.",
        instagram="caption",
        tiktok="video_description",
    ),
    text("caption_id", "Fingerprint of the caption as observed; null without one."),
    text("post_url", "Public link.", instagram="permalink", tiktok="share_url"),
    tags("hashtags", "Hashtags in the caption, as the platform sees them."),
    Field(
        "duration_seconds",
        FieldType.COUNT,
        "Length of the video.",
        Unit.SECONDS,
        {"tiktok": "duration"},
    ),
    instant("first_observed_at", "When the caption was first seen so."),
    instant(
        "removed_at",
        "When its removal was proven by a second direct read; null while it is not.",
    ),
    flag("is_gone", "Whether the platform answered that the post does not exist."),
]

_COUNTS = [
    count(
        "view_count",
        "Views, lifetime total when observed; never filled from impressions.",
        instagram="view_count",
        tiktok="view_count",
    ),
    count(
        "like_count",
        "Likes, lifetime total when observed.",
        instagram="like_count",
        tiktok="like_count",
    ),
    count(
        "comment_count",
        "Comments, lifetime total when observed.",
        instagram="comments_count",
        tiktok="comment_count",
    ),
    count(
        "share_count",
        "Shares, lifetime total when observed.",
        tiktok="share_count",
    ),
    count("save_count", "Saves, lifetime total when observed."),
    count("reach", "Accounts that saw it, lifetime total when observed."),
]

_MATCHES = [
    tags("matched_hashtags", "The campaign's hashtags that the post carries."),
    tags("missing_hashtags", "The campaign's hashtags that the post lacks."),
    text(
        "match_level",
        "full: the post counts. partial, rejected: listed, never counted.",
    ),
    fraction(
        "engagement_rate_client",
        "(likes + shares + comments + views) / followers: the client's own formula.",
    ),
    fraction("engagement_rate_by_followers", "(likes + comments) / followers."),
    fraction(
        "engagement_rate_by_views",
        "Instagram: (likes + comments) / views. TikTok: (likes + comments + shares) "
        "/ views.",
    ),
    fraction(
        "engagement_rate_by_reach", "(likes + comments + shares + saves) / reach."
    ),
]

_SUMMARY = [
    count("participant_count", "Participants the campaign needs on this platform."),
    count("answered_count", "Of these, how many had an account that answered."),
    count("creator_count", "Creators with at least one counted post."),
    count("post_count", "Posts that count."),
    count("partial_post_count", "Posts with some but not all hashtags; not counted."),
    count("late_post_count", "Counted posts known only by a late observation."),
    count(
        "erased_post_count",
        "Counted posts of people who asked to be forgotten: their numbers remain, "
        "whose they are does not.",
    ),
]


def _known(measure: str) -> Field:
    return count(f"posts_with_{measure}", f"Counted posts with a known {measure}.")


def _delta(measure: str) -> Field:
    return count(
        f"{measure}_delta",
        f"Growth of {measure} since the day before, over posts known on time on both "
        "days or published in between.",
    )


def _median(rate: str) -> Field:
    return fraction(f"{rate}_median", f"Median {rate} of the counted posts.")


SUMMED_MEASURES = ("view_count", "like_count", "comment_count", "share_count")
RATES = (
    "engagement_rate_client",
    "engagement_rate_by_followers",
    "engagement_rate_by_views",
    "engagement_rate_by_reach",
)

_FINDINGS = [
    text("asset", "The asset in whose answers it was found."),
    text("rule", "The rule that was broken; one of a closed list."),
    text("record_key", "Key of the record, as far as it was readable."),
    text("field", "The field concerned."),
    text("value", "The offending value, cut, without personal text."),
]

_BUDGETS = [
    text("budget", "The budget: the platform, and which of its limits."),
    instant("stopped_until", "No call is made before; null while it is open."),
    fraction("used_share", "What share is used, as the platform last told."),
    instant("told_at", "When the platform told."),
    count("calls_when_told", "Calls in the window at that moment."),
    Field(
        "call_slots",
        FieldType.OBJECT,
        "Calls in the window: first and last, in seconds since 1970, and how many.",
    ),
]

COLLECTED_FIELDS: list[Field] = [
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
