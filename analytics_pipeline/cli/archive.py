"""`analytics-pipeline archive`: months that have left the database."""

import uuid
from datetime import datetime

import click

from analytics_pipeline.cli.console import build_table, err, out
from analytics_pipeline.cli.errors import CommandError
from analytics_pipeline.landing.archive import ArchiveError, ArchiveStore
from analytics_pipeline.landing.store import LandingStore
from analytics_pipeline.schemas.tables import PARTITIONED
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.archive import restore_months
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.warehouse.archive import archived_months
from analytics_pipeline.warehouse.engine import Warehouse


@click.group("archive")
def archive() -> None:
    """Months past ANALYTICS_SNAPSHOT_RETENTION_DAYS, kept as Parquet files."""


@archive.command("list")
def list_archive() -> None:
    """Show which months of which tables are in the archive."""
    settings = load_settings()
    with Warehouse.open(settings) as warehouse, warehouse.reading() as connection:
        known = archived_months(connection, PARTITIONED)
    rows = [
        (
            f"{item.month.first_day:%Y-%m}",
            item.month.table.name,
            item.rows,
            f"{item.archived_at:%Y-%m-%d}",
        )
        for item in known
    ]
    out.print(build_table(["month", "table", "rows", "archived"], rows))


@archive.command("restore")
@click.argument("month", type=click.DateTime(formats=["%Y-%m"]))
def restore_archive(month: datetime) -> None:
    """Bring MONTH, such as 2026-03, back into the tables.

    The weekly job `housekeeping` archives it again, unless you raise or unset
    ANALYTICS_SNAPSHOT_RETENTION_DAYS. Restore later months, too, before you have
    `creator_months` made anew: a month rests on all that follow.
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
        store = ArchiveStore(settings.archive_root)
        try:
            restored = restore_months(run, store, month.date())
        except ArchiveError as error:
            raise CommandError(str(error)) from error
    for name, rows in restored.items():
        out.print(f"{name}: {rows:,} rows")
    if not restored:
        err.print(f"nothing of {month:%Y-%m} is in the archive")
