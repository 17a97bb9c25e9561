"""`analytics-pipeline pushes`: what platforms sent unasked, and what became of it."""

import uuid
from datetime import UTC, datetime

import click

from analytics_pipeline.cli.console import out, print_rows, values_of
from analytics_pipeline.cli.errors import CommandError, quit_with_missing
from analytics_pipeline.landing.store import LandingStore
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.pushes import process_pushes
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.inbox import list_messages, replay_messages

_COLUMNS = (
    "received_at",
    "message_id",
    "message_source",
    "message_outcome",
    "detail",
    "processed_at",
)
_since = click.option(
    "--since",
    type=click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Only those received then or later, in UTC.",
)


@click.group()
def pushes() -> None:
    """List, process and replay what platforms sent unasked."""


@pushes.command("list")
@_since
@click.option(
    "--format", "style", type=click.Choice(["table", "json", "csv"]), default="table"
)
def list_(since: datetime | None, style: str) -> None:
    """List pushes, the newest first, without what they say."""
    with (
        Warehouse.open(load_settings()) as warehouse,
        warehouse.begin() as connection,
    ):
        rows = list_messages(connection, _in_utc(since))
    print_rows(_COLUMNS, values_of(_COLUMNS, rows), style)


@pushes.command()
@_since
@click.option("--id", "message_id", help="Only this one, as `list` shows it.")
@click.option("--all", "everything", is_flag=True, help="All that were ever received.")
def replay(since: datetime | None, message_id: str | None, *, everything: bool) -> None:
    """Process pushes once more, as if they had just come; nothing is counted twice."""
    if not (since or message_id or everything):
        msg = "say which: --since, --id or --all"
        raise CommandError(msg)
    with (
        Warehouse.open(load_settings()) as warehouse,
        warehouse.begin() as connection,
    ):
        count = replay_messages(connection, _in_utc(since), message_id)
    out.print(f"{count} pushes wait again")
    _process()


@pushes.command()
def process() -> None:
    """Process the pushes that wait; the sensor `process_pushes` does it by itself."""
    _process()


def _process() -> None:
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
        failed = 0
        done: dict[str, int] = {}
        while True:
            report = process_pushes(run)
            processed = sum(report.outcomes.values())
            failed = report.failed
            for outcome, count in report.outcomes.items():
                done[outcome] = done.get(outcome, 0) + count
            if not processed:
                break
    told = ", ".join(f"{count} {outcome}" for outcome, count in done.items())
    out.print(f"pushes processed: {told}; {failed} go on waiting")
    if failed:
        quit_with_missing()


def _in_utc(given: datetime | None) -> datetime | None:
    return given.replace(tzinfo=UTC) if given else None
