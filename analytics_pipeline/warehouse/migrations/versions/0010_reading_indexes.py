"""Indexes for reading a campaign over all its days."""

from alembic import op

revision = "0010"
down_revision = "0009"

_INDEXES = """
-- In the order in which a campaign's posts are followed, with all that is followed: a
-- report sorts nothing and reads no caption. It takes the place of one by day.
CREATE INDEX hashtag_post_metrics_by_campaign_and_post
    ON analytics.hashtag_post_metrics (campaign_id, platform, post_id, snapshot_date)
    INCLUDE (match_level, is_late, observed_at, view_count, like_count, comment_count,
        share_count, save_count, reach, follower_count, engagement_rate_client,
        engagement_rate_by_followers, engagement_rate_by_views,
        engagement_rate_by_reach);
DROP INDEX analytics.hashtag_post_metrics_by_campaign_id_snapshot_date;

CREATE INDEX active_campaign_participants_by_campaign_id_snapshot_date
    ON analytics.active_campaign_participants (campaign_id, snapshot_date);

CREATE INDEX stories_to_review_by_campaign_id_snapshot_date
    ON analytics.stories_to_review (campaign_id, snapshot_date);

CREATE INDEX posts_by_creator_id_posted_at
    ON analytics.posts (creator_id, posted_at);
"""


def upgrade() -> None:
    """Add the indexes."""
    op.execute(_INDEXES)
