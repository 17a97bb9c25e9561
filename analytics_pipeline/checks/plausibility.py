"""Checks of plausibility: possible numbers, matchable campaigns, odd answers."""

from typing import TYPE_CHECKING

import dagster as dg

from analytics_pipeline.assets.catalogue import markdown_table
from analytics_pipeline.checks.days import days_of
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.tables import CAMPAIGNS, FINDINGS, POST_SNAPSHOTS

if TYPE_CHECKING:
    from analytics_pipeline.warehouse.quality import Rows


def _warn_of(rows: "Rows") -> dg.AssetCheckResult:
    """Warn when there are rows, and show them."""
    columns = list(rows[0]) if rows else []
    return dg.AssetCheckResult(
        passed=not rows,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"rows": markdown_table(columns, rows)},
    )


@dg.asset_check(
    asset=POST_SNAPSHOTS.name, description="No post has more likes than views."
)
def post_snapshots_likes_do_not_exceed_views(
    context: dg.AssetCheckExecutionContext, pipeline: PipelineResource
) -> dg.AssetCheckResult:
    """Look for counts that cannot be."""
    from analytics_pipeline.warehouse.quality import likes_beyond_views

    days = days_of(context, pipeline.clock)
    with pipeline.warehouse.open().begin() as connection:
        return _warn_of(likes_beyond_views(connection, days))


@dg.asset_check(
    asset=POST_SNAPSHOTS.name,
    description="At least half as many posts per account as in the four weeks before: "
    "a source that silently gives less shows here.",
)
def post_snapshots_volume_is_usual(
    context: dg.AssetCheckExecutionContext, pipeline: PipelineResource
) -> dg.AssetCheckResult:
    """Compare the day's volume with what is usual."""
    from analytics_pipeline.warehouse.quality import unusual_volumes

    days = days_of(context, pipeline.clock)
    with pipeline.warehouse.open().begin() as connection:
        return _warn_of(unusual_volumes(connection, days))


@dg.asset_check(
    asset=CAMPAIGNS.name,
    description="Every campaign that has not ended can match posts as it stands.",
)
def campaigns_can_match(pipeline: PipelineResource) -> dg.AssetCheckResult:
    """List the campaigns that somebody has to mend in the Creators app."""
    from analytics_pipeline.warehouse.quality import campaigns_with_problems

    with pipeline.warehouse.open().begin() as connection:
        return _warn_of(campaigns_with_problems(connection))


@dg.asset_check(
    asset=FINDINGS.name, description="No answer held anything that had to be left out."
)
def data_quality_findings_are_none(
    context: dg.AssetCheckExecutionContext, pipeline: PipelineResource
) -> dg.AssetCheckResult:
    """Show what was odd, by rule."""
    from analytics_pipeline.warehouse.quality import findings_by_rule

    days = days_of(context, pipeline.clock)
    with pipeline.warehouse.open().begin() as connection:
        return _warn_of(findings_by_rule(connection, days))


@dg.asset_check(
    asset=FINDINGS.name,
    description="No answer held a field that no parser knows. Each warns once, in the "
    "run that found it; all that were ever found are listed. Nothing is lost: the raw "
    "answers have them.",
)
def data_quality_findings_fields_are_known(
    context: dg.AssetCheckExecutionContext, pipeline: PipelineResource
) -> dg.AssetCheckResult:
    """Tell of fields that an API has begun to send."""
    from analytics_pipeline.warehouse.drift import list_unknown_fields

    with pipeline.warehouse.open().begin() as connection:
        listed = list_unknown_fields(connection)
    new = [row for row in listed if row["run_id"] == context.run.run_id]
    columns = ["first_seen_on", "asset", "object", "field", "value"]
    return dg.AssetCheckResult(
        passed=not new,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "new": markdown_table(columns, new),
            "all": markdown_table(columns, listed),
        },
    )


@dg.asset_check(
    asset=FINDINGS.name,
    description="Instagram refused no metric that it had answered before. Each warns "
    "once, in the run that found it; all that are left out are listed. They are tried "
    "again a month later.",
)
def data_quality_findings_metrics_are_offered(
    context: dg.AssetCheckExecutionContext, pipeline: PipelineResource
) -> dg.AssetCheckResult:
    """Tell of metrics that a platform does not offer any more."""
    from analytics_pipeline.warehouse.capabilities import (
        list_refusals_told_by,
        list_refused_metrics,
    )

    with pipeline.warehouse.open().begin() as connection:
        new = list_refusals_told_by(connection, context.run.run_id)
        left_out = list_refused_metrics(connection)
    columns = ["platform", "api_version", "product_type", "metric", "refused_at"]
    return dg.AssetCheckResult(
        passed=not new,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "new": markdown_table(["asset", "asked_of", "metric"], new),
            "left_out": markdown_table(columns, left_out),
        },
    )


PLAUSIBILITY_CHECKS = [
    post_snapshots_likes_do_not_exceed_views,
    post_snapshots_volume_is_usual,
    campaigns_can_match,
    data_quality_findings_are_none,
    data_quality_findings_fields_are_known,
    data_quality_findings_metrics_are_offered,
]
