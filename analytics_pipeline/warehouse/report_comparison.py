"""Adding up creators' own posts outside any campaign, to compare a campaign's with."""

import functools
import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_pipeline.schemas.table_groups.canonical import COUNTS
from analytics_pipeline.warehouse.as_known import AsKnown
from analytics_pipeline.warehouse.tables import (
    account_snapshots,
    hashtag_post_metrics,
    post_snapshots,
    posts,
)

Rows = list[dict[str, Any]]
RateParts = tuple[Sequence[str], str]
"""What a rate adds up, and what it divides that by."""

_TEXTS = ARRAY(sa.Text())


@dataclass(frozen=True, slots=True)
class OwnPosts:
    """Which posts to compare with.

    Attributes:
        kinds: Platform, content type and creator of each.
        since: Published at or after this instant.
        before: Published before this instant.
    """

    kinds: Collection[tuple[str, str, str]]
    since: datetime
    before: datetime


def middle_of_own_posts(
    connection: sa.Connection,
    which: AsKnown,
    whose: OwnPosts,
    columns: Mapping[str, Mapping[str, RateParts] | None],
) -> Rows:
    """Find the middle of creators' posts that belong to no campaign, nor might.

    Args:
        connection: To the warehouse.
        which: The last day, and by when it was observed.
        whose: Which posts.
        columns: Numbers of posts: None for a count; of a rate its parts, by platform.

    Returns:
        A row per platform and content type; of each column how many posts know it on
        their newest day, as `…_posts`, and the one or two in the middle, as `…_lower`
        and `…_upper`.
    """
    own = _own_posts(which, whose, columns).subquery()
    found = [
        part
        for name in columns
        for part in (
            sa.func.count(own.c[name]).label(f"{name}_posts"),
            _middle(own.c[name].asc()).label(f"{name}_lower"),
            _middle(own.c[name].desc()).label(f"{name}_upper"),
        )
    ]
    kind = (own.c.platform, own.c.content_type)
    query = sa.select(*kind, *found).group_by(*kind)
    return [dict(row) for row in connection.execute(query).mappings()]


def _middle(order: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    # Not the median itself: the server would round it otherwise than we do.
    return sa.func.percentile_disc(0.5).within_group(order)


def _own_posts(
    which: AsKnown,
    whose: OwnPosts,
    columns: Mapping[str, Mapping[str, RateParts] | None],
) -> sa.Select[*tuple[Any, ...]]:
    metrics, accounts = hashtag_post_metrics, account_snapshots
    in_campaign = sa.exists().where(
        metrics.c.platform == posts.c.platform,
        metrics.c.post_id == posts.c.post_id,
        metrics.c.match_level != "rejected",
    )
    newest, kinds = _newest(which), _kinds(whose)
    creators = {creator_id for *_, creator_id in whose.kinds}
    content_type = sa.func.coalesce(newest.c.content_type, "")
    counts = {name: newest.c[name] for name in COUNTS}
    counts["follower_count"] = accounts.c.follower_count
    numbers = [
        (counts[name] if parts is None else _rate(counts, parts)).label(name)
        for name, parts in columns.items()
    ]
    same_account = sa.and_(
        accounts.c.snapshot_date == newest.c.snapshot_date,
        accounts.c.platform == posts.c.platform,
        accounts.c.account_id == newest.c.account_id,
    )
    same_kind = sa.and_(
        kinds.c.platform == posts.c.platform,
        kinds.c.content_type == content_type,
        kinds.c.creator_id == newest.c.creator_id,
    )
    return (
        sa.select(posts.c.platform, content_type.label("content_type"), *numbers)
        .select_from(posts)
        .join(newest, sa.true())
        .join(kinds, same_kind)
        .outerjoin(accounts, same_account)
        .where(
            posts.c.creator_id == sa.any_(_texts(creators)),
            posts.c.posted_at >= whose.since,
            posts.c.posted_at < whose.before,
            ~in_campaign,
        )
    )


def _rate(
    counts: Mapping[str, sa.ColumnElement[Any]], parts: Mapping[str, RateParts]
) -> sa.ColumnElement[Any]:
    """Return a rate; as floating-point numbers, whose sums cannot be too large."""
    rates = {}
    for platform, (added, base) in parts.items():
        wholes: list[sa.ColumnElement[Any]] = [
            sa.cast(counts[name], sa.Double()) for name in added
        ]
        whole = functools.reduce(operator.add, wholes)
        rates[platform] = whole / sa.cast(sa.func.nullif(counts[base], 0), sa.Double())
    return sa.case(rates, value=posts.c.platform)


def _kinds(whose: OwnPosts) -> sa.TableValuedAlias:
    names = ("platform", "content_type", "creator_id")
    listed = zip(*whose.kinds, strict=True) if whose.kinds else ((), (), ())
    arrays = [_texts(values) for values in listed]
    columns = [sa.column(name, sa.Text()) for name in names]
    return sa.func.unnest(*arrays).table_valued(*columns).render_derived("kinds")


def _texts(values: Collection[str]) -> sa.Cast[Any]:
    return sa.cast(list(values), _TEXTS)


def _newest(which: AsKnown) -> sa.FromClause:
    """Return a post's newest day; one look into an index, not a sort of all days."""
    snapshots = post_snapshots
    query = (
        sa.select(
            snapshots.c.snapshot_date,
            snapshots.c.account_id,
            snapshots.c.creator_id,
            snapshots.c.content_type,
            *(snapshots.c[name] for name in COUNTS),
        )
        .where(
            snapshots.c.platform == posts.c.platform,
            snapshots.c.post_id == posts.c.post_id,
            snapshots.c.snapshot_date <= which.until,
        )
        .order_by(snapshots.c.snapshot_date.desc())
        .limit(1)
        .correlate(posts)
    )
    if which.observed_before is not None:
        query = query.where(snapshots.c.observed_at < which.observed_before)
    return query.lateral("newest")
