"""Group `mart`: the posts of each campaign, its days, and creators' months."""

from datetime import date

import dagster as dg

from analytics_pipeline.assets.catalogue import (
    OWNERS,
    RETRY,
    describe,
    load_metadata,
    markdown_table,
    table_metadata,
)
from analytics_pipeline.assets.plots import growth_plot
from analytics_pipeline.partitions import DAILY, SINGLE_RUN
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.tables import (
    ACCOUNT_SNAPSHOTS,
    CAMPAIGN_DAILY_SUMMARY,
    CAMPAIGNS,
    CREATOR_MONTHS,
    HASHTAG_POST_METRICS,
    PARTICIPANTS,
    POST_CAPTIONS,
    POST_SNAPSHOTS,
    POSTS,
    SYNC_OUTCOMES,
)

_GROUP = "mart"
_KINDS = {"python", "postgres"}


@dg.asset(
    name=HASHTAG_POST_METRICS.name,
    description=describe(HASHTAG_POST_METRICS),
    group_name=_GROUP,
    kinds=_KINDS,
    owners=OWNERS,
    code_version="2",
    metadata=table_metadata(HASHTAG_POST_METRICS),
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    retry_policy=RETRY,
    deps=[
        POST_SNAPSHOTS.name,
        POST_CAPTIONS.name,
        POSTS.name,
        ACCOUNT_SNAPSHOTS.name,
        PARTICIPANTS.name,
        CAMPAIGNS.name,
    ],
)
def hashtag_post_metrics(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """Match the posts of the days with the campaigns as they are known now."""
    from analytics_pipeline.steps.matches import match_posts

    with explained():
        run = pipeline.run(context.run.run_id)
        for day in context.partition_keys:
            report = match_posts(run, date.fromisoformat(day))
            by_campaign = [
                {"campaign": campaign_id, "posts": count}
                for campaign_id, count in sorted(report.by_campaign.items())
            ]
            metadata = load_metadata(report.load) | {
                "posts_with_hashtags": report.candidates,
                "full_matches": report.full,
                "partial_matches": report.partial,
                "rejected_matches": report.rejected,
                "confirmed_matches": report.confirmed,
                "campaigns": markdown_table(["campaign", "posts"], by_campaign),
            }
            context.add_asset_metadata(metadata, partition_key=day)
    return dg.MaterializeResult()


@dg.asset(
    name=CAMPAIGN_DAILY_SUMMARY.name,
    description=describe(CAMPAIGN_DAILY_SUMMARY),
    group_name=_GROUP,
    kinds=_KINDS,
    owners=OWNERS,
    code_version="2",
    metadata=table_metadata(CAMPAIGN_DAILY_SUMMARY),
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    retry_policy=RETRY,
    deps=[
        HASHTAG_POST_METRICS.name,
        POST_SNAPSHOTS.name,
        PARTICIPANTS.name,
        SYNC_OUTCOMES.name,
    ],
)
def campaign_daily_summary(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """Add up each campaign's day."""
    from analytics_pipeline.steps.summary import summarise_day
    from analytics_pipeline.warehouse.growth import growth_until

    columns = ["campaign_id", "platform", "post_count", "view_count", "like_count"]
    newest = max(context.partition_keys)
    with explained():
        run = pipeline.run(context.run.run_id)
        for key in context.partition_keys:
            day = date.fromisoformat(key)
            report = summarise_day(run, day)
            metadata = load_metadata(report.load, len(report.rows)) | {
                "posts": sum(row["post_count"] for row in report.rows),
                "summary": markdown_table(columns, report.rows),
            }
            if key == newest:
                # It shows four weeks, so that one is enough for a window.
                with run.warehouse.reading() as connection:
                    metadata["growth"] = growth_plot(growth_until(connection, day))
            context.add_asset_metadata(metadata, partition_key=key)
    return dg.MaterializeResult()


@dg.asset(
    name=CREATOR_MONTHS.name,
    description=describe(
        CREATOR_MONTHS,
        "A partition makes the months anew that its day tells of: those in which its "
        "posts were published, and its own.",
    ),
    group_name=_GROUP,
    kinds=_KINDS,
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(CREATOR_MONTHS),
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    retry_policy=RETRY,
    deps=[POST_SNAPSHOTS.name, POSTS.name, ACCOUNT_SNAPSHOTS.name],
)
def creator_months(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """Bring the months of creators up to date with the days."""
    from analytics_pipeline.steps.creator_months import make_months

    days = [date.fromisoformat(key) for key in context.partition_keys]
    with explained():
        load = make_months(pipeline.run(context.run.run_id), days)
    return dg.MaterializeResult(metadata=load_metadata(load))
