"""Creators with their accounts: how each can be read, and when it last answered."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from analytics_pipeline.schemas.connections import ConnectionStatus
from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.reading.rows import (
    Page,
    PageRequest,
    Row,
    Rows,
    page_of,
    paged,
    read_rows,
)
from analytics_pipeline.warehouse.tables import (
    account_snapshots,
    connections,
    creator_months,
    creators,
    participants,
    sync_outcomes,
)

CREATOR_KEY = ("creator_id",)
CREATOR_ORDERS = ("creator_id", "first_seen_at", "last_seen_at")
"""What creators can be sorted by."""

# What a page may show of a connection: no token, no hash of one.
_SHOWN = (
    "creator_id",
    "connection_id",
    "platform",
    "account_id",
    "username",
    "connection_status",
    "reconnect_reason",
    "reconnect_since",
    "access_token_expires_at",
    "consent_expires_at",
    "updated_at",
)


def read_creators(
    connection: sa.Connection,
    wanted: PageRequest,
    platform: Platform | None = None,
    status: ConnectionStatus | None = None,
) -> Page:
    """Return creators with their accounts; also those that have an account only.

    Args:
        connection: To the warehouse.
        wanted: Which page; sorted by one of `CREATOR_ORDERS`.
        platform: Only those with an account there.
        status: Only those with an account that can be read so.

    Returns:
        Rows of `creators` without `email`; `accounts` as `accounts_of` returns them.
    """
    people = _people()
    query = sa.select(people)
    if platform is not None or status is not None:
        account = sa.select(connections.c.connection_id).where(
            connections.c.creator_id == people.c.creator_id
        )
        if platform is not None:
            account = account.where(connections.c.platform == platform)
        if status is not None:
            account = account.where(connections.c.connection_status == status)
        query = query.where(account.exists())
    found = read_rows(connection, paged(query.subquery(), CREATOR_KEY, wanted))
    page = page_of(found, CREATOR_KEY, wanted)
    _add_accounts(connection, page.rows)
    for row in page.rows:
        del row["email"]
    return page


def read_creator(connection: sa.Connection, creator_id: str) -> Row | None:
    """Return one creator with `email` and `accounts`.

    Args:
        connection: To the warehouse.
        creator_id: The creator.

    Returns:
        The row of `creators`, empty but for the id if only an account or a campaign
        tells of the creator; None if nothing does.
    """
    people = _people()
    found = read_rows(
        connection, sa.select(people).where(people.c.creator_id == creator_id)
    )
    if not found and not _takes_part(connection, creator_id):
        return None
    row = found[0] if found else _unlisted(creator_id)
    _add_accounts(connection, [row])
    return row


def is_creator(connection: sa.Connection, creator_id: str) -> bool:
    """Tell whether anything tells of a creator: a list, an account or a campaign."""
    people = _people()
    known = sa.select(sa.literal(1)).where(people.c.creator_id == creator_id)
    return connection.scalar(known) is not None or _takes_part(connection, creator_id)


def accounts_of(connection: sa.Connection, creator_ids: Sequence[str]) -> Rows:
    """Return the accounts of some creators.

    Args:
        connection: To the warehouse.
        creator_ids: Whose.

    Returns:
        What may be shown of their connections, with when and for which day each last
        answered, and what became of the newest day it was to be asked for.
    """
    mine = connections.c.creator_id.in_(creator_ids)
    accounts = read_rows(
        connection,
        sa.select(*(connections.c[name] for name in _SHOWN))
        .where(mine)
        .order_by(
            connections.c.creator_id, connections.c.platform, connections.c.username
        ),
    )
    answered = {
        row.pop("connection_id"): row for row in _last_answers(connection, creator_ids)
    }
    nothing = dict.fromkeys(
        ("last_observed_at", "last_answered_day", "newest_day", "status", "reason")
    )
    return [row | answered.get(row["connection_id"], nothing) for row in accounts]


def followers_of(connection: sa.Connection, account_ids: Sequence[str]) -> Rows:
    """Return the newest row with a known follower count of some accounts.

    Args:
        connection: To the warehouse.
        account_ids: The platforms' ids.

    Returns:
        `platform`, `account_id`, `snapshot_date`, `follower_count`, `observed_at`.
    """
    table = account_snapshots
    newest = (
        sa.func.row_number()
        .over(
            partition_by=(table.c.platform, table.c.account_id),
            order_by=table.c.snapshot_date.desc(),
        )
        .label("place")
    )
    columns = [
        table.c[name]
        for name in (
            "platform",
            "account_id",
            "snapshot_date",
            "follower_count",
            "observed_at",
        )
    ]
    ranked = (
        sa.select(*columns, newest)
        .where(table.c.account_id.in_(account_ids), table.c.follower_count.is_not(None))
        .subquery()
    )
    shown = [ranked.c[column.name] for column in columns]
    return read_rows(connection, sa.select(*shown).where(ranked.c.place == 1))


def read_months(
    connection: sa.Connection,
    creator_id: str,
    platform: Platform | None = None,
    year: int | None = None,
) -> Rows:
    """Return a creator's rows in `creator_months`, newest month first.

    Args:
        connection: To the warehouse.
        creator_id: The creator.
        platform: Only there.
        year: Only months of this year.

    Returns:
        The rows.
    """
    table = creator_months
    query = sa.select(table).where(table.c.creator_id == creator_id)
    if platform is not None:
        query = query.where(table.c.platform == platform)
    if year is not None:
        query = query.where(sa.extract("year", table.c.month_start_date) == year)
    return read_rows(
        connection, query.order_by(table.c.month_start_date.desc(), table.c.platform)
    )


def _people() -> sa.Subquery:
    """Return all creators: the Creators app's, and those that only have an account."""
    ids = sa.union(
        sa.select(creators.c.creator_id), sa.select(connections.c.creator_id)
    ).subquery()
    return (
        sa.select(
            ids.c.creator_id,
            creators.c.email,
            sa.func.coalesce(creators.c.is_listed, sa.false()).label("is_listed"),
            creators.c.first_seen_at,
            creators.c.last_seen_at,
        )
        .outerjoin(creators, creators.c.creator_id == ids.c.creator_id)
        .subquery()
    )


