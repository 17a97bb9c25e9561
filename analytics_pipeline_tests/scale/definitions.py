"""The real graph without what takes a test's time: insights, stories, checks.

The run and its workers load it by name, as they load the deployment's own.
"""

import dagster as dg

from analytics_pipeline import definitions
from analytics_pipeline.execution.executor import choose_executor
from analytics_pipeline.settings import load_settings

_ASSETS = (
    "creators",
    "campaigns",
    "active_campaign_participants",
    "raw_instagram_media",
    "raw_tiktok_media",
    "post_snapshots",
    "sync_outcomes",
)

defs = dg.Definitions(
    assets=definitions.defs.assets,
    jobs=[
        dg.define_asset_job(
            "collect_job",
            dg.AssetSelection.assets(*_ASSETS).without_checks(),
            executor_def=choose_executor(load_settings()),
        )
    ],
    resources=definitions.defs.resources,
)
