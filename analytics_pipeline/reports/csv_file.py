"""A report's posts as CSV, one row each; the cells of texts are safe to open.

Spreadsheets take a cell that begins with `=` and its like for a formula, whoever wrote
it; captions and names are written by strangers.
Source: https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
from datetime import date

from analytics_pipeline.reports.model import CampaignReport
from analytics_pipeline.reports.post_table import (
    POST_COLUMNS,
    Cell,
    every_post,
    post_cells,
)

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(report: CampaignReport) -> str:
    """Return a report's posts as CSV with a header; unknown numbers are empty.

    Args:
        report: The report.

    Returns:
        The text, a line feed at the end of each row.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(POST_COLUMNS)
    for post in every_post(report):
        cells = post_cells(post)
        writer.writerow([_cell(cells[name]) for name in POST_COLUMNS])
    return text.getvalue()


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Args:
        text: As somebody wrote it.

    Returns:
        The same, with an apostrophe before it where it needs one.

    Examples:
        >>> harmless("=1+1"), harmless("a=b"), harmless("@home")
        ("'=1+1", 'a=b', "'@home")
    """
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def _cell(value: Cell) -> object:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
