"""Reading for a campaign's report who was asked, and what people have to look at."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from analytics_pipeline.warehouse.as_known import AsKnown
from analytics_pipeline.warehouse.report_posts import username_of
from analytics_pipeline.warehouse.tables import (
    participants,
    review_candidates,
    review_decisions,
    stories_to_review,
    sync_outcomes,
)

Rows = list[dict[str, Any]]


def outcomes_by_day(connection: sa.Connection, which: AsKnown) -> Rows:
    """Count what became of a campaign's participants.

    Args:
        connection: To the warehouse.
        which: The campaign and its last day.

    Returns:
        A row per day, platform, status and reason with `accounts`; both are None for
        participants of whom nothing is told.
    """
    needed = (
        sa.select(
            participants.c.snapshot_date,
            participants.c.creator_id,
            sa.func.unnest(participants.c.platforms).label("platform"),
        )
        .where(
            participants.c.campaign_id == which.campaign_id,
            participants.c.snapshot_date <= which.until,
        )
        .subquery()
    )
    query = (
        sa.select(
            needed.c.snapshot_date,
            needed.c.platform,
            sync_outcomes.c.status,
            sync_outcomes.c.reason,
            sa.func.count().label("accounts"),
        )
        .outerjoin(
            sync_outcomes,
            sa.and_(
                sync_outcomes.c.snapshot_date == needed.c.snapshot_date,
                sync_outcomes.c.platform == needed.c.platform,
                sync_outcomes.c.creator_id == needed.c.creator_id,
            ),
        )
        .group_by(
            needed.c.snapshot_date,
            needed.c.platform,
            sync_outcomes.c.status,
            sync_outcomes.c.reason,
        )
        .order_by(
            needed.c.snapshot_date,
            needed.c.platform,
            sync_outcomes.c.status,
            sync_outcomes.c.reason,
        )
    )
    return _rows(connection, query)


def missing_accounts(connection: sa.Connection, which: AsKnown) -> Rows:
    """Return the participants' accounts that gave no answer on the last day."""
    taking_part = sa.select(participants.c.creator_id).where(
        participants.c.campaign_id == which.campaign_id,
        participants.c.snapshot_date == which.until,
        sync_outcomes.c.platform == sa.any_(participants.c.platforms),
    )
    query = (
        sa.select(
            sync_outcomes.c.platform,
            sync_outcomes.c.creator_id,
            sync_outcomes.c.username,
            sync_outcomes.c.status,
            sync_outcomes.c.reason,
        )
        .where(
            sync_outcomes.c.snapshot_date == which.until,
            sync_outcomes.c.status != "ok",
            sync_outcomes.c.creator_id.in_(taking_part),
        )
        .order_by(sync_outcomes.c.platform, sync_outcomes.c.creator_id)
    )
    return _rows(connection, query)


def stories_without_match(connection: sa.Connection, which: AsKnown) -> Rows:
    """Return each story that has no caption to match by, as it was last seen."""
    return _newest(connection, stories_to_review, which)


def open_near_misses(connection: sa.Connection, which: AsKnown) -> Rows:
    """Return each post that might belong, as it was last seen; the likeliest first.

    Args:
        connection: To the warehouse.
        which: The campaign and its last day.

    Returns:
        Rows of `review_candidates` that nobody has decided, each with `username`.
    """
    newest = _newest(connection, review_candidates, which)
    decided = {
        (row.platform, row.post_id)
        for row in connection.execute(
            sa.select(review_decisions.c.platform, review_decisions.c.post_id).where(
                review_decisions.c.campaign_id == which.campaign_id,
                review_decisions.c.withdrawn_at.is_(None),
            )
        )
    }
    rows = [row for row in newest if (row["platform"], row["post_id"]) not in decided]
    return sorted(rows, key=lambda row: (-row["candidate_score"], row["post_id"]))


def _newest(connection: sa.Connection, table: sa.Table, which: AsKnown) -> Rows:
    """Return each post of a table once, as it was last seen."""
    newest = (
        sa.select(table)
        .where(which.covers(table))
        .ext(distinct_on(table.c.platform, table.c.post_id))
        .order_by(table.c.platform, table.c.post_id, table.c.snapshot_date.desc())
        .subquery()
    )
    query = sa.select(newest, username_of(newest).label("username"))
    return _rows(connection, query.order_by(newest.c.posted_at))


def _rows(connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]) -> Rows:
    return [dict(row) for row in connection.execute(query).mappings()]
