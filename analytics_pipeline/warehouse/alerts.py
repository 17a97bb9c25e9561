"""Alerts that were raised, each once per threshold and end, and which were posted."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from analytics_pipeline.schemas.alerts import Alert
from analytics_pipeline.warehouse.tables import connection_alerts

# A lifetime told in seconds gives an end that wanders; it may pass midnight.
_SAME_END = timedelta(days=1)


def new_alerts(connection: sa.Connection, alerts: Sequence[Alert]) -> list[Alert]:
    """Return the alerts that have not been raised yet.

    Args:
        connection: To the warehouse.
        alerts: All that hold now.

    Returns:
        Those among them.
    """
    raised = connection.execute(_about(alerts)).all()
    return [item for item in alerts if not _matches(item, raised)]


def raise_alerts(
    connection: sa.Connection, alerts: Sequence[Alert], now: datetime
) -> int:
    """Keep the alerts that have not been raised yet.

    Args:
        connection: With an open transaction.
        alerts: All that hold now.
        now: The current instant.

    Returns:
        How many are new.
    """
    rows = [
        {
            "connection_id": item.connection_id,
            "alert_subject": item.subject,
            "alert_threshold": str(item.threshold),
            "ends_on": item.ends_on,
            "ends_at": item.ends_at,
            "raised_at": now,
        }
        for item in new_alerts(connection, alerts)
    ]
    if not rows:
        return 0
    # Another process may raise the same.
    stored = insert(connection_alerts).values(rows).on_conflict_do_nothing()
    kept = stored.returning(connection_alerts.c.connection_id)
    return len(connection.execute(kept).all())


def unposted_alerts(
    connection: sa.Connection, alerts: Sequence[Alert], *, lock: bool = False
) -> list[Alert]:
    """Return the alerts that hold now and were raised, but not posted.

    Args:
        connection: With an open transaction.
        alerts: All that hold now.
        lock: Leave out what another process is posting, and keep the rest from it.

    Returns:
        Those among them.
    """
    query = _about(alerts).where(connection_alerts.c.sent_at.is_(None))
    if lock:
        query = query.with_for_update(skip_locked=True)
    waiting = connection.execute(query).all()
    return [item for item in alerts if _matches(item, waiting)]


def mark_posted(
    connection: sa.Connection, alerts: Iterable[Alert], now: datetime
) -> None:
    """Note that alerts were posted.

    Args:
        connection: With an open transaction.
        alerts: Which.
        now: The current instant.
    """
    table = connection_alerts.c
    for item in alerts:
        connection.execute(
            sa.update(connection_alerts)
            .where(
                table.connection_id == item.connection_id,
                table.alert_subject == item.subject,
                table.alert_threshold == str(item.threshold),
                table.ends_on.between(
                    item.ends_on - _SAME_END, item.ends_on + _SAME_END
                ),
            )
            .values(sent_at=now)
        )


def _about(alerts: Iterable[Alert]) -> sa.Select[tuple[object, ...]]:
    ids = sa.literal([item.connection_id for item in alerts], ARRAY(sa.Text()))
    return sa.select(connection_alerts).where(
        connection_alerts.c.connection_id == sa.any_(ids)
    )


def _matches(alert: Alert, rows: Iterable[sa.Row[tuple[object, ...]]]) -> bool:
    return any(
        row.connection_id == alert.connection_id
        and row.alert_subject == alert.subject
        and row.alert_threshold == str(alert.threshold)
        and abs(row.ends_on - alert.ends_on) <= _SAME_END
        for row in rows
    )
