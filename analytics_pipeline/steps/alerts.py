"""Telling people in time: before a connection ends, and at once when it has ended."""

import logging
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from analytics_pipeline.clients.alert_webhook import AlertNotPostedError, AlertWebhook
from analytics_pipeline.schemas.alerts import Alert
from analytics_pipeline.schemas.records import Clock
from analytics_pipeline.transform.alerts import alert_message, alerts_of
from analytics_pipeline.warehouse.alerts import (
    mark_posted,
    new_alerts,
    raise_alerts,
    unposted_alerts,
)
from analytics_pipeline.warehouse.connections import list_connections
from analytics_pipeline.warehouse.engine import Warehouse

_log = logging.getLogger(__name__)
# Readers of chats cut longer messages off.
_MOST_IN_A_MESSAGE = 50


@dataclass(frozen=True, slots=True)
class AlertReport:
    """What was told.

    Attributes:
        current: Alerts that hold now.
        raised: How many of them are new.
        posted: How many were posted now.
        problem: Why the others were not.
    """

    current: int
    raised: int
    posted: int
    problem: str | None


def current_alerts(connection: sa.Connection, now: datetime) -> list[Alert]:
    """Return all that has to be told about the stored connections.

    Args:
        connection: To the warehouse.
        now: The current instant.

    Returns:
        The alerts, by creator and platform.
    """
    return [
        alert for item in list_connections(connection) for alert in alerts_of(item, now)
    ]


def has_untold(connection: sa.Connection, now: datetime, *, can_post: bool) -> bool:
    """Tell whether there is an alert to raise or to post.

    Args:
        connection: To the warehouse.
        now: The current instant.
        can_post: Whether there is somewhere to post to.

    Returns:
        Whether there is.
    """
    alerts = current_alerts(connection, now)
    if new_alerts(connection, alerts):
        return True
    return can_post and bool(unposted_alerts(connection, alerts))


def tell(
    warehouse: Warehouse, clock: Clock, webhook: AlertWebhook | None
) -> AlertReport:
    """Raise the alerts that are due, and post what was not posted yet.

    Args:
        warehouse: Where the connections are.
        clock: The current instant.
        webhook: Where to post to; None to only keep them.

    Returns:
        What was told. What could not be posted is tried again next time.
    """
    now = clock()
    with warehouse.begin() as connection:
        alerts = current_alerts(connection, now)
        raised = raise_alerts(connection, alerts, now)
    if webhook is None:
        return AlertReport(len(alerts), raised, 0, None)
    posted, problem = 0, None
    with warehouse.begin() as connection:
        waiting = unposted_alerts(connection, alerts, lock=True)
        for start in range(0, len(waiting), _MOST_IN_A_MESSAGE):
            some = waiting[start : start + _MOST_IN_A_MESSAGE]
            try:
                webhook.post(alert_message(some))
            except AlertNotPostedError as error:
                problem = str(error)
                _log.warning("alerts could not be posted: %s", problem)
                break
            mark_posted(connection, some, now)
            posted += len(some)
    return AlertReport(len(alerts), raised, posted, problem)
