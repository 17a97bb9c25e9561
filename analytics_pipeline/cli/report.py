"""`analytics-pipeline report`: what is known of a campaign, and what is not."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from analytics_pipeline.cli.console import err, out
from analytics_pipeline.cli.errors import CommandError, WrongUseError
from analytics_pipeline.cli.report_table import print_report
from analytics_pipeline.reports.build import build_report
from analytics_pipeline.reports.files import (
    FileFormat,
    file_name,
    render,
    write_whole,
)
from analytics_pipeline.reports.html_file import PageOptions
from analytics_pipeline.reports.language import Language
from analytics_pipeline.reports.model import CampaignReport, ReportOptions
from analytics_pipeline.settings import Settings, load_settings
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.report import find_campaigns, list_campaigns

_TABLE = "table"
_STANDARD_OUTPUT = "-"
# Programs read them from a pipe; the others are files for people.
_STREAMED = {FileFormat.CSV, FileFormat.JSON}


@click.command("report")
@click.argument("campaign")
@click.option(
    "--date",
    "day",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="As known on this day. Default: the newest.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice([_TABLE, *(form.value for form in FileFormat)]),
    default=_TABLE,
    show_default=True,
    help="csv gives the posts, one row each; html is one file that prints well.",
)
@click.option(
    "--output",
    help="Where to, or - for standard output. Default: there for csv and json, a file "
    "named after campaign and day for html and xlsx.",
)
@click.option(
    "--language",
    type=click.Choice([one.value for one in Language]),
    default=Language.ENGLISH.value,
    show_default=True,
    help="Of the html file.",
)
def report(
    campaign: str,
    day: datetime | None,
    style: str,
    output: str | None,
    language: str,
) -> None:
    """Report on CAMPAIGN, given by its id or name."""
    if style == _TABLE and output is not None:
        msg = "--output needs a --format: html, xlsx, csv or json"
        raise WrongUseError(msg)
    settings = load_settings()
    with Warehouse.open(settings) as warehouse, warehouse.reading() as connection:
        found = find_campaigns(connection, campaign)
        if len(found) != 1:
            known = found or list_campaigns(connection)
            raise CommandError(_which(campaign, known, is_many=len(found) > 1))
        made = build_report(
            connection,
            found[0]["campaign_id"],
            day.date() if day else None,
            report_options(settings),
        )
    if style == _TABLE:
        print_report(made, settings.zone)
        return
    page = PageOptions(Language(language), settings.agency_name)
    _write(made, FileFormat(style), output, page)


def report_options(settings: Settings) -> ReportOptions:
    """Return how reports are made with some settings."""
    rule = DayRule(settings.zone, settings.snapshot_grace)
    return ReportOptions(settings.zone, settings.now(), rule)


def _write(
    made: CampaignReport, form: FileFormat, output: str | None, page: PageOptions
) -> None:
    """Write a report to a file, and tell which; or to standard output."""
    content = render(made, form, page)
    if output == _STANDARD_OUTPUT or (output is None and form in _STREAMED):
        if form is FileFormat.XLSX and sys.stdout.isatty():
            msg = "an XLSX file is not for a terminal; name a file with --output"
            raise WrongUseError(msg)
        sys.stdout.buffer.write(content)
        return
    path = Path(output or file_name(made, form))
    try:
        write_whole(path, content)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}"
        raise CommandError(msg) from error
    out.print(f"{path}: {len(content):,} bytes")
    if made.day is None:
        err.print("nothing is known of the campaign on that day")


def _which(wanted: str, known: Sequence[dict[str, Any]], *, is_many: bool) -> str:
    listed = ", ".join(f"{row['campaign_id']} {row['campaign_name']}" for row in known)
    if is_many:
        return f"{wanted!r} fits several campaigns: {listed}; give the id"
    if not known:
        return "no campaign is known yet; `analytics-pipeline collect` reads them"
    return f"there is no campaign {wanted!r}; known are: {listed}"
