"""Reading creators' own posts outside any campaign, to compare a campaign's with."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from analytics_pipeline.warehouse.as_known import AsKnown
from analytics_pipeline.warehouse.tables import (
    account_snapshots,
    hashtag_post_metrics,
    post_snapshots,
    posts,
)

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class OwnPosts:
    """Which posts to compare with.

    Attributes:
        creator_ids: Whose.
        since: Published at or after this instant.
        before: Published before this instant.
    """

    creator_ids: Collection[str]
    since: datetime
    before: datetime


def own_posts(connection: sa.Connection, which: AsKnown, whose: OwnPosts) -> Rows:
    """Return creators' posts that belong to no campaign, nor might.

    Args:
        connection: To the warehouse.
        which: The last day, and by when it was observed.
        whose: Which posts.

    Returns:
        Rows of `post_snapshots`, each post's newest, with its account's
        `follower_count` of that day.
    """
    snapshots, metrics, accounts = (
        post_snapshots,
        hashtag_post_metrics,
        account_snapshots,
    )
    in_campaign = sa.exists().where(
        metrics.c.platform == posts.c.platform,
        metrics.c.post_id == posts.c.post_id,
        metrics.c.match_level != "rejected",
    )
    same_post = sa.and_(
        snapshots.c.platform == posts.c.platform, snapshots.c.post_id == posts.c.post_id
    )
    same_account = sa.and_(
        accounts.c.snapshot_date == snapshots.c.snapshot_date,
        accounts.c.platform == snapshots.c.platform,
        accounts.c.account_id == snapshots.c.account_id,
    )
    query = (
        sa.select(
            snapshots,
            accounts.c.follower_count,
            accounts.c.unknown_reasons.label("account_unknown_reasons"),
        )
        .select_from(posts)
        .join(snapshots, same_post)
        .outerjoin(accounts, same_account)
        .where(
            posts.c.creator_id.in_(whose.creator_ids),
            posts.c.posted_at >= whose.since,
            posts.c.posted_at < whose.before,
            snapshots.c.snapshot_date <= which.until,
            ~in_campaign,
        )
        .ext(distinct_on(snapshots.c.platform, snapshots.c.post_id))
        .order_by(
            snapshots.c.platform, snapshots.c.post_id, snapshots.c.snapshot_date.desc()
        )
    )
    if which.observed_before is not None:
        query = query.where(snapshots.c.observed_at < which.observed_before)
    return [dict(row) for row in connection.execute(query).mappings()]
