"""Columns of the read side: who signs in, what people decide, what is asked for."""

from analytics_pipeline.schemas.field_groups.field import (
    Field,
    FieldType,
    Unit,
    count,
    day,
    instant,
    mapping,
    text,
)

_MATCHES = [
    text(
        "match_basis",
        "What the match rests on: hashtags, or review, the decision of a person.",
    ),
    text(
        "candidate_kind",
        "Why it could belong: partial, near_tag, outside_window, other_content_type, "
        "sibling_tag or no_tag.",
    ),
    count("candidate_score", "How likely it belongs, from 0 to 100; ranks the desk."),
    mapping(
        "candidate_reasons",
        "What speaks for it: {campaign hashtag: {carried: hashtag of the post, how: "
        "why they resemble each other}}.",
    ),
]

_DECISIONS = [
    text("decision_id", "Our id of a decision about a post and a campaign."),
    text("decision", "confirmed: the post counts. rejected: it never does."),
    text("decision_reason", "Why, in the words of whoever decided."),
    text("link_key", "What identifies the post in its link, before it is known."),
    text("decided_by", "Sign-in name of whoever decided."),
    instant("decided_at", "When it was decided."),
    instant("withdrawn_at", "When it was withdrawn; null while it holds."),
    text("withdrawn_by", "Sign-in name of whoever withdrew it."),
]

_CREATOR_MONTHS = [
    day("month_start_date", "First day of the month, in ANALYTICS_TIMEZONE."),
    day("follower_count_date", "The day of the month that the followers are of."),
]


def _mean(measure: str) -> Field:
    return Field(
        f"{measure}_mean",
        FieldType.FRACTION,
        f"Mean {measure} of the posts with a known one.",
        Unit.COUNT,
    )


_USERS = [
    text("user_id", "Our id of somebody who signs in."),
    text("user_name", "Name to sign in with, lower case."),
    text("user_role", "What they may do: viewer, reviewer or admin."),
    text("password_hash", "Argon2 hash of the password."),
    instant("password_changed_at", "When the password was last set."),
    instant("disabled_at", "Since when they may not sign in; null while they may."),
    instant("last_signed_in_at", "When they last signed in."),
    count("failed_sign_in_count", "Wrong passwords since the last right one."),
    instant("locked_until", "No password is tried before; null while any is."),
    text("session_hash", "Hash of the secret in a browser's cookie."),
    instant("ended_at", "When it ended; null while it has not."),
]

_REFRESHES = [
    text("refresh_id", "Our id of a request to have everything asked again now."),
    text("requested_by", "Name of the API key or of the person who asked for it."),
    instant("requested_at", "When it was asked for."),
    text("refresh_status", "waiting, started, succeeded or failed."),
    text("refresh_run_id", "The Dagster run it became; null while it waits."),
    instant("started_at", "When the run started."),
    instant("checked_at", "When Dagster was last asked about it."),
]

READ_SIDE_FIELDS: list[Field] = [
    *_MATCHES,
    *_DECISIONS,
    *_CREATOR_MONTHS,
    *(
        _mean(name)
        for name in ("view_count", "like_count", "comment_count", "share_count")
    ),
    *_USERS,
    *_REFRESHES,
]
