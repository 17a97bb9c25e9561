"""Group `raw`: what the platforms answered, unchanged, in the landing store.

Nothing is interpreted here beyond what the next request needs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from analytics_pipeline.assets.catalogue import OWNERS, RETRY, markdown_table
from analytics_pipeline.partitions import DAILY, SINGLE_RUN
from analytics_pipeline.resources.apis import (
    ApiResource,
    InstagramResource,
    TikTokResource,
)
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.shards import WHOLE, Shard
from analytics_pipeline.schemas.tables import CONNECTIONS, PARTICIPANTS

if TYPE_CHECKING:
    from analytics_pipeline.schemas.records import Attempt
    from analytics_pipeline.steps.asking import CollectOptions
    from analytics_pipeline.steps.collect_report import CollectReport
    from analytics_pipeline.steps.post_insights import InsightsReader, InsightsReport
    from analytics_pipeline.steps.readers import AccountReader
    from analytics_pipeline.steps.run import Run

    CollectInsights = Callable[
        [Run, InsightsReader, Sequence[date], CollectOptions], InsightsReport
    ]


Context = dg.AssetExecutionContext | dg.OpExecutionContext
"""Of an asset's own step, or of one of the shards it is divided into."""
Told = Mapping[str, Any]
"""What a materialization tells about the asking."""

_GROUP = "raw"
_DEPS = [PARTICIPANTS.name, CONNECTIONS.name]
_DESCRIPTION = (
    "One row per account: one landing record per answered request, exactly as "
    "{platform} answered it, but for access tokens. One object per day and run under "
    "ANALYTICS_RAW_URL; `analytics.collection_attempts` is its index. An account that "
    "has answered for a day is not asked for it again."
)


class CollectConfig(dg.Config):
    """How to collect."""

    refresh: bool = Field(
        default=False,
        description="Ask again for days that can still be observed on time, although "
        "they have been.",
    )


@dg.asset(
    description=_DESCRIPTION.format(platform="Instagram"),
    group_name=_GROUP,
    kinds={"instagram", "json"},
    owners=OWNERS,
    code_version="1",
    retry_policy=RETRY,
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    pool="instagram_api",
    deps=_DEPS,
)
def raw_instagram_media(
    context: dg.AssetExecutionContext,
    config: CollectConfig,
    pipeline: PipelineResource,
    instagram: InstagramResource,
) -> dg.MaterializeResult:
    """Ask Instagram about every account the days need."""
    told = ask_instagram_media(context, config, pipeline, instagram)
    return dg.MaterializeResult(metadata=told)


@dg.asset(
    description="One row per connected account: one landing record per answered "
    "request for the insights of one post. A post is asked for daily until it is 30 "
    "days old, every 7th day until 90, then every 28th; a late day has only the posts "
    "published on it. A metric that Instagram refuses is left out, told once, and "
    "tried again a month later.",
    group_name=_GROUP,
    kinds={"instagram", "json"},
    owners=OWNERS,
    code_version="1",
    retry_policy=RETRY,
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    pool="instagram_api",
    deps=[*_DEPS, "raw_instagram_media"],
)
def raw_instagram_post_insights(
    context: dg.AssetExecutionContext,
    config: CollectConfig,
    pipeline: PipelineResource,
    instagram: InstagramResource,
) -> dg.MaterializeResult:
    """Ask Instagram for the insights of connected accounts' posts."""
    told = ask_post_insights(context, config, pipeline, instagram)
    return dg.MaterializeResult(metadata=told)


@dg.asset(
    description="One row per connected account: one landing record per answered "
    "request for the account's insights. Asks for the last days that have ended where "
    "Instagram counts them, until each was seen 48 hours after its end; days of the "
    "past are answered as well, so a backfill brings true values.",
    group_name=_GROUP,
    kinds={"instagram", "json"},
    owners=OWNERS,
    code_version="1",
    retry_policy=RETRY,
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    pool="instagram_api",
    deps=_DEPS,
)
def raw_instagram_account_insights(
    context: dg.AssetExecutionContext,
    config: CollectConfig,
    pipeline: PipelineResource,
    instagram: InstagramResource,
) -> dg.MaterializeResult:
    """Ask Instagram for the insights of connected accounts."""
    told = ask_account_insights(context, config, pipeline, instagram)
    return dg.MaterializeResult(metadata=told)


@dg.asset(
    description=_DESCRIPTION.format(platform="TikTok"),
    group_name=_GROUP,
    kinds={"tiktok", "json"},
    owners=OWNERS,
    code_version="1",
    retry_policy=RETRY,
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    pool="tiktok_api",
    deps=_DEPS,
)
def raw_tiktok_media(
    context: dg.AssetExecutionContext,
    config: CollectConfig,
    pipeline: PipelineResource,
    tiktok: TikTokResource,
) -> dg.MaterializeResult:
    """Ask TikTok about every account the days need."""
    told = ask_tiktok_media(context, config, pipeline, tiktok)
    return dg.MaterializeResult(metadata=told)


def ask_instagram_media(
    context: Context,
    config: CollectConfig,
    pipeline: PipelineResource,
    instagram: InstagramResource,
    shard: Shard = WHOLE,
) -> Told:
    """Ask Instagram about the accounts of a shard that the days need."""
    with explained():
        reader = instagram.reader(pipeline.vault(), pipeline.budgets())
        asking = _Asking(context, config, pipeline, instagram, shard)
        return _collect(asking, reader)


