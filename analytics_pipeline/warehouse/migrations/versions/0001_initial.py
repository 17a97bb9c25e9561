"""The first tables."""

from alembic import op

revision = "0001"
down_revision = None

_TABLES = """
CREATE TABLE analytics.account_snapshots (
    snapshot_date DATE NOT NULL,
    platform TEXT NOT NULL,
    account_id TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    username TEXT,
    display_name TEXT,
    follower_count BIGINT,
    following_count BIGINT,
    post_count_reported BIGINT,
    unknown_reasons JSONB NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_late BOOLEAN NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT account_snapshots_pkey
        PRIMARY KEY (snapshot_date, platform, account_id)
);

CREATE TABLE analytics.active_campaign_participants (
    snapshot_date DATE NOT NULL,
    campaign_id TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    platforms TEXT[] NOT NULL,
    publishing_start_date DATE NOT NULL,
    publishing_end_date DATE NOT NULL,
    is_known_creator BOOLEAN NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_late BOOLEAN NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT active_campaign_participants_pkey
        PRIMARY KEY (snapshot_date, campaign_id, creator_id)
);

CREATE TABLE analytics.campaign_daily_summary (
    snapshot_date DATE NOT NULL,
    campaign_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    participant_count BIGINT NOT NULL,
    answered_count BIGINT NOT NULL,
    creator_count BIGINT NOT NULL,
    post_count BIGINT NOT NULL,
    partial_post_count BIGINT NOT NULL,
    late_post_count BIGINT NOT NULL,
    view_count BIGINT,
    posts_with_view_count BIGINT NOT NULL,
    view_count_delta BIGINT,
    like_count BIGINT,
    posts_with_like_count BIGINT NOT NULL,
    like_count_delta BIGINT,
    comment_count BIGINT,
    posts_with_comment_count BIGINT NOT NULL,
    comment_count_delta BIGINT,
    share_count BIGINT,
    posts_with_share_count BIGINT NOT NULL,
    share_count_delta BIGINT,
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
    run_id TEXT NOT NULL,
    CONSTRAINT campaign_daily_summary_pkey
        PRIMARY KEY (snapshot_date, campaign_id, platform)
);

CREATE INDEX campaign_daily_summary_by_campaign_id_snapshot_date
    ON analytics.campaign_daily_summary (campaign_id, snapshot_date);

CREATE TABLE analytics.campaigns (
    campaign_id TEXT NOT NULL,
    campaign_name TEXT,
    hashtags_as_entered TEXT,
    campaign_hashtags TEXT[] NOT NULL,
    hashtag_keys TEXT[] NOT NULL,
    rejected_hashtags TEXT[] NOT NULL,
    hashtag_rule TEXT NOT NULL,
    content_types TEXT[] NOT NULL,
    publishing_start_date DATE,
    publishing_end_date DATE,
    campaign_status TEXT NOT NULL,
    problems TEXT[] NOT NULL,
    is_listed BOOLEAN NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT campaigns_pkey PRIMARY KEY (campaign_id)
);

CREATE TABLE analytics.collection_attempts (
    attempt_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    account_id TEXT,
    username TEXT,
    snapshot_dates DATE[] NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    covers_from TIMESTAMP WITH TIME ZONE,
    status TEXT NOT NULL,
    reason TEXT,
    detail TEXT,
    calls BIGINT NOT NULL,
    calls_planned BIGINT NOT NULL,
    calls_unplanned BIGINT NOT NULL,
    calls_repeated BIGINT NOT NULL,
    object_url TEXT,
    run_id TEXT NOT NULL,
    CONSTRAINT collection_attempts_pkey PRIMARY KEY (attempt_id)
);

CREATE INDEX collection_attempts_by_snapshot_dates
    ON analytics.collection_attempts USING gin (snapshot_dates);

CREATE TABLE analytics.connections (
    connection_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    account_id TEXT,
    username TEXT,
    access_token_encrypted TEXT,
    refresh_token_encrypted TEXT,
    access_token_expires_at TIMESTAMP WITH TIME ZONE,
    refresh_token_expires_at TIMESTAMP WITH TIME ZONE,
    scopes TEXT[] NOT NULL,
    connection_status TEXT NOT NULL,
    imported_fingerprint TEXT,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT connections_pkey PRIMARY KEY (connection_id)
);

CREATE UNIQUE INDEX connections_one_per_account
    ON analytics.connections (platform, account_id);

CREATE UNIQUE INDEX connections_one_per_handle
    ON analytics.connections (platform, username) WHERE account_id IS NULL;

CREATE TABLE analytics.creators (
    creator_id TEXT NOT NULL,
    email TEXT,
    is_listed BOOLEAN NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT creators_pkey PRIMARY KEY (creator_id)
);

CREATE TABLE analytics.data_quality_findings (
    asset TEXT NOT NULL,
    snapshot_date DATE,
    platform TEXT,
    rule TEXT NOT NULL,
    record_key TEXT NOT NULL,
    field TEXT,
    value TEXT,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT data_quality_findings_key
        UNIQUE NULLS NOT DISTINCT (asset, snapshot_date, rule, record_key, field)
);

CREATE TABLE analytics.hashtag_post_metrics (
    snapshot_date DATE NOT NULL,
    campaign_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    post_id TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    content_type TEXT NOT NULL,
    posted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    post_caption TEXT NOT NULL,
    post_url TEXT,
    hashtags TEXT[] NOT NULL,
    matched_hashtags TEXT[] NOT NULL,
    missing_hashtags TEXT[] NOT NULL,
    match_level TEXT NOT NULL,
    view_count BIGINT,
    like_count BIGINT,
    comment_count BIGINT,
    share_count BIGINT,
    save_count BIGINT,
    reach BIGINT,
    follower_count BIGINT,
    engagement_rate_client DOUBLE PRECISION,
    engagement_rate_by_followers DOUBLE PRECISION,
    engagement_rate_by_views DOUBLE PRECISION,
    engagement_rate_by_reach DOUBLE PRECISION,
    unknown_reasons JSONB NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_late BOOLEAN NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT hashtag_post_metrics_pkey
        PRIMARY KEY (snapshot_date, campaign_id, platform, post_id)
);

CREATE INDEX hashtag_post_metrics_by_campaign_id_snapshot_date
    ON analytics.hashtag_post_metrics (campaign_id, snapshot_date);

CREATE TABLE analytics.post_captions (
    platform TEXT NOT NULL,
    post_id TEXT NOT NULL,
    caption_id TEXT NOT NULL,
    post_caption TEXT NOT NULL,
    hashtags TEXT[] NOT NULL,
    first_observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT post_captions_pkey PRIMARY KEY (platform, post_id, caption_id)
);

CREATE TABLE analytics.post_snapshots (
    snapshot_date DATE NOT NULL,
    platform TEXT NOT NULL,
    post_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    content_type TEXT,
    posted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    caption_id TEXT,
    view_count BIGINT,
    like_count BIGINT,
    comment_count BIGINT,
    share_count BIGINT,
    save_count BIGINT,
    reach BIGINT,
    unknown_reasons JSONB NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_late BOOLEAN NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT post_snapshots_pkey PRIMARY KEY (snapshot_date, platform, post_id)
);

CREATE TABLE analytics.posts (
    platform TEXT NOT NULL,
    post_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    content_type TEXT,
    media_type TEXT,
    posted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    post_caption TEXT,
    hashtags TEXT[] NOT NULL,
    post_url TEXT,
    duration_seconds BIGINT,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT posts_pkey PRIMARY KEY (platform, post_id)
);

CREATE INDEX posts_by_platform_account_id_posted_at
    ON analytics.posts (platform, account_id, posted_at);

CREATE TABLE analytics.sync_outcomes (
    snapshot_date DATE NOT NULL,
    platform TEXT NOT NULL,
    account_id TEXT,
    creator_id TEXT NOT NULL,
    connection_id TEXT,
    username TEXT,
    status TEXT NOT NULL,
    reason TEXT,
    detail TEXT,
    calls BIGINT NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE,
    run_id TEXT NOT NULL,
    CONSTRAINT sync_outcomes_key
        UNIQUE NULLS NOT DISTINCT (snapshot_date, platform, creator_id, connection_id)
);
"""


def upgrade() -> None:
    """Create the tables and their indexes."""
    op.execute(_TABLES)
