"""The SQLAlchemy tables, built from the vocabulary in `schemas.tables`."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine

from analytics_pipeline.schemas.fields import RATES, FieldType
from analytics_pipeline.schemas.table_groups.canonical import COUNTS
from analytics_pipeline.schemas.tables import SCHEMA, TABLES, Table

_SQL_TYPES: dict[FieldType, TypeEngine[Any]] = {
    FieldType.TEXT: sa.Text(),
    FieldType.TEXT_LIST: ARRAY(sa.Text()),
    FieldType.COUNT: sa.BigInteger(),
    FieldType.FRACTION: sa.Double(),
    FieldType.FLAG: sa.Boolean(),
    FieldType.DAY: sa.Date(),
    FieldType.DAY_LIST: ARRAY(sa.Date()),
    FieldType.INSTANT: sa.DateTime(timezone=True),
    FieldType.OBJECT: JSONB(),
}

_INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
    "hashtag_post_metrics": (("platform", "post_id", "snapshot_date"),),
    "active_campaign_participants": (("campaign_id", "snapshot_date"),),
    "stories_to_review": (("campaign_id", "snapshot_date"),),
    "sync_outcomes": (("creator_id", "snapshot_date"),),
    "campaign_daily_summary": (("campaign_id", "snapshot_date"),),
    "review_candidates": (("campaign_id", "snapshot_date"),),
    "review_decisions": (("campaign_id", "platform", "post_id"),),
    "dashboard_sessions": (("user_id",),),
    "post_snapshots": (("platform", "post_id", "snapshot_date"),),
    "posts": (("platform", "account_id", "posted_at"), ("creator_id", "posted_at")),
    "account_snapshots": (("creator_id", "snapshot_date"),),
    "post_removal_checks": (("platform", "post_id"),),
    "connections": (("platform", "platform_user_id"),),
    "post_metric_values": (("platform", "post_id"),),
}

metadata = sa.MetaData(schema=SCHEMA)


def _build(table: Table) -> sa.Table:
    """Build one table with its key, comments and indexes."""
    columns = [
        sa.Column(
            field.name,
            _SQL_TYPES[field.type],
            nullable=field.name in table.nullable,
            comment=field.meaning,
        )
        for field in table.fields
    ]
    key: sa.Constraint
    if table.nullable.isdisjoint(table.key):
        key = sa.PrimaryKeyConstraint(*table.key, name=f"{table.name}_pkey")
    else:
        key = sa.UniqueConstraint(
            *table.key, name=f"{table.name}_key", postgresql_nulls_not_distinct=True
        )
    indexes = [
        sa.Index(f"{table.name}_by_{'_'.join(names)}", *names)
        for names in _INDEXES.get(table.name, ())
    ]
    comment = f"{table.grain} {table.meaning}"
    by = table.partitioned_by
    return sa.Table(
        table.name,
        metadata,
        *columns,
        key,
        *indexes,
        comment=comment,
        postgresql_partition_by=f"RANGE ({by})" if by else None,
    )


TABLES_BY_NAME: dict[str, sa.Table] = {table.name: _build(table) for table in TABLES}

creators = TABLES_BY_NAME["creators"]
campaigns = TABLES_BY_NAME["campaigns"]
participants = TABLES_BY_NAME["active_campaign_participants"]
connections = TABLES_BY_NAME["connections"]
attempts = TABLES_BY_NAME["collection_attempts"]
api_budgets = TABLES_BY_NAME["api_budgets"]
sync_outcomes = TABLES_BY_NAME["sync_outcomes"]
account_snapshots = TABLES_BY_NAME["account_snapshots"]
posts = TABLES_BY_NAME["posts"]
post_removal_checks = TABLES_BY_NAME["post_removal_checks"]
post_captions = TABLES_BY_NAME["post_captions"]
post_snapshots = TABLES_BY_NAME["post_snapshots"]
hashtag_post_metrics = TABLES_BY_NAME["hashtag_post_metrics"]
campaign_daily_summary = TABLES_BY_NAME["campaign_daily_summary"]
findings = TABLES_BY_NAME["data_quality_findings"]
post_metric_values = TABLES_BY_NAME["post_metric_values"]
account_metric_values = TABLES_BY_NAME["account_metric_values"]
metric_capabilities = TABLES_BY_NAME["metric_capabilities"]
stories_to_review = TABLES_BY_NAME["stories_to_review"]
review_candidates = TABLES_BY_NAME["review_candidates"]
creator_months = TABLES_BY_NAME["creator_months"]
invitations = TABLES_BY_NAME["invitations"]
invitation_uses = TABLES_BY_NAME["invitation_uses"]
logins = TABLES_BY_NAME["logins"]
api_keys = TABLES_BY_NAME["api_keys"]
connection_alerts = TABLES_BY_NAME["connection_alerts"]
webhook_inbox = TABLES_BY_NAME["webhook_inbox"]
erasure_requests = TABLES_BY_NAME["erasure_requests"]
erased_accounts = TABLES_BY_NAME["erased_accounts"]
review_decisions = TABLES_BY_NAME["review_decisions"]
dashboard_users = TABLES_BY_NAME["dashboard_users"]
dashboard_sessions = TABLES_BY_NAME["dashboard_sessions"]
refreshes = TABLES_BY_NAME["refreshes"]
archived_snapshots = TABLES_BY_NAME["archived_snapshots"]

# A report follows a campaign's posts through all days: what it follows is in the index.
sa.Index(
    "hashtag_post_metrics_by_campaign_and_post",
    *(
        hashtag_post_metrics.c[name]
        for name in ("campaign_id", "platform", "post_id", "snapshot_date")
    ),
    postgresql_include=(
        "match_level",
        "is_late",
        "observed_at",
        *COUNTS,
        "follower_count",
        *RATES,
    ),
)
sa.Index(
    "collection_attempts_by_snapshot_dates",
    attempts.c.snapshot_dates,
    postgresql_using="gin",
)
# A field that no parser knows is told once, with the first day it was seen.
sa.Index(
    "data_quality_findings_one_per_unknown_field",
    findings.c.asset,
    findings.c.record_key,
    findings.c.field,
    unique=True,
    postgresql_where=findings.c.rule == "unknown_field",
)
sa.Index(
    "data_quality_findings_one_per_refused_metric",
    findings.c.asset,
    findings.c.record_key,
    findings.c.field,
    unique=True,
    postgresql_where=findings.c.rule == "metric_refused",
)
# Posts that are never asked for again, looked up before every collection.
sa.Index(
    "post_metric_values_before_conversion",
    post_metric_values.c.post_id,
    postgresql_where=post_metric_values.c.unknown_reason == "before_conversion",
)
sa.Index(
    "webhook_inbox_waiting",
    webhook_inbox.c.received_at,
    postgresql_where=webhook_inbox.c.processed_at.is_(None),
)
# Whoever asks while a refresh waits or runs gets that one.
sa.Index(
    "refreshes_one_at_a_time",
    (refreshes.c.ended_at.is_(None)),
    unique=True,
    postgresql_where=refreshes.c.ended_at.is_(None),
)
sa.Index("dashboard_users_one_per_name", dashboard_users.c.user_name, unique=True)
# One account belongs to one creator; a handle without an id may stand once.
sa.Index(
    "connections_one_per_account",
    connections.c.platform,
    connections.c.account_id,
    unique=True,
)
sa.Index(
    "connections_one_per_handle",
    connections.c.platform,
    connections.c.username,
    unique=True,
    postgresql_where=connections.c.account_id.is_(None),
)
