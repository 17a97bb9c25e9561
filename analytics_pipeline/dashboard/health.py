"""The state of the data: who answered, tokens, budgets, findings."""

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.dashboard.coverage import MOST_ACCOUNTS, coverage_table
from analytics_pipeline.dashboard.dashboard import Dashboard
from analytics_pipeline.dashboard.figures import KeyFigure
from analytics_pipeline.dashboard.queries import asked_choice
from analytics_pipeline.dashboard.security import DASHBOARD
from analytics_pipeline.dashboard.wording import Wording
from analytics_pipeline.schemas.connections import ConnectionStatus
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.warehouse.dashboard_reading import outcomes_between
from analytics_pipeline.warehouse.reading.coverage import (
    missing_accounts,
    newest_asked_day,
)
from analytics_pipeline.warehouse.reading.health import (
    budgets,
    connections_in_trouble,
    days_of_outcomes,
    findings_by_rule,
    waiting_pushes,
)
from analytics_pipeline.warehouse.reading.rows import Rows

PATH = f"{DASHBOARD}/health"
_PERIODS = (7, 14, 30, 90)
_USUAL = 14
_MOST = 1000
_SOON = timedelta(days=14)


def health_routers(dashboard: Dashboard) -> list[APIRouter]:
    """Return the page of the data's state.

    Args:
        dashboard: What it needs.

    Returns:
        The routers.
    """
    router = dashboard.looking()

    @router.get(PATH)
    def health(request: Request) -> Response:
        """Show the state of the data."""
        asked = asked_choice(request, "days", list(map(str, _PERIODS)))
        period = int(asked or _USUAL)
        w = dashboard.pages.wording(request)
        return dashboard.pages.show(
            request, "health.html", _values(dashboard, period, w)
        )

    return [router]


def _values(dashboard: Dashboard, period: int, w: Wording) -> dict[str, Any]:
    with dashboard.service.warehouse.reading() as connection:
        last = newest_asked_day(connection)
        outcomes: Rows = []
        found: Rows = []
        of_the_day: list[KeyFigure] = []
        if last is not None:
            first = last - timedelta(days=period - 1)
            missing = missing_accounts(connection, last, limit=_MOST).rows
            never = [row for row in missing if row["reason"] == Reason.NOT_REACHED]
            outcomes = outcomes_between(connection, first, last, MOST_ACCOUNTS)
            newest = days_of_outcomes(connection, last, last)
            found = findings_by_rule(connection, first, last)
            of_the_day = _of_the_day(last, newest, len(missing), w)
            unasked = [row for row in never if row["run_id"] is None]
            outcomes += unasked[:MOST_ACCOUNTS]
        troubled = connections_in_trouble(connection, w.now + _SOON)
        pushes = waiting_pushes(connection)
        calls = budgets(connection)
    return {
        "last": last,
        "period": period,
        "periods": _PERIODS,
        "coverage": coverage_table(outcomes, w, gaps_first=True),
        "troubled": troubled,
        "budgets": calls,
        "findings": found,
        "key_figures": [*of_the_day, *_of_now(troubled, pushes, w)],
    }


def _of_the_day(day: date, rows: Rows, missing: int, w: Wording) -> list[KeyFigure]:
    when = w.text("health_on", day=w.day(day))
    ok = sum(row["ok"] for row in rows)
    calls = sum(row["calls"] or 0 for row in rows)
    of_all = w.text("n_of_m", n=w.count(ok), m=w.count(ok + missing))
    return [
        KeyFigure(w.text("health_ok"), of_all, [when]),
        KeyFigure(w.text("health_missing"), w.count(missing), [when]),
        KeyFigure(w.text("health_calls"), w.count(calls), [when]),
    ]


def _of_now(troubled: Rows, pushes: dict[str, Any], w: Wording) -> list[KeyFigure]:
    broken = sum(
        row["connection_status"] == ConnectionStatus.RECONNECT_REQUIRED
        for row in troubled
    )
    return [
        KeyFigure(w.text("health_reconnect"), w.count(broken)),
        KeyFigure(w.text("health_pushes"), w.count(pushes["pushes"])),
    ]
