"""Reports as files: how they are named, and written whole or not at all."""

import os
import tempfile
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from analytics_pipeline.reports.csv_file import as_csv
from analytics_pipeline.reports.html_file import PageOptions, as_html
from analytics_pipeline.reports.json_file import as_json
from analytics_pipeline.reports.model import CampaignReport
from analytics_pipeline.reports.xlsx_file import as_xlsx
from analytics_pipeline.steps.report_files import file_stem


class FileFormat(StrEnum):
    """What a report can be written as."""

    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


MEDIA_TYPES: Mapping[FileFormat, str] = {
    FileFormat.HTML: "text/html; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument."
    "spreadsheetml.sheet",
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.JSON: "application/json",
}
"""What an answer with such a file says it is."""

_WRITERS: Mapping[FileFormat, Callable[[CampaignReport], str | bytes]] = {
    FileFormat.XLSX: as_xlsx,
    FileFormat.CSV: as_csv,
    FileFormat.JSON: as_json,
}


def render(
    report: CampaignReport, form: FileFormat, how: PageOptions | None = None
) -> bytes:
    """Return the content of a report's file.

    Args:
        report: The report.
        form: As what.
        how: Language and agency of a page.

    Returns:
        The content; texts in UTF-8.
    """
    content = (
        as_html(report, how) if form is FileFormat.HTML else _WRITERS[form](report)
    )
    return content.encode() if isinstance(content, str) else content


def file_name(report: CampaignReport, form: FileFormat) -> str:
    """Return how a report's file is called: campaign and day, safe on any system.

    Args:
        report: The report.
        form: As what.

    Returns:
        A name without folders, whatever the campaign's id is.
    """
    day = report.asked_day or report.day
    known_on = day.isoformat() if day else "nothing-known"
    return f"{file_stem(report.campaign.campaign_id, known_on)}.{form}"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that whoever opens it sees the old or the new one, never a part.

    Args:
        path: The file; its folder is made if need be.
        content: What it will hold.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        Path(name).chmod(0o600)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
