"""Checks of coverage: everyone accounted for, by name; days not older than they may be.

A day with gaps is not green: the checks fail and list the gaps, the data stays.
"""

from datetime import timedelta

import dagster as dg

from analytics_pipeline.assets.catalogue import markdown_table
from analytics_pipeline.checks.days import days_of, last_complete_day
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.tables import (
    CAMPAIGN_DAILY_SUMMARY,
    CAMPAIGNS,
    CREATORS,
    SYNC_OUTCOMES,
    Table,
)

_LIST_AGE = timedelta(hours=26)


@dg.asset_check(
    asset=SYNC_OUTCOMES.name,
    description="Every active participant has an outcome on every platform needed.",
)
def sync_outcomes_account_for_everyone(
    context: dg.AssetCheckExecutionContext, pipeline: PipelineResource
) -> dg.AssetCheckResult:
    """Look for participants nobody tells anything about."""
    from analytics_pipeline.warehouse.quality import unaccounted

    days = days_of(context, pipeline.clock)
    with pipeline.warehouse.open().begin() as connection:
        missing = unaccounted(connection, days)
    columns = ["snapshot_date", "platform", "creator_id"]
    return dg.AssetCheckResult(
        passed=not missing, metadata={"missing": markdown_table(columns, missing)}
    )


@dg.asset_check(
    asset=SYNC_OUTCOMES.name,
    description="Every known account of a participant gave an answer. A failed or "
    "deferred one is an error: asking again within the grace period can mend it.",
)
def sync_outcomes_every_account_answered(
    context: dg.AssetCheckExecutionContext, pipeline: PipelineResource
) -> dg.AssetCheckResult:
    """List the accounts that are missing from the days, by name."""
    from analytics_pipeline.warehouse.quality import (
        accounts_without_answer,
        count_without_answer,
    )

    days = days_of(context, pipeline.clock)
    with pipeline.warehouse.open().begin() as connection:
        missing = accounts_without_answer(connection, days)
        accounts = count_without_answer(connection, days)
    can_mend = any(row["status"] != Status.SKIPPED for row in missing)
    severity = dg.AssetCheckSeverity.ERROR if can_mend else dg.AssetCheckSeverity.WARN
    columns = ["platform", "creator_id", "connection_id", "reason", "days"]
    columns += ["first_day", "last_day"]
    return dg.AssetCheckResult(
        passed=not missing,
        severity=severity,
        metadata={
            "accounts": accounts,
            "missing": markdown_table(columns, missing, rows_shown=len(missing)),
        },
    )


@dg.asset_check(
    asset=CAMPAIGN_DAILY_SUMMARY.name,
    description="The last complete day is there. Dagster's own freshness looks at the "
    "last materialization only, which a backfill of an old day renews.",
)
def campaign_daily_summary_is_fresh(pipeline: PipelineResource) -> dg.AssetCheckResult:
    """Compare the newest day with the clock."""
    from analytics_pipeline.warehouse.quality import newest_day

    wanted = last_complete_day(pipeline.clock)
    with pipeline.warehouse.open().begin() as connection:
        newest = newest_day(connection)
    return dg.AssetCheckResult(
        passed=newest is not None and newest >= wanted,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"newest_day": str(newest), "last_complete_day": str(wanted)},
    )


def _build_list_check(table: Table) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=table.name,
        name=f"{table.name}_are_fresh",
        description="The Creators app gave its list within 26 hours.",
    )
    def check(pipeline: PipelineResource) -> dg.AssetCheckResult:
        from analytics_pipeline.warehouse.quality import last_listed_at

        with pipeline.warehouse.open().begin() as connection:
            listed_at = last_listed_at(connection, table)
        is_fresh = (
            listed_at is not None and pipeline.clock.now() - listed_at <= _LIST_AGE
        )
        return dg.AssetCheckResult(
            passed=is_fresh,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"last_listed_at": str(listed_at)},
        )

    return check


COVERAGE_CHECKS = [
    sync_outcomes_account_for_everyone,
    sync_outcomes_every_account_answered,
    campaign_daily_summary_is_fresh,
    *(_build_list_check(table) for table in (CREATORS, CAMPAIGNS)),
]
