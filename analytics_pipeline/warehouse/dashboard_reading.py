"""What only the dashboard asks the warehouse."""

from typing import Any

import sqlalchemy as sa

from analytics_pipeline.warehouse.tables import refreshes


def newest_refresh(connection: sa.Connection) -> dict[str, Any] | None:
    """Return the refresh that was asked for last; None if there never was one."""
    query = sa.select(refreshes).order_by(
        refreshes.c.requested_at.desc(), refreshes.c.refresh_id
    )
    row = connection.execute(query.limit(1)).mappings().first()
    return None if row is None else dict(row)
