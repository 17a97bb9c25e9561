"""Finding the campaign that a report is asked of."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.warehouse.tables import campaign_daily_summary, campaigns

Rows = list[dict[str, Any]]


def find_campaigns(connection: sa.Connection, wanted: str) -> Rows:
    """Return the campaigns with an id, or with a name that is or contains a text.

    Args:
        connection: To the warehouse.
        wanted: Id or name, in any case.

    Returns:
        Rows of `campaigns`; those of the first kind of fit that has any.
    """
    name = sa.func.lower(campaigns.c.campaign_name)
    fits = (
        campaigns.c.campaign_id == wanted,
        name == wanted.lower(),
        name.contains(wanted.lower(), autoescape=True),
    )
    for fit in fits:
        found = _rows(connection, sa.select(campaigns).where(fit))
        if found:
            return found
    return []


def campaign_of(connection: sa.Connection, campaign_id: str) -> dict[str, Any] | None:
    """Return a campaign's row in `campaigns`; None when there is none."""
    query = sa.select(campaigns).where(campaigns.c.campaign_id == campaign_id)
    found = _rows(connection, query)
    return found[0] if found else None


def campaigns_summarised_on(connection: sa.Connection, day: date) -> list[str]:
    """Return the ids of the campaigns that were measured on a day."""
    summary = campaign_daily_summary
    query = (
        sa.select(summary.c.campaign_id)
        .where(summary.c.snapshot_date == day)
        .distinct()
        .order_by(summary.c.campaign_id)
    )
    return [str(campaign_id) for campaign_id in connection.scalars(query)]


def list_campaigns(connection: sa.Connection) -> Rows:
    """Return all campaigns: id, name and status."""
    return _rows(
        connection,
        sa.select(
            campaigns.c.campaign_id,
            campaigns.c.campaign_name,
            campaigns.c.campaign_status,
        ).order_by(campaigns.c.campaign_id),
    )


def _rows(connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]) -> Rows:
    return [dict(row) for row in connection.execute(query).mappings()]
