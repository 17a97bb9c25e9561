"""The read side: what people decide, who they are, months of creators, refreshes."""

from alembic import op

revision = "0007"
down_revision = "0006"

_CHANGES = """
ALTER TABLE analytics.hashtag_post_metrics
    ADD COLUMN match_basis TEXT NOT NULL DEFAULT 'hashtags';
ALTER TABLE analytics.hashtag_post_metrics ALTER COLUMN match_basis DROP DEFAULT;
-- A post that a person has confirmed need have neither.
ALTER TABLE analytics.hashtag_post_metrics ALTER COLUMN content_type DROP NOT NULL;
ALTER TABLE analytics.hashtag_post_metrics ALTER COLUMN post_caption DROP NOT NULL;

CREATE INDEX sync_outcomes_by_creator_id_snapshot_date
    ON analytics.sync_outcomes (creator_id, snapshot_date);

CREATE TABLE analytics.review_candidates (
    snapshot_date DATE NOT NULL,
    campaign_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    post_id TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    content_type TEXT,
    posted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    post_caption TEXT,
    post_url TEXT,
    hashtags TEXT[] NOT NULL,
    candidate_kind TEXT NOT NULL,
    candidate_score BIGINT NOT NULL,
    candidate_reasons JSONB NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_late BOOLEAN NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT review_candidates_pkey
        PRIMARY KEY (snapshot_date, campaign_id, platform, post_id)
);

CREATE INDEX review_candidates_by_campaign_id_snapshot_date
    ON analytics.review_candidates (campaign_id, snapshot_date);

CREATE TABLE analytics.creator_months (
    creator_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    month_start_date DATE NOT NULL,
    post_count BIGINT NOT NULL,
    late_post_count BIGINT NOT NULL,
    view_count BIGINT,
    posts_with_view_count BIGINT NOT NULL,
    view_count_mean DOUBLE PRECISION,
    like_count BIGINT,
    posts_with_like_count BIGINT NOT NULL,
    like_count_mean DOUBLE PRECISION,
    comment_count BIGINT,
    posts_with_comment_count BIGINT NOT NULL,
    comment_count_mean DOUBLE PRECISION,
    share_count BIGINT,
    posts_with_share_count BIGINT NOT NULL,
    share_count_mean DOUBLE PRECISION,
    follower_count BIGINT,
    follower_count_date DATE,
    engagement_rate_client DOUBLE PRECISION,
    posts_with_engagement_rate_client BIGINT NOT NULL,
    engagement_rate_client_median DOUBLE PRECISION,
    engagement_rate_by_followers DOUBLE PRECISION,
    posts_with_engagement_rate_by_followers BIGINT NOT NULL,
    engagement_rate_by_followers_median DOUBLE PRECISION,
    engagement_rate_by_views DOUBLE PRECISION,
    posts_with_engagement_rate_by_views BIGINT NOT NULL,
    engagement_rate_by_views_median DOUBLE PRECISION,
    engagement_rate_by_reach DOUBLE PRECISION,
    posts_with_engagement_rate_by_reach BIGINT NOT NULL,
    engagement_rate_by_reach_median DOUBLE PRECISION,
    unknown_reasons JSONB NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT creator_months_pkey
        PRIMARY KEY (creator_id, platform, month_start_date)
);

CREATE TABLE analytics.review_decisions (
    decision_id TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    post_id TEXT,
    account_id TEXT,
    link_key TEXT,
    post_url TEXT,
    decision TEXT NOT NULL,
    decision_reason TEXT,
    candidate_kind TEXT,
    decided_by TEXT NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    withdrawn_by TEXT,
    CONSTRAINT review_decisions_pkey PRIMARY KEY (decision_id)
);

CREATE INDEX review_decisions_by_campaign_id_platform_post_id
    ON analytics.review_decisions (campaign_id, platform, post_id);

CREATE TABLE analytics.dashboard_users (
    user_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    user_role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    password_changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    disabled_at TIMESTAMP WITH TIME ZONE,
    last_signed_in_at TIMESTAMP WITH TIME ZONE,
    failed_sign_in_count BIGINT NOT NULL,
    locked_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT dashboard_users_pkey PRIMARY KEY (user_id)
);

CREATE UNIQUE INDEX dashboard_users_one_per_name
    ON analytics.dashboard_users (user_name);

CREATE TABLE analytics.dashboard_sessions (
    session_hash TEXT NOT NULL,
    user_id TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_used_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT dashboard_sessions_pkey PRIMARY KEY (session_hash)
);

CREATE INDEX dashboard_sessions_by_user_id
    ON analytics.dashboard_sessions (user_id);

CREATE TABLE analytics.refreshes (
    refresh_id TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
    snapshot_date DATE NOT NULL,
    refresh_status TEXT NOT NULL,
    refresh_run_id TEXT,
    started_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    checked_at TIMESTAMP WITH TIME ZONE,
    detail TEXT,
    CONSTRAINT refreshes_pkey PRIMARY KEY (refresh_id)
);

CREATE UNIQUE INDEX refreshes_one_at_a_time
    ON analytics.refreshes ((ended_at IS NULL)) WHERE ended_at IS NULL;

CREATE INDEX hashtag_post_metrics_by_platform_post_id_snapshot_date
    ON analytics.hashtag_post_metrics (platform, post_id, snapshot_date);

CREATE INDEX post_snapshots_by_platform_post_id_snapshot_date
    ON analytics.post_snapshots (platform, post_id, snapshot_date);
"""


def upgrade() -> None:
    """Add the column, the tables and the indexes."""
    op.execute(_CHANGES)
