"""A report as an Excel workbook: numbers as numbers, ids as texts.

Nothing in it is a formula: texts of strangers are written as texts, and marked so that
they stay texts when somebody edits the cell.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from analytics_pipeline.reports.model import CampaignReport
from analytics_pipeline.reports.xlsx_sheets import (
    Heading,
    Percent,
    Sheet,
    SheetCell,
    sheets,
)

_LONGEST_TEXT = 16_000
_LONGEST_LINK = 2_000
_MOST_LINKS = 65_000
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}
_NUMBER_FORMATS = {
    "count": "#,##0",
    "rate": "0.00%",
    "decimal": "#,##0.0",
    "day": "yyyy-mm-dd",
    "instant": "yyyy-mm-dd hh:mm",
}


def as_xlsx(report: CampaignReport) -> bytes:
    """Return a report as a workbook.

    Args:
        report: The report.

    Returns:
        The file's content; the same report gives the same numbers in the same cells.
    """
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _OPTIONS) as workbook:
        workbook.set_properties(
            {"title": report.campaign.campaign_name or "", "created": report.made_at}
        )
        styles = _Styles.of(workbook)
        for sheet in sheets(report):
            _Writer(workbook, styles, ZoneInfo(report.zone)).write(sheet)
    return content.getvalue()


@dataclass(frozen=True, slots=True)
class _Styles:
    """The formats of a workbook."""

    title: Format
    head: Format
    text: Format
    link: Format
    numbers: Mapping[str, Format]

    @classmethod
    def of(cls, workbook: Workbook) -> "_Styles":
        """Add the formats to a workbook."""
        return cls(
            title=workbook.add_format({"bold": True, "font_size": 14}),
            head=workbook.add_format(
                {"bold": True, "bottom": 1, "bg_color": "#E8EEF4", "text_wrap": True}
            ),
            # "@" and the prefix keep a text a text, also after it has been edited.
            text=workbook.add_format({"num_format": "@", "quote_prefix": True}),
            link=workbook.add_format({"font_color": "#0B4F9E", "underline": 1}),
            numbers={
                kind: workbook.add_format({"num_format": code, "align": "right"})
                for kind, code in _NUMBER_FORMATS.items()
            },
        )


class _Writer:
    """Writes one sheet.

    Args:
        workbook: Where to.
        styles: The workbook's formats.
        zone: In which instants are told; cells have no zone.
    """

    def __init__(self, workbook: Workbook, styles: _Styles, zone: ZoneInfo) -> None:
        self._workbook = workbook
        self._styles = styles
        self._zone = zone
        self._links = 0

    def write(self, sheet: Sheet) -> None:
        """Add a sheet to the workbook."""
        worksheet = self._workbook.add_worksheet(sheet.name)
        for number, heading in enumerate(sheet.headings):
            worksheet.set_column(number, number, heading.width)
        for number, line in enumerate(sheet.lines):
            style = self._styles.title if number == 0 else None
            worksheet.write_string(number, 0, line, style)
        top = len(sheet.lines) + 1 if sheet.lines else 0
        for number, heading in enumerate(sheet.headings):
            worksheet.write_string(top, number, heading.label, self._styles.head)
        worksheet.freeze_panes(top + 1, sheet.frozen_columns)
        self._rows(worksheet, top + 1, sheet.headings, sheet.rows)
        if sheet.rows:
            worksheet.autofilter(top, 0, top + len(sheet.rows), len(sheet.headings) - 1)
        worksheet.set_landscape()
        worksheet.fit_to_pages(1, 0)
        worksheet.repeat_rows(top)

    def _rows(
        self,
        worksheet: Worksheet,
        top: int,
        headings: Sequence[Heading],
        rows: Iterable[Sequence[SheetCell]],
    ) -> None:
        for line, row in enumerate(rows, top):
            for column, (heading, value) in enumerate(zip(headings, row, strict=True)):
                self._cell(worksheet, (line, column), heading, value)

    def _cell(
        self,
        worksheet: Worksheet,
        at: tuple[int, int],
        heading: Heading,
        value: SheetCell,
    ) -> None:
        match value:
            case None:
                worksheet.write_blank(*at, None, self._styles.text)
            case bool():
                worksheet.write_boolean(*at, value)
            case Percent():
                style = self._styles.numbers["rate"]
                worksheet.write_number(*at, value.fraction, style)
            case int() | float():
                style = self._styles.numbers[_kind_of(value)]
                worksheet.write_number(*at, value, style)
            case datetime():
                local = value.astimezone(self._zone).replace(tzinfo=None)
                style = self._styles.numbers["instant"]
                worksheet.write_datetime(*at, local, style)
            case date():
                worksheet.write_datetime(*at, value, self._styles.numbers["day"])
            case _ if heading.is_link and self._can_link(value):
                self._links += 1
                worksheet.write_url(*at, value, self._styles.link, value)
            case _:
                text = value[:_LONGEST_TEXT]
                worksheet.write_string(*at, text, self._styles.text)

    def _can_link(self, url: str) -> bool:
        """Tell whether Excel takes an address as a link; else it stands as a text."""
        return len(url) <= _LONGEST_LINK and self._links < _MOST_LINKS


def _kind_of(value: float) -> str:
    return "count" if float(value).is_integer() else "decimal"
