"""Reading campaigns and their participants."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_pipeline.schemas.outcomes import CampaignStatus
from analytics_pipeline.warehouse.tables import campaigns, creators, participants


def list_campaigns(connection: sa.Connection) -> list[dict[str, Any]]:
    """Return all campaigns that are known, as rows of `campaigns`."""
    query = sa.select(campaigns).order_by(campaigns.c.campaign_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def campaigns_active_on(
    connection: sa.Connection, day: date, tracking_days: int
) -> list[dict[str, Any]]:
    """Return the campaigns that are measured on a day, by the dates known now.

    Args:
        connection: To the warehouse.
        day: The day.
        tracking_days: How long after its publishing end a campaign is measured.

    Returns:
        Rows of `campaigns`.
    """
    query = (
        sa.select(campaigns)
        .where(
            campaigns.c.publishing_start_date <= day,
            campaigns.c.publishing_end_date + tracking_days >= day,
            campaigns.c.publishing_start_date <= campaigns.c.publishing_end_date,
        )
        .order_by(campaigns.c.campaign_id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def participants_on(
    connection: sa.Connection, days: Sequence[date]
) -> list[dict[str, Any]]:
    """Return the participants of some days.

    Args:
        connection: To the warehouse.
        days: Which days.

    Returns:
        Rows of `active_campaign_participants`.
    """
    query = sa.select(participants).where(participants.c.snapshot_date.in_(days))
    return [dict(row) for row in connection.execute(query).mappings()]


def count_participants(connection: sa.Connection, days: Sequence[date]) -> int:
    """Return how many participants some days have in all."""
    query = (
        sa.select(sa.func.count())
        .select_from(participants)
        .where(participants.c.snapshot_date.in_(days))
    )
    return connection.execute(query).scalar_one()


def days_with_participants(
    connection: sa.Connection, days: Sequence[date]
) -> set[date]:
    """Return the days, of some, of which participants are known."""
    query = (
        sa.select(participants.c.snapshot_date)
        .where(participants.c.snapshot_date.in_(days))
        .distinct()
    )
    return set(connection.scalars(query))


def newest_participants(
    connection: sa.Connection, first: date, last: date
) -> list[dict[str, Any]]:
    """Return the participants of the newest day of a window that has any.

    Args:
        connection: To the warehouse.
        first: First day.
        last: Last day.

    Returns:
        Rows of `active_campaign_participants`.
    """
    day = participants.c.snapshot_date
    newest = sa.select(sa.func.max(day)).where(day.between(first, last))
    query = sa.select(participants).where(day == newest.scalar_subquery())
    return [dict(row) for row in connection.execute(query).mappings()]


def takes_part(connection: sa.Connection, campaign_id: str, creator_id: str) -> bool:
    """Tell whether a creator took part in a campaign on any day."""
    is_involved = sa.and_(
        participants.c.campaign_id == campaign_id,
        participants.c.creator_id == creator_id,
    )
    return bool(connection.scalar(sa.select(sa.exists().where(is_involved))))


def last_participants_before(
    connection: sa.Connection, day: date
) -> Iterator[tuple[str, str]]:
    """Yield who took part on the newest day up to a given one.

    Args:
        connection: To the warehouse.
        day: The day.

    Yields:
        Campaign and creator.
    """
    newest = sa.select(sa.func.max(participants.c.snapshot_date)).where(
        participants.c.snapshot_date <= day
    )
    query = sa.select(participants.c.campaign_id, participants.c.creator_id).where(
        participants.c.snapshot_date == newest.scalar_subquery()
    )
    for row in connection.execute(query):
        yield row.campaign_id, row.creator_id


def creator_of_email(connection: sa.Connection, email: str) -> str | None:
    """Return the one listed creator with an e-mail address, however it is cased.

    Args:
        connection: To the warehouse.
        email: As somebody wrote it.

    Returns:
        The creator's id; None if nobody has it, or several do.
    """
    wanted = email.strip().lower()
    found = connection.scalars(
        sa.select(creators.c.creator_id).where(
            sa.func.lower(sa.func.btrim(creators.c.email)) == wanted,
            creators.c.is_listed,
        )
    ).all()
    return str(found[0]) if len(found) == 1 and wanted else None


def known_creator_ids(connection: sa.Connection) -> set[str]:
    """Return the ids of all creators the Creators app has ever listed."""
    return set(connection.scalars(sa.select(creators.c.creator_id)))


def mark_unlisted(
    connection: sa.Connection,
    table: sa.Table,
    listed: Sequence[str],
    run_id: str,
    now: datetime,
) -> int:
    """Note which records the Creators app no longer lists; nothing is deleted.

    Args:
        connection: With an open transaction.
        table: `creators` or `campaigns`.
        listed: Keys in the newest answer.
        run_id: The run.
        now: The current instant.

    Returns:
        How many rows changed.
    """
    (key,) = table.primary_key.columns
    changed = connection.execute(
        sa.update(table)
        .where(
            table.c.is_listed,
            key != sa.all_(sa.literal(list(listed), ARRAY(sa.Text()))),
        )
        .values(is_listed=False, updated_at=now, run_id=run_id)
    )
    return changed.rowcount


def refresh_campaign_status(
    connection: sa.Connection,
    day: date,
    tracking_days: int,
    run_id: str,
    now: datetime,
) -> int:
    """Bring every campaign's status up to a day, listed or not.

    Args:
        connection: With an open transaction.
        day: The day it is.
        tracking_days: How long after its publishing end a campaign is measured.
        run_id: The run.
        now: The current instant.

    Returns:
        How many rows changed.
    """
    start, end = campaigns.c.publishing_start_date, campaigns.c.publishing_end_date
    has_dates = sa.and_(start.is_not(None), end.is_not(None), start <= end)
    status = sa.case(
        (sa.not_(sa.func.coalesce(has_dates, sa.false())), CampaignStatus.INCOMPLETE),
        (start > day, CampaignStatus.UPCOMING),
        (end + tracking_days >= day, CampaignStatus.ACTIVE),
        else_=CampaignStatus.ENDED,
    )
    changed = connection.execute(
        sa.update(campaigns)
        .where(campaigns.c.campaign_status != status)
        .values(campaign_status=status, updated_at=now, run_id=run_id)
    )
    return changed.rowcount
