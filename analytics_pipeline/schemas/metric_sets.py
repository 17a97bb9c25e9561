"""Which metrics are asked for, by what they are of.

Of each kind the metrics that live tests confirm come first, then those that only the
vendor's documentation has: a metric that is refused is left out and remembered, so a
wrong guess costs one call. Never asked: `facebook_views` and `crossposted_views`, which
void every answer about a post that was not shared to Facebook, and what was retired.

Source: docs/sources/instagram.md (Insights).
"""

from analytics_pipeline.schemas.metrics import ProductType

_POSTS = ("views", "reach", "likes", "comments", "saved", "shares")
_DOCUMENTED_OF_POSTS = ("reposts", "total_likes", "total_comments", "total_views")

POST_METRICS: dict[ProductType, tuple[str, ...]] = {
    ProductType.FEED: (
        *_POSTS,
        "total_interactions",
        "profile_visits",
        "follows",
        *_DOCUMENTED_OF_POSTS,
    ),
    ProductType.REELS: (
        *_POSTS,
        "total_interactions",
        "ig_reels_avg_watch_time",
        "ig_reels_video_view_total_time",
        "reels_skip_rate",
        *_DOCUMENTED_OF_POSTS,
    ),
    ProductType.STORY: (
        "views",
        "reach",
        "replies",
        "shares",
        "total_interactions",
        "profile_visits",
        "follows",
        "navigation",
        "reposts",
        "link_clicks",
        "total_views",
    ),
}

FOLLOWS = "follows_and_unfollows"
NEW_FOLLOWERS = "follower_count"
"""Followers gained on a day, not followers in all; only of the last 30 days."""

ACCOUNT_SERIES = ("reach", NEW_FOLLOWERS)
ACCOUNT_TOTALS = (
    "views",
    "accounts_engaged",
    "total_interactions",
    "likes",
    "comments",
    "shares",
    "saves",
    "replies",
    "reposts",
    "profile_links_taps",
    "profile_views",
    "website_clicks",
)

BREAKDOWNS: dict[str, str] = {
    "navigation": "story_navigation_action_type",
    "profile_activity": "action_type",
    FOLLOWS: "follow_type",
}
"""Metrics that can be asked by their parts, each in a call of its own."""
