"""Reading the posts that could belong to a campaign on a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_pipeline.schemas.erasure import ERASED_PREFIX
from analytics_pipeline.warehouse.tables import (
    campaigns,
    participants,
    post_captions,
    post_snapshots,
    review_decisions,
)

_ROWS_PER_FETCH = 5000


class CandidatePost(NamedTuple):
    """What is looked at of a post; the rest is joined to what is found.

    Attributes:
        platform: Where it is.
        post_id: Its id there.
        creator_id: Who published it.
        content_type: What kind of post it is; None where that is not known.
        posted_at: When it was published.
        caption_id: Its wording on the day; None where there is none.
        hashtags: What that carries.
    """

    platform: str
    post_id: str
    creator_id: str
    content_type: str | None
    posted_at: datetime
    caption_id: str | None
    hashtags: list[str]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time.

    Attributes:
        start: Its first instant.
        end: The instant behind the last.
    """

    start: datetime
    end: datetime


def campaigns_of_day(connection: sa.Connection, day: date) -> list[dict[str, Any]]:
    """Return the campaigns that have participants on a day, as they are known now.

    Args:
        connection: To the warehouse.
        day: The day.

    Returns:
        Rows of `campaigns`.
    """
    taken_part_in = sa.select(participants.c.campaign_id).where(
        participants.c.snapshot_date == day
    )
    query = sa.select(campaigns).where(campaigns.c.campaign_id.in_(taken_part_in))
    return [dict(row) for row in connection.execute(query).mappings()]


def iter_participations(
    connection: sa.Connection, day: date
) -> Iterator[tuple[str, list[str]]]:
    """Yield each participant of a day with the ids of their campaigns."""
    taking_part = participants.c
    query = (
        sa.select(taking_part.creator_id, sa.func.array_agg(taking_part.campaign_id))
        .where(taking_part.snapshot_date == day)
        .group_by(taking_part.creator_id)
    )
    yield from map(tuple, _streamed(connection, query))


def iter_candidates(
    connection: sa.Connection, day: date, published: Stretch
) -> Iterator[CandidatePost]:
    """Yield a day's posts that a campaign's hashtags or a decision can be about.

    Args:
        connection: To the warehouse.
        day: The day.
        published: When posts with hashtags were published; those that somebody has
            decided about come whatever they carry, and whenever published.

    Yields:
        The posts, in no order; whoever published them.
    """
    decided = sa.select(review_decisions.c.platform, review_decisions.c.post_id).where(
        review_decisions.c.withdrawn_at.is_(None),
        review_decisions.c.post_id.is_not(None),
    )
    key = sa.tuple_(post_snapshots.c.platform, post_snapshots.c.post_id)
    query = _posts_of(day).where(sa.or_(_is_tagged(published), key.in_(decided)))
    yield from map(CandidatePost._make, _streamed(connection, query))


def iter_tagged_posts(
    connection: sa.Connection, day: date, published: Stretch
) -> Iterator[CandidatePost]:
    """Yield a day's posts that carry a hashtag.

    Args:
        connection: To the warehouse.
        day: The day.
        published: When.

    Yields:
        The posts, in no order. Those of people who were erased are left out, as nobody
        can look at them.
    """
    is_erased = post_snapshots.c.post_id.startswith(ERASED_PREFIX)
    query = _posts_of(day).where(_is_tagged(published), ~is_erased)
    yield from map(CandidatePost._make, _streamed(connection, query))


def _posts_of(day: date) -> sa.Select[*tuple[Any, ...]]:
    """Return the posts of a day with their wording that day; some have none."""
    same_caption = sa.and_(
        post_captions.c.platform == post_snapshots.c.platform,
        post_captions.c.post_id == post_snapshots.c.post_id,
        post_captions.c.caption_id == post_snapshots.c.caption_id,
    )
    no_hashtags = sa.literal([], ARRAY(sa.Text()))
    return (
        sa.select(
            *(post_snapshots.c[name] for name in CandidatePost._fields[:-1]),
            sa.func.coalesce(post_captions.c.hashtags, no_hashtags).label("hashtags"),
        )
        .outerjoin(post_captions, same_caption)
        .where(post_snapshots.c.snapshot_date == day)
    )


def _is_tagged(stretch: Stretch) -> sa.ColumnElement[bool]:
    posted_at = post_snapshots.c.posted_at
    return sa.and_(
        posted_at >= stretch.start,
        posted_at < stretch.end,
        sa.func.cardinality(post_captions.c.hashtags) > 0,
    )


def _streamed(
    connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]
) -> Iterator[sa.Row[Any]]:
    # All rows are read: a plan that is quick for the first ones looks each up.
    connection.execute(sa.text("SET LOCAL cursor_tuple_fraction = 1"))
    options = {"yield_per": _ROWS_PER_FETCH}
    yield from connection.execute(query, execution_options=options)
