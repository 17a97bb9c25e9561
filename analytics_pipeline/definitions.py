"""The one place that builds Dagster's definitions.

They load without configuration, network or database: what is missing is told by
`analytics-pipeline doctor`, and by the run that needs it.
Concept: https://docs.dagster.io/guides/build/projects-and-components
"""

from collections.abc import Mapping

import dagster as dg

from analytics_pipeline.assets import (
    archive,
    canonical,
    connections,
    core,
    insights,
    marts,
    reports,
    review,
    stories,
)
from analytics_pipeline.assets.sharded import raw_assets
from analytics_pipeline.checks.coverage import COVERAGE_CHECKS
from analytics_pipeline.checks.keys import KEY_CHECKS
from analytics_pipeline.checks.plausibility import PLAUSIBILITY_CHECKS
from analytics_pipeline.checks.reconciliation import RECONCILIATION_CHECKS
from analytics_pipeline.checks.reports import REPORT_CHECKS
from analytics_pipeline.checks.tokens import TOKEN_CHECKS
from analytics_pipeline.jobs import (
    collect_job,
    collect_stories_job,
    erase_job,
    forget_old_runs_job,
    housekeeping_job,
    process_pushes_job,
    reports_job,
    tokens_job,
)
from analytics_pipeline.resources.apis import (
    CreatorsAppResource,
    InstagramResource,
    TikTokResource,
)
from analytics_pipeline.resources.stores import (
    ClockResource,
    LandingStoreResource,
    PipelineResource,
    WarehouseResource,
)
from analytics_pipeline.schedules import (
    collect_daily,
    collect_stories,
    forget_old_runs,
    keep_house,
    keep_tokens_alive,
)
from analytics_pipeline.sensors import (
    ask_missing_again,
    forget_people,
    look_before_stories_end,
    process_pushes,
    start_refreshes,
    write_reports,
)
from analytics_pipeline.settings import load_settings

_ASSETS: list[dg.AssetsDefinition | dg.AssetSpec] = [
    core.creators,
    core.campaigns,
    core.active_campaign_participants,
    connections.connections,
    *raw_assets(load_settings().shards),
    stories.raw_instagram_stories,
    canonical.canonical_posts,
    canonical.sync_outcomes,
    insights.account_metric_values,
    marts.hashtag_post_metrics,
    marts.campaign_daily_summary,
    marts.creator_months,
    stories.stories_to_review,
    review.review_candidates,
    reports.campaign_reports,
    archive.archived_snapshots,
]


def build_resources() -> dict[str, dg.ConfigurableResource]:
    """Return the resources of a deployment: everything from the environment."""
    clock = ClockResource()
    return {
        "clock": clock,
        "pipeline": PipelineResource(
            warehouse=WarehouseResource(),
            landing=LandingStoreResource(),
            clock=clock,
        ),
        "creators_app": CreatorsAppResource(),
        "instagram": InstagramResource(),
        "tiktok": TikTokResource(),
    }


def build_defs(
    resources: Mapping[str, dg.ConfigurableResource] | None = None,
) -> dg.Definitions:
    """Build the code location.

    Args:
        resources: Replace those of a deployment, by name; for tests.

    Returns:
        The definitions.
    """
    return dg.Definitions(
        assets=_ASSETS,
        asset_checks=[
            *KEY_CHECKS,
            *COVERAGE_CHECKS,
            *PLAUSIBILITY_CHECKS,
            *RECONCILIATION_CHECKS,
            *REPORT_CHECKS,
            *TOKEN_CHECKS,
        ],
        jobs=[
            collect_job,
            collect_stories_job,
            process_pushes_job,
            reports_job,
            tokens_job,
            erase_job,
            forget_old_runs_job,
            housekeeping_job,
        ],
        schedules=[
            collect_daily,
            collect_stories,
            keep_tokens_alive,
            keep_house,
            forget_old_runs,
        ],
        sensors=[
            ask_missing_again,
            look_before_stories_end,
            process_pushes,
            forget_people,
            start_refreshes,
            write_reports,
        ],
        resources=build_resources() | dict(resources or {}),
        # A process per step costs seconds each in imports; the work of a step runs in
        # threads of its own (docs/decisions/0006-executor.md).
        executor=dg.in_process_executor,
    )


defs = build_defs()
