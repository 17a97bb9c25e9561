"""Checks of reconciliation: what went in is what came out, and what differs has a name.

Each looks at every day of the run, per platform.
"""

from collections.abc import Callable, Sequence
from datetime import date

import dagster as dg

from analytics_pipeline.assets.catalogue import markdown_table
from analytics_pipeline.checks.days import days_of
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.tables import (
    HASHTAG_POST_METRICS,
    POST_SNAPSHOTS,
    SYNC_OUTCOMES,
    Table,
)
from analytics_pipeline.steps.reconcile import (
    Balance,
    balance_matches,
    balance_outcomes,
    balance_posts,
)
from analytics_pipeline.steps.run import Run


def _build(
    table: Table,
    description: str,
    balance: Callable[[Run, Sequence[date]], list[Balance]],
) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=table.name, name=f"{table.name}_add_up", description=description
    )
    def check(
        context: dg.AssetCheckExecutionContext, pipeline: PipelineResource
    ) -> dg.AssetCheckResult:
        days = days_of(context, pipeline.clock)
        balances = balance(pipeline.run(context.run.run_id), days)
        return _result(balances)

    return check


def _result(balances: Sequence[Balance]) -> dg.AssetCheckResult:
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
    _build(
        SYNC_OUTCOMES,
        "Participants needed = ok + deferred + failed + skipped, each with an outcome "
        "for every account that was asked.",
        balance_outcomes,
    ),
    _build(
        POST_SNAPSHOTS,
        "Posts in the raw answers that speak for the day = posts loaded + posts left "
        "out with a finding.",
        balance_posts,
    ),
    _build(
        HASHTAG_POST_METRICS,
        "Matches made anew from the warehouse = matches stored.",
        balance_matches,
    ),
]
