"""The tables of the warehouse: what one row is, what identifies it, what it holds.

The SQLAlchemy tables, the catalogue entries in Dagster, the checks and the reference
in `docs/` are all built from this list. Migrations are written by hand and a test
holds them against it.
"""

from analytics_pipeline.schemas.table_groups.archive import ARCHIVED_SNAPSHOTS
from analytics_pipeline.schemas.table_groups.canonical import (
    ACCOUNT_SNAPSHOTS,
    FINDINGS,
    POST_CAPTIONS,
    POST_REMOVAL_CHECKS,
    POST_SNAPSHOTS,
    POSTS,
)
from analytics_pipeline.schemas.table_groups.connected import (
    ACCOUNT_METRIC_VALUES,
    METRIC_CAPABILITIES,
    POST_METRIC_VALUES,
    STORIES_TO_REVIEW,
)
from analytics_pipeline.schemas.table_groups.core import (
    CAMPAIGNS,
    CREATORS,
    PARTICIPANTS,
)
from analytics_pipeline.schemas.table_groups.logins import (
    API_KEYS,
    CONNECTION_ALERTS,
    ERASED_ACCOUNTS,
    ERASURE_REQUESTS,
    INVITATION_USES,
    INVITATIONS,
    LOGINS,
    WEBHOOK_INBOX,
)
from analytics_pipeline.schemas.table_groups.marts import (
    CAMPAIGN_DAILY_SUMMARY,
    CREATOR_MONTHS,
    HASHTAG_POST_METRICS,
    REVIEW_CANDIDATES,
)
from analytics_pipeline.schemas.table_groups.raw import (
    API_BUDGETS,
    ATTEMPTS,
    CONNECTIONS,
    SYNC_OUTCOMES,
)
from analytics_pipeline.schemas.table_groups.read_side import (
    DASHBOARD_SESSIONS,
    DASHBOARD_USERS,
    REFRESHES,
    REVIEW_DECISIONS,
)
from analytics_pipeline.schemas.table_groups.table import SCHEMA, Table

TABLES: tuple[Table, ...] = (
    CREATORS,
    CAMPAIGNS,
    PARTICIPANTS,
    CONNECTIONS,
    ATTEMPTS,
    SYNC_OUTCOMES,
    ACCOUNT_SNAPSHOTS,
    POSTS,
    POST_REMOVAL_CHECKS,
    POST_CAPTIONS,
    POST_SNAPSHOTS,
    POST_METRIC_VALUES,
    ACCOUNT_METRIC_VALUES,
    METRIC_CAPABILITIES,
    HASHTAG_POST_METRICS,
    CAMPAIGN_DAILY_SUMMARY,
    STORIES_TO_REVIEW,
    REVIEW_CANDIDATES,
    CREATOR_MONTHS,
    FINDINGS,
    ARCHIVED_SNAPSHOTS,
    API_BUDGETS,
    INVITATIONS,
    INVITATION_USES,
    LOGINS,
    API_KEYS,
    CONNECTION_ALERTS,
    WEBHOOK_INBOX,
    ERASURE_REQUESTS,
    ERASED_ACCOUNTS,
    REVIEW_DECISIONS,
    DASHBOARD_USERS,
    DASHBOARD_SESSIONS,
    REFRESHES,
)

PARTITIONED: tuple[Table, ...] = tuple(
    table for table in TABLES if table.partitioned_by is not None
)
"""Tables that are divided by month."""

__all__ = [
    "ACCOUNT_METRIC_VALUES",
    "ACCOUNT_SNAPSHOTS",
    "API_BUDGETS",
    "API_KEYS",
    "ARCHIVED_SNAPSHOTS",
    "ATTEMPTS",
    "CAMPAIGNS",
    "CAMPAIGN_DAILY_SUMMARY",
    "CONNECTIONS",
    "CONNECTION_ALERTS",
    "CREATORS",
    "CREATOR_MONTHS",
    "DASHBOARD_SESSIONS",
    "DASHBOARD_USERS",
    "ERASED_ACCOUNTS",
    "ERASURE_REQUESTS",
    "FINDINGS",
    "HASHTAG_POST_METRICS",
    "INVITATIONS",
    "INVITATION_USES",
    "LOGINS",
    "METRIC_CAPABILITIES",
    "PARTICIPANTS",
    "PARTITIONED",
    "POSTS",
    "POST_CAPTIONS",
    "POST_METRIC_VALUES",
    "POST_REMOVAL_CHECKS",
    "POST_SNAPSHOTS",
    "REFRESHES",
    "REVIEW_CANDIDATES",
    "REVIEW_DECISIONS",
    "SCHEMA",
    "STORIES_TO_REVIEW",
    "SYNC_OUTCOMES",
    "TABLES",
    "WEBHOOK_INBOX",
    "Table",
]
