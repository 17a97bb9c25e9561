"""`analytics-pipeline export`: views and marts as files for other tools."""

from datetime import datetime
from pathlib import Path

import click

from analytics_pipeline.cli.console import err, out
from analytics_pipeline.cli.errors import CommandError
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.export import Days, export
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.exporting import ALL, EXPORTABLE, Exportable

_EVERYTHING = "all"
_ROWS_BETWEEN_LINES = 500_000


@click.command("export")
@click.argument("table")
@click.option(
    "--to",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the files; made if it is not there.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["parquet", "csv"]),
    default="parquet",
    show_default=True,
)
@click.option(
    "--from",
    "first",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="First day. Default: all there are.",
)
@click.option(
    "--until",
    "last",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="Last day. Default: all there are.",
)
def export_command(
    table: str,
    folder: Path,
    style: str,
    first: datetime | None,
    last: datetime | None,
) -> None:
    """Write TABLE to a file, or `all` to one file each.

    TABLE is a view of schema `reporting` (docs/analysts.md) or a mart. Of `all`, what
    has no days is written whole. In CSV, text that a spreadsheet would take for a
    formula has an apostrophe before it; Parquet holds it as it is.
    """
    days = Days(first.date() if first else None, last.date() if last else None)
    wanted = _wanted(table, days)
    settings = load_settings()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # All files tell one state of the database.
        with Warehouse.open(settings) as warehouse, warehouse.reading() as connection:
            for item in wanted:
                file = folder / f"{item.name}.{style}"
                rows = export(connection, item, file, days, _tell)
                out.print(f"{file}: {rows:,} rows")
    except OSError as error:
        msg = f"cannot write to {folder}: {error.strerror or error}"
        raise CommandError(msg) from error


def _wanted(table: str, days: Days) -> list[Exportable]:
    if days.first and days.last and days.first > days.last:
        msg = f"--from {days.first} is after --until {days.last}"
        raise CommandError(msg)
    if table == _EVERYTHING:
        return [EXPORTABLE[name] for name in ALL]
    if table not in EXPORTABLE:
        known = ", ".join([_EVERYTHING, *sorted(EXPORTABLE)])
        msg = f"there is no table {table!r} to export; there are: {known}"
        raise CommandError(msg)
    item = EXPORTABLE[table]
    if item.day is None and (days.first or days.last):
        msg = f"{table} has no days: leave out --from and --until"
        raise CommandError(msg)
    return [item]


def _tell(item: Exportable, rows: int) -> None:
    if rows % _ROWS_BETWEEN_LINES == 0:
        err.print(f"{item.name}: {rows:,} rows so far")
