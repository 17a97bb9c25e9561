"""Insights of whole accounts, by the platform's days."""

from datetime import date

import dagster as dg

from analytics_pipeline.assets.catalogue import (
    OWNERS,
    RETRY,
    describe,
    load_metadata,
    table_metadata,
)
from analytics_pipeline.partitions import DAILY, SINGLE_RUN
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.tables import ACCOUNT_METRIC_VALUES


@dg.asset(
    name=ACCOUNT_METRIC_VALUES.name,
    description=describe(
        ACCOUNT_METRIC_VALUES,
        "A partition loads the platform's days that may still have changed: its own "
        "and the three before.",
    ),
    group_name="canonical",
    kinds={"python", "postgres"},
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(ACCOUNT_METRIC_VALUES),
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    retry_policy=RETRY,
    deps=["raw_instagram_account_insights"],
)
def account_metric_values(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """Read the answers about the days, and those that they look back to."""
    from analytics_pipeline.steps.account_insights import load_account_metrics

    days = [date.fromisoformat(key) for key in context.partition_keys]
    with explained():
        load = load_account_metrics(pipeline.run(context.run.run_id), days)
    return dg.MaterializeResult(metadata=load_metadata(load))
