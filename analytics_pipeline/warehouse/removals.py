"""Posts that lists no longer have: which to read directly, and which are removed."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.warehouse.tables import post_removal_checks as checks
from analytics_pipeline.warehouse.tables import posts

_INSTANT = sa.DateTime(timezone=True)
# The newest direct read since a list last had the post.
_NEWEST_CHECK = (
    sa.select(checks.c.observed_at, checks.c.is_gone)
    .where(
        checks.c.platform == posts.c.platform,
        checks.c.post_id == posts.c.post_id,
        checks.c.observed_at > posts.c.last_seen_at,
    )
    .order_by(checks.c.observed_at.desc(), checks.c.is_gone)
    .limit(1)
    .lateral("newest_check")
)
# Stories leave by themselves and never stand in the list of posts.
_CAN_BE_PROVEN = sa.and_(
    posts.c.platform == Platform.INSTAGRAM,
    posts.c.removed_at.is_(None),
    posts.c.content_type.is_distinct_from(ContentType.INSTAGRAM_STORY),
)


@dataclass(frozen=True, slots=True)
class WalkedList:
    """An account's list of posts, and how far back it was walked."""

    account_id: str
    covers_from: datetime
    post_ids: Collection[str]


def missing_posts(
    connection: sa.Connection, walked: WalkedList, asked_before: datetime, most: int
) -> list[str]:
    """Return the known posts of an account that a walk should have had, and lacked.

    Args:
        connection: To the warehouse.
        walked: What it had.
        asked_before: Posts read directly after this are left for later.
        most: How many at most.

    Returns:
        Their ids: those missing longest first, those that a direct read found last.
    """
    listed = sa.literal(list(walked.post_ids), ARRAY(sa.Text()))
    query = (
        sa.select(posts.c.post_id)
        .outerjoin(_NEWEST_CHECK, sa.true())
        .where(
            _CAN_BE_PROVEN,
            posts.c.account_id == walked.account_id,
            posts.c.posted_at >= walked.covers_from,
            posts.c.post_id != sa.all_(listed),
            sa.func.coalesce(_NEWEST_CHECK.c.observed_at <= asked_before, sa.true()),
        )
        .order_by(
            sa.func.coalesce(_NEWEST_CHECK.c.is_gone, sa.true()).desc(),
            posts.c.last_seen_at,
            posts.c.post_id,
        )
        .limit(most)
    )
    return list(connection.scalars(query))


def count_awaited(
    connection: sa.Connection, floors: dict[str, datetime], asked_before: datetime
) -> dict[str, int]:
    """Tell how many posts of each account wait for another direct read.

    Args:
        connection: To the warehouse.
        floors: How far back each account is to be read, by account id.
        asked_before: Posts read directly after this wait for a later run.

    Returns:
        The counts of the accounts that have any.
    """
    wanted = (
        sa.func.unnest(
            sa.literal(list(floors), ARRAY(sa.Text())),
            sa.literal(list(floors.values()), ARRAY(_INSTANT)),
        )
        .table_valued("account_id", "floor")
        .render_derived()
    )
    query = (
        sa.select(posts.c.account_id, sa.func.count().label("awaited"))
        .join(wanted, wanted.c.account_id == posts.c.account_id)
        .join(_NEWEST_CHECK, sa.true())
        .where(
            _CAN_BE_PROVEN,
            posts.c.posted_at >= sa.cast(wanted.c.floor, _INSTANT),
            _NEWEST_CHECK.c.observed_at <= asked_before,
        )
        .group_by(posts.c.account_id)
    )
    return {row.account_id: row.awaited for row in connection.execute(query)}


def checked_posts(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """Yield every post that was read directly, with all that the reads told.

    Args:
        connection: To the warehouse.

    Yields:
        Key, `posted_at`, `last_seen_at` and `removed_at` of the post, and its `checks`:
        rows of `post_removal_checks`.
    """
    query = (
        sa.select(
            posts.c.platform,
            posts.c.post_id,
            posts.c.posted_at,
            posts.c.last_seen_at,
            posts.c.removed_at,
            checks.c.is_gone,
            checks.c.covers_from,
            checks.c.observed_at,
        )
        .join(
            checks,
            sa.and_(
                checks.c.platform == posts.c.platform,
                checks.c.post_id == posts.c.post_id,
            ),
        )
        .order_by(posts.c.platform, posts.c.post_id)
    )
    post: dict[str, Any] = {}
    for row in connection.execute(query).mappings():
        if post and (post["platform"], post["post_id"]) != (
            row["platform"],
            row["post_id"],
        ):
            yield post
            post = {}
        post = post or {**row, "checks": []}
        post["checks"].append(row)
    if post:
        yield post


def mark_removed(
    connection: sa.Connection,
    changes: Iterable[tuple[Platform, str, datetime | None]],
    run_id: str,
) -> int:
    """Write down when posts were removed.

    Args:
        connection: With an open transaction.
        changes: Platform, post and the instant; none for a post that is back.
        run_id: The run.

    Returns:
        How many rows changed.
    """
    count = 0
    for platform, post_id, removed_at in changes:
        count += connection.execute(
            sa.update(posts)
            .where(posts.c.platform == platform, posts.c.post_id == post_id)
            .values(removed_at=removed_at, run_id=run_id)
        ).rowcount
    return count
