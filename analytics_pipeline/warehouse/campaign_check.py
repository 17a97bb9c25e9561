"""What a check of a campaign needs to know of the others and of the accounts."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_pipeline.warehouse.tables import participants, posts


def newest_involved(connection: sa.Connection) -> dict[str, frozenset[str]]:
    """Return who took part in each campaign on the newest day that it was active.

    Args:
        connection: To the warehouse.

    Returns:
        The creators, by campaign; campaigns that never were active are not among them.
    """
    table = participants.c
    newest = (
        sa.select(table.campaign_id, sa.func.max(table.snapshot_date).label("day"))
        .group_by(table.campaign_id)
        .subquery()
    )
    query = (
        sa.select(table.campaign_id, sa.func.array_agg(table.creator_id))
        .join(
            newest,
            sa.and_(
                newest.c.campaign_id == table.campaign_id,
                newest.c.day == table.snapshot_date,
            ),
        )
        .group_by(table.campaign_id)
    )
    return {name: frozenset(ids) for name, ids in connection.execute(query)}


def posts_since(
    connection: sa.Connection, account_ids: Collection[str], since: datetime
) -> dict[str, int]:
    """Count the posts that accounts published since some instant.

    Args:
        connection: To the warehouse.
        account_ids: The accounts.
        since: The instant.

    Returns:
        Numbers by account; accounts without a post are not among them.
    """
    wanted = sa.literal(list(account_ids), ARRAY(sa.Text()))
    query = (
        sa.select(posts.c.account_id, sa.func.count())
        .where(posts.c.account_id == sa.any_(wanted), posts.c.posted_at >= since)
        .group_by(posts.c.account_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}
