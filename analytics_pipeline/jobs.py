"""The job that the schedule, the command line and the UI run.

Concept: https://docs.dagster.io/guides/build/jobs
"""

import dagster as dg

collect_job = dg.define_asset_job(
    "collect_job",
    selection=dg.AssetSelection.all(),
    description="The whole graph for one day, or for a window of days in one run.",
)
