"""What answers tell of stored accounts: ids not known, handles that changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.connections import ConnectionStatus
from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.tables import attempts, connections


def learn_account_ids(
    connection: sa.Connection, platform: Platform, now: datetime
) -> int:
    """Keep the platform's ids of accounts that were known by their handles only.

    Args:
        connection: With an open transaction.
        platform: Where.
        now: The current instant.

    Returns:
        How many were learned.
    """
    other = connections.alias()
    taken = sa.exists().where(
        other.c.platform == platform, other.c.account_id == attempts.c.account_id
    )
    # Two handles of one account must not both get its id.
    learned = (
        sa.select(attempts.c.connection_id, attempts.c.account_id)
        .join(connections, connections.c.connection_id == attempts.c.connection_id)
        .where(
            connections.c.platform == platform,
            connections.c.account_id.is_(None),
            attempts.c.status == Status.OK,
            attempts.c.attempt_kind == AttemptKind.MEDIA,
            ~taken,
        )
        .ext(distinct_on(attempts.c.account_id))
        .order_by(attempts.c.account_id, attempts.c.observed_at)
        .subquery()
    )
    changed = connection.execute(
        sa.update(connections)
        .where(connections.c.connection_id == learned.c.connection_id)
        .values(account_id=learned.c.account_id, updated_at=now)
    )
    return changed.rowcount


def learn_handles(connection: sa.Connection, platform: Platform, now: datetime) -> int:
    """Keep the handles that connected accounts have answered with since they changed.

    Such an account is read by its id, so a new handle is told, not asked for.

    Args:
        connection: With an open transaction.
        platform: Where.
        now: The current instant.

    Returns:
        How many had changed.
    """
    newest = (
        sa.select(attempts.c.connection_id, attempts.c.username)
        .join(connections, connections.c.connection_id == attempts.c.connection_id)
        .where(
            connections.c.platform == platform,
            connections.c.connection_status == ConnectionStatus.CONNECTED,
            connections.c.account_id == attempts.c.account_id,
            # What was entered since then is newer.
            connections.c.updated_at < attempts.c.observed_at,
            attempts.c.status == Status.OK,
            attempts.c.attempt_kind == AttemptKind.MEDIA,
            attempts.c.username.is_not(None),
        )
        .ext(distinct_on(attempts.c.connection_id))
        .order_by(attempts.c.connection_id, attempts.c.observed_at.desc())
        .subquery()
    )
    changed = connection.execute(
        sa.update(connections)
        .where(
            connections.c.connection_id == newest.c.connection_id,
            connections.c.username.is_distinct_from(newest.c.username),
        )
        .values(username=newest.c.username, updated_at=now)
    )
    return changed.rowcount
