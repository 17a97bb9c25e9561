"""What platforms send unasked: pushes, and requests to forget a person."""

from alembic import op

revision = "0006"
down_revision = "0005"

_CHANGES = """
CREATE TABLE analytics.webhook_inbox (
    message_id TEXT NOT NULL,
    message_source TEXT NOT NULL,
    body TEXT,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    processed_at TIMESTAMP WITH TIME ZONE,
    message_outcome TEXT,
    detail TEXT,
    run_id TEXT,
    CONSTRAINT webhook_inbox_pkey PRIMARY KEY (message_id)
);

CREATE INDEX webhook_inbox_waiting
    ON analytics.webhook_inbox (received_at)
    WHERE processed_at IS NULL;

CREATE TABLE analytics.erasure_requests (
    confirmation_code TEXT NOT NULL,
    request_kind TEXT NOT NULL,
    platform TEXT NOT NULL,
    platform_user_id TEXT,
    creator_id TEXT,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    erasure_status TEXT NOT NULL,
    erasure_key_encrypted TEXT,
    erasure_report JSONB NOT NULL,
    completed_at TIMESTAMP WITH TIME ZONE,
    run_id TEXT,
    CONSTRAINT erasure_requests_pkey PRIMARY KEY (confirmation_code)
);

CREATE TABLE analytics.erased_accounts (
    platform TEXT NOT NULL,
    account_hash TEXT NOT NULL,
    hash_key_encrypted TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    erased_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT erased_accounts_pkey PRIMARY KEY (platform, account_hash)
);

ALTER TABLE analytics.campaign_daily_summary
    ADD COLUMN erased_post_count BIGINT NOT NULL DEFAULT 0;
"""


def upgrade() -> None:
    """Add the tables."""
    op.execute(_CHANGES)
