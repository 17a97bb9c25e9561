"""Columns of what creators who log in let us see, and of their logins themselves."""

from analytics_pipeline.schemas.field_groups.field import (
    Field,
    FieldType,
    Unit,
    day,
    flag,
    instant,
    mapping,
    tags,
    text,
)

_CONNECTIONS = [
    text(
        "platform_user_id",
        "The platform's id of the person who logged in, which its callbacks name.",
        instagram="user_id of debug_token",
        tiktok="open_id",
    ),
    text("page_id", "The Facebook Page that leads to the Instagram account."),
    instant(
        "access_token_issued_at",
        "When the access token was handed out; at half its life it is renewed.",
    ),
    instant(
        "consent_expires_at",
        "When the owner's consent ends, whatever its token says.",
        instagram="data_access_expires_at",
        tiktok="refresh_expires_in",
    ),
    text("reconnect_reason", "Why the owner must log in again; null while not."),
    instant("reconnect_since", "Since when the owner must log in again."),
    instant("renewal_tried_at", "When renewing its token was last tried."),
    text("renewal_problem", "Why the last renewal failed; null when it did not."),
    instant(
        "token_doubted_at",
        "When the platform refused the token in a way that only debug_token can "
        "explain; null once that was asked.",
    ),
]

_ALERTS = [
    text(
        "alert_subject",
        "What is about to end: access_token or consent; or connection, which has "
        "ended.",
    ),
    text(
        "alert_threshold",
        "How many days before the end it is raised: 14, 7, 3, 1; 0 when it has ended.",
    ),
    day("ends_on", "The day on which it ends, in UTC."),
    instant("ends_at", "When it ends."),
    instant("raised_at", "When the alert was raised."),
    instant("sent_at", "When it was posted to ANALYTICS_ALERT_WEBHOOK; null if not."),
]

_ATTEMPTS = [
    text(
        "attempt_kind",
        "What was asked for: media, post_insights, account_insights or stories; or "
        "pushes, which the platform sent unasked.",
    )
]

_METRICS = [
    text("metric", "The platform's own name of the metric."),
    text("breakdown", "By what the value is broken down; null for the whole."),
    text("breakdown_value", "Which part of it; null for the whole."),
    Field(
        "metric_value",
        FieldType.FRACTION,
        "The number as the platform gave it.",
        Unit.METRIC,
    ),
    text("unknown_reason", "Why the number is null; null when it is not."),
    text("metric_source", "insights, or story_insights for the platform's final push."),
    day(
        "metric_date",
        "The day as the platform counts it: Instagram's, from midnight to midnight in "
        "US Pacific time.",
    ),
    flag("is_final", "Observed 48 hours or more after the metric's day ended."),
    mapping(
        "count_sources",
        "For each number that the post's own listing did not hold, where it came from: "
        "{column: source/metric}.",
    ),
    text("api_version", "Version of the platform's API."),
    text("product_type", "Kind of post in the platform's words, or ACCOUNT."),
    instant("refused_at", "When the platform first refused it."),
    instant("tried_at", "When it was last asked for; tried again a month later."),
]

_INVITATIONS = [
    text("invitation_id", "Our id of an invitation to log in."),
    text("invited_by", "Who made it: the command line, or the name of an API key."),
    tags("invited_platforms", "Platforms that the invitation is for."),
    instant("created_at", "When it was made."),
    instant("expires_at", "When it ends by itself."),
    instant("revoked_at", "When it was withdrawn; null while it stands."),
    instant("used_at", "When it was used; null while it was not."),
]

_LOGINS = [
    text("login_id", "Hash of the state that the platform's page carries back."),
    text("browser_hash", "Hash of the cookie of the browser that began the login."),
    instant("returned_at", "When the platform's page led back; a state works once."),
    text("grant_encrypted", "Tokens that await the choice of an account, encrypted."),
    mapping("choices", "Accounts to choose from: {account id: handle and Page}."),
    text("login_outcome", "What became of it; null while it is under way."),
    instant("finished_at", "When it ended; null while it is under way."),
]

_API_KEYS = [
    text("key_id", "The public part of an API key."),
    text("key_name", "Who uses it."),
    text("key_hash", "Hash of the secret part."),
    tags("key_scopes", "What the key may do."),
    instant("last_used_at", "When it was last used, to within an hour."),
]

_INBOX = [
    text("message_id", "Hash of the body, so that a repeated push is one message."),
    text("message_source", "Who sent it: meta."),
    text("body", "The body exactly as received; null once its person was erased."),
    instant("received_at", "When it was received and acknowledged."),
    instant("processed_at", "When it was processed; null while it waits."),
    text("message_outcome", "What became of it; null while it waits."),
]

_ERASURE = [
    text("confirmation_code", "The code by which its sender can ask about it."),
    text("request_kind", "deauthorisation or deletion."),
    text("erasure_status", "received, running, done, or unknown_person."),
    text("erasure_key_encrypted", "Key of its pseudonyms, gone when it is done."),
    mapping("erasure_report", "What was removed and what was kept, in numbers."),
    instant("completed_at", "When it was done; null while it is not."),
    text("account_hash", "Keyed hash of an id or handle, which is no longer known."),
    text("hash_key_encrypted", "The key of that hash, encrypted; each has its own."),
    instant("erased_at", "When it was erased."),
]

CONNECTED_FIELDS: list[Field] = [
    *_CONNECTIONS,
    *_ALERTS,
    *_ATTEMPTS,
    *_METRICS,
    *_INVITATIONS,
    *_LOGINS,
    *_API_KEYS,
    *_INBOX,
    *_ERASURE,
]
