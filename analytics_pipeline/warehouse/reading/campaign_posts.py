"""The posts of a campaign, each with its last known numbers until a day."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import (
    ARRAY,
    JSONB,
    aggregate_order_by,
    distinct_on,
)

from analytics_pipeline.schemas.fields import RATES
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.schemas.table_groups.canonical import COUNTS
from analytics_pipeline.warehouse.as_known import AsKnown
from analytics_pipeline.warehouse.reading.rows import (
    Page,
    PageRequest,
    ordering,
    page_of,
    paged,
    read_rows,
)
from analytics_pipeline.warehouse.tables import (
    campaign_daily_summary,
    connections,
    hashtag_post_metrics,
    post_snapshots,
    posts,
)

NUMBERS = (*COUNTS, "follower_count", *RATES)
POST_ORDERS = ("posted_at", *NUMBERS)
"""What a campaign's posts can be sorted by."""
POST_KEY = ("platform", "post_id")
_EVIDENCE = (
    "snapshot_date",
    "platform",
    "post_id",
    "creator_id",
    "account_id",
    "content_type",
    "posted_at",
    "post_caption",
    "post_url",
    "hashtags",
    "matched_hashtags",
    "missing_hashtags",
    "match_basis",
    "unknown_reasons",
    "observed_at",
    "is_late",
)


@dataclass(frozen=True, slots=True)
class PostFilter:
    """Which posts of a campaign are wanted; None is any.

    Attributes:
        platform: Where it was posted.
        match_level: full, partial or rejected.
        content_type: What kind of post it is.
        creator_id: Whose.
    """

    platform: Platform | None = None
    match_level: str | None = None
    content_type: ContentType | None = None
    creator_id: str | None = None


def read_campaign_posts(
    connection: sa.Connection,
    state: AsKnown,
    wanted: PageRequest,
    which: PostFilter,
) -> Page:
    """Return a campaign's posts with their last known numbers.

    A day that missed a post hides neither the post nor its numbers; each number is
    carried forward alone, as an insight is not asked for every day.

    Args:
        connection: To the warehouse.
        state: The campaign, as known when.
        wanted: Which page; sorted by one of `POST_ORDERS`.
        which: Only these.

    Returns:
        Each post's newest evidence from `hashtag_post_metrics`, where `match_level` is
        null if it no longer matches; `username`, `removed_at` and `count_sources`; its
        last known numbers, and in `known_on` the day of each that is older than
        `snapshot_date`.
    """
    page = paged(_posts(state, wanted, which), POST_KEY, wanted).cte("page")
    known = _last_known(state, page)
    query = (
        sa.select(
            *(page.c[name] for name in (*_EVIDENCE, "match_level")),
            connections.c.username,
            posts.c.removed_at,
            post_snapshots.c.count_sources,
            *(known.c[name] for name in (*NUMBERS, "known_on")),
        )
        .join(known, _same(known, page, *POST_KEY))
        .outerjoin(connections, _same(connections, page, "platform", "account_id"))
        .outerjoin(posts, _same(posts, page, *POST_KEY))
        .outerjoin(
            post_snapshots, _same(post_snapshots, page, "snapshot_date", *POST_KEY)
        )
        .order_by(*ordering(page, POST_KEY, wanted.order))
    )
    rows = read_rows(connection, query)
    for row in rows:
        newest = row["snapshot_date"].isoformat()
        row["known_on"] = {
            name: day
            for name, day in row["known_on"].items()
            if day not in {newest, None}
        }
    return page_of(rows, POST_KEY, wanted)


def _posts(state: AsKnown, wanted: PageRequest, which: PostFilter) -> sa.Subquery:
    """Return each post once, with what it is sorted by; the filters hold of that."""
    newest = _newest(state)
    level = sa.case(
        (_seen_without_match(newest, state), None), else_=newest.c.match_level
    )
    shown = [newest.c[name] for name in _EVIDENCE]
    if wanted.order.column in NUMBERS:
        known = _known(hashtag_post_metrics, wanted.order.column)
        value = (
            sa.select(*_key(hashtag_post_metrics), known)
            .where(state.covers(hashtag_post_metrics))
            .group_by(*_key(hashtag_post_metrics))
            .subquery()
        )
        query = sa.select(
            *shown, level.label("match_level"), value.c[wanted.order.column]
        ).join(value, _same(value, newest, *POST_KEY))
    else:
        query = sa.select(*shown, level.label("match_level"))
    source = query.subquery()
    conditions = [
        source.c[name] == getattr(which, name)
        for name in ("platform", "match_level", "content_type", "creator_id")
        if getattr(which, name) is not None
    ]
    return sa.select(source).where(*conditions).subquery()


def _newest(state: AsKnown) -> sa.Subquery:
    metrics = hashtag_post_metrics
    return (
        sa.select(metrics)
        .where(state.covers(metrics))
        .ext(distinct_on(*_key(metrics)))
        .order_by(*_key(metrics), metrics.c.snapshot_date.desc())
        .subquery()
    )


def _seen_without_match(
    newest: sa.FromClause, state: AsKnown
) -> sa.ColumnElement[bool]:
    """Tell whether a post was seen later, on a matched day, and did not match."""
    seen, summary = post_snapshots, campaign_daily_summary
    matched_days = sa.select(summary.c.snapshot_date).where(
        summary.c.campaign_id == state.campaign_id
    )
    query = sa.select(sa.literal(1)).where(
        _same(seen, newest, *POST_KEY),
        seen.c.snapshot_date > newest.c.snapshot_date,
        seen.c.snapshot_date <= state.until,
        seen.c.snapshot_date.in_(matched_days),
    )
    if state.observed_before is not None:
        query = query.where(seen.c.observed_at < state.observed_before)
    return query.exists()


def _last_known(state: AsKnown, page: sa.FromClause) -> sa.Subquery:
    """Return the last known numbers of a page's posts, and the day of each."""
    metrics = hashtag_post_metrics
    days = [
        sa.func.max(metrics.c.snapshot_date).filter(metrics.c[name].is_not(None))
        for name in NUMBERS
    ]
    parts = [part for pair in zip(NUMBERS, days, strict=True) for part in pair]
    known_on = sa.func.jsonb_build_object(
        *(sa.literal(part) if isinstance(part, str) else part for part in parts),
        type_=JSONB(),
    )
    return (
        sa.select(
            *_key(metrics),
            *(_known(metrics, name) for name in NUMBERS),
            known_on.label("known_on"),
        )
        .join(page, _same(page, metrics, *POST_KEY))
        .where(state.covers(metrics))
        .group_by(*_key(metrics))
        .subquery()
    )


def _known(metrics: sa.Table, name: str) -> sa.Label[Any]:
    """Return the newest value of a number that is not null."""
    column = metrics.c[name]
    newest_first = aggregate_order_by(column, metrics.c.snapshot_date.desc())
    values = sa.func.array_agg(newest_first, type_=ARRAY(column.type))
    return values.filter(column.is_not(None))[1].label(name)


def _key(table: sa.FromClause) -> list[sa.ColumnElement[Any]]:
    return [table.c[name] for name in POST_KEY]


def _same(
    table: sa.FromClause, other: sa.FromClause, *columns: str
) -> sa.ColumnElement[bool]:
    return sa.and_(*(table.c[name] == other.c[name] for name in columns))
