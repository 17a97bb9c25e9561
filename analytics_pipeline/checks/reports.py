"""Checks of report files: every campaign of the day has its own."""

import dagster as dg

from analytics_pipeline.assets.reports import CAMPAIGN_REPORTS
from analytics_pipeline.checks.days import days_of
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.settings import load_settings


@dg.asset_check(
    asset=CAMPAIGN_REPORTS,
    description="Every campaign that was measured has its files. After an erasure "
    "those of past days are gone: materialise the days again.",
)
def campaign_reports_are_written(
    context: dg.AssetCheckExecutionContext, pipeline: PipelineResource
) -> dg.AssetCheckResult:
    """Look for the files."""
    from analytics_pipeline.steps.report_files import missing_files, reports_folder

    days = days_of(context, pipeline.clock)
    folder = reports_folder(load_settings())
    missing = missing_files(pipeline.warehouse.open(), folder, days)
    return dg.AssetCheckResult(
        passed=not missing,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"missing": ", ".join(missing) or "none"},
    )


REPORT_CHECKS = [campaign_reports_are_written]
