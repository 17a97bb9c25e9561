"""Stories: what is active now, and what a person has to look at."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from analytics_pipeline.assets.catalogue import (
    OWNERS,
    RETRY,
    describe,
    load_metadata,
    markdown_table,
    table_metadata,
)
from analytics_pipeline.assets.raw import (
    CollectConfig,
    collect_metadata,
    days_begun,
)
from analytics_pipeline.partitions import DAILY, SINGLE_RUN
from analytics_pipeline.resources.apis import InstagramResource
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.tables import (
    CAMPAIGNS,
    CONNECTIONS,
    PARTICIPANTS,
    POST_CAPTIONS,
    POST_SNAPSHOTS,
    POSTS,
    STORIES_TO_REVIEW,
)

if TYPE_CHECKING:
    from analytics_pipeline.steps.stories import LookReport


class LookConfig(CollectConfig):
    """How to look at stories."""

    connection_ids: list[str] = Field(
        default=[], description="Of a poll: only these accounts; none for all."
    )
    poll: bool = Field(
        default=False,
        description="One look of many: look although there has been one since the day "
        "ended, and load what was seen at once, for these accounts only.",
    )


@dg.asset(
    description="One row per look at a connected account: one landing record per "
    "answered request, the list of active stories and the insights of each. A story "
    "lives 24 hours, so a day that is over is not asked for. One object per day and "
    "run under ANALYTICS_RAW_URL.",
    group_name="raw",
    kinds={"instagram", "json"},
    owners=OWNERS,
    code_version="1",
    retry_policy=RETRY,
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    # Not the one of the other calls to Instagram: a long collection would keep looks
    # waiting until their stories have ended, and these budgets are the accounts' own.
    pool="instagram_stories",
    deps=[PARTICIPANTS.name, CONNECTIONS.name],
)
def raw_instagram_stories(
    context: dg.AssetExecutionContext,
    config: LookConfig,
    pipeline: PipelineResource,
    instagram: InstagramResource,
) -> dg.MaterializeResult:
    """Look at the stories of those who take part now."""
    from analytics_pipeline.steps.partial import load_accounts
    from analytics_pipeline.steps.stories import Poll, look_at_stories

    with explained():
        days = days_begun(context, pipeline)
        run = pipeline.run(context.run.run_id)
        reader = instagram.story_reader(run, pipeline.vault(), pipeline.budgets())
        with instagram.collecting(
            pipeline.clock.now, refresh=config.refresh
        ) as options:
            poll = Poll(config.connection_ids) if config.poll else None
            report = look_at_stories(run, reader, days, options, poll)
        if poll and report.connection_ids:
            load_accounts(run, report.days, report.connection_ids)
    return dg.MaterializeResult(metadata=_look_metadata(report))


def _look_metadata(report: "LookReport") -> Mapping[str, Any]:
    over = ", ".join(map(str, report.not_collected))
    return {
        **collect_metadata(report.collected),
        "not_collected": over or "none",
    }


@dg.asset(
    name=STORIES_TO_REVIEW.name,
    description=describe(STORIES_TO_REVIEW),
    group_name="mart",
    kinds={"python", "postgres"},
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(STORIES_TO_REVIEW),
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
def stories_to_review(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """List the stories that no hashtag can match."""
    from analytics_pipeline.steps.story_review import list_stories_to_review

    with explained():
        run = pipeline.run(context.run.run_id)
        for day in context.partition_keys:
            report = list_stories_to_review(run, date.fromisoformat(day))
            rows = [
                {"campaign": campaign_id, "stories": count}
                for campaign_id, count in sorted(report.by_campaign.items())
            ]
            metadata = load_metadata(report.load) | {
                "campaigns": markdown_table(["campaign", "stories"], rows)
            }
            context.add_asset_metadata(metadata, partition_key=day)
    return dg.MaterializeResult()
