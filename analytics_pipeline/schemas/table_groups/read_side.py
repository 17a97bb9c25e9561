"""What the people of the agency decide and ask for, and how they sign in."""

from analytics_pipeline.schemas.table_groups.table import Table

_NO_PROVENANCE: frozenset[str] = frozenset()

REVIEW_DECISIONS = Table(
    name="review_decisions",
    grain="One row per decision of a person about one post and one campaign.",
    meaning="A confirmed post counts from the next run on, a rejected one never does; "
    "the newest decision that is not withdrawn holds. A post that is only known by its "
    "link waits until a day brings it.",
    key=("decision_id",),
    columns=(
        "decision_id",
        "campaign_id",
        "platform",
        "post_id",
        "account_id",
        "link_key",
        "post_url",
        "decision",
        "decision_reason",
        "candidate_kind",
        "decided_by",
        "decided_at",
        "withdrawn_at",
        "withdrawn_by",
    ),
    nullable=frozenset(
        {
            "post_id",
            "account_id",
            "link_key",
            "post_url",
            "decision_reason",
            "candidate_kind",
            "withdrawn_at",
            "withdrawn_by",
        }
    ),
    provenance=_NO_PROVENANCE,
    is_asset=False,
)

DASHBOARD_USERS = Table(
    name="dashboard_users",
    grain="One row per person who may sign in to the dashboard.",
    meaning="Made by the command line; passwords as Argon2 hashes only.",
    key=("user_id",),
    columns=(
        "user_id",
        "user_name",
        "user_role",
        "password_hash",
        "created_at",
        "password_changed_at",
        "disabled_at",
        "last_signed_in_at",
        "failed_sign_in_count",
        "locked_until",
    ),
    nullable=frozenset({"disabled_at", "last_signed_in_at", "locked_until"}),
    provenance=_NO_PROVENANCE,
    is_asset=False,
)

DASHBOARD_SESSIONS = Table(
    name="dashboard_sessions",
    grain="One row per browser in which somebody signed in.",
    meaning="Ends by signing out, by itself, or when the person is disabled.",
    key=("session_hash",),
    columns=(
        "session_hash",
        "user_id",
        "created_at",
        "last_used_at",
        "expires_at",
        "ended_at",
    ),
    nullable=frozenset({"ended_at"}),
    provenance=_NO_PROVENANCE,
    is_asset=False,
)

REFRESHES = Table(
    name="refreshes",
    grain="One row per request to have everything asked again now.",
    meaning="Written before it is acknowledged; the sensor `start_refreshes` makes a "
    "run of it and tells here what became of it.",
    key=("refresh_id",),
    columns=(
        "refresh_id",
        "requested_by",
        "requested_at",
        "snapshot_date",
        "refresh_status",
        "refresh_run_id",
        "started_at",
        "ended_at",
        "checked_at",
        "detail",
    ),
    nullable=frozenset(
        {"refresh_run_id", "started_at", "ended_at", "checked_at", "detail"}
    ),
    provenance=_NO_PROVENANCE,
    is_asset=False,
)
