"""Group `report`: the files that the agency sends to its clients."""

from datetime import date

import dagster as dg

from analytics_pipeline.assets.catalogue import OWNERS, RETRY, markdown_table
from analytics_pipeline.partitions import DAILY, SINGLE_RUN
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.tables import (
    CAMPAIGN_DAILY_SUMMARY,
    HASHTAG_POST_METRICS,
    REVIEW_CANDIDATES,
    STORIES_TO_REVIEW,
)
from analytics_pipeline.settings import load_settings

CAMPAIGN_REPORTS = "campaign_reports"


@dg.asset(
    name=CAMPAIGN_REPORTS,
    description="One file per day, campaign measured that day, and kind: HTML, XLSX "
    "and JSON under ANALYTICS_HOME/reports, as known on the day. Not part of the "
    "daily run: the sensor `write_reports` has them written after it.",
    group_name="report",
    kinds={"python", "html", "excel"},
    owners=OWNERS,
    code_version="1",
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    retry_policy=RETRY,
    deps=[
        CAMPAIGN_DAILY_SUMMARY.name,
        HASHTAG_POST_METRICS.name,
        STORIES_TO_REVIEW.name,
        REVIEW_CANDIDATES.name,
    ],
)
def campaign_reports(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """Write the reports of the days."""
    # Imported on demand: a process that collects has no use for templates.
    from analytics_pipeline.reports.daily import write_reports
    from analytics_pipeline.reports.html_file import PageOptions
    from analytics_pipeline.reports.model import ReportOptions
    from analytics_pipeline.steps.report_files import reports_folder

    settings = load_settings()
    folder = reports_folder(settings)
    page = PageOptions(agency=settings.agency_name)
    with explained():
        run = pipeline.run(context.run.run_id)
        how = ReportOptions(settings.zone, run.clock(), run.rule)
        for key in context.partition_keys:
            day = date.fromisoformat(key)
            written = write_reports(run.warehouse, folder, day, how, page)
            rows = [
                {
                    "campaign": it.campaign_id,
                    "posts": it.posts,
                    "files": ", ".join(path.name for path in it.files.values()),
                    "problem": it.problem,
                }
                for it in written
            ]
            columns = ["campaign", "posts", "files", "problem"]
            metadata = {
                "files": sum(len(it.files) for it in written),
                "failed": sum(it.problem is not None for it in written),
                "folder": dg.MetadataValue.path(str(folder / key)),
                "reports": markdown_table(columns, rows, rows_shown=len(rows)),
            }
            context.add_asset_metadata(metadata, partition_key=key)
    return dg.MaterializeResult()