def ask_post_insights(
    context: Context,
    config: CollectConfig,
    pipeline: PipelineResource,
    instagram: InstagramResource,
    shard: Shard = WHOLE,
) -> Told:
    """Ask Instagram for the insights of the posts of a shard's accounts."""
    from analytics_pipeline.steps.post_insights import collect_post_insights

    asking = _Asking(context, config, pipeline, instagram, shard)
    return _insights(asking, instagram, collect_post_insights)


def ask_account_insights(
    context: Context,
    config: CollectConfig,
    pipeline: PipelineResource,
    instagram: InstagramResource,
    shard: Shard = WHOLE,
) -> Told:
    """Ask Instagram for the insights of a shard's accounts."""
    from analytics_pipeline.steps.account_insights import collect_account_insights

    asking = _Asking(context, config, pipeline, instagram, shard)
    return _insights(asking, instagram, collect_account_insights)


def ask_tiktok_media(
    context: Context,
    config: CollectConfig,
    pipeline: PipelineResource,
    tiktok: TikTokResource,
    shard: Shard = WHOLE,
) -> Told:
    """Ask TikTok about the accounts of a shard that the days need."""
    with explained():
        clock = pipeline.clock.now
        reader = tiktok.reader(pipeline.vault(), clock, pipeline.budgets())
        return _collect(_Asking(context, config, pipeline, tiktok, shard), reader)


@dataclass(frozen=True, slots=True)
class _Asking:
    """One step's asking: for which days, how, and which accounts."""

    context: Context
    config: CollectConfig
    pipeline: PipelineResource
    api: ApiResource
    shard: Shard

    def run(self) -> "Run":
        return self.pipeline.run(self.context.run.run_id)

    def days(self) -> Sequence[date]:
        return days_begun(self.context, self.pipeline)

    @contextmanager
    def options(self) -> "Iterator[CollectOptions]":
        clock, refresh = self.pipeline.clock.now, self.config.refresh
        with self.api.collecting(clock, refresh=refresh) as options:
            yield replace(options, shard=self.shard)


def _collect(asking: _Asking, reader: "AccountReader") -> Told:
    from analytics_pipeline.steps.collect import collect

    days = asking.days()
    run = asking.run()
    with asking.options() as options:
        return collect_metadata(collect(run, reader, days, options))


def _insights(
    asking: _Asking, instagram: InstagramResource, collect_insights: "CollectInsights"
) -> Told:
    with explained():
        days = asking.days()
        run = asking.run()
        pipeline = asking.pipeline
        reader = instagram.insights(pipeline.vault(), pipeline.budgets())
        with asking.options() as options:
            report = collect_insights(run, reader, days, options)
    refused = [
        {"product": item.product, "metric": item.metric, "detail": item.detail}
        for item in report.refusals
    ]
    columns = ["product", "metric", "detail"]
    metadata = {"metrics_refused": markdown_table(columns, refused)}
    return {**metadata, **collect_metadata(report.collected)}


def days_begun(context: Context, pipeline: PipelineResource) -> Sequence[date]:
    """Return the run's days; a day that has not begun cannot be observed."""
    days = [date.fromisoformat(key) for key in context.partition_keys]
    now = pipeline.clock.now()
    future = [day for day in days if not pipeline.clock.rule().has_begun(day, now)]
    if future:
        msg = (
            f"{future[0]} has not begun yet: it is {now:%Y-%m-%d %H:%M} UTC by the "
            "pipeline's clock; choose an earlier day"
        )
        raise dg.Failure(msg, allow_retries=False)
    return days


def collect_metadata(report: "CollectReport") -> Told:
    """Return what a materialization of a raw asset tells about the asking."""
    from analytics_pipeline.steps.collect_report import MOST_NAMED

    asked = report.asked
    # No handles and no words of a platform: Dagster's history is never erased.
    missing = [
        {
            "creator": attempt.account.creator_id,
            "connection": attempt.account.connection_id,
            "status": attempt.status,
            "reason": attempt.reason,
        }
        for attempt in asked.without_answer
    ]
    return {
        "calls_planned": report.calls_planned,
        "calls_made": report.calls,
        "calls_repeated": asked.calls_repeated,
        "accounts_asked": asked.accounts,
        "accounts_already_answered": report.reused,
        "accounts_recovered": report.recovered,
        **{f"accounts_{status}": report.count(status) for status in Status},
        "landing_objects": list(report.object_urls[:MOST_NAMED]),
        "landing_objects_written": len(report.object_urls),
        "accounts_without_answer": markdown_table(
            ["creator", "connection", "status", "reason"],
            missing,
            in_all=asked.accounts - report.count(Status.OK),
        ),
        "calls_by_account": markdown_table(
            ["connection", "planned", "made", "repeated", "unplanned"],
            [_calls(attempt) for attempt in asked.off_plan],
            in_all=asked.accounts,
        ),
    }


def _calls(attempt: "Attempt") -> dict[str, object]:
    return {
        "connection": attempt.account.connection_id,
        "planned": attempt.calls_planned,
        "made": attempt.calls,
        "repeated": attempt.calls_repeated,
        "unplanned": attempt.calls_unplanned,
    }
