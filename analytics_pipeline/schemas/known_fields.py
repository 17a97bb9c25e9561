"""The fields of each kind of object in the outside APIs' answers that we know.

What is requested stands here, once: clients ask for it, and whatever else comes is
drift. It is kept in the raw answer like everything and reported by its name.

Source: docs/sources/.
"""

from enum import StrEnum


class ObjectKind(StrEnum):
    """The kinds of objects that parsers read, as findings name them."""

    INSTAGRAM_PROFILE = "instagram profile"
    INSTAGRAM_MEDIA = "instagram media"
    INSTAGRAM_STORY_PUSH = "instagram story_insights push"
    INSTAGRAM_INSIGHT = "instagram insight"
    TIKTOK_USER = "tiktok user"
    TIKTOK_VIDEO = "tiktok video"
    CREATOR = "creators app creator"
    CAMPAIGN = "creators app campaign"
    INVOLVEMENT = "creators app involvement"


INSTAGRAM_PROFILE_FIELDS = (
    "id",
    "username",
    "name",
    "followers_count",
    "follows_count",
    "media_count",
)
INSTAGRAM_MEDIA_FIELDS = (
    "id",
    "caption",
    "media_type",
    "media_product_type",
    "permalink",
    "timestamp",
    "like_count",
    "comments_count",
)
# Only business discovery has view_count, and only for reels.
INSTAGRAM_OUTSIDE_MEDIA_FIELDS = (*INSTAGRAM_MEDIA_FIELDS, "view_count")
# Stories have replies, which are insights, and no comments.
INSTAGRAM_STORY_FIELDS = tuple(
    name for name in INSTAGRAM_MEDIA_FIELDS if name != "comments_count"
)
# The numbers of a `story_insights` push. That newer ones carry those from `views` on is
# unverified; `impressions` counts otherwise than `views` and is never taken for it.
INSTAGRAM_STORY_PUSH_COUNTS = (
    "reach",
    "impressions",
    "replies",
    "exits",
    "taps_forward",
    "taps_back",
    "views",
    "shares",
    "total_interactions",
    "profile_visits",
    "follows",
)
# Which fields of the user object each scope opens.
TIKTOK_USER_FIELDS = {
    "user.info.basic": ("open_id", "union_id", "display_name"),
    "user.info.profile": ("username",),
    "user.info.stats": (
        "follower_count",
        "following_count",
        "likes_count",
        "video_count",
    ),
}
TIKTOK_VIDEO_FIELDS = (
    "id",
    "create_time",
    "title",
    "video_description",
    "duration",
    "share_url",
    "view_count",
    "like_count",
    "comment_count",
    "share_count",
)

KNOWN_FIELDS: dict[ObjectKind, frozenset[str]] = {
    # Business discovery nests the posts in the profile.
    ObjectKind.INSTAGRAM_PROFILE: frozenset({*INSTAGRAM_PROFILE_FIELDS, "media"}),
    ObjectKind.INSTAGRAM_MEDIA: frozenset(INSTAGRAM_OUTSIDE_MEDIA_FIELDS),
    ObjectKind.INSTAGRAM_STORY_PUSH: frozenset(
        {"media_id", *INSTAGRAM_STORY_PUSH_COUNTS}
    ),
    ObjectKind.INSTAGRAM_INSIGHT: frozenset(
        {
            "name",
            "period",
            "values",
            "total_value",
            "title",
            "description",
            "id",
        }
    ),
    ObjectKind.TIKTOK_USER: frozenset(
        name for names in TIKTOK_USER_FIELDS.values() for name in names
    ),
    ObjectKind.TIKTOK_VIDEO: frozenset(TIKTOK_VIDEO_FIELDS),
    # The Creators app cannot be asked for single fields.
    ObjectKind.CREATOR: frozenset({"id", "email"}),
    ObjectKind.CAMPAIGN: frozenset(
        {
            "id",
            "name",
            "hashtags",
            "publishing_start_date",
            "publishing_end_date",
            "platforms",
        }
    ),
    ObjectKind.INVOLVEMENT: frozenset({"campaign_id", "creator_ids"}),
}
