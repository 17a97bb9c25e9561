"""Tables of who answered when: a row per account, a column per day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from analytics_pipeline.dashboard.wording import Wording
from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline.warehouse.reading.rows import Row, Rows

_SIGNS = {
    Status.OK: "✓",
    Status.DEFERRED: "…",
    Status.SKIPPED: "–",
    Status.FAILED: "✕",
}
_LATE_SIGN = "◷"
MOST_ACCOUNTS = 50
"""Of how many accounts a page tells every day."""


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """What became of an account on a day.

    Attributes:
        status: Its status.
        sign: The same as one sign, which does not rest on colour.
        title: The same in words, with the reason.
    """

    status: str
    sign: str
    title: str


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One account.

    Attributes:
        label: Platform and handle.
        path: Where the creator is shown; None for a summary.
        cells: One per day; None where nobody was to ask.
    """

    label: str
    path: str | None
    cells: list[CoverageCell | None]


@dataclass(frozen=True, slots=True)
class CoverageTable:
    """Who answered when.

    Attributes:
        days: The columns.
        rows: The accounts.
        account_count: How many there are, shown or not.
    """

    days: list[date]
    rows: list[CoverageRow]
    account_count: int


def coverage_table(
    outcomes: Rows, w: Wording, *, gaps_first: bool = False
) -> CoverageTable:
    """Return the table of some outcomes.

    Args:
        outcomes: Rows of `sync_outcomes`.
        w: How the page says things.
        gaps_first: Accounts that lack a day come first.

    Returns:
        The table.
    """
    days = sorted({row["snapshot_date"] for row in outcomes})
    accounts: dict[tuple[str, str, str], dict[date, Row]] = {}
    for row in outcomes:
        key = (row["platform"], row["creator_id"], row["connection_id"] or "")
        accounts.setdefault(key, {})[row["snapshot_date"]] = row
    rows = [
        CoverageRow(
            _label(by_day.values(), platform, creator_id, w),
            f"/creators/{creator_id}",
            [_cell(by_day[day], w) if day in by_day else None for day in days],
        )
        for (platform, creator_id, _), by_day in accounts.items()
    ]
    rows.sort(key=_by_gaps if gaps_first else _by_label)
    all_accounts = max((row.get("account_count", 0) for row in outcomes), default=0)
    return CoverageTable(days, rows, max(all_accounts, len(rows)))


def _by_gaps(row: CoverageRow) -> tuple[int, str]:
    answered = sum(cell is None or cell.status == Status.OK for cell in row.cells)
    return (answered - len(row.cells), row.label)


def _by_label(row: CoverageRow) -> tuple[int, str]:
    return (0, row.label)


def _label(rows: Iterable[Row], platform: str, creator_id: str, w: Wording) -> str:
    names = [row["username"] for row in rows if row["username"]]
    shown = f"@{names[-1]}" if names else w.text("creator_number", id=creator_id)
    return f"{w.known_text('platform', platform)} {shown}"


def _cell(row: Row, w: Wording) -> CoverageCell:
    status = Status(row["status"])
    is_late = row["reason"] == Reason.LATE
    title = f"{w.day(row['snapshot_date'])}: {w.known_text('status', status)}"
    if row["reason"]:
        title += f" ({w.known_text('reason', row['reason'])})"
    return CoverageCell(status.value, _LATE_SIGN if is_late else _SIGNS[status], title)
