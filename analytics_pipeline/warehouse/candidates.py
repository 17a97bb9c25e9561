"""Reading the posts that could belong to a campaign on a day."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_pipeline.warehouse.tables import (
    account_snapshots,
    campaigns,
    participants,
    post_captions,
    post_snapshots,
    posts,
)

_ROWS_PER_FETCH = 5000


def campaigns_with_participants(
    connection: sa.Connection, day: date
) -> list[dict[str, Any]]:
    """Return the campaigns of a day's participants, as they are known now.

    Args:
        connection: To the warehouse.
        day: The day.

    Returns:
        Rows of `campaigns`, each with `creator_ids`.
    """
    creator_ids = sa.func.array_agg(participants.c.creator_id).label("creator_ids")
    query = (
        sa.select(campaigns, creator_ids)
        .join(participants, participants.c.campaign_id == campaigns.c.campaign_id)
        .where(participants.c.snapshot_date == day)
        .group_by(campaigns.c.campaign_id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def iter_candidates(
    connection: sa.Connection,
    day: date,
    window: tuple[datetime, datetime],
    creator_ids: Sequence[str],
) -> Iterator[dict[str, Any]]:
    """Yield a day's posts that carry any hashtag, with what a match needs.

    Args:
        connection: To the warehouse.
        day: The day.
        window: Half-open interval in which they were published.
        creator_ids: By whom.

    Yields:
        A row per post: its snapshot, caption and link, and its account's followers.
    """
    start, end = window
    wanted = sa.literal(list(creator_ids), ARRAY(sa.Text()))
    same_account = sa.and_(
        account_snapshots.c.snapshot_date == post_snapshots.c.snapshot_date,
        account_snapshots.c.platform == post_snapshots.c.platform,
        account_snapshots.c.account_id == post_snapshots.c.account_id,
    )
    same_caption = sa.and_(
        post_captions.c.platform == post_snapshots.c.platform,
        post_captions.c.post_id == post_snapshots.c.post_id,
        post_captions.c.caption_id == post_snapshots.c.caption_id,
    )
    same_post = sa.and_(
        posts.c.platform == post_snapshots.c.platform,
        posts.c.post_id == post_snapshots.c.post_id,
    )
    query = (
        sa.select(
            post_snapshots,
            post_captions.c.post_caption,
            post_captions.c.hashtags,
            posts.c.post_url,
            account_snapshots.c.follower_count,
            account_snapshots.c.account_id.is_not(None).label("has_account"),
            account_snapshots.c.unknown_reasons.label("account_unknown_reasons"),
        )
        .join(post_captions, same_caption)
        .join(posts, same_post)
        .outerjoin(account_snapshots, same_account)
        .where(
            post_snapshots.c.snapshot_date == day,
            post_snapshots.c.posted_at >= start,
            post_snapshots.c.posted_at < end,
            post_snapshots.c.creator_id == sa.any_(wanted),
            sa.func.cardinality(post_captions.c.hashtags) > 0,
        )
    )
    streaming = connection.execution_options(yield_per=_ROWS_PER_FETCH)
    for row in streaming.execute(query).mappings():
        yield dict(row)
