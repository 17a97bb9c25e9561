"""Insights of posts, stories and accounts, and the metrics a platform refuses."""

from alembic import op

revision = "0004"
down_revision = "0003"

_CHANGES = """
ALTER TABLE analytics.collection_attempts
    ADD COLUMN attempt_kind TEXT NOT NULL DEFAULT 'media';
ALTER TABLE analytics.collection_attempts ALTER COLUMN attempt_kind DROP DEFAULT;

ALTER TABLE analytics.post_snapshots
    ADD COLUMN count_sources JSONB NOT NULL DEFAULT '{}';
ALTER TABLE analytics.post_snapshots ALTER COLUMN count_sources DROP DEFAULT;

CREATE TABLE analytics.metric_capabilities (
    platform TEXT NOT NULL,
    api_version TEXT NOT NULL,
    product_type TEXT NOT NULL,
    metric TEXT NOT NULL,
    refused_at TIMESTAMP WITH TIME ZONE NOT NULL,
    tried_at TIMESTAMP WITH TIME ZONE NOT NULL,
    detail TEXT,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT metric_capabilities_pkey
        PRIMARY KEY (platform, api_version, product_type, metric)
);

CREATE UNIQUE INDEX data_quality_findings_one_per_refused_metric
    ON analytics.data_quality_findings (asset, record_key, field)
    WHERE rule = 'metric_refused';

CREATE TABLE analytics.post_metric_values (
    snapshot_date DATE NOT NULL,
    platform TEXT NOT NULL,
    post_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    metric TEXT NOT NULL,
    breakdown TEXT,
    breakdown_value TEXT,
    metric_value DOUBLE PRECISION,
    unknown_reason TEXT,
    metric_source TEXT NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_late BOOLEAN NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT post_metric_values_key
        UNIQUE NULLS NOT DISTINCT (
            snapshot_date, platform, post_id,
            metric, breakdown, breakdown_value
        )
);

CREATE INDEX post_metric_values_by_platform_post_id
    ON analytics.post_metric_values (platform, post_id);

CREATE INDEX post_metric_values_before_conversion
    ON analytics.post_metric_values (post_id)
    WHERE unknown_reason = 'before_conversion';

CREATE TABLE analytics.account_metric_values (
    metric_date DATE NOT NULL,
    platform TEXT NOT NULL,
    account_id TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    metric TEXT NOT NULL,
    breakdown TEXT,
    breakdown_value TEXT,
    metric_value DOUBLE PRECISION,
    unknown_reason TEXT,
    is_final BOOLEAN NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT account_metric_values_key
        UNIQUE NULLS NOT DISTINCT (
            metric_date, platform, account_id,
            metric, breakdown, breakdown_value
        )
);

CREATE INDEX account_metric_values_by_account_id_metric_date
    ON analytics.account_metric_values (account_id, metric_date);

CREATE TABLE analytics.stories_to_review (
    snapshot_date DATE NOT NULL,
    campaign_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    post_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    posted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    post_url TEXT,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT stories_to_review_pkey
        PRIMARY KEY (snapshot_date, campaign_id, platform, post_id)
);
"""


def upgrade() -> None:
    """Add the columns and the tables."""
    op.execute(_CHANGES)
