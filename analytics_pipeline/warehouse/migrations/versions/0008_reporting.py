"""What analysts read: views of their own schema."""

from alembic import op

revision = "0008"
down_revision = "0007"

_VIEWS = """
CREATE SCHEMA IF NOT EXISTS reporting;

CREATE VIEW reporting.campaigns AS
SELECT campaign_id,
       campaign_name,
       hashtags_as_entered,
       campaign_hashtags,
       hashtag_keys,
       rejected_hashtags,
       hashtag_rule,
       content_types,
       publishing_start_date,
       publishing_end_date,
       campaign_status,
       problems,
       is_listed,
       first_seen_at,
       last_seen_at,
       updated_at
FROM analytics.campaigns;

CREATE VIEW reporting.creators AS
SELECT creator_id,
       is_listed,
       first_seen_at,
       last_seen_at,
       updated_at
FROM analytics.creators;

CREATE VIEW reporting.accounts AS
SELECT connection_id,
       platform,
       creator_id,
       account_id,
       username,
       connection_status,
       reconnect_reason,
       reconnect_since,
       consent_expires_at,
       updated_at
FROM analytics.connections;

CREATE VIEW reporting.campaign_participants AS
SELECT snapshot_date,
       campaign_id,
       creator_id,
       platforms,
       publishing_start_date,
       publishing_end_date,
       is_known_creator,
       observed_at,
       is_late
FROM analytics.active_campaign_participants;

CREATE VIEW reporting.campaign_days AS
SELECT s.snapshot_date,
       s.campaign_id,
       s.platform,
       c.campaign_name AS campaign_name,
       s.participant_count,
       s.answered_count,
       s.creator_count,
       s.post_count,
       s.partial_post_count,
       s.late_post_count,
       s.erased_post_count,
       s.view_count,
       s.posts_with_view_count,
       s.view_count_delta,
       s.like_count,
       s.posts_with_like_count,
       s.like_count_delta,
       s.comment_count,
       s.posts_with_comment_count,
       s.comment_count_delta,
       s.share_count,
       s.posts_with_share_count,
       s.share_count_delta,
       s.engagement_rate_client,
       s.posts_with_engagement_rate_client,
       s.engagement_rate_client_median,
       s.engagement_rate_by_followers,
       s.posts_with_engagement_rate_by_followers,
       s.engagement_rate_by_followers_median,
       s.engagement_rate_by_views,
       s.posts_with_engagement_rate_by_views,
       s.engagement_rate_by_views_median,
       s.engagement_rate_by_reach,
       s.posts_with_engagement_rate_by_reach,
       s.engagement_rate_by_reach_median,
       s.unknown_reasons,
       s.observed_at,
       s.run_id
FROM analytics.campaign_daily_summary s
LEFT JOIN analytics.campaigns c ON c.campaign_id = s.campaign_id;

CREATE VIEW reporting.campaign_posts AS
SELECT DISTINCT ON (m.campaign_id, m.platform, m.post_id)
       m.snapshot_date,
       m.campaign_id,
       m.platform,
       m.post_id,
       c.campaign_name AS campaign_name,
       m.match_level = 'full' AS is_counted,
       m.creator_id,
       m.account_id,
       m.content_type,
       m.posted_at,
       m.post_caption,
       m.post_url,
       m.hashtags,
       m.matched_hashtags,
       m.missing_hashtags,
       m.match_level,
       m.match_basis,
       m.view_count,
       m.like_count,
       m.comment_count,
       m.share_count,
       m.save_count,
       m.reach,
       m.follower_count,
       m.engagement_rate_client,
       m.engagement_rate_by_followers,
       m.engagement_rate_by_views,
       m.engagement_rate_by_reach,
       m.unknown_reasons,
       m.observed_at,
       m.is_late,
       m.run_id,
       p.removed_at AS removed_at
FROM analytics.hashtag_post_metrics m
LEFT JOIN analytics.campaigns c ON c.campaign_id = m.campaign_id
LEFT JOIN analytics.posts p
  ON p.platform = m.platform AND p.post_id = m.post_id
ORDER BY m.campaign_id, m.platform, m.post_id, m.snapshot_date DESC;

CREATE VIEW reporting.campaign_post_days AS
SELECT m.snapshot_date,
       m.campaign_id,
       m.platform,
       m.post_id,
       c.campaign_name AS campaign_name,
       m.match_level = 'full' AS is_counted,
       m.creator_id,
       m.account_id,
       m.content_type,
       m.posted_at,
       m.post_caption,
       m.post_url,
       m.hashtags,
       m.matched_hashtags,
       m.missing_hashtags,
       m.match_level,
       m.match_basis,
       m.view_count,
       m.like_count,
       m.comment_count,
       m.share_count,
       m.save_count,
       m.reach,
       m.follower_count,
       m.engagement_rate_client,
       m.engagement_rate_by_followers,
       m.engagement_rate_by_views,
       m.engagement_rate_by_reach,
       m.unknown_reasons,
       m.observed_at,
       m.is_late,
       m.run_id
FROM analytics.hashtag_post_metrics m
LEFT JOIN analytics.campaigns c ON c.campaign_id = m.campaign_id;

CREATE VIEW reporting.posts AS
SELECT platform,
       post_id,
       account_id,
       creator_id,
       content_type,
       media_type,
       posted_at,
       post_caption,
       hashtags,
       post_url,
       duration_seconds,
       first_seen_at,
       last_seen_at,
       removed_at
FROM analytics.posts;

CREATE VIEW reporting.post_days AS
SELECT snapshot_date,
       platform,
       post_id,
       account_id,
       creator_id,
       content_type,
       posted_at,
       caption_id,
       view_count,
       like_count,
       comment_count,
       share_count,
       save_count,
       reach,
       count_sources,
       unknown_reasons,
       observed_at,
       is_late,
       run_id
FROM analytics.post_snapshots;

CREATE VIEW reporting.post_metrics AS
SELECT snapshot_date,
       platform,
       post_id,
       account_id,
       creator_id,
       metric,
       breakdown,
       breakdown_value,
       metric_value,
       unknown_reason,
       metric_source,
       observed_at,
       is_late,
       run_id
FROM analytics.post_metric_values;

CREATE VIEW reporting.account_days AS
SELECT snapshot_date,
       platform,
       account_id,
       creator_id,
       username,
       display_name,
       follower_count,
       following_count,
       post_count_reported,
       unknown_reasons,
       observed_at,
       is_late,
       run_id
FROM analytics.account_snapshots;

CREATE VIEW reporting.account_metrics AS
SELECT metric_date,
       platform,
       account_id,
       creator_id,
       metric,
       breakdown,
       breakdown_value,
       metric_value,
       unknown_reason,
       is_final,
       observed_at,
       run_id
FROM analytics.account_metric_values;

CREATE VIEW reporting.creator_months AS
SELECT creator_id,
       platform,
       extract(year FROM month_start_date)::bigint AS year,
       extract(month FROM month_start_date)::bigint AS month,
       month_start_date,
       post_count,
       late_post_count,
       view_count,
       posts_with_view_count,
       view_count_mean,
       like_count,
       posts_with_like_count,
       like_count_mean,
       comment_count,
       posts_with_comment_count,
       comment_count_mean,
       share_count,
       posts_with_share_count,
       share_count_mean,
       follower_count,
       follower_count_date,
       engagement_rate_client,
       posts_with_engagement_rate_client,
       engagement_rate_client_median,
       engagement_rate_by_followers,
       posts_with_engagement_rate_by_followers,
       engagement_rate_by_followers_median,
       engagement_rate_by_views,
       posts_with_engagement_rate_by_views,
       engagement_rate_by_views_median,
       engagement_rate_by_reach,
       posts_with_engagement_rate_by_reach,
       engagement_rate_by_reach_median,
       unknown_reasons,
       observed_at,
       updated_at,
       run_id
FROM analytics.creator_months;

CREATE VIEW reporting.coverage AS
SELECT snapshot_date,
       platform,
       account_id,
       creator_id,
       connection_id,
       username,
       status,
       reason,
       detail,
       calls,
       observed_at,
       run_id
FROM analytics.sync_outcomes;

CREATE VIEW reporting.findings AS
SELECT asset,
       snapshot_date,
       platform,
       rule,
       record_key,
       field,
       value,
       observed_at,
       run_id
FROM analytics.data_quality_findings;

CREATE VIEW reporting.review_candidates AS
SELECT r.snapshot_date,
       r.campaign_id,
       r.platform,
       r.post_id,
       c.campaign_name AS campaign_name,
       r.creator_id,
       r.account_id,
       r.content_type,
       r.posted_at,
       r.post_caption,
       r.post_url,
       r.hashtags,
       r.candidate_kind,
       r.candidate_score,
       r.candidate_reasons,
       r.observed_at,
       r.is_late,
       r.run_id
FROM analytics.review_candidates r
LEFT JOIN analytics.campaigns c ON c.campaign_id = r.campaign_id;

CREATE VIEW reporting.stories AS
SELECT DISTINCT ON (s.platform, s.post_id)
       s.snapshot_date,
       s.platform,
       s.post_id,
       s.account_id,
       s.creator_id,
       s.posted_at,
       p.post_caption AS post_caption,
       p.post_url AS post_url,
       EXISTS (SELECT FROM analytics.stories_to_review r
               WHERE r.platform = s.platform AND r.post_id = s.post_id) AS is_to_review,
       s.view_count,
       s.like_count,
       s.comment_count,
       s.share_count,
       s.save_count,
       s.reach,
       s.count_sources,
       s.unknown_reasons,
       s.observed_at,
       s.is_late,
       s.run_id
FROM analytics.post_snapshots s
LEFT JOIN analytics.posts p
  ON p.platform = s.platform AND p.post_id = s.post_id
WHERE s.content_type = 'instagram_story'
ORDER BY s.platform, s.post_id, s.snapshot_date DESC;
"""


def upgrade() -> None:
    """Create the views; their comments and grants follow every migration."""
    op.execute(_VIEWS)
