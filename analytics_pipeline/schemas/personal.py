"""Which columns are about a person, and what becomes of them when one is erased.

A column of text is in one of the lists below, or a test fails: so a column that is
added is thought about.
"""

from analytics_pipeline.schemas.tables import CONNECTIONS, TABLES, Table

NAMING_COLUMNS = ("account_id", "connection_id", "post_id", "username")
"""Name the person; a pseudonym takes their place, the same in every table."""

DROPPED_COLUMNS = (
    "decision_reason",
    "detail",
    "display_name",
    "link_key",
    "post_url",
)
"""Tell of the person; null when they are erased."""

CAPTION_COLUMNS = ("caption_id", "hashtags", "post_caption")
"""The person's words; the hashtags that campaigns ask for are left."""

OWN_RULES = {
    "body": "webhook_inbox: entries about the person go",
    "budget": "api_budgets: the row goes",
    "candidate_reasons": "review_candidates: the row goes",
    "choices": "logins: emptied",
    "email": "creators: null, and not stored again",
    "grant_encrypted": "logins: null",
    "imported_fingerprint": "connections: the row goes",
    "page_id": "connections: the row goes",
    "access_token_encrypted": "connections: the row goes",
    "refresh_token_encrypted": "connections: the row goes",
    "renewal_problem": "connections: the row goes",
    "platform_user_id": "connections: the row goes; erasure_requests: null",
    "record_key": "data_quality_findings: pseudonyms",
    "value": "data_quality_findings: null",
}
"""What becomes of columns that one or two tables have."""

IMPERSONAL_COLUMNS = frozenset(
    {
        "account_hash",
        "alert_subject",
        "alert_threshold",
        "api_version",
        "archive_object",
        "archived_table",
        "asset",
        "attempt_id",
        "attempt_kind",
        "breakdown",
        "breakdown_value",
        "browser_hash",
        "call_slots",
        "campaign_hashtags",
        "campaign_id",
        "campaign_name",
        "campaign_status",
        "candidate_kind",
        "confirmation_code",
        "connection_status",
        "content_type",
        "content_types",
        "count_sources",
        "creator_id",
        "decided_by",
        "decision",
        "decision_id",
        "erasure_key_encrypted",
        "erasure_report",
        "erasure_status",
        "field",
        "hash_key_encrypted",
        "hashtag_keys",
        "hashtag_rule",
        "hashtags_as_entered",
        "invitation_id",
        "invited_by",
        "invited_platforms",
        "key_hash",
        "key_id",
        "key_name",
        "key_scopes",
        "login_id",
        "login_outcome",
        "match_basis",
        "match_level",
        "matched_hashtags",
        "media_type",
        "message_id",
        "message_outcome",
        "message_source",
        "metric",
        "metric_source",
        "missing_hashtags",
        "object_url",
        "password_hash",
        "platform",
        "platforms",
        "problems",
        "product_type",
        "reason",
        "reconnect_reason",
        "refresh_id",
        "refresh_run_id",
        "refresh_status",
        "rejected_hashtags",
        "request_kind",
        "requested_by",
        "rule",
        "run_id",
        "scopes",
        "session_hash",
        "status",
        "unknown_reason",
        "unknown_reasons",
        "user_id",
        "user_name",
        "user_role",
        "withdrawn_by",
    }
)
"""Tell of no person outside the agency; `creator_id` is the agency's own number."""

# Their rows go as a whole.
_REMOVED = frozenset({CONNECTIONS.name, "connection_alerts", "review_candidates"})


def pseudonymised_tables() -> tuple[Table, ...]:
    """Return the tables whose rows about a person stay, under pseudonyms."""
    return tuple(
        table
        for table in TABLES
        if table.name not in _REMOVED
        and "platform" in table.columns
        and not {*NAMING_COLUMNS}.isdisjoint(table.columns)
    )
