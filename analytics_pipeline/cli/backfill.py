"""`analytics-pipeline backfill`: tell what filling past days costs, then fill them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import click

from analytics_pipeline.cli.backfill_plan import print_plan
from analytics_pipeline.cli.collect import DAY, as_date, choose_window, collect_window
from analytics_pipeline.cli.console import err, out
from analytics_pipeline.cli.errors import WrongUseError
from analytics_pipeline.clients.budget import Budgets
from analytics_pipeline.settings import Settings, load_settings
from analytics_pipeline.steps.creators_app import CampaignOptions
from analytics_pipeline.steps.readers import AccountReader
from analytics_pipeline.steps.rehearsal import Rehearsal, rehearsing
from analytics_pipeline.transform.days import DayRule, each_day
from analytics_pipeline.warehouse.cipher import TokenCipher, new_key
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tokens import TokenVault

_NAMED = 10


@click.command()
@click.option("--from", "first", type=DAY, help="First day of the window.")
@click.option("--to", "last", type=DAY, help="Last day of the window.")
@click.option(
    "--campaign",
    "campaign_id",
    help="Id of a campaign: the plan shows its participants only. Without --from and "
    "--to the window is from its publishing start until its measuring ends, or "
    "yesterday. The run does whole days all the same, with everybody they need.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Only print the plan: no platform is asked and nothing is written.",
)
@click.option(
    "--refresh",
    is_flag=True,
    help="Ask again for days that can still be observed on time, although they have "
    "been.",
)
def backfill(
    first: datetime | None,
    last: datetime | None,
    campaign_id: str | None,
    *,
    dry_run: bool,
    refresh: bool,
) -> None:
    """Fill a window of past days in one run, after telling what that costs.

    Each account is asked once for all its days. Days that can no longer be observed get
    only the posts published on them, marked late; days that were seen in time are
    rebuilt from the landing store, without a call.

    Who takes part on days that no run has seen is what the Creators app says now, so
    the plan asks it, as the run does again.
    """
    settings = load_settings()
    given = as_date(first), as_date(last)
    if campaign_id is None and given == (None, None):
        msg = "give the window with --from and --to, or a --campaign"
        raise WrongUseError(msg)
    if campaign_id is None or given != (None, None):
        choose_window(settings, None, *given)
    with _rehearsal(settings) as (rehearsal, readers):
        lists = rehearsal.lists()
        if campaign_id is not None:
            campaign = _find(campaign_id, lists.campaigns)
            if given == (None, None):
                given = _campaign_window(settings, campaign)
        window = choose_window(settings, None, *given)
        days = rehearsal.days(readers, each_day(*window), refresh=refresh)
    print_plan(rehearsal.run, window, lists, days, campaign_id)
    if dry_run:
        out.print("Nothing was asked of a platform and nothing written (--dry-run).")
        return
    err.print()
    collect_window(settings, window, refresh=refresh)


@contextmanager
def _rehearsal(
    settings: Settings,
) -> Iterator[tuple[Rehearsal, Sequence[AccountReader]]]:
    """Open what a plan is made with; nothing it writes stays."""
    # Imported on demand: Dagster takes a second that `--help` need not wait for.
    from analytics_pipeline.resources.apis import (  # noqa: PLC0415
        CreatorsAppResource,
        InstagramResource,
        TikTokResource,
    )

    rule = DayRule(settings.zone, settings.snapshot_grace)
    options = CampaignOptions(settings.hashtag_rule, settings.tracking_days)
    with (
        CreatorsAppResource().app(settings.now) as app,
        Warehouse.open(settings) as warehouse,
        rehearsing(warehouse, settings.now, rule) as run,
    ):
        # A plan reads no token, so it needs no key; the real one might be made by it.
        vault = TokenVault(
            run.warehouse,
            TokenCipher([new_key()]),
            settings.now,
            settings.token_journal,
        )
        readers = (
            InstagramResource().reader(vault, Budgets()),
            TikTokResource().reader(vault, settings.now, Budgets()),
        )
        yield Rehearsal(run, app, options), readers


def _find(
    campaign_id: str, campaigns: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Return a campaign, or say which there are."""
    for campaign in campaigns:
        if campaign["campaign_id"] == campaign_id:
            return campaign
    names = [
        f"{row['campaign_id']} ({row['campaign_name']})" for row in campaigns[:_NAMED]
    ]
    more = len(campaigns) - len(names)
    known = ", ".join(names) + (f" and {more} more" if more else "")
    msg = f"there is no campaign {campaign_id!r}; known are: {known or 'none'}"
    raise WrongUseError(msg)


def _campaign_window(
    settings: Settings, campaign: Mapping[str, Any]
) -> tuple[date, date]:
    """Return the days on which a campaign is measured, those until yesterday."""
    named = f"campaign {campaign['campaign_id']}"
    start, end = campaign["publishing_start_date"], campaign["publishing_end_date"]
    if start is None or end is None or end < start:
        msg = (
            f"{named} has no usable publishing dates ({start or 'none'} to "
            f"{end or 'none'}); mend them in the Creators app, or give --from and --to"
        )
        raise WrongUseError(msg)
    today = DayRule(settings.zone, settings.snapshot_grace).day_of(settings.now())
    yesterday = today - timedelta(days=1)
    if start > yesterday:
        msg = (
            f"{named} starts publishing on {start}, so no day of it has ended yet; "
            "the schedule takes it from there"
        )
        raise WrongUseError(msg)
    if start < settings.start_date:
        msg = (
            f"{named} starts publishing on {start}, before ANALYTICS_START_DATE "
            f"({settings.start_date}); set the variable, or give --from and --to"
        )
        raise WrongUseError(msg)
    return start, min(end + timedelta(days=settings.tracking_days), yesterday)
