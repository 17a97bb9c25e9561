"""Attempts: the index of the landing store."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.schemas.records import Account, Attempt
from analytics_pipeline.schemas.tables import ATTEMPTS
from analytics_pipeline.warehouse.load import merge
from analytics_pipeline.warehouse.tables import (
    attempts,
    connections,
    participants,
    posts,
)

_PACE = timedelta(days=14)
# Stories stand in no list of posts, so they cost no page of it.
_IS_LISTED = posts.c.content_type.is_distinct_from(ContentType.INSTAGRAM_STORY)


@dataclass(frozen=True, slots=True)
class KnownPosts:
    """What is known of an account's posts before it is asked.

    Attributes:
        since_floor: Posts known since the floor.
        has_older: Whether one from before is known.
        expected_new: Posts to be expected since the account was last read, at the pace
            of its last two weeks.
        awaited: Posts that an earlier walk lacked and that are to be read directly.
    """

    since_floor: int
    has_older: bool
    expected_new: float = 0.0
    awaited: int = 0


@dataclass(frozen=True, slots=True)
class SameAccounts:
    """Some accounts, by all the names they have.

    Attributes:
        connection_ids: Ours; an account that was bound anew has several.
        account_ids: The platform's.
    """

    connection_ids: frozenset[str]
    account_ids: frozenset[str]


def store_attempts(connection: sa.Connection, made: Iterable[Attempt]) -> None:
    """Keep attempts; those that are there already are left as they are.

    Args:
        connection: With an open transaction.
        made: Attempts whose answers are in the landing store.
    """
    rows = [
        {
            "attempt_id": attempt.attempt_id,
            "platform": attempt.account.platform,
            "creator_id": attempt.account.creator_id,
            "connection_id": attempt.account.connection_id,
            "account_id": attempt.account.account_id,
            "username": attempt.account.username,
            "snapshot_dates": list(attempt.snapshot_dates),
            "observed_at": attempt.observed_at,
            "covers_from": attempt.covers_from,
            "status": attempt.status,
            "reason": attempt.reason,
            "detail": attempt.detail,
            "calls": attempt.calls,
            "calls_planned": attempt.calls_planned,
            "calls_unplanned": attempt.calls_unplanned,
            "calls_repeated": attempt.calls_repeated,
            "object_url": attempt.object_url,
            "attempt_kind": attempt.attempt_kind,
            "run_id": attempt.run_id,
        }
        for attempt in made
    ]
    merge(connection, ATTEMPTS, rows)


def find_attempts(
    connection: sa.Connection,
    platform: Platform,
    days: Sequence[date],
    kinds: Collection[AttemptKind] = (AttemptKind.MEDIA,),
    connection_ids: Collection[str] | None = None,
) -> list[Attempt]:
    """Return what was tried for some days, in the order it was tried.

    Args:
        connection: To the warehouse.
        platform: Where.
        days: For which days.
        kinds: What was asked for.
        connection_ids: Only of these accounts; None for all.

    Returns:
        Every attempt made for at least one of them.
    """
    query = attempts_made(platform, days, kinds, connection_ids).order_by(
        attempts.c.observed_at, attempts.c.attempt_id
    )
    return [read_attempt(row) for row in connection.execute(query)]


def attempts_made(
    platform: Platform,
    days: Collection[date],
    kinds: Collection[AttemptKind],
    connection_ids: Collection[str] | None = None,
) -> sa.Select[Any]:
    """Return the query for the attempts made for some days, in no order.

    Args:
        platform: Where.
        days: For which days.
        kinds: What was asked for.
        connection_ids: Only of these accounts; None for all.

    Returns:
        A query for whole rows.
    """
    wanted = sa.literal(list(days), ARRAY(sa.Date()))
    query = sa.select(attempts).where(
        attempts.c.platform == platform,
        attempts.c.attempt_kind.in_(kinds),
        attempts.c.snapshot_dates.bool_op("&&")(wanted),
    )
    if connection_ids is not None:
        whose = sa.literal(list(connection_ids), ARRAY(sa.Text()))
        query = query.where(attempts.c.connection_id == sa.any_(whose))
    return query


def answered_lists(
    connection: sa.Connection, platform: Platform, days: Sequence[date]
) -> Iterator[tuple[str, Sequence[date], datetime]]:
    """Yield which accounts have told all their posts for some days, and when.

    Args:
        connection: To the warehouse.
        platform: Where.
        days: The days.

    Yields:
        The connection, the days the attempt was for, and the instant.
    """
    made = attempts_made(platform, days, (AttemptKind.MEDIA,)).with_only_columns(
        attempts.c.connection_id, attempts.c.snapshot_dates, attempts.c.observed_at
    )
    for row in connection.execute(made.where(attempts.c.status == Status.OK)):
        yield row.connection_id, row.snapshot_dates, row.observed_at


def last_try(connection: sa.Connection, day: date, since: datetime) -> datetime | None:
    """Return when somebody was last asked for a day, or for its participants.

    Args:
        connection: To the warehouse.
        day: The day.
        since: What was before does not count.

    Returns:
        The instant; None where nobody was.
    """
    kinds = (AttemptKind.MEDIA, AttemptKind.POST_INSIGHTS)
    on_day = attempts.c.snapshot_dates.bool_op("@>")(sa.literal([day], ARRAY(sa.Date)))
    asked = sa.select(sa.func.max(attempts.c.observed_at)).where(
        on_day, attempts.c.attempt_kind.in_(kinds), attempts.c.observed_at >= since
    )
    listed = sa.select(sa.func.max(participants.c.observed_at)).where(
        participants.c.snapshot_date == day, participants.c.observed_at >= since
    )
    both = sa.func.greatest(asked.scalar_subquery(), listed.scalar_subquery())
    return connection.scalar(sa.select(both))


def landed_objects(
    connection: sa.Connection, made: sa.Select[Any]
) -> list[tuple[str, str]]:
    """Return the landing objects with the answers of some attempts, oldest first.

    Args:
        connection: To the warehouse.
        made: Which attempts; see `attempts_made`.

    Returns:
        Each with the kind and run it is of.
    """
    of = made.subquery()
    row = sa.func.concat(of.c.attempt_kind, " ", of.c.run_id)
    query = (
        sa.select(of.c.object_url, sa.func.min(row))
        .where(of.c.object_url.is_not(None))
        .group_by(of.c.object_url)
        .order_by(sa.func.min(of.c.observed_at), of.c.object_url)
    )
    return [(name, told) for name, told in connection.execute(query)]


def several_attempts(connection: sa.Connection, made: sa.Select[Any]) -> dict[str, int]:
    """Return how many attempts with answers accounts have, of those with several.

    Args:
        connection: To the warehouse.
        made: Which attempts; see `attempts_made`.

    Returns:
        The numbers, by connection.
    """
    of = made.subquery()
    query = (
        sa.select(of.c.connection_id, sa.func.count().label("made"))
        .where(of.c.object_url.is_not(None))
        .group_by(of.c.connection_id)
        .having(sa.func.count() > 1)
    )
    return {row.connection_id: row.made for row in connection.execute(query)}


def among(
    connection: sa.Connection, made: sa.Select[Any], attempt_ids: Collection[str]
) -> dict[str, Attempt]:
    """Return those of some attempts that have one of some ids, by their ids.

    Args:
        connection: To the warehouse.
        made: Which attempts; see `attempts_made`.
        attempt_ids: The ids.

    Returns:
        The attempts whose answers are in the landing store.
    """
    wanted = sa.literal(list(attempt_ids), ARRAY(sa.Text()))
    query = made.where(
        attempts.c.attempt_id == sa.any_(wanted), attempts.c.object_url.is_not(None)
    )
    return {row.attempt_id: read_attempt(row) for row in connection.execute(query)}


def indexed_objects(connection: sa.Connection) -> set[str]:
    """Return the landing objects whose attempts are known."""
    query = sa.select(attempts.c.object_url).distinct()
    return {name for name in connection.scalars(query) if name is not None}


def find_statuses(
    connection: sa.Connection, attempt_ids: Iterable[str]
) -> dict[str, Status]:
    """Return what became of some attempts, of those that are known, by their ids."""
    wanted = sa.literal(list(attempt_ids), ARRAY(sa.Text()))
    query = sa.select(attempts.c.attempt_id, attempts.c.status).where(
        attempts.c.attempt_id == sa.any_(wanted)
    )
    return {name: Status(status) for name, status in connection.execute(query)}


def same_accounts(
    connection: sa.Connection, day: date, connection_ids: Collection[str]
) -> SameAccounts:
    """Return what else answers about some accounts stand under, for a day.

    Args:
        connection: To the warehouse.
        day: The day.
        connection_ids: The accounts.

    Returns:
        Their ids, and every connection that the day has answers of them by.
    """
    whose = sa.literal(list(connection_ids), ARRAY(sa.Text()))
    on_day = attempts.c.snapshot_dates.bool_op("@>")(sa.literal([day], ARRAY(sa.Date)))
    known = sa.select(connections.c.account_id).where(
        connections.c.connection_id == sa.any_(whose)
    )
    answered = sa.select(attempts.c.account_id).where(
        attempts.c.connection_id == sa.any_(whose), on_day
    )
    found = connection.scalars(sa.union(known, answered))
    account_ids = frozenset(name for name in found if name is not None)
    theirs = sa.literal(list(account_ids), ARRAY(sa.Text()))
    others = connection.scalars(
        sa.select(attempts.c.connection_id).where(
            attempts.c.account_id == sa.any_(theirs), on_day
        )
    )
    return SameAccounts(frozenset({*connection_ids, *others}), account_ids)


def count_known_posts(
    connection: sa.Connection,
    platform: Platform,
    floors: dict[str, datetime],
    now: datetime,
) -> dict[str, KnownPosts]:
    """Tell how many posts of each account are known since its floor.

    Args:
        connection: To the warehouse.
        platform: Where.
        floors: How far back each account is to be read, by account id.
        now: The current instant.

    Returns:
        The counts of the accounts that have posts.
    """
    wanted = (
        sa.func.unnest(
            sa.literal(list(floors), ARRAY(sa.Text())),
            sa.literal(list(floors.values()), ARRAY(sa.DateTime(timezone=True))),
        )
        .table_valued("account_id", "floor")
        .render_derived()
    )
    is_since = posts.c.posted_at >= sa.cast(wanted.c.floor, sa.DateTime(timezone=True))
    read_at = (
        sa.select(
            posts.c.account_id, sa.func.max(posts.c.last_seen_at).label("read_at")
        )
        .join(wanted, wanted.c.account_id == posts.c.account_id)
        .where(posts.c.platform == platform, _IS_LISTED)
        .group_by(posts.c.account_id)
        .cte("read_at")
    )
    query = (
        sa.select(
            posts.c.account_id,
            read_at.c.read_at,
            sa.func.count().filter(is_since).label("since_floor"),
            sa.func.bool_or(~is_since).label("has_older"),
            sa.func.count()
            .filter(posts.c.posted_at >= read_at.c.read_at - _PACE)
            .label("recent"),
        )
        .join(wanted, wanted.c.account_id == posts.c.account_id)
        .join(read_at, read_at.c.account_id == posts.c.account_id)
        .where(posts.c.platform == platform, _IS_LISTED)
        .group_by(posts.c.account_id, read_at.c.read_at)
    )
    return {
        row.account_id: KnownPosts(
            since_floor=row.since_floor,
            has_older=row.has_older,
            expected_new=row.recent * max((now - row.read_at) / _PACE, 0.0),
        )
        for row in connection.execute(query)
    }


def read_attempt(row: sa.Row[Any]) -> Attempt:
    """Return a stored row as an attempt."""
    return Attempt(
        attempt_id=row.attempt_id,
        run_id=row.run_id,
        account=Account(
            platform=Platform(row.platform),
            creator_id=row.creator_id,
            connection_id=row.connection_id,
            account_id=row.account_id,
            username=row.username,
        ),
        snapshot_dates=tuple(row.snapshot_dates),
        observed_at=row.observed_at,
        covers_from=row.covers_from,
        status=Status(row.status),
        reason=Reason(row.reason) if row.reason else None,
        detail=row.detail,
        calls=row.calls,
        calls_planned=row.calls_planned,
        calls_unplanned=row.calls_unplanned,
        calls_repeated=row.calls_repeated,
        object_url=row.object_url,
        attempt_kind=AttemptKind(row.attempt_kind),
    )
