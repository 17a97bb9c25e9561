"""Posts that were proven to be removed, and fields that no parser knows, told once."""

from alembic import op

revision = "0002"
down_revision = "0001"

_CHANGES = """
ALTER TABLE analytics.posts ADD COLUMN removed_at TIMESTAMP WITH TIME ZONE;

CREATE TABLE analytics.post_removal_checks (
    attempt_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    post_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    is_gone BOOLEAN NOT NULL,
    covers_from TIMESTAMP WITH TIME ZONE NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT post_removal_checks_pkey PRIMARY KEY (attempt_id, post_id)
);

CREATE INDEX post_removal_checks_by_platform_post_id
    ON analytics.post_removal_checks (platform, post_id);

CREATE UNIQUE INDEX data_quality_findings_one_per_unknown_field
    ON analytics.data_quality_findings (asset, record_key, field)
    WHERE rule = 'unknown_field';
"""


def upgrade() -> None:
    """Add the column, the table and the index."""
    op.execute(_CHANGES)
