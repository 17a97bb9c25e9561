"""`analytics-pipeline collect`: run the daily job here and now."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import click
import sqlalchemy as sa

from analytics_pipeline.cli.console import build_table, err, out, values_of
from analytics_pipeline.cli.errors import (
    CommandError,
    WrongUseError,
    quit_with_missing,
)
from analytics_pipeline.schemas.outcomes import REASONS, Reason, Status
from analytics_pipeline.settings import Settings, load_settings
from analytics_pipeline.transform.days import DayRule, each_day
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tables import sync_outcomes

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option("--date", "day", type=DAY, help="One day. Default: yesterday.")
@click.option("--from", "first", type=DAY, help="First day of a window.")
@click.option("--to", "last", type=DAY, help="Last day of a window.")
@click.option(
    "--refresh",
    is_flag=True,
    help="Ask again for days that can still be observed on time, although they have "
    "been.",
)
def collect(
    day: datetime | None,
    first: datetime | None,
    last: datetime | None,
    *,
    refresh: bool,
) -> None:
    """Collect a day, or a window of days in one run.

    An account that has answered for a day is not asked again, so repeating this is
    safe: it asks only for what is missing.
    """
    settings = load_settings()
    window = choose_window(settings, as_date(day), as_date(first), as_date(last))
    collect_window(settings, window, refresh=refresh)


def collect_window(
    settings: Settings, window: tuple[date, date], *, refresh: bool
) -> None:
    """Run the job for some days and tell what became of them.

    Args:
        settings: Of the deployment.
        window: First and last day.
        refresh: Ask again for days that can still be observed on time.

    Raises:
        CommandError: The run failed.
    """
    # Imported on demand: Dagster takes a second that `--help` need not wait for.
    from analytics_pipeline.cli.running import (  # noqa: PLC0415
        dagster_instance,
        progress_shown,
        run_job,
    )

    with dagster_instance(settings) as instance, progress_shown():
        result = run_job(instance, *window, refresh=refresh)
    for step, reason in result.failures.items():
        err.print(f"failed: {step}: {reason}")
    if not result.success:
        msg = f"run {result.run_id} failed; what was answered is kept, so run it again"
        raise CommandError(msg)
    days = each_day(*window)
    named = days[0].isoformat() + (f" to {days[-1]}" if len(days) > 1 else "")
    nothing = "" if result.rows_changed else ": the tables are as they were"
    out.print(
        f"{named}: {result.calls} calls made, {result.rows_changed} rows changed"
        + nothing
    )
    unmet = [check.check_name for check in result.checks if not check.passed]
    if unmet:
        out.print(f"checks not passed: {', '.join(sorted(unmet))}")
    if print_outcomes(settings, days):
        quit_with_missing()


def choose_window(
    settings: Settings, day: date | None, first: date | None, last: date | None
) -> tuple[date, date]:
    """Return the days a command is about, or say which would work.

    Args:
        settings: Tell the first day, the zone and the clock.
        day: As given with `--date`.
        first: As given with `--from`.
        last: As given with `--to`.

    Returns:
        First and last day.

    Raises:
        WrongUseError: No such days can be collected.
    """
    rule = DayRule(settings.zone, settings.snapshot_grace)
    today = rule.day_of(settings.now())
    if day is not None and (first or last):
        msg = "give either --date, or --from and --to"
        raise WrongUseError(msg)
    if (first is None) != (last is None):
        msg = "a window needs both --from and --to"
        raise WrongUseError(msg)
    first = first or day or today - timedelta(days=1)
    last = last or day or first
    problem = None
    if last < first:
        problem = f"the window ends ({last}) before it starts ({first})"
    elif first < settings.start_date:
        problem = (
            f"{first} is before ANALYTICS_START_DATE ({settings.start_date}); "
            "choose a later day or set the variable"
        )
    elif last > today:
        problem = f"{last} has not begun yet; today is {today} in {settings.timezone}"
    if problem is not None:
        raise WrongUseError(problem)
    return first, last


def print_outcomes(settings: Settings, days: Sequence[date]) -> bool:
    """Print what became of the accounts, and who is missing and why.

    Args:
        settings: Where the warehouse is.
        days: Which days.

    Returns:
        Whether an account that is known gave no answer to use.
    """
    query = sa.select(sync_outcomes).where(sync_outcomes.c.snapshot_date.in_(days))
    with Warehouse.open(settings) as warehouse, warehouse.begin() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    counts = Counter(row["status"] for row in rows)
    out.print(
        "accounts: "
        + ", ".join(f"{counts[status]} {status}" for status in Status)
        + f" ({_without_account(rows)} of them have no account there)"
    )
    missing = [
        row | {"account": row["username"] or row["account_id"]}
        for row in rows
        if row["status"] != Status.OK and row["connection_id"] is not None
    ]
    if missing:
        columns = ["snapshot_date", "platform", "creator_id", "account", "reason"]
        out.print(
            build_table(
                columns, values_of(columns, missing), "Accounts that are missing"
            )
        )
        for reason in sorted({Reason(row["reason"]) for row in missing}):
            info = REASONS[reason]
            out.print(f"{reason}: {info.meaning} {info.next_step}")
    return bool(missing)


def _without_account(rows: Sequence[dict[str, object]]) -> int:
    return sum(row["connection_id"] is None for row in rows)


def as_date(value: datetime | None) -> date | None:
    """Return the day of an option that was given."""
    return value.date() if value else None