def _unlisted(creator_id: str) -> Row:
    row: Row = dict.fromkeys(("creator_id", "email", "first_seen_at", "last_seen_at"))
    return row | {"creator_id": creator_id, "is_listed": False}


def _takes_part(connection: sa.Connection, creator_id: str) -> bool:
    some = sa.select(sa.literal(1)).where(participants.c.creator_id == creator_id)
    return connection.scalar(some.limit(1)) is not None


def _add_accounts(connection: sa.Connection, people: Rows) -> None:
    by_creator: dict[str, Rows] = {}
    for account in accounts_of(connection, [row["creator_id"] for row in people]):
        by_creator.setdefault(account.pop("creator_id"), []).append(account)
    for row in people:
        row["accounts"] = by_creator.get(row["creator_id"], [])


def _last_answers(connection: sa.Connection, creator_ids: Sequence[str]) -> Rows:
    table = sync_outcomes
    is_ok = table.c.status == Status.OK

    def newest(name: str) -> sa.ColumnElement[Any]:
        by_day = aggregate_order_by(table.c[name], table.c.snapshot_date.desc())
        return sa.func.array_agg(by_day, type_=ARRAY(sa.Text()))[1].label(name)

    query = (
        sa.select(
            table.c.connection_id,
            sa.func.max(table.c.observed_at).filter(is_ok).label("last_observed_at"),
            sa.func.max(table.c.snapshot_date).filter(is_ok).label("last_answered_day"),
            sa.func.max(table.c.snapshot_date).label("newest_day"),
            newest("status"),
            newest("reason"),
        )
        .where(table.c.creator_id.in_(creator_ids), table.c.connection_id.is_not(None))
        .group_by(table.c.connection_id)
    )
    return read_rows(connection, query)
