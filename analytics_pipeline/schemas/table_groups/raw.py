"""Whom was asked, with what, and what became of it."""

from analytics_pipeline.schemas.table_groups.table import Table

CONNECTIONS = Table(
    name="connections",
    grain="One row per platform account of a creator.",
    meaning="Which account belongs to which creator; tokens encrypted.",
    key=("connection_id",),
    columns=(
        "connection_id",
        "platform",
        "creator_id",
        "account_id",
        "username",
        "access_token_encrypted",
        "refresh_token_encrypted",
        "access_token_expires_at",
        "refresh_token_expires_at",
        "scopes",
        "connection_status",
        "imported_fingerprint",
        "platform_user_id",
        "page_id",
        "access_token_issued_at",
        "consent_expires_at",
        "reconnect_reason",
        "reconnect_since",
        "renewal_tried_at",
        "renewal_problem",
        "token_doubted_at",
        "updated_at",
    ),
    nullable=frozenset(
        {
            "account_id",
            "username",
            "access_token_encrypted",
            "refresh_token_encrypted",
            "access_token_expires_at",
            "refresh_token_expires_at",
            "imported_fingerprint",
            "platform_user_id",
            "page_id",
            "access_token_issued_at",
            "consent_expires_at",
            "reconnect_reason",
            "reconnect_since",
            "renewal_tried_at",
            "renewal_problem",
            "token_doubted_at",
        }
    ),
)

ATTEMPTS = Table(
    name="collection_attempts",
    grain="One row per attempt of a run to read one account.",
    meaning="The index of the landing store: who was asked, for which days, and where "
    "the answers are. Rebuilt from the landing store by `analytics-pipeline replay`.",
    key=("attempt_id",),
    columns=(
        "attempt_id",
        "platform",
        "creator_id",
        "connection_id",
        "account_id",
        "username",
        "snapshot_dates",
        "observed_at",
        "covers_from",
        "status",
        "reason",
        "detail",
        "calls",
        "calls_planned",
        "calls_unplanned",
        "calls_repeated",
        "object_url",
        "attempt_kind",
        "run_id",
    ),
    nullable=frozenset(
        {"account_id", "username", "covers_from", "reason", "detail", "object_url"}
    ),
    is_asset=False,
)

SYNC_OUTCOMES = Table(
    name="sync_outcomes",
    grain="One row per day, platform and account of an active participant; one with "
    "no account where none is known.",
    meaning="What became of everyone who should have been asked.",
    key=("snapshot_date", "platform", "creator_id", "connection_id"),
    columns=(
        "snapshot_date",
        "platform",
        "account_id",
        "creator_id",
        "connection_id",
        "username",
        "status",
        "reason",
        "detail",
        "calls",
        "observed_at",
        "run_id",
    ),
    nullable=frozenset(
        {"account_id", "connection_id", "username", "reason", "detail", "observed_at"}
    ),
)

API_BUDGETS = Table(
    name="api_budgets",
    grain="One row per budget of calls at a platform.",
    meaning="The ledger that all processes lease their calls from; written for each "
    "lease, read by people who wonder why accounts are deferred.",
    key=("budget",),
    columns=(
        "budget",
        "stopped_until",
        "used_share",
        "told_at",
        "calls_when_told",
        "call_slots",
        "updated_at",
    ),
    nullable=frozenset({"stopped_until", "used_share", "told_at"}),
    provenance=frozenset({"updated_at"}),
    is_asset=False,
)
