"""A stocked warehouse to read from: made by the server itself, no run behind it.

Campaign `c0` is the large one. Every number is carried the hard way somewhere: posts
miss days, insights are asked for every seventh day, some looks came late, captions
were edited, and a third of everything is on TikTok.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from analytics_pipeline.schemas.tables import PARTITIONED
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.partitions import ensure_months, month_of
from benchmarks.measure import Size

LARGE = "c0"
"""The campaign that is read."""

FIRST_DAY = date(2026, 3, 1)
DAYS = 40
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)
NOW = datetime(2026, 4, 10, 8, tzinfo=UTC)
_POSTS_PER_CREATOR = 10


@dataclass(frozen=True, slots=True)
class Scale:
    """How much there is to read.

    Attributes:
        posts: Posts, each with `DAYS` snapshots or a few less.
        campaigns: Campaigns.
        large: Posts of the large campaign.
        small: Posts of each other one.
    """

    posts: int
    campaigns: int
    large: int
    small: int

    @property
    def creators(self) -> int:
        """Creators; each takes part in one campaign and has an account per platform."""
        return (self.in_campaigns + _POSTS_PER_CREATOR - 1) // _POSTS_PER_CREATOR

    @property
    def in_campaigns(self) -> int:
        """Posts that are in a campaign."""
        return self.large + (self.campaigns - 1) * self.small


SCALES = {
    Size.SHORT: Scale(posts=5_000, campaigns=20, large=1_000, small=50),
    Size.FULL: Scale(posts=250_000, campaigns=1_000, large=2_500, small=50),
}

# Numbers that can be told for a post on a day; n is the post, d the day from 0.
_NUMBERS = """
    CASE WHEN n % 11 = 0 THEN NULL ELSE 100 + n % 900 + d * (1 + n % 37) END
        AS view_count,
    10 + n % 90 + d * (1 + n % 5) AS like_count,
    n % 20 + d AS comment_count,
    CASE WHEN n % 3 = 0 THEN n % 7 + d / 4 END AS share_count,
    CASE WHEN n % 5 = 0 AND (n + d) % 7 = 0 THEN n % 9 + d END AS save_count,
    CASE WHEN n % 5 = 0 AND (n + d) % 7 = 0 THEN 80 + n % 700 + d * 3 END AS reach
"""
_STEPS = (
    """
CREATE TEMP TABLE world_posts AS
SELECT n,
       CASE WHEN n % 3 = 0 THEN 'tiktok' ELSE 'instagram' END AS platform,
       'p' || n AS post_id,
       CASE WHEN n < :large THEN 0
            WHEN n < :in_campaigns THEN 1 + (n - :large) / :small END AS campaign,
       (n % :in_campaigns) / :per_creator AS creator,
       CAST(:first AS timestamptz) + n % 20 * interval '1 day'
           + n % 1440 * interval '1 minute' AS posted_at
FROM generate_series(0, :posts - 1) AS n
""",
    "ANALYZE world_posts",
    """
INSERT INTO campaigns (campaign_id, campaign_name, campaign_hashtags, hashtag_keys,
    rejected_hashtags, hashtag_rule, content_types, publishing_start_date,
    publishing_end_date, campaign_status, problems, is_listed, first_seen_at,
    last_seen_at, updated_at, run_id)
SELECT 'c' || n, 'Campaign ' || n, ARRAY['jaro' || n, 'znacka'],
    ARRAY['jaro' || n, 'znacka'], '{}', 'all',
    ARRAY['instagram_reel', 'tiktok_video'], :day, :last, 'active', '{}', true, :first,
    :first, :first, 'run'
FROM generate_series(0, :campaigns - 1) AS n
""",
    """
INSERT INTO connections (connection_id, platform, creator_id, account_id, username,
    scopes, connection_status, updated_at)
SELECT platform || n, platform, 'k' || n, left(platform, 1) || n, 'name.' || n, '{}',
    'public', :first
FROM generate_series(0, :creators - 1) AS n,
    unnest(ARRAY['instagram', 'tiktok']) AS platform
""",
    """
INSERT INTO creators (creator_id, is_listed, first_seen_at, last_seen_at, updated_at,
    run_id)
SELECT 'k' || n, true, :first, :first, :first, 'run'
FROM generate_series(0, :creators - 1) AS n
""",
    """
