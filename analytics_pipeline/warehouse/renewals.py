"""Marks on connections about their tokens: doubted, and not renewed."""

from datetime import datetime

import sqlalchemy as sa

from analytics_pipeline.schemas.connections import ConnectionStatus
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.tables import connections


def doubt_token(connection: sa.Connection, connection_id: str, now: datetime) -> None:
    """Note that Meta refused a token in a way that only debug_token can explain.

    Args:
        connection: With an open transaction.
        connection_id: Which. An account that is read by the agency's token is left
            alone: that token is not its own.
        now: The current instant.
    """
    connection.execute(
        sa.update(connections)
        .where(
            connections.c.connection_id == connection_id,
            connections.c.platform == Platform.INSTAGRAM,
            connections.c.connection_status == ConnectionStatus.CONNECTED,
        )
        .values(token_doubted_at=now)
    )


def note_renewal_problem(
    connection: sa.Connection, connection_id: str, problem: str, now: datetime
) -> None:
    """Keep why a token could not be renewed; it stays in use.

    Args:
        connection: With an open transaction.
        connection_id: Whose.
        problem: A reason of the closed list, a colon, and what the platform said.
        now: The current instant.
    """
    connection.execute(
        sa.update(connections)
        .where(connections.c.connection_id == connection_id)
        .values(renewal_tried_at=now, renewal_problem=problem)
    )
