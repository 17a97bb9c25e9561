"""Campaigns with what their newest day showed, and who takes part in them."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from analytics_pipeline.schemas.outcomes import CampaignStatus
from analytics_pipeline.warehouse.reading.rows import (
    Page,
    PageRequest,
    Row,
    Rows,
    page_of,
    paged,
    read_day,
    read_row,
    read_rows,
)
from analytics_pipeline.warehouse.tables import (
    campaign_daily_summary,
    campaigns,
    participants,
)

CAMPAIGN_ORDERS = (
    "campaign_id",
    "publishing_start_date",
    "publishing_end_date",
)
"""What campaigns can be sorted by."""
CAMPAIGN_KEY = ("campaign_id",)


def read_campaigns(
    connection: sa.Connection,
    wanted: PageRequest,
    status: CampaignStatus | None = None,
    *,
    is_listed: bool | None = None,
) -> Page:
    """Return campaigns, each with its newest summary.

    Args:
        connection: To the warehouse.
        wanted: Which page; sorted by one of `CAMPAIGN_ORDERS`.
        status: Only these.
        is_listed: Only those that the Creators app still lists, or only the others.

    Returns:
        Rows of `campaigns`; `newest_day` is the newest day with a summary, `newest` its
        rows in `campaign_daily_summary`, one per platform.
    """
    query = sa.select(campaigns)
    if status is not None:
        query = query.where(campaigns.c.campaign_status == status)
    if is_listed is not None:
        query = query.where(campaigns.c.is_listed == is_listed)
    rows = read_rows(connection, paged(query.subquery(), CAMPAIGN_KEY, wanted))
    page = page_of(rows, CAMPAIGN_KEY, wanted)
    _add_newest(connection, page.rows)
    return page


def read_campaign(connection: sa.Connection, campaign_id: str) -> Row | None:
    """Return one campaign with its newest summary; None if it is not known."""
    query = sa.select(campaigns).where(campaigns.c.campaign_id == campaign_id)
    found = read_row(connection, query)
    if found is not None:
        _add_newest(connection, [found])
    return found


def is_campaign(connection: sa.Connection, campaign_id: str) -> bool:
    """Tell whether a campaign is known."""
    query = sa.select(sa.literal(1)).where(campaigns.c.campaign_id == campaign_id)
    return connection.scalar(query) is not None


def newest_summarised_day(
    connection: sa.Connection, campaign_id: str, until: date | None = None
) -> date | None:
    """Return the newest day on which a campaign has a summary; None if it has none.

    Args:
        connection: To the warehouse.
        campaign_id: The campaign.
        until: Not after this day.

    Returns:
        The day.
    """
    summary = campaign_daily_summary
    query = sa.select(sa.func.max(summary.c.snapshot_date)).where(
        summary.c.campaign_id == campaign_id
    )
    if until is not None:
        query = query.where(summary.c.snapshot_date <= until)
    return read_day(connection, query)


def newest_participant_day(
    connection: sa.Connection, campaign_id: str, until: date | None = None
) -> date | None:
    """Return the newest day on which it is known who took part in a campaign.

    Args:
        connection: To the warehouse.
        campaign_id: The campaign.
        until: Not after this day.

    Returns:
        The day; None if there is none.
    """
    day = participants.c.snapshot_date
    query = sa.select(sa.func.max(day)).where(participants.c.campaign_id == campaign_id)
    if until is not None:
        query = query.where(day <= until)
    return read_day(connection, query)


def _add_newest(connection: sa.Connection, found: Rows) -> None:
    by_campaign: dict[str, Rows] = {}
    for row in _newest_summaries(connection, [row["campaign_id"] for row in found]):
        by_campaign.setdefault(row["campaign_id"], []).append(row)
    for row in found:
        row["newest"] = by_campaign.get(row["campaign_id"], [])
        row["newest_day"] = row["newest"][0]["snapshot_date"] if row["newest"] else None


def _newest_summaries(connection: sa.Connection, campaign_ids: Sequence[str]) -> Rows:
    summary = campaign_daily_summary
    newest = (
        sa.select(
            summary.c.campaign_id,
            sa.func.max(summary.c.snapshot_date).label("newest_day"),
        )
        .where(summary.c.campaign_id.in_(campaign_ids))
        .group_by(summary.c.campaign_id)
        .subquery()
    )
    query = (
        sa.select(summary)
        .join(
            newest,
            sa.and_(
                summary.c.campaign_id == newest.c.campaign_id,
                summary.c.snapshot_date == newest.c.newest_day,
            ),
        )
        .order_by(summary.c.campaign_id, summary.c.platform)
    )
    return read_rows(connection, query)
