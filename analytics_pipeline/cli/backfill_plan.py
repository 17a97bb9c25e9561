"""Printing what a backfill will ask and what its days will be."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from analytics_pipeline.cli.console import build_table, out
from analytics_pipeline.steps.collect import CollectionPlan, PlannedAccount
from analytics_pipeline.steps.rehearsal import RehearsedDays, RehearsedLists
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.days import each_day

_KINDS = {
    "on time": "on time, with every tracked post",
    "late": "asked late, only for posts published on the day, without followers",
    "rebuilt": "rebuilt from the landing store, without a call",
    "nobody": "nobody to ask for",
}


def print_plan(
    run: Run,
    window: tuple[date, date],
    lists: RehearsedLists,
    days: RehearsedDays,
    campaign_id: str | None,
) -> None:
    """Print a plan: per API the accounts and calls, then what becomes of each day.

    Args:
        run: Tells what a day is, and the current instant.
        window: First and last day.
        lists: What the Creators app tells.
        days: What a run would ask.
        campaign_id: Show only the participants of this campaign.
    """
    shown = [
        row
        for row in days.participants
        if campaign_id is None or row["campaign_id"] == campaign_id
    ]
    creators = {row["creator_id"] for row in shown}
    out.print(f"Plan for {_span(*window)}")
    out.print(_basis(lists, days))
    whose = "" if campaign_id is None else f" of campaign {campaign_id}"
    rows: list[list[object]] = [
        [plan.platform, *_cost(_accounts_of(plan, creators))] for plan in days.plans
    ]
    rows.append(["account insights", *_insights_cost(days, creators)])
    rows.append(["creators_app", None, lists.calls + days.calls])
    out.print(build_table(["api", f"accounts{whose} to ask", "calls"], rows))
    out.print(
        "Insights of connected accounts' posts come on top: one call for each that is "
        "due, which their lists will tell."
    )
    if campaign_id is not None:
        totals = [
            "{}: {} accounts, {} calls".format(plan.platform, *_cost(plan.accounts))
            for plan in days.plans
        ]
        out.print(f"The run does whole days, for everybody: {'; '.join(totals)}")
    asked = {
        day
        for plan in days.plans
        for item in _accounts_of(plan, creators)
        for day in item.days
    }
    by_kind = _days_by_kind(run, window, shown, asked)
    for kind, meaning in _KINDS.items():
        if by_kind.get(kind):
            out.print(f"{meaning}: {_spans(by_kind[kind])}")


def _basis(lists: RehearsedLists, days: RehearsedDays) -> str:
    """Say where the participants are from."""
    problem = lists.problem or days.problem
    if problem is not None:
        return f"by the participants known last, as the Creators app fails: {problem}"
    return (
        "by the participants the Creators app tells now, added to those that past days "
        "had, and by the answers in the landing store"
    )


def _accounts_of(plan: CollectionPlan, creators: set[str]) -> list[PlannedAccount]:
    return [item for item in plan.accounts if item.creator_id in creators]


def _cost(accounts: Iterable[PlannedAccount]) -> tuple[int, int]:
    listed = list(accounts)
    return len(listed), sum(item.calls for item in listed)


def _insights_cost(days: RehearsedDays, creators: set[str]) -> tuple[int, int]:
    windows = [
        item
        for item in days.account_insights
        if item.connection.account.creator_id in creators
    ]
    accounts = {item.connection.account.connection_id for item in windows}
    return len(accounts), sum(item.calls for item in windows)


def _days_by_kind(
    run: Run,
    window: tuple[date, date],
    participants: Iterable[Mapping[str, Any]],
    asked: set[date],
) -> dict[str, list[date]]:
    needed = {row["snapshot_date"] for row in participants}
    now = run.clock()
    found: dict[str, list[date]] = {}
    for day in each_day(*window):
        if day in asked:
            kind = "on time" if run.rule.is_on_time(day, now) else "late"
        else:
            kind = "rebuilt" if day in needed else "nobody"
        found.setdefault(kind, []).append(day)
    return found


def _spans(days: Iterable[date]) -> str:
    """Return days in order as text, neighbours drawn together."""
    spans: list[tuple[date, date]] = []
    for day in days:
        if spans and spans[-1][1] == day - timedelta(days=1):
            spans[-1] = spans[-1][0], day
        else:
            spans.append((day, day))
    return ", ".join(_span(*span) for span in spans)


def _span(first: date, last: date) -> str:
    return str(first) if first == last else f"{first} to {last}"
