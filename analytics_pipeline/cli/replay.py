"""`analytics-pipeline replay`: rebuild the index of the landing store."""

import uuid

import click

from analytics_pipeline.cli.console import err, out
from analytics_pipeline.landing.store import LandingStore
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.replay import reindex
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.warehouse.engine import Warehouse


@click.command()
def replay() -> None:
    """Rebuild `collection_attempts` from the landing store, asking no API.

    For a new database, or one restored from an old backup. Afterwards `collect --from A
    --to B` rebuilds the days without asking for what the landing store has.
    """
    settings = load_settings()
    with Warehouse.open(settings) as warehouse:
        run = Run(
            run_id=uuid.uuid4().hex,
            warehouse=warehouse,
            landing=LandingStore(settings.landing_url),
            spool_folder=settings.home / "spool",
            clock=settings.now,
            rule=DayRule(settings.zone, settings.snapshot_grace),
        )
        attempts = objects = 0
        for name, count in reindex(run):
            err.print(f"{name}: {count} attempts")
            attempts += count
            objects += 1
    out.print(f"{attempts} attempts in {objects} landing objects")
