"""Group `mart`: what a person has to decide about."""

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
from analytics_pipeline.partitions import DAILY, SINGLE_RUN
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.tables import (
    CAMPAIGNS,
    PARTICIPANTS,
    POST_CAPTIONS,
    POST_SNAPSHOTS,
    POSTS,
    REVIEW_CANDIDATES,
)


@dg.asset(
    name=REVIEW_CANDIDATES.name,
    description=describe(REVIEW_CANDIDATES),
    group_name="mart",
    kinds={"python", "postgres"},
    owners=OWNERS,
    code_version="2",
    metadata=table_metadata(REVIEW_CANDIDATES),
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    retry_policy=RETRY,
    deps=[
        POST_SNAPSHOTS.name,
        POST_CAPTIONS.name,
        POSTS.name,
        PARTICIPANTS.name,
        CAMPAIGNS.name,
    ],
)
def review_candidates(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """Find the posts that do not count but might."""
    from analytics_pipeline.steps.review_candidates import list_review_candidates

    with explained():
        run = pipeline.run(context.run.run_id)
        for day in context.partition_keys:
            report = list_review_candidates(run, date.fromisoformat(day))
            rows = [
                {"kind": kind.value, "posts": count}
                for kind, count in sorted(report.by_kind.items())
            ]
            metadata = load_metadata(report.load) | {
                "posts_with_hashtags": report.posts,
                "left_out": sum(report.left_out.values()),
                "kinds": markdown_table(["kind", "posts"], rows),
            }
            context.add_asset_metadata(metadata, partition_key=day)
    return dg.MaterializeResult()