INSERT INTO posts (platform, post_id, account_id, creator_id, content_type, posted_at,
    post_caption, hashtags, post_url, first_seen_at, last_seen_at, removed_at, run_id)
SELECT platform, post_id, left(platform, 1) || creator, 'k' || creator,
    CASE platform WHEN 'tiktok' THEN 'tiktok_video' ELSE 'instagram_reel' END,
    posted_at, 'A spring day, a new coat, and ' || repeat('some words more ', 7) ||
    coalesce('#jaro' || campaign || ' #znacka', '#' || n), '{}',
    'https://www.instagram.com/reel/' || post_id || '/', :first, :first,
    CASE WHEN n % 400 = 1 THEN :first + interval '30 days' END, 'run'
FROM world_posts ORDER BY n
""",
    f"""
INSERT INTO post_snapshots (snapshot_date, platform, post_id, account_id, creator_id,
    content_type, posted_at, caption_id, view_count, like_count, comment_count,
    share_count, save_count, reach, unknown_reasons, count_sources, observed_at,
    is_late, run_id)
SELECT :day + d, platform, post_id, left(platform, 1) || creator, 'k' || creator,
    CASE platform WHEN 'tiktok' THEN 'tiktok_video' ELSE 'instagram_reel' END,
    posted_at, 'caption', view_count, like_count, comment_count, share_count,
    save_count, reach, jsonb_strip_nulls(jsonb_build_object(
        'share_count', CASE WHEN share_count IS NULL THEN 'not_offered' END,
        'save_count', CASE WHEN save_count IS NULL THEN 'not_asked' END,
        'reach', CASE WHEN reach IS NULL THEN 'not_asked' END)),
    jsonb_build_object('view_count', 'media/view_count'),
    CAST(:first AS timestamptz) + d * interval '1 day'
        + CASE WHEN n % 97 = d THEN interval '9 days' ELSE interval '29 hours' END,
    n % 97 = d, 'run'
FROM (SELECT n, platform, post_id, creator, posted_at, d, {_NUMBERS}
      FROM world_posts, generate_series(0, :days - 1) AS d
      -- Each post misses a day now and then.
      WHERE (n + d) % 53 <> 0) AS told
ORDER BY d, platform, n
""",
    """
INSERT INTO account_snapshots (snapshot_date, platform, account_id, creator_id,
    username, follower_count, unknown_reasons, observed_at, is_late, run_id)
SELECT :day + d, platform, left(platform, 1) || n, 'k' || n, 'name.' || n,
    1000 + n + d, '{}',
    CAST(:first AS timestamptz) + d * interval '1 day' + interval '29 hours', false,
    'run'
FROM generate_series(0, :days - 1) AS d,
    unnest(ARRAY['instagram', 'tiktok']) AS platform,
    generate_series(0, :creators - 1) AS n
""",
    """
INSERT INTO active_campaign_participants (snapshot_date, campaign_id, creator_id,
    platforms, publishing_start_date, publishing_end_date, is_known_creator,
    observed_at, is_late, run_id)
SELECT DISTINCT :day + d, 'c' || campaign, 'k' || creator,
    ARRAY['instagram', 'tiktok'], :day, :last, true, :first, false, 'run'
FROM generate_series(0, :days - 1) AS d, world_posts
WHERE campaign IS NOT NULL
""",
    """
INSERT INTO sync_outcomes (snapshot_date, platform, account_id, creator_id,
    connection_id, username, status, reason, calls, observed_at, run_id)
SELECT :day + d, platform, left(platform, 1) || n, 'k' || n, platform || n,
    'name.' || n, CASE WHEN (n + d) % 60 = 0 THEN 'failed' ELSE 'ok' END,
    CASE WHEN (n + d) % 60 = 0 THEN 'timeout' END, 2, :first, 'run'
FROM generate_series(0, :days - 1) AS d,
    unnest(ARRAY['instagram', 'tiktok']) AS platform,
    generate_series(0, :creators - 1) AS n
""",
    """
INSERT INTO hashtag_post_metrics (snapshot_date, campaign_id, platform, post_id,
    creator_id, account_id, content_type, posted_at, post_caption, post_url, hashtags,
    matched_hashtags, missing_hashtags, match_level, match_basis, view_count,
    like_count, comment_count, share_count, save_count, reach, follower_count,
    engagement_rate_by_followers, engagement_rate_by_views, unknown_reasons,
    observed_at, is_late, run_id)
