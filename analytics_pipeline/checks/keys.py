"""Generated checks: the key of every table is unique."""

import dagster as dg

from analytics_pipeline.assets.catalogue import markdown_table
from analytics_pipeline.checks.days import days_of
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.tables import (
    ACCOUNT_METRIC_VALUES,
    ACCOUNT_SNAPSHOTS,
    CAMPAIGN_DAILY_SUMMARY,
    CAMPAIGNS,
    CREATOR_MONTHS,
    CREATORS,
    HASHTAG_POST_METRICS,
    PARTICIPANTS,
    POST_METRIC_VALUES,
    POST_REMOVAL_CHECKS,
    POST_SNAPSHOTS,
    POSTS,
    REVIEW_CANDIDATES,
    STORIES_TO_REVIEW,
    SYNC_OUTCOMES,
    Table,
)

_CHECKED = (
    CREATORS,
    CAMPAIGNS,
    PARTICIPANTS,
    ACCOUNT_SNAPSHOTS,
    POSTS,
    POST_REMOVAL_CHECKS,
    POST_SNAPSHOTS,
    POST_METRIC_VALUES,
    ACCOUNT_METRIC_VALUES,
    SYNC_OUTCOMES,
    HASHTAG_POST_METRICS,
    CAMPAIGN_DAILY_SUMMARY,
    CREATOR_MONTHS,
    STORIES_TO_REVIEW,
    REVIEW_CANDIDATES,
)


def _build(table: Table) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=table.name,
        name=f"{table.name}_has_unique_key",
        description=f"{table.grain} Key: {', '.join(table.key)}.",
    )
    def check(
        context: dg.AssetCheckExecutionContext, pipeline: PipelineResource
    ) -> dg.AssetCheckResult:
        from analytics_pipeline.warehouse.quality import repeated_keys

        days = days_of(context, pipeline.clock)
        with pipeline.warehouse.open().begin() as connection:
            repeated = repeated_keys(connection, table, days)
        columns = [*table.key, "times"]
        return dg.AssetCheckResult(
            passed=not repeated,
            metadata={"repeated_keys": markdown_table(columns, repeated)},
        )

    return check


KEY_CHECKS = [_build(table) for table in _CHECKED]
