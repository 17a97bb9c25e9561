"""The check that connections stay connected: who has to log in again, and by when."""

import dagster as dg

from analytics_pipeline.assets.catalogue import markdown_table
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.alerts import AlertSubject
from analytics_pipeline.schemas.tables import CONNECTIONS

_COLUMNS = (
    "connection_id",
    "creator_id",
    "platform",
    "what",
    "ends_at",
    "next_step",
)


@dg.asset_check(
    asset=CONNECTIONS.name,
    description="No connection has ended, and none ends within 14 days. One that has "
    "ended is an error: its owner must log in again.",
)
def connections_stay_connected(pipeline: PipelineResource) -> dg.AssetCheckResult:
    """List who has to log in again, why, and what to do."""
    from analytics_pipeline.steps.alerts import current_alerts
    from analytics_pipeline.transform.alerts import alert_row

    with pipeline.warehouse.open().begin() as connection:
        alerts = current_alerts(connection, pipeline.clock.now())
    ended = [item for item in alerts if item.subject is AlertSubject.CONNECTION]
    severity = dg.AssetCheckSeverity.ERROR if ended else dg.AssetCheckSeverity.WARN
    rows = [alert_row(item) for item in alerts]
    return dg.AssetCheckResult(
        passed=not alerts,
        severity=severity,
        metadata={
            "ended": len(ended),
            "ending": len(alerts) - len(ended),
            "connections": markdown_table(_COLUMNS, rows, rows_shown=len(rows)),
        },
    )


TOKEN_CHECKS = [connections_stay_connected]
