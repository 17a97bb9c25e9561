"""Reading the posts that could belong to a campaign on a day."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_pipeline.schemas.erasure import ERASED_PREFIX
from analytics_pipeline.schemas.platforms import ContentType
from analytics_pipeline.warehouse.tables import (
    account_snapshots,
    campaigns,
    participants,
    post_captions,
    post_snapshots,
    posts,
    review_decisions,
)

_ROWS_PER_FETCH = 5000


@dataclass(frozen=True, slots=True)
class WantedPosts:
    """Which posts of a day are looked at.

    Attributes:
        start: First instant at which they were published.
        end: The instant behind the last.
        creator_ids: By whom.
    """

    start: datetime
    end: datetime
    creator_ids: Collection[str]


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
    wanted: WantedPosts,
) -> Iterator[dict[str, Any]]:
    """Yield a day's posts that a campaign's hashtags or a decision can be about.

    Args:
        connection: To the warehouse.
        day: The day.
        wanted: Which; those that somebody has decided about come whoever published
            them, and when.

    Yields:
        A row per post: its snapshot, caption and link, and its account's followers.
    """
    same_account = sa.and_(
        account_snapshots.c.snapshot_date == post_snapshots.c.snapshot_date,
        account_snapshots.c.platform == post_snapshots.c.platform,
        account_snapshots.c.account_id == post_snapshots.c.account_id,
    )
    could_match = sa.and_(
        _published_in(wanted), sa.func.cardinality(post_captions.c.hashtags) > 0
    )
    decided = sa.select(review_decisions.c.platform, review_decisions.c.post_id).where(
        review_decisions.c.withdrawn_at.is_(None),
        review_decisions.c.post_id.is_not(None),
    )
    key = sa.tuple_(post_snapshots.c.platform, post_snapshots.c.post_id)
    query = (
        _posts_of(day)
        .add_columns(
            account_snapshots.c.follower_count,
            account_snapshots.c.account_id.is_not(None).label("has_account"),
            account_snapshots.c.unknown_reasons.label("account_unknown_reasons"),
        )
        .outerjoin(account_snapshots, same_account)
        .where(sa.or_(could_match, key.in_(decided)))
    )
    yield from _streamed(connection, query)


def iter_participants_posts(
    connection: sa.Connection, day: date, wanted: WantedPosts
) -> Iterator[dict[str, Any]]:
    """Yield a day's posts of some creators, with or without hashtags.

    Args:
        connection: To the warehouse.
        day: The day.
        wanted: Which.

    Yields:
        A row per post: its snapshot, caption and link. Stories without a caption are
        left out, as nothing but looking at them tells what they are about; so are posts
        of people who were erased, as nobody can look at these.
    """
    caption = sa.func.coalesce(sa.func.btrim(post_captions.c.post_caption), "")
    is_blank_story = sa.and_(
        post_snapshots.c.content_type.is_not_distinct_from(ContentType.INSTAGRAM_STORY),
        caption == "",
    )
    query = _posts_of(day).where(
        _published_in(wanted),
        ~is_blank_story,
        ~post_snapshots.c.post_id.startswith(ERASED_PREFIX),
    )
    yield from _streamed(connection, query)


def _posts_of(day: date) -> sa.Select[*tuple[Any, ...]]:
    """Return the posts of a day with their wording that day; some have none."""
    same_caption = sa.and_(
        post_captions.c.platform == post_snapshots.c.platform,
        post_captions.c.post_id == post_snapshots.c.post_id,
        post_captions.c.caption_id == post_snapshots.c.caption_id,
    )
    same_post = sa.and_(
        posts.c.platform == post_snapshots.c.platform,
        posts.c.post_id == post_snapshots.c.post_id,
    )
    no_hashtags = sa.literal([], ARRAY(sa.Text()))
    return (
        sa.select(
            post_snapshots,
            post_captions.c.post_caption,
            sa.func.coalesce(post_captions.c.hashtags, no_hashtags).label("hashtags"),
            posts.c.post_url,
        )
        .outerjoin(post_captions, same_caption)
        .join(posts, same_post)
        .where(post_snapshots.c.snapshot_date == day)
    )


def _published_in(wanted: WantedPosts) -> sa.ColumnElement[bool]:
    creator_ids = sa.literal(sorted(wanted.creator_ids), ARRAY(sa.Text()))
    return sa.and_(
        post_snapshots.c.posted_at >= wanted.start,
        post_snapshots.c.posted_at < wanted.end,
        post_snapshots.c.creator_id == sa.any_(creator_ids),
    )


def _streamed(
    connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]
) -> Iterator[dict[str, Any]]:
    streaming = connection.execution_options(yield_per=_ROWS_PER_FETCH)
    for row in streaming.execute(query).mappings():
        yield dict(row)
