"""Reading how campaigns grew, day by day."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.warehouse.tables import campaign_daily_summary, campaigns

_DAYS = 28


def growth_until(connection: sa.Connection, day: date) -> list[dict[str, Any]]:
    """Return the last four weeks of the campaigns that have posts on a day.

    Args:
        connection: To the warehouse.
        day: The last day.

    Returns:
        One row per campaign and day, over both platforms: `campaign_id`,
        `campaign_name`, `snapshot_date`, `post_count`, and `like_count`, None where it
        is not known.
    """
    summary = campaign_daily_summary
    with_posts = (
        sa.select(summary.c.campaign_id)
        .where(summary.c.snapshot_date == day)
        .where(summary.c.post_count > 0)
    )
    query = (
        sa.select(
            summary.c.campaign_id,
            campaigns.c.campaign_name,
            summary.c.snapshot_date,
            sa.cast(sa.func.sum(summary.c.post_count), sa.BigInteger).label(
                "post_count"
            ),
            sa.cast(sa.func.sum(summary.c.like_count), sa.BigInteger).label(
                "like_count"
            ),
        )
        .outerjoin(campaigns, campaigns.c.campaign_id == summary.c.campaign_id)
        .where(summary.c.snapshot_date.between(day - timedelta(days=_DAYS), day))
        .where(summary.c.campaign_id.in_(with_posts))
        .group_by(
            summary.c.campaign_id, campaigns.c.campaign_name, summary.c.snapshot_date
        )
        .order_by(summary.c.campaign_id, summary.c.snapshot_date)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
