"""`analytics-pipeline backup` and `restore`: the database as a file."""

from pathlib import Path

import click

from analytics_pipeline.cli.console import out
from analytics_pipeline.cli.errors import CommandError
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.dump import DumpError, dump, restore
from analytics_pipeline.warehouse.engine import Warehouse


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the database to FILE; may run while runs do.

    Raw answers are not in it: back the landing store up beside it. Nor is the key that
    tokens are encrypted with.
    """
    settings = load_settings()
    Warehouse.open(settings).close()  # Starts the embedded server; says what is wrong.
    try:
        dump(settings, file)
    except DumpError as error:
        msg = f"no backup was written: {error}"
        raise CommandError(msg) from error
    out.print(f"{file}: {file.stat().st_size:,} bytes")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore_command(file: Path) -> None:
    """Fill an empty database from FILE, which `backup` wrote.

    To move the database: back up, set ANALYTICS_DATABASE_URL to the new one, restore.
    """
    settings = load_settings()
    try:
        restore(settings, file)
    except DumpError as error:
        msg = f"nothing was restored: {error}"
        raise CommandError(msg) from error
    Warehouse.open(settings).close()  # Migrates a backup of an older version.
    out.print(f"restored {file}; `analytics-pipeline doctor` looks at it")
