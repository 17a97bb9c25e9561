"""`analytics-pipeline check-campaign`: what is wrong before a campaign starts."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from analytics_pipeline.cli.console import err, out, print_json
from analytics_pipeline.cli.errors import SOME_MISSING, CommandError
from analytics_pipeline.schemas.campaign_checks import CampaignCheck, Problem, Severity
from analytics_pipeline.schemas.outcomes import CampaignStatus
from analytics_pipeline.schemas.review import UnknownCampaignError
from analytics_pipeline.settings import Settings, load_settings
from analytics_pipeline.steps.campaign_check import CheckOptions, check_campaign
from analytics_pipeline.steps.creators_app import CampaignOptions
from analytics_pipeline.steps.participants import ask_involved
from analytics_pipeline.steps.rehearsal import Rehearsal, rehearsing
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.warehouse.engine import Warehouse

_STILL_TO_COME = (CampaignStatus.UPCOMING, CampaignStatus.ACTIVE)
_MARK_WIDTH = max(map(len, Severity))


@click.command("check-campaign")
@click.argument("campaign_id", metavar="CAMPAIGN")
@click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table"
)
def check(campaign_id: str, style: str) -> None:
    """Check the campaign CAMPAIGN before it starts: hashtags, dates, accounts, calls.

    The Creators app is asked for its lists and for who takes part; nothing is stored
    and no platform is asked. Ends with 3 if anything should be mended.
    """
    settings = load_settings()
    rule = DayRule(settings.zone, settings.snapshot_grace)
    with (
        Warehouse.open(settings) as warehouse,
        rehearsing(warehouse, settings.now, rule) as run,
    ):
        found = _check(settings, run, campaign_id)
    if style == "json":
        print_json(_as_json(found))
    else:
        _print(found)
    if not found.is_ready:
        sys.exit(SOME_MISSING)


def _check(settings: Settings, run: Run, campaign_id: str) -> CampaignCheck:
    with _rehearsal(settings, run) as rehearsal:
        lists = rehearsal.lists()
        wanted = [
            row["campaign_id"]
            for row in lists.campaigns
            if row["campaign_id"] == campaign_id
            or row["campaign_status"] in _STILL_TO_COME
        ]
        involved = ask_involved(run, rehearsal.app, wanted)
    if lists.problem or involved is None:
        err.print(
            "the Creators app gave no usable answer: campaigns and participants are "
            "those known last"
        )
    options = CheckOptions(
        now=settings.now(),
        today=run.rule.day_of(settings.now()),
        tracking_days=settings.tracking_days,
        calls_per_hour=settings.instagram_calls_per_hour,
        involved=involved or {},
    )
    with run.warehouse.begin() as connection:
        try:
            return check_campaign(connection, campaign_id, options)
        except UnknownCampaignError as error:
            raise CommandError(str(error)) from error


@contextmanager
def _rehearsal(settings: Settings, run: Run) -> Iterator[Rehearsal]:
    """Open what the Creators app is asked with; nothing it tells stays."""
    # Imported on demand: Dagster takes a second that `--help` need not wait for.
    from analytics_pipeline.resources.apis import CreatorsAppResource  # noqa: PLC0415

    options = CampaignOptions(settings.hashtag_rule, settings.tracking_days)
    with CreatorsAppResource().app(settings.now) as app:
        yield Rehearsal(run, app, options)


def _print(found: CampaignCheck) -> None:
    name = f" ({found.campaign_name})" if found.campaign_name else ""
    people = "unknown" if found.participants is None else found.participants
    out.print(f"Campaign {found.campaign_id}{name}, participants: {people}")
    if found.expected is not None:
        out.print(
            f"On its busiest day {found.expected.calls} calls to Instagram for "
            f"{found.expected.accounts} accounts of its creators and of other "
            f"campaigns' then; {found.expected.calls_per_hour:.0f} fit into an hour."
        )
    for problem in found.problems:
        out.print(f"{problem.severity:{_MARK_WIDTH}} {problem.code}: {problem.meaning}")
        for name, value in problem.details.items():
            out.print(f"          {name}: {_shown(value)}")
        out.print(f"        → {problem.next_step}")
    if found.is_ready:
        out.print("Nothing has to be mended.")


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    if isinstance(value, dict):
        return " / ".join(map(str, value.values()))
    return "unknown" if value is None else str(value)


def _as_json(found: CampaignCheck) -> dict[str, Any]:
    expected = found.expected
    return {
        "campaign_id": found.campaign_id,
        "campaign_name": found.campaign_name,
        "is_ready": found.is_ready,
        "participants": found.participants,
        "expected_calls": None
        if expected is None
        else {
            "accounts": expected.accounts,
            "calls": expected.calls,
            "calls_per_hour": expected.calls_per_hour,
            "hours": round(expected.hours, 2),
        },
        "problems": [_problem(item) for item in found.problems],
    }


def _problem(item: Problem) -> dict[str, Any]:
    return {
        "code": item.code.value,
        "severity": item.severity.value,
        "meaning": item.meaning,
        "next_step": item.next_step,
        "details": dict(item.details),
    }
