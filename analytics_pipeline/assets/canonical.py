"""Group `canonical`: raw answers in one shape, and everyone accounted for."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from analytics_pipeline.assets.catalogue import (
    OWNERS,
    RETRY,
    describe,
    load_metadata,
    markdown_table,
    table_metadata,
)
from analytics_pipeline.partitions import DAILY, SINGLE_RUN
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.tables import (
    ACCOUNT_SNAPSHOTS,
    CONNECTIONS,
    FINDINGS,
    PARTICIPANTS,
    POST_CAPTIONS,
    POST_METRIC_VALUES,
    POST_REMOVAL_CHECKS,
    POST_SNAPSHOTS,
    POSTS,
    SYNC_OUTCOMES,
)

if TYPE_CHECKING:
    from analytics_pipeline.steps.outcomes import OutcomesReport

MISSING_ACCOUNTS_TAG = "analytics/missing_accounts"
_GROUP = "canonical"
_KINDS = {"python", "postgres"}
_RAW = ["raw_instagram_media", "raw_tiktok_media"]
_TABLES = (
    ACCOUNT_SNAPSHOTS,
    POSTS,
    POST_REMOVAL_CHECKS,
    POST_CAPTIONS,
    POST_SNAPSHOTS,
    POST_METRIC_VALUES,
    FINDINGS,
)


@dg.multi_asset(
    name="canonical_posts",
    specs=[
        dg.AssetSpec(
            table.name,
            deps=[*_RAW, "raw_instagram_post_insights", "raw_instagram_stories"],
            description=describe(table),
            group_name=_GROUP,
            kinds=_KINDS,
            owners=OWNERS,
            code_version="1",
            metadata=table_metadata(table),
            skippable=True,
        )
        for table in _TABLES
    ],
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    retry_policy=RETRY,
    can_subset=True,
)
def canonical_posts(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> Iterator[dg.MaterializeResult]:
    """Read each payload of the days once, into all tables that are wanted."""
    from analytics_pipeline.steps.canonical import load_day

    wanted = {key.to_user_string() for key in context.selected_asset_keys}
    with explained():
        run = pipeline.run(context.run.run_id)
        for day in context.partition_keys:
            report = load_day(
                run,
                date.fromisoformat(day),
                wanted,
                with_findings=FINDINGS.name in wanted,
            )
            for name, load in report.loads.items():
                metadata = load_metadata(load) | {
                    "accounts": report.accounts,
                    "late_posts": report.late_posts,
                }
                context.add_asset_metadata(metadata, name, day)
    for name in sorted(wanted):
        yield dg.MaterializeResult(asset_key=name)


@dg.asset(
    name=SYNC_OUTCOMES.name,
    description=describe(SYNC_OUTCOMES),
    group_name=_GROUP,
    kinds=_KINDS,
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(SYNC_OUTCOMES),
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    retry_policy=RETRY,
    deps=[PARTICIPANTS.name, CONNECTIONS.name, *_RAW],
)
def sync_outcomes(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """Fold the attempts of the days into one outcome per account."""
    from analytics_pipeline.steps.outcomes import settle_outcomes

    days = [date.fromisoformat(key) for key in context.partition_keys]
    with explained():
        reports = settle_outcomes(pipeline.run(context.run.run_id), days)
    for day, report in reports.items():
        context.add_asset_metadata(
            _outcomes_metadata(report), partition_key=day.isoformat()
        )
    _tag_run(context, reports.values())
    return dg.MaterializeResult()


def _tag_run(
    context: dg.AssetExecutionContext, reports: "Iterable[OutcomesReport]"
) -> None:
    """Let a run that leaves accounts missing show it in the list of runs."""
    missing: set[str] = set().union(*(report.missing_ids for report in reports))
    if missing:
        tags = {MISSING_ACCOUNTS_TAG: str(len(missing))}
        context.instance.add_run_tags(context.run.run_id, tags)


def _outcomes_metadata(report: "OutcomesReport") -> dict[str, object]:
    missing = [
        {
            "platform": outcome.platform,
            "creator": outcome.creator_id,
            "connection": outcome.account and outcome.account.connection_id,
            "status": outcome.status,
            "reason": outcome.reason,
        }
        for outcome in report.missing
    ]
    return load_metadata(report.load) | {
        **{f"accounts_{status}": report.count(status) for status in Status},
        "missing": markdown_table(
            ["platform", "creator", "connection", "status", "reason"],
            missing,
            in_all=len(report.missing_ids),
        ),
    }
