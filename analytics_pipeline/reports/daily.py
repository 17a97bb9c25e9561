"""The reports of a day: a file of each kind for every campaign that is measured."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analytics_pipeline.reports.build import build_report
from analytics_pipeline.reports.files import FileFormat, file_name, render, write_whole
from analytics_pipeline.reports.html_file import PageOptions
from analytics_pipeline.reports.model import ReportOptions
from analytics_pipeline.steps.report_files import DAILY_FORMS
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.report import campaigns_summarised_on

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """A campaign's report of a day.

    Attributes:
        campaign_id: The campaign.
        posts: Posts that count.
        files: What was written, by kind; fewer where something failed.
        problem: The kind of error that kept the rest from being written.
    """

    campaign_id: str
    posts: int | None
    files: Mapping[FileFormat, Path]
    problem: str | None = None


def write_reports(
    warehouse: Warehouse, folder: Path, day: date, how: ReportOptions, page: PageOptions
) -> list[WrittenReport]:
    """Write the reports of all campaigns that are measured on a day.

    A campaign whose report fails costs no other's. Written again, a file is replaced.

    Args:
        warehouse: What is known.
        folder: Where to; each day has a folder in it.
        day: As known on this day.
        how: Zone, clock, and what a day is.
        page: Language, and whose reports they are.

    Returns:
        What was written, campaign by campaign.
    """
    # Within it no erasure can come between what is read and what is written.
    with at_work(warehouse):
        with warehouse.reading() as connection:
            campaign_ids = campaigns_summarised_on(connection, day)
        target = folder / day.isoformat()
        return [
            _write(warehouse, target, (campaign_id, day), how, page)
            for campaign_id in campaign_ids
        ]


def _write(
    warehouse: Warehouse,
    folder: Path,
    what: tuple[str, date],
    how: ReportOptions,
    page: PageOptions,
) -> WrittenReport:
    campaign_id, day = what
    files: dict[FileFormat, Path] = {}
    posts = None
    try:
        with warehouse.reading() as connection:
            report = build_report(connection, campaign_id, day, how)
        posts = len(report.posts)
        for form in map(FileFormat, DAILY_FORMS):
            path = folder / file_name(report, form)
            write_whole(path, render(report, form, page))
            files[form] = path
    except Exception as error:  # noqa: BLE001 - one campaign's fault is its own
        # The text of an error could hold a caption.
        _log.warning("report of campaign %s: %s", campaign_id, type(error).__name__)
        return WrittenReport(campaign_id, posts, files, type(error).__name__)
    return WrittenReport(campaign_id, posts, files)
