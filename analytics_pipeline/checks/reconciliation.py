"""Checks of reconciliation: what went in is what came out, and what differs has a name.

Each looks at every day of the run, per platform.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from analytics_pipeline.assets.catalogue import markdown_table
from analytics_pipeline.checks.days import days_of
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.tables import (
    HASHTAG_POST_METRICS,
    POST_SNAPSHOTS,
    SYNC_OUTCOMES,
)

if TYPE_CHECKING:
    from analytics_pipeline.steps.reconcile import Balance


@dg.asset_check(
    asset=SYNC_OUTCOMES.name,
    description="Participants needed = ok + deferred + failed + skipped, each with an "
    "outcome for every account that was asked.",
)
def sync_outcomes_add_up(
    context: dg.AssetCheckExecutionContext, pipeline: PipelineResource
) -> dg.AssetCheckResult:
    """Count participants beside outcomes."""
    from analytics_pipeline.steps.reconcile import balance_outcomes

    days = days_of(context, pipeline.clock)
    return _result(balance_outcomes(pipeline.run(context.run.run_id), days))


@dg.asset_check(
    asset=POST_SNAPSHOTS.name,
    description="Posts in the raw answers that speak for the day = posts loaded + "
    "posts left out with a finding.",
)
def post_snapshots_add_up(
    context: dg.AssetCheckExecutionContext, pipeline: PipelineResource
) -> dg.AssetCheckResult:
    """Count posts in the raw answers beside those loaded."""
    from analytics_pipeline.steps.reconcile import balance_posts

    days = days_of(context, pipeline.clock)
    return _result(balance_posts(pipeline.run(context.run.run_id), days))


@dg.asset_check(
    asset=HASHTAG_POST_METRICS.name,
    description="Matches made anew from the warehouse = matches stored.",
)
def hashtag_post_metrics_add_up(
    context: dg.AssetCheckExecutionContext, pipeline: PipelineResource
) -> dg.AssetCheckResult:
    """Match the posts of the days once more."""
    from analytics_pipeline.steps.reconcile import balance_matches

    days = days_of(context, pipeline.clock)
    return _result(balance_matches(pipeline.run(context.run.run_id), days))


def _result(balances: "Sequence[Balance]") -> dg.AssetCheckResult:
    """Fail when any books do not balance, and name what differs."""
    uneven_first = sorted(balances, key=lambda item: item.is_even)
    counted = [
        {"snapshot_date": item.day, "platform": item.platform} | item.numbers
        for item in uneven_first
    ]
    differences = [
        {
            "snapshot_date": item.day,
            "platform": item.platform,
            "difference": what,
            "name": name,
        }
        for item in uneven_first
        for what, names in item.differences.items()
        for name in names
    ]
    return dg.AssetCheckResult(
        passed=not differences,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "differences": markdown_table(
                ["snapshot_date", "platform", "difference", "name"], differences
            ),
            "counted": markdown_table(list(counted[0]), counted),
        },
    )


RECONCILIATION_CHECKS = [
    sync_outcomes_add_up,
    post_snapshots_add_up,
    hashtag_post_metrics_add_up,
]
