"""`analytics-pipeline demo`: two weeks of a made-up agency through the real graph."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import click

from analytics_pipeline.cli.connections import import_file
from analytics_pipeline.cli.console import err, out
from analytics_pipeline.cli.errors import CommandError
from analytics_pipeline.cli.local_sandbox import LocalSandbox, local_sandbox
from analytics_pipeline.cli.report import report_options
from analytics_pipeline.cli.report_table import print_report
from analytics_pipeline.reports.build import build_report
from analytics_pipeline.reports.files import FileFormat, file_name, render, write_whole
from analytics_pipeline.reports.html_file import PageOptions
from analytics_pipeline.settings import environment_names, load_settings
from analytics_pipeline.steps.report_files import reports_folder
from analytics_pipeline.transform.days import each_day
from analytics_pipeline.warehouse.engine import Warehouse

FIRST_DAY = date(2026, 3, 1)
_CAMPAIGN = "501"
_CLOSING = time(5)


@click.command()
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 60))
@click.option("--fresh", is_flag=True, help="Forget what an earlier demo collected.")
def demo(days: int, *, fresh: bool) -> None:
    """Collect two weeks from the sandbox and report on a campaign.

    Real HTTP, a real PostgreSQL, real Dagster runs; no keys, no network. Everything
    stays under ANALYTICS_HOME in a folder of its own, apart from real data. Run again,
    it continues where it was.
    """
    home = demo_home()
    if fresh:
        shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    last = FIRST_DAY + timedelta(days=days - 1)
    with demo_environment(home) as sandbox:
        set_clock(sandbox, last)
        # Imported with the demo's environment in place: zone and days are read once.
        from analytics_pipeline.cli.running import (  # noqa: PLC0415
            dagster_instance,
            progress_shown,
            run_job,
        )

        out.print(f"Sandbox at {sandbox.url}; data under {home}\n")
        set_clock(sandbox, FIRST_DAY)
        import_file(load_settings(), home / "connections.csv")
        with (
            dagster_instance(load_settings()) as instance,
            progress_shown(is_quiet=True),
        ):
            for day in each_day(FIRST_DAY, last):
                set_clock(sandbox, day)
                result = run_job(instance, day, day)
                if not result.success:
                    for step, reason in result.failures.items():
                        err.print(f"failed: {step}: {reason}")
                    msg = f"the run of {day} failed; the demo can be run again"
                    raise CommandError(msg)
                out.print(_day_line(day, result.calls, result.metadata))
        out.print()
        files = _write_reports()
    command = f"ANALYTICS_HOME={_shown(home)} {_shown(Path(sys.argv[0]).absolute())}"
    out.print(
        "\nThe same as files, for a client:\n"
        + "".join(f"  {_shown(file)}\n" for file in files)
        + "\nThis was one campaign of several. Look further:\n"
        "  make dev    the same data in Dagster's UI and in the dashboard\n"
        f"  {command} report 504\n"
        f"  {command} connections list\n"
        f'  {command} sql "table sync_outcomes"'
    )


def demo_home() -> Path:
    """Return the folder of the demo's data, apart from real data."""
    name = "ANALYTICS_HOME"  # The rest of a deployment's configuration may be wrong.
    return load_settings({name: os.environ.get(name, "")}).home / "demo"


@contextmanager
def demo_environment(home: Path, *options: str) -> Iterator[LocalSandbox]:
    """Run a sandbox, with the environment of this process pointing at it.

    Args:
        home: The demo's folder.
        options: Further options of the sandbox.

    Yields:
        The sandbox.
    """
    with local_sandbox(home / "connections.csv", *options) as sandbox:
        for name in (*environment_names(), "DAGSTER_HOME"):
            os.environ.pop(name, None)
        os.environ |= sandbox.environment | {
            "ANALYTICS_HOME": str(home),
            "ANALYTICS_START_DATE": FIRST_DAY.isoformat(),
        }
        yield sandbox


def set_clock(sandbox: LocalSandbox, day: date) -> None:
    """Make it early morning after a day, for the sandbox and the pipeline.

    Args:
        sandbox: The sandbox.
        day: The day that has just ended.
    """
    following = day + timedelta(days=1)
    zone = load_settings().zone
    now = datetime.combine(following, _CLOSING, zone).astimezone(UTC)
    sandbox.set_clock(now)
    os.environ["ANALYTICS_CLOCK"] = now.isoformat()


def _write_reports() -> list[Path]:
    """Print a campaign's report and write it as files; gives the files."""
    settings = load_settings()
    with Warehouse.open(settings) as warehouse, warehouse.reading() as connection:
        read = build_report(connection, _CAMPAIGN, None, report_options(settings))
    print_report(read, settings.zone)
    page = PageOptions(agency=settings.agency_name)
    files = []
    for form in (FileFormat.HTML, FileFormat.XLSX):
        file = reports_folder(settings) / file_name(read, form)
        write_whole(file, render(read, form, page))
        files.append(file)
    return files


def _day_line(
    day: date, calls: int, metadata: dict[tuple[str, str | None], dict[str, object]]
) -> str:
    def told(asset: str, name: str) -> object:
        return metadata[asset, day.isoformat()][name]

    accounts = ", ".join(
        f"{told('sync_outcomes', f'accounts_{status}')} {status}"
        for status in ("ok", "deferred", "skipped", "failed")
    )
    return (
        f"{day}  {calls:3} calls  accounts: {accounts}  "
        f"posts: {told('post_snapshots', 'rows')}  "
        f"matches: {told('hashtag_post_metrics', 'full_matches')} full, "
        f"{told('hashtag_post_metrics', 'partial_matches')} partial"
    )


def _shown(path: Path) -> str:
    """Return a path as people type it from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
