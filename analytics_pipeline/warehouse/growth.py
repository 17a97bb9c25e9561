"""Reading how campaigns grew, day by day."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy import RowMapping

from analytics_pipeline.warehouse.tables import campaign_daily_summary, campaigns

_DAYS = 28


@dataclass(frozen=True, slots=True)
class CampaignGrowth:
    """One campaign's totals by day; None where they are not known."""

    campaign_id: str
    campaign_name: str | None
    days: tuple[date, ...]
    post_counts: tuple[int, ...]
    like_counts: tuple[int | None, ...]


def growth_until(connection: sa.Connection, day: date) -> list[CampaignGrowth]:
    """Return the last four weeks of the campaigns that have posts on a day.

    Args:
        connection: To the warehouse.
        day: The last day.

    Returns:
        One series per campaign, over both platforms.
    """
    summary = campaign_daily_summary
    query = (
        sa.select(
            summary.c.campaign_id,
            campaigns.c.campaign_name,
            summary.c.snapshot_date,
            sa.func.sum(summary.c.post_count).label("posts"),
            sa.func.sum(summary.c.like_count).label("likes"),
        )
        .outerjoin(campaigns, campaigns.c.campaign_id == summary.c.campaign_id)
        .where(summary.c.snapshot_date.between(day - timedelta(days=_DAYS), day))
        .group_by(
            summary.c.campaign_id, campaigns.c.campaign_name, summary.c.snapshot_date
        )
        .order_by(summary.c.campaign_id, summary.c.snapshot_date)
    )
    series: dict[str, list[RowMapping]] = {}
    for row in connection.execute(query).mappings():
        series.setdefault(row["campaign_id"], []).append(row)
    return [
        CampaignGrowth(
            campaign_id=campaign_id,
            campaign_name=rows[-1]["campaign_name"],
            days=tuple(row["snapshot_date"] for row in rows),
            post_counts=tuple(int(row["posts"]) for row in rows),
            like_counts=tuple(
                None if row["likes"] is None else int(row["likes"]) for row in rows
            ),
        )
        for campaign_id, rows in series.items()
        if rows[-1]["snapshot_date"] == day and rows[-1]["posts"]
    ]
