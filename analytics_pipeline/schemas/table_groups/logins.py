"""Logging in, keeping in touch, and leaving: what the web service keeps."""

from analytics_pipeline.schemas.table_groups.table import Table

_NO_PROVENANCE: frozenset[str] = frozenset()

INVITATIONS = Table(
    name="invitations",
    grain="One row per invitation of a creator to log in.",
    meaning="Only through one can an account be bound to a creator.",
    key=("invitation_id",),
    columns=(
        "invitation_id",
        "creator_id",
        "invited_platforms",
        "invited_by",
        "created_at",
        "expires_at",
        "revoked_at",
    ),
    nullable=frozenset({"revoked_at"}),
    provenance=_NO_PROVENANCE,
    is_asset=False,
)

INVITATION_USES = Table(
    name="invitation_uses",
    grain="One row per invitation and platform that it was used for.",
    meaning="An invitation works once per platform.",
    key=("invitation_id", "platform"),
    columns=("invitation_id", "platform", "connection_id", "used_at"),
    nullable=frozenset(),
    provenance=_NO_PROVENANCE,
    is_asset=False,
)

LOGINS = Table(
    name="logins",
    grain="One row per login that was begun at a platform's page.",
    meaning="Binds what comes back to the browser and the invitation it began with.",
    key=("login_id",),
    columns=(
        "login_id",
        "invitation_id",
        "platform",
        "browser_hash",
        "created_at",
        "expires_at",
        "returned_at",
        "grant_encrypted",
        "choices",
        "scopes",
        "login_outcome",
        "detail",
        "finished_at",
    ),
    nullable=frozenset(
        {"returned_at", "grant_encrypted", "login_outcome", "detail", "finished_at"}
    ),
    provenance=_NO_PROVENANCE,
    is_asset=False,
)

API_KEYS = Table(
    name="api_keys",
    grain="One row per key of the HTTP API.",
    meaning="Who may call the service, and what for; secrets as hashes only.",
    key=("key_id",),
    columns=(
        "key_id",
        "key_name",
        "key_hash",
        "key_scopes",
        "created_at",
        "revoked_at",
        "last_used_at",
    ),
    nullable=frozenset({"revoked_at", "last_used_at"}),
    provenance=_NO_PROVENANCE,
    is_asset=False,
)

CONNECTION_ALERTS = Table(
    name="connection_alerts",
    grain="One row per connection, thing about to end, and threshold that was passed.",
    meaning="Each alert is raised once, at 14, 7, 3 and 1 days, and at the end.",
    key=("connection_id", "alert_subject", "alert_threshold", "ends_on"),
    columns=(
        "connection_id",
        "alert_subject",
        "alert_threshold",
        "ends_on",
        "ends_at",
        "raised_at",
        "sent_at",
    ),
    nullable=frozenset({"sent_at"}),
    provenance=_NO_PROVENANCE,
    is_asset=False,
)

WEBHOOK_INBOX = Table(
    name="webhook_inbox",
    grain="One row per push that a platform sent, however often it repeated it.",
    meaning="Kept before it is acknowledged, processed by a run, and replayable.",
    key=("message_id",),
    columns=(
        "message_id",
        "message_source",
        "body",
        "received_at",
        "processed_at",
        "message_outcome",
        "detail",
        "run_id",
    ),
    nullable=frozenset({"body", "processed_at", "message_outcome", "detail", "run_id"}),
    provenance=_NO_PROVENANCE,
    is_asset=False,
)

ERASURE_REQUESTS = Table(
    name="erasure_requests",
    grain="One row per request to forget a person.",
    meaning="What the status page shows, and the report of what was removed.",
    key=("confirmation_code",),
    columns=(
        "confirmation_code",
        "request_kind",
        "platform",
        "platform_user_id",
        "creator_id",
        "received_at",
        "erasure_status",
        "erasure_key_encrypted",
        "erasure_report",
        "completed_at",
        "run_id",
    ),
    nullable=frozenset(
        {
            "platform_user_id",
            "creator_id",
            "erasure_key_encrypted",
            "completed_at",
            "run_id",
        }
    ),
    provenance=_NO_PROVENANCE,
    is_asset=False,
)

ERASED_ACCOUNTS = Table(
    name="erased_accounts",
    grain="One row per name of an account whose person asked to be forgotten.",
    meaning="Keeps such an account from being imported again unless its owner logs in; "
    "holds nothing by which anybody could find the person.",
    key=("platform", "account_hash"),
    columns=(
        "platform",
        "account_hash",
        "hash_key_encrypted",
        "creator_id",
        "erased_at",
    ),
    nullable=frozenset(),
    provenance=_NO_PROVENANCE,
    is_asset=False,
)
