"""Stories that are known: those that live, those that a person has to look at."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.schemas.stories import STORY_LIFE, LiveStory
from analytics_pipeline.warehouse.tables import (
    attempts,
    connections,
    post_captions,
    post_snapshots,
    posts,
)


def live_stories(
    connection: sa.Connection, connection_ids: Collection[str], now: datetime
) -> list[LiveStory]:
    """Return the known stories of some accounts that have not ended.

    Args:
        connection: To the warehouse.
        connection_ids: The accounts.
        now: The current instant.

    Returns:
        The stories, the oldest first.
    """
    whose = sa.literal(list(connection_ids), ARRAY(sa.Text()))
    query = (
        sa.select(connections.c.connection_id, posts.c.post_id, posts.c.posted_at)
        .join(
            connections,
            sa.and_(
                connections.c.platform == posts.c.platform,
                connections.c.account_id == posts.c.account_id,
            ),
        )
        .where(
            posts.c.platform == Platform.INSTAGRAM,
            posts.c.content_type == ContentType.INSTAGRAM_STORY,
            posts.c.posted_at > now - STORY_LIFE,
            posts.c.posted_at <= now,
            connections.c.connection_id == sa.any_(whose),
        )
        .order_by(posts.c.posted_at, posts.c.post_id)
    )
    return [LiveStory(*row) for row in connection.execute(query)]


def last_looks(connection: sa.Connection, days: Sequence[date]) -> dict[str, datetime]:
    """Return when each account last answered a look at its stories.

    Args:
        connection: To the warehouse.
        days: For which of these days.

    Returns:
        The instants, by connection.
    """
    wanted = sa.literal(list(days), ARRAY(sa.Date()))
    query = (
        sa.select(attempts.c.connection_id, sa.func.max(attempts.c.observed_at))
        .where(
            attempts.c.attempt_kind == AttemptKind.STORIES,
            attempts.c.status == Status.OK,
            attempts.c.snapshot_dates.bool_op("&&")(wanted),
        )
        .group_by(attempts.c.connection_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def stories_without_caption(
    connection: sa.Connection, day: date
) -> list[dict[str, Any]]:
    """Return a day's stories that no hashtag can match.

    Args:
        connection: To the warehouse.
        day: The day.

    Returns:
        Rows of `post_snapshots`, each with `post_url`.
    """
    same_post = sa.and_(
        posts.c.platform == post_snapshots.c.platform,
        posts.c.post_id == post_snapshots.c.post_id,
    )
    same_caption = sa.and_(
        post_captions.c.platform == post_snapshots.c.platform,
        post_captions.c.post_id == post_snapshots.c.post_id,
        post_captions.c.caption_id == post_snapshots.c.caption_id,
    )
    caption = sa.func.coalesce(sa.func.trim(post_captions.c.post_caption), "")
    query = (
        sa.select(post_snapshots, posts.c.post_url)
        .join(posts, same_post)
        .outerjoin(post_captions, same_caption)
        .where(
            post_snapshots.c.snapshot_date == day,
            post_snapshots.c.content_type == ContentType.INSTAGRAM_STORY,
            caption == "",
        )
        .order_by(post_snapshots.c.post_id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
