"""Group `archive`: what has left the database for files."""

from datetime import timedelta

import dagster as dg

from analytics_pipeline.assets.catalogue import (
    OWNERS,
    describe,
    markdown_table,
    table_metadata,
)
from analytics_pipeline.partitions import SINGLE_RUN
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.tables import ARCHIVED_SNAPSHOTS, PARTITIONED
from analytics_pipeline.settings import load_settings


@dg.asset(
    name=ARCHIVED_SNAPSHOTS.name,
    description=describe(
        ARCHIVED_SNAPSHOTS, "Does nothing without ANALYTICS_SNAPSHOT_RETENTION_DAYS."
    ),
    metadata=table_metadata(ARCHIVED_SNAPSHOTS),
    group_name="archive",
    kinds={"python", "postgres", "parquet"},
    owners=OWNERS,
    code_version="1",
    backfill_policy=SINGLE_RUN,
    deps=[table.name for table in PARTITIONED],
)
def archived_snapshots(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """Archive the months past their retention, and measure the large tables."""
    from analytics_pipeline.landing.archive import ArchiveStore
    from analytics_pipeline.steps.archive import (
        ArchiveReport,
        archive_months,
        refresh_statistics,
    )

    settings = load_settings()
    report = ArchiveReport()
    with explained():
        run = pipeline.run(context.run.run_id)
        if settings.snapshot_retention_days is not None:
            report = archive_months(
                run,
                ArchiveStore(settings.archive_root),
                timedelta(days=settings.snapshot_retention_days),
            )
        refresh_statistics(run)
    rows = [
        {
            "table": item.month.table.name,
            "month": f"{item.month.first_day:%Y-%m}",
            "rows": item.rows,
        }
        for item in report.archived
    ]
    return dg.MaterializeResult(
        metadata={
            "months": len(rows),
            "rows_archived": sum(item.rows for item in report.archived),
            "months_in_use": len(report.postponed),
            "archived": markdown_table(["table", "month", "rows"], rows),
        }
    )
