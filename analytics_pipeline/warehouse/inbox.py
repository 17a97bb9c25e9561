"""The inbox of pushes: kept before they are acknowledged, processed later, replayable.

What belongs here: storing, waiting, marking. What does not: understanding a body.
"""

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from analytics_pipeline.schemas.messages import Message, MessageOutcome
from analytics_pipeline.warehouse.tables import webhook_inbox as inbox

_AT_ONCE = 500


def store_message(
    connection: sa.Connection, source: str, body: str, now: datetime
) -> tuple[str, bool]:
    """Keep a push; one that is here already stays as it is.

    Args:
        connection: With an open transaction.
        source: Who sent it.
        body: As received.
        now: The current instant.

    Returns:
        Its id, a hash of the body, and whether it is new.
    """
    message_id = hashlib.sha256(body.encode()).hexdigest()
    # An insert tells how many rows it made only by returning them.
    stored = connection.execute(
        insert(inbox)
        .values(
            message_id=message_id, message_source=source, body=body, received_at=now
        )
        .on_conflict_do_nothing()
        .returning(inbox.c.message_id)
    )
    return message_id, stored.first() is not None


def waiting_messages(connection: sa.Connection, limit: int = _AT_ONCE) -> list[Message]:
    """Return the pushes that nothing has processed yet.

    Args:
        connection: To the warehouse.
        limit: How many at most.

    Returns:
        The longest waiting first.
    """
    query = (
        sa.select(inbox)
        .where(inbox.c.processed_at.is_(None), inbox.c.body.is_not(None))
        .order_by(inbox.c.received_at, inbox.c.message_id)
        .limit(limit)
    )
    return [
        Message(row.message_id, row.message_source, row.body, row.received_at)
        for row in connection.execute(query)
    ]


def mark_processed(  # noqa: PLR0913, PLR0917 - the columns it fills
    connection: sa.Connection,
    message_id: str,
    outcome: MessageOutcome,
    detail: str | None,
    run_id: str,
    now: datetime,
) -> None:
    """Write down what became of a push.

    Args:
        connection: With an open transaction.
        message_id: Which.
        outcome: What became of it.
        detail: Why, without personal data.
        run_id: The run that processed it.
        now: The current instant.
    """
    connection.execute(
        sa.update(inbox)
        .where(inbox.c.message_id == message_id)
        .values(processed_at=now, message_outcome=outcome, detail=detail, run_id=run_id)
    )


def replay_messages(
    connection: sa.Connection,
    since: datetime | None = None,
    message_id: str | None = None,
) -> int:
    """Let pushes wait again as if they had just come.

    Args:
        connection: With an open transaction.
        since: Only those received then or later.
        message_id: Only this one.

    Returns:
        How many wait again; those whose person was erased have no body and do not.
    """
    again = sa.update(inbox).where(
        inbox.c.processed_at.is_not(None), inbox.c.body.is_not(None)
    )
    if since is not None:
        again = again.where(inbox.c.received_at >= since)
    if message_id is not None:
        again = again.where(inbox.c.message_id == message_id)
    done = connection.execute(
        again.values(processed_at=None, message_outcome=None, detail=None, run_id=None)
    )
    return done.rowcount


def list_messages(
    connection: sa.Connection, since: datetime | None = None, limit: int = _AT_ONCE
) -> list[dict[str, Any]]:
    """Return pushes and what became of them, without their bodies.

    Args:
        connection: To the warehouse.
        since: Only those received then or later.
        limit: How many at most.

    Returns:
        Rows of `webhook_inbox`, the newest first.
    """
    columns = [column for column in inbox.c if column is not inbox.c.body]
    query = sa.select(*columns).order_by(inbox.c.received_at.desc(), inbox.c.message_id)
    if since is not None:
        query = query.where(inbox.c.received_at >= since)
    return [dict(row) for row in connection.execute(query.limit(limit)).mappings()]
