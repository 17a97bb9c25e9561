"""What the warehouse says of some days, to be held against what it should say."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.tables import (
    attempts,
    hashtag_post_metrics,
    participants,
    review_decisions,
    sync_outcomes,
)

Key = tuple[date, Platform]
Names = dict[Key, set[str]]


def needed_creators(connection: sa.Connection, days: Sequence[date]) -> Names:
    """Return whom some days need, by day and platform."""
    platform = sa.func.unnest(participants.c.platforms).label("platform")
    return _names(
        connection,
        sa.select(
            participants.c.snapshot_date, platform, participants.c.creator_id
        ).where(participants.c.snapshot_date.in_(days)),
    )


def outcome_statuses(
    connection: sa.Connection, days: Sequence[date]
) -> dict[Key, list[tuple[str, str | None, str]]]:
    """Return creator, connection and status of every outcome, by day and platform."""
    told = sync_outcomes.c
    query = sa.select(
        told.snapshot_date,
        told.platform,
        told.creator_id,
        told.connection_id,
        told.status,
    ).where(told.snapshot_date.in_(days))
    found: dict[Key, list[tuple[str, str | None, str]]] = {}
    for day, platform, *outcome in connection.execute(query):
        creator_id, connection_id, status = outcome
        of_day = found.setdefault((day, Platform(platform)), [])
        of_day.append((creator_id, connection_id, status))
    return found


def asked_connections(
    connection: sa.Connection, days: Sequence[date]
) -> dict[Key, dict[str, str]]:
    """Return the connections that were asked for some days, each with its creator."""
    wanted = sa.literal(list(days), ARRAY(sa.Date()))
    asked = (
        sa.select(
            sa.func.unnest(attempts.c.snapshot_dates).label("day"),
            attempts.c.platform,
            attempts.c.connection_id,
            attempts.c.creator_id,
        )
        .where(
            attempts.c.attempt_kind == AttemptKind.MEDIA,
            attempts.c.snapshot_dates.bool_op("&&")(wanted),
        )
        .subquery()
    )
    found: dict[Key, dict[str, str]] = {}
    query = sa.select(asked).where(asked.c.day.in_(days)).distinct()
    for row in connection.execute(query):
        of_day = found.setdefault((row.day, Platform(row.platform)), {})
        of_day[row.connection_id] = row.creator_id
    return found


def stored_matches(connection: sa.Connection, days: Sequence[date]) -> Names:
    """Return the matches that are stored, as names, by day and platform."""
    table = hashtag_post_metrics.c
    query = sa.select(
        table.snapshot_date,
        table.platform,
        table.campaign_id,
        table.post_id,
        table.match_level,
    ).where(table.snapshot_date.in_(days))
    found: Names = {}
    for day, platform, *match in connection.execute(query):
        found.setdefault((day, Platform(platform)), set()).add(match_name(*match))
    return found


def names_of_decided(connection: sa.Connection) -> dict[Platform, set[str]]:
    """Return the names of all matches that a person's decision is, or was, about."""
    table = review_decisions.c
    query = sa.select(table.platform, table.campaign_id, table.post_id).where(
        table.post_id.is_not(None)
    )
    found: dict[Platform, set[str]] = {platform: set() for platform in Platform}
    for platform, campaign_id, post_id in connection.execute(query):
        found[Platform(platform)] |= {
            match_name(campaign_id, post_id, level)
            for level in ("full", "partial", "rejected")
        }
    return found


def match_name(campaign_id: str, post_id: str, level: str) -> str:
    """Return how a match is named among differences."""
    return f"campaign {campaign_id}, post {post_id}, {level}"


def _names(connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]) -> Names:
    found: Names = {}
    for day, platform, name in connection.execute(query):
        found.setdefault((day, Platform(platform)), set()).add(name)
    return found
