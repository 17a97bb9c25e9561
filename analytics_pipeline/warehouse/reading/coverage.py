"""What became of everybody who had to be asked, day by day, and who is missing."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline.warehouse.reading.rows import (
    Order,
    Page,
    PageRequest,
    Position,
    Rows,
    page_of,
    paged,
    read_day,
    read_rows,
)
from analytics_pipeline.warehouse.tables import participants, sync_outcomes

_ACCOUNT = ("platform", "creator_id", "account")
_BY_PLATFORM = Order("platform")
_OUTCOME = (
    "snapshot_date",
    "platform",
    "creator_id",
    "connection_id",
    "account_id",
    "username",
    "status",
    "reason",
    "detail",
    "calls",
    "observed_at",
    "run_id",
)


def newest_asked_day(connection: sa.Connection) -> date | None:
    """Return the newest day of which it is known who had to be asked."""
    return read_day(connection, sa.select(sa.func.max(participants.c.snapshot_date)))


def coverage_of_creator(
    connection: sa.Connection, creator_id: str, first: date, last: date
) -> Rows:
    """Return what became of a creator's accounts.

    Args:
        connection: To the warehouse.
        creator_id: The creator.
        first: First day.
        last: Last day.

    Returns:
        Rows of `sync_outcomes`, by day and platform.
    """
    table = sync_outcomes
    query = (
        sa.select(*(table.c[name] for name in _OUTCOME))
        .where(
            table.c.creator_id == creator_id, table.c.snapshot_date.between(first, last)
        )
        .order_by(table.c.snapshot_date, table.c.platform, table.c.connection_id)
    )
    return read_rows(connection, query)


def coverage_of_campaign(
    connection: sa.Connection, campaign_id: str, first: date, last: date, most: int
) -> Rows:
    """Return what became of every account that a campaign needs.

    Args:
        connection: To the warehouse.
        campaign_id: The campaign.
        first: First day.
        last: Last day.
        most: Of how many accounts at most.

    Returns:
        As `with_most_gaps` gives them; `status` is deferred and `reason` not_reached
        for whoever was never asked.
    """
    needed = sa.select(_needed(first, last, campaign_id)).cte("needed")
    return read_rows(connection, with_most_gaps(needed, most))


def with_most_gaps(outcomes: sa.FromClause, most: int) -> sa.Select[*tuple[Any, ...]]:
    """Return the query of the outcomes of those accounts that lack the most days.

    Args:
        outcomes: Rows of `sync_outcomes`.
        most: Of how many accounts at most.

    Returns:
        The query: by platform, creator and day, each row with `account_count`, how
        many accounts there are in all.
    """
    whose = (outcomes.c.platform, outcomes.c.creator_id, outcomes.c.connection_id)
    gaps = sa.func.count().filter(outcomes.c.status != Status.OK)
    accounts = (
        sa.select(*whose, sa.func.count().over().label("account_count"))
        .group_by(*whose)
        .order_by(gaps.desc(), *whose)
        .limit(most)
        .subquery()
    )
    same_account = sa.and_(
        *(
            accounts.c[name].is_not_distinct_from(outcomes.c[name])
            if name == "connection_id"
            else accounts.c[name] == outcomes.c[name]
            for name in ("platform", "creator_id", "connection_id")
        )
    )
    return (
        sa.select(outcomes, accounts.c.account_count)
        .join(accounts, same_account)
        .order_by(*whose, outcomes.c.snapshot_date)
    )


def missing_accounts(
    connection: sa.Connection,
    day: date,
    campaign_id: str | None = None,
    *,
    limit: int,
    after: Position | None = None,
) -> Page:
    """Return the accounts that gave no answer on a day on which they were needed.

    Args:
        connection: To the warehouse.
        day: The day.
        campaign_id: Only those that this campaign needs.
        limit: How many, at most.
        after: Where the page before ended.

    Returns:
        Rows of `sync_outcomes` with `campaign_ids`, the campaigns that need them; also
        for whoever was never asked: status deferred, reason not_reached.
    """
    needed = _needed(day, day, campaign_id)
    account = sa.func.coalesce(needed.c.connection_id, "").label("account")
    absent = sa.select(needed, account).where(needed.c.status != Status.OK).subquery()
    wanted = PageRequest(_BY_PLATFORM, limit, after)
    return page_of(
        read_rows(connection, paged(absent, _ACCOUNT, wanted)), _ACCOUNT, wanted
    )


def count_outcomes(
    connection: sa.Connection, day: date, campaign_id: str | None = None
) -> Rows:
    """Return how a day went for everybody it needed, by platform and reason.

    Args:
        connection: To the warehouse.
        day: The day.
        campaign_id: Only for those that this campaign needs.

    Returns:
        `platform`, `status`, `reason`, `accounts`; none if the day needed nobody.
    """
    needed = _needed(day, day, campaign_id)
    groups = [needed.c[name] for name in ("platform", "status", "reason")]
    query = (
        sa.select(*groups, sa.func.count().label("accounts"))
        .group_by(*groups)
        .order_by(*groups)
    )
    return read_rows(connection, query)


def _needed(first: date, last: date, campaign_id: str | None) -> sa.Subquery:
    """Return everybody whom some days needed, with what became of each account."""
    named = sa.func.unnest(participants.c.platforms).table_valued("platform")
    needed = named.render_derived("needed")
    days = participants.c.snapshot_date.between(first, last)
    mine: sa.ColumnElement[bool] = sa.true()
    if campaign_id is not None:
        mine = participants.c.campaign_id == campaign_id
    people = (
        sa.select(
            participants.c.snapshot_date,
            needed.c.platform,
            participants.c.creator_id,
            sa.func.array_agg(
                sa.distinct(participants.c.campaign_id), type_=sa.ARRAY(sa.Text())
            ).label("campaign_ids"),
        )
        .select_from(participants.join(needed, sa.true()))
        .where(days, mine)
        .group_by(
            participants.c.snapshot_date, needed.c.platform, participants.c.creator_id
        )
        .subquery()
    )
    return (
        sa.select(*_outcome_columns(people))
        .select_from(
            people.outerjoin(
                sync_outcomes,
                sa.and_(
                    *(
                        sync_outcomes.c[name] == people.c[name]
                        for name in ("snapshot_date", "platform", "creator_id")
                    )
                ),
            )
        )
        .subquery()
    )


def _outcome_columns(people: sa.Subquery) -> list[sa.ColumnElement[Any]]:
    """Return the columns of an outcome; nobody has asked where there is none."""
    never = sync_outcomes.c.status.is_(None)
    reason = sa.case((never, Reason.NOT_REACHED), else_=sync_outcomes.c.reason)
    made = {
        "status": sa.func.coalesce(sync_outcomes.c.status, Status.DEFERRED),
        "reason": reason,
        "calls": sa.func.coalesce(sync_outcomes.c.calls, 0),
    }
    columns: list[sa.ColumnElement[Any]] = []
    for name in _OUTCOME:
        if name in people.c:
            columns.append(people.c[name])
        elif name in made:
            columns.append(made[name].label(name))
        else:
            columns.append(sync_outcomes.c[name])
    return [*columns, people.c.campaign_ids]
