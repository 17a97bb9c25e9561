"""Logins of creators: invitations, keys of the API, the life of tokens."""

from alembic import op

revision = "0005"
down_revision = "0004"

_CHANGES = """
ALTER TABLE analytics.connections
    ADD COLUMN platform_user_id TEXT;
ALTER TABLE analytics.connections
    ADD COLUMN page_id TEXT;
ALTER TABLE analytics.connections
    ADD COLUMN access_token_issued_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE analytics.connections
    ADD COLUMN consent_expires_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE analytics.connections
    ADD COLUMN reconnect_reason TEXT;
ALTER TABLE analytics.connections
    ADD COLUMN reconnect_since TIMESTAMP WITH TIME ZONE;
ALTER TABLE analytics.connections
    ADD COLUMN renewal_tried_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE analytics.connections
    ADD COLUMN renewal_problem TEXT;
ALTER TABLE analytics.connections
    ADD COLUMN token_doubted_at TIMESTAMP WITH TIME ZONE;

CREATE INDEX connections_by_platform_platform_user_id
    ON analytics.connections (platform, platform_user_id);

CREATE TABLE analytics.invitations (
    invitation_id TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    invited_platforms TEXT[] NOT NULL,
    invited_by TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT invitations_pkey PRIMARY KEY (invitation_id)
);

CREATE TABLE analytics.invitation_uses (
    invitation_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT invitation_uses_pkey PRIMARY KEY (invitation_id, platform)
);

CREATE TABLE analytics.logins (
    login_id TEXT NOT NULL,
    invitation_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    browser_hash TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    returned_at TIMESTAMP WITH TIME ZONE,
    grant_encrypted TEXT,
    choices JSONB NOT NULL,
    scopes TEXT[] NOT NULL,
    login_outcome TEXT,
    detail TEXT,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT logins_pkey PRIMARY KEY (login_id)
);

CREATE TABLE analytics.api_keys (
    key_id TEXT NOT NULL,
    key_name TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    key_scopes TEXT[] NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    last_used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT api_keys_pkey PRIMARY KEY (key_id)
);

CREATE TABLE analytics.connection_alerts (
    connection_id TEXT NOT NULL,
    alert_subject TEXT NOT NULL,
    alert_threshold TEXT NOT NULL,
    ends_on DATE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    raised_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT connection_alerts_pkey
        PRIMARY KEY (connection_id, alert_subject, alert_threshold, ends_on)
);
"""


def upgrade() -> None:
    """Add the columns and the tables."""
    op.execute(_CHANGES)
