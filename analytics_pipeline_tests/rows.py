"""Rows put directly into a warehouse, for tests that need no collected days."""

from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from analytics_pipeline.transform.hashtags import match_key
from analytics_pipeline.warehouse.tables import TABLES_BY_NAME
from analytics_pipeline_tests.stored_rows import make_room

NOW = datetime(2026, 3, 6, 5, tzinfo=UTC)
DAY = date(2026, 3, 5)


def insert(connection, table, **values):
    """Insert a row; what is not given and must not be null is nothing in particular."""
    target = TABLES_BY_NAME[table]
    blank = {
        column.name: _blank(column) for column in target.columns if not column.nullable
    }
    make_room(connection, table, [blank | values])
    connection.execute(sa.insert(target).values(blank | values))


def add_campaign(connection, campaign_id, *tags, **changes):
    """Insert a campaign for posts and reels of the first days of March 2026."""
    values = {
        "campaign_id": campaign_id,
        "campaign_name": f"Campaign {campaign_id}",
        "campaign_hashtags": list(tags),
        "hashtag_keys": [match_key(tag) for tag in tags],
        "hashtag_rule": "all",
        "content_types": ["instagram_post", "instagram_reel", "tiktok_video"],
        "publishing_start_date": date(2026, 3, 1),
        "publishing_end_date": date(2026, 3, 10),
        "campaign_status": "active",
        "is_listed": True,
    }
    insert(connection, "campaigns", **(values | changes))


def add_participant(connection, campaign_id, creator_id, day=DAY):
    """Insert that a creator takes part on a day."""
    insert(
        connection,
        "active_campaign_participants",
        snapshot_date=day,
        campaign_id=campaign_id,
        creator_id=creator_id,
        platforms=["instagram", "tiktok"],
        publishing_start_date=date(2026, 3, 1),
        publishing_end_date=date(2026, 3, 10),
        is_known_creator=True,
        is_late=False,
    )


def add_post(connection, post_id, caption=None, days=(DAY,), **changes):
    """Insert a post, its wording, and a snapshot with ten likes on some days."""
    hashtags = [word[1:] for word in (caption or "").split() if word.startswith("#")]
    post = {
        "platform": "instagram",
        "post_id": post_id,
        "account_id": "account-1",
        "creator_id": "1",
        "content_type": "instagram_post",
        "posted_at": NOW - timedelta(days=2),
    } | changes
    url = post.pop("post_url", f"https://www.instagram.com/p/code_{post_id}/")
    insert(
        connection,
        "posts",
        **post,
        post_url=url,
        hashtags=hashtags,
        post_caption=caption,
    )
    caption_id = None if caption is None else f"caption-{post_id}"
    if caption is not None:
        insert(
            connection,
            "post_captions",
            platform=post["platform"],
            post_id=post_id,
            caption_id=caption_id,
            post_caption=caption,
            hashtags=hashtags,
        )
    for day in days:
        insert(
            connection,
            "post_snapshots",
            **post,
            snapshot_date=day,
            caption_id=caption_id,
            like_count=10,
            observed_at=NOW,
            is_late=False,
            unknown_reasons={"view_count": "not_offered"},
        )


def _blank(column):
    kind = column.type
    if isinstance(kind, sa.ARRAY):
        return []
    blanks = {
        sa.JSON: {},
        sa.DateTime: NOW,
        sa.Date: DAY,
        sa.Boolean: False,
        sa.BigInteger: 0,
        sa.Text: "r",
    }
    return next(blank for type_, blank in blanks.items() if isinstance(kind, type_))
