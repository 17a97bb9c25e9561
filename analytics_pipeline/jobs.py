"""The jobs that schedules, sensors, the command line and the UI run.

Concept: https://docs.dagster.io/guides/build/jobs
"""

from datetime import date

import dagster as dg

from analytics_pipeline.assets.erasure import erase_people
from analytics_pipeline.partitions import window_tags
from analytics_pipeline.schemas.tables import CONNECTIONS

collect_job = dg.define_asset_job(
    "collect_job",
    # A token that cannot be renewed must not keep a day from being collected.
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(CONNECTIONS.name),
    description="The whole graph for one day, or for a window of days in one run.",
)

tokens_job = dg.define_asset_job(
    "tokens_job",
    selection=dg.AssetSelection.assets(CONNECTIONS.name),
    description="Renews the tokens that have passed half their life, each alone, and "
    "raises alerts where somebody has to log in again.",
)


@dg.job(
    name="erase",
    description="Forgets the people who have asked for it; see `erasure_requests`.",
)
def erase_job() -> None:
    """Erase whoever waits for it."""
    erase_people()


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
