"""The jobs: the whole graph, and what happens between two runs of it.

Concept: https://docs.dagster.io/guides/build/jobs
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import dagster as dg

from analytics_pipeline.assets.erasure import erase_people
from analytics_pipeline.assets.old_runs import delete_old_runs
from analytics_pipeline.assets.reports import CAMPAIGN_REPORTS
from analytics_pipeline.execution.executor import choose_executor
from analytics_pipeline.partitions import window_tags
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.tables import ARCHIVED_SNAPSHOTS, CONNECTIONS
from analytics_pipeline.settings import load_settings

REFRESH_TAG = "analytics/refresh_id"
"""Tells which request to have everything asked again a run serves."""

ASKING_ASSETS = (
    "raw_instagram_media",
    "raw_instagram_post_insights",
    "raw_instagram_account_insights",
    "raw_instagram_stories",
    "raw_tiktok_media",
)
"""The assets that ask platforms, each with a config of its own."""

_STORIES = "raw_instagram_stories"

collect_job = dg.define_asset_job(
    "collect_job",
    # A token that cannot be renewed must not keep a day from being collected; nor must
    # a day wait for files, which take longer than its marts, or for old months.
    selection=dg.AssetSelection.all()
    - dg.AssetSelection.assets(
        CONNECTIONS.name, CAMPAIGN_REPORTS, ARCHIVED_SNAPSHOTS.name
    ),
    description="The whole graph for one day, or for a window of days in one run.",
    executor_def=choose_executor(load_settings()),
)

tokens_job = dg.define_asset_job(
    "tokens_job",
    selection=dg.AssetSelection.assets(CONNECTIONS.name),
    description="Renews the tokens that have passed half their life, each alone, and "
    "raises alerts where somebody has to log in again.",
)

housekeeping_job = dg.define_asset_job(
    "housekeeping",
    selection=dg.AssetSelection.assets(ARCHIVED_SNAPSHOTS.name),
    description="Moves months past their retention out of the database, and lets the "
    "planner know how large the tables are.",
)

reports_job = dg.define_asset_job(
    "reports_job",
    selection=dg.AssetSelection.assets(CAMPAIGN_REPORTS),
    description="Writes the reports of a day's campaigns as files.",
)

collect_stories_job = dg.define_asset_job(
    "collect_stories",
    selection=dg.AssetSelection.assets(_STORIES).without_checks(),
    description="A look at the stories that are active now. What it sees is loaded "
    "for the accounts that were looked at; the rest of the day waits for its own run.",
)


@dg.op(pool="pushes", description="Land, load and mark the pushes that wait.")
def apply_pushes(context: dg.OpExecutionContext, pipeline: PipelineResource) -> None:
    """Process the inbox."""
    from analytics_pipeline.steps.pushes import process_pushes

    with explained():
        report = process_pushes(pipeline.run(context.run.run_id))
    context.add_output_metadata(
        {
            **{f"pushes_{name}": count for name, count in report.outcomes.items()},
            "pushes_failed": report.failed,
            "rows_changed": report.changed.changed,
        }
    )


@dg.job(
    name="process_pushes",
    description="Brings pushes of platforms from the inbox into the landing store and "
    "the tables, for the accounts they are about.",
)
def process_pushes_job() -> None:
    """Process the inbox in one step."""
    apply_pushes()


@dg.job(
    name="erase",
    description="Forgets the people who have asked for it; see `erasure_requests`.",
)
def erase_job() -> None:
    """Erase whoever waits for it."""
    erase_people()


@dg.job(
    name="forget_old_runs",
    description="Keeps Dagster's own history in bounds.",
)
def forget_old_runs_job() -> None:
    """Delete old runs."""
    delete_old_runs()


def ask_for(first: date, last: date, run_key: str) -> dg.RunRequest:
    """Ask for some days in one run, in which one walk per account serves them all.

    Args:
        first: First day.
        last: Last day.
        run_key: What Dagster starts a run for only once.

    Returns:
        What a schedule or sensor returns.
    """
    if first == last:
        return dg.RunRequest(run_key=run_key, partition_key=first.isoformat())
    return dg.RunRequest(run_key=run_key, tags=window_tags(first, last))


def refresh_of(day: date, refresh_id: str) -> dg.RunRequest:
    """Ask for a day again, accounts that have answered included.

    Args:
        day: The day.
        refresh_id: The request that it serves; it gets one run.

    Returns:
        What a sensor returns.
    """
    return dg.RunRequest(
        run_key=refresh_id,
        partition_key=day.isoformat(),
        run_config={"ops": asking_config(ASKING_ASSETS, refresh=True)},
        tags={REFRESH_TAG: refresh_id},
    )


def asking_config(assets: Iterable[str], *, refresh: bool) -> dict[str, Any]:
    """Return the run config of assets that ask platforms.

    Args:
        assets: Their names.
        refresh: Ask again for days that can still be observed on time.

    Returns:
        By asset.
    """
    return {name: {"config": {"refresh": refresh}} for name in assets}


def look_for(
    day: date, run_key: str, connection_ids: Sequence[str] = ()
) -> dg.RunRequest:
    """Ask for a look at stories that is loaded at once.

    Args:
        day: Yesterday.
        run_key: What Dagster starts a run for only once.
        connection_ids: Only these accounts; none for all that take part.

    Returns:
        What a schedule or sensor returns.
    """
    config = {"poll": True, "connection_ids": list(connection_ids)}
    return dg.RunRequest(
        run_key=run_key,
        partition_key=day.isoformat(),
        run_config={"ops": {_STORIES: {"config": config}}},
    )
