"""Group `core`: who the creators are, which campaigns run, who takes part.

What the Creators app says; nothing of the platforms belongs here.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import dagster as dg

from analytics_pipeline.assets.catalogue import (
    OWNERS,
    RETRY,
    describe,
    list_metadata,
    load_metadata,
    table_metadata,
)
from analytics_pipeline.partitions import DAILY, SINGLE_RUN
from analytics_pipeline.resources.apis import CreatorsAppResource
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.tables import (
    CAMPAIGNS,
    CREATORS,
    PARTICIPANTS,
)
from analytics_pipeline.settings import load_settings

if TYPE_CHECKING:
    from analytics_pipeline.steps.creators_app import ListReport
    from analytics_pipeline.steps.participants import ParticipantsReport

_GROUP = "core"
_KINDS = {"python", "postgres"}


@dg.asset(
    name=CREATORS.name,
    description=describe(CREATORS),
    group_name=_GROUP,
    kinds=_KINDS,
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(CREATORS),
    retry_policy=RETRY,
    backfill_policy=SINGLE_RUN,
)
def creators(
    context: dg.AssetExecutionContext,
    pipeline: PipelineResource,
    creators_app: CreatorsAppResource,
) -> dg.MaterializeResult:
    """Ask the Creators app for its creators."""
    from analytics_pipeline.steps.creators_app import read_creators

    with explained(), creators_app.app(pipeline.clock.now) as app:
        report = read_creators(pipeline.run(context.run.run_id), app)
    return dg.MaterializeResult(metadata=_metadata(report))


@dg.asset(
    name=CAMPAIGNS.name,
    description=describe(CAMPAIGNS),
    group_name=_GROUP,
    kinds=_KINDS,
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(CAMPAIGNS),
    retry_policy=RETRY,
    backfill_policy=SINGLE_RUN,
)
def campaigns(
    context: dg.AssetExecutionContext,
    pipeline: PipelineResource,
    creators_app: CreatorsAppResource,
) -> dg.MaterializeResult:
    """Ask the Creators app for its campaigns."""
    from analytics_pipeline.steps.creators_app import CampaignOptions, read_campaigns

    settings = load_settings()
    options = CampaignOptions(settings.hashtag_rule, settings.tracking_days)
    with explained(), creators_app.app(pipeline.clock.now) as app:
        report = read_campaigns(pipeline.run(context.run.run_id), app, options)
    return dg.MaterializeResult(metadata=_metadata(report))


@dg.asset(
    name=PARTICIPANTS.name,
    description=describe(PARTICIPANTS),
    group_name=_GROUP,
    kinds=_KINDS,
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(PARTICIPANTS),
    retry_policy=RETRY,
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    deps=[CREATORS.name, CAMPAIGNS.name],
)
def active_campaign_participants(
    context: dg.AssetExecutionContext,
    pipeline: PipelineResource,
    creators_app: CreatorsAppResource,
) -> dg.MaterializeResult:
    """Ask the Creators app who takes part in the campaigns of the days."""
    from analytics_pipeline.steps.participants import read_participants

    days = [date.fromisoformat(key) for key in context.partition_keys]
    tracking_days = load_settings().tracking_days
    with explained(), creators_app.app(pipeline.clock.now) as app:
        run = pipeline.run(context.run.run_id)
        report = read_participants(run, app, days, tracking_days)
    for day, load in report.loads.items():
        context.add_asset_metadata(load_metadata(load), partition_key=day.isoformat())
    return dg.MaterializeResult(metadata=_asked_metadata(report))


def _metadata(report: "ListReport") -> Mapping[str, Any]:
    return list_metadata(report.load, report.known) | _asked_metadata(report)


def _asked_metadata(report: "ListReport | ParticipantsReport") -> dict[str, Any]:
    asked = report.asked
    return {
        "records": report.records,
        "calls_made": asked.calls,
        "findings": report.findings,
        "landing_object": asked.object_url or "none",
        "creators_app": asked.problem or "answered",
    }