SELECT s.snapshot_date, 'c' || w.campaign, s.platform, s.post_id, s.creator_id,
    s.account_id, s.content_type, s.posted_at, p.post_caption, p.post_url,
    ARRAY['jaro' || w.campaign, 'znacka'], ARRAY['jaro' || w.campaign, 'znacka'], '{}',
    CASE WHEN w.n % 31 = 0 THEN 'partial' ELSE 'full' END, 'hashtags', s.view_count,
    s.like_count, s.comment_count, s.share_count, s.save_count, s.reach,
    a.follower_count,
    (s.like_count + s.comment_count)::float8 / a.follower_count,
    (s.like_count + s.comment_count)::float8 / nullif(s.view_count, 0),
    s.unknown_reasons || '{"engagement_rate_client": "share_count: not_offered"}',
    s.observed_at, s.is_late, 'run'
FROM post_snapshots s
JOIN world_posts w ON w.platform = s.platform AND w.post_id = s.post_id
JOIN posts p ON p.platform = s.platform AND p.post_id = s.post_id
JOIN account_snapshots a ON a.snapshot_date = s.snapshot_date
    AND a.platform = s.platform AND a.account_id = s.account_id
-- Captions of some were edited in the end.
WHERE w.campaign IS NOT NULL AND NOT (w.n % 67 = 0 AND s.snapshot_date > :last - 5)
ORDER BY s.snapshot_date, w.n
""",
    """
INSERT INTO campaign_daily_summary (snapshot_date, campaign_id, platform,
    participant_count, answered_count, creator_count, post_count, partial_post_count,
    late_post_count, erased_post_count, view_count, posts_with_view_count, like_count,
    posts_with_like_count, comment_count, posts_with_comment_count, share_count,
    posts_with_share_count, like_count_delta, posts_with_engagement_rate_client,
    posts_with_engagement_rate_by_followers, posts_with_engagement_rate_by_views,
    posts_with_engagement_rate_by_reach, unknown_reasons, observed_at, run_id)
SELECT snapshot_date, campaign_id, platform, 10, 9, 10, count(*), 0, 0, 0,
    sum(view_count), count(view_count), sum(like_count), count(like_count),
    sum(comment_count), count(comment_count), sum(share_count), count(share_count),
    count(*), 0, 0, 0, 0, '{}', max(observed_at), 'run'
FROM hashtag_post_metrics WHERE match_level = 'full'
GROUP BY snapshot_date, campaign_id, platform
""",
    """
INSERT INTO review_candidates (snapshot_date, campaign_id, platform, post_id,
    creator_id, account_id, content_type, posted_at, post_caption, post_url, hashtags,
    candidate_kind, candidate_score, candidate_reasons, observed_at, is_late, run_id)
SELECT s.snapshot_date, 'c' || w.creator * :per_creator / :small, s.platform, s.post_id,
    s.creator_id, s.account_id, s.content_type, s.posted_at, 'a text', NULL, '{}',
    'no_tag', w.n % 60, '{}', s.observed_at, false, 'run'
FROM post_snapshots s
JOIN world_posts w ON w.platform = s.platform AND w.post_id = s.post_id
WHERE w.campaign IS NULL AND w.n % 50 = 0
""",
)


def stock(warehouse: Warehouse, scale: Scale) -> None:
    """Fill an empty warehouse, and let the server look at it as it would in a night.

    Args:
        warehouse: With empty tables.
        scale: How much of everything.
    """
    values: Mapping[str, object] = {
        "posts": scale.posts,
        "campaigns": scale.campaigns,
        "large": scale.large,
        "small": scale.small,
        "in_campaigns": scale.in_campaigns,
        "creators": scale.creators,
        "per_creator": _POSTS_PER_CREATOR,
        "day": FIRST_DAY,
        "last": LAST_DAY,
        "days": DAYS,
        "first": datetime(2026, 3, 1, tzinfo=UTC),
    }
    with warehouse.begin() as connection:
        for table in PARTITIONED:
            ensure_months(connection, table, {month_of(FIRST_DAY), month_of(LAST_DAY)})
        for step in _STEPS:
            statement = sa.text(step)
            wanted = {name: values[name] for name in statement.compile().params}
            connection.execute(statement, wanted)
    with warehouse.engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        alone.execute(sa.text("VACUUM (ANALYZE)"))
