"""A day by the pipeline's own steps, without Dagster: ask, then load.

Stores, clock and limits are those of the environment; see `house.py`, which also reads
the Creators app's lists and makes the marts.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from analytics_pipeline.clients.budget import Budgets, Timer
from analytics_pipeline.clients.conversation import RetryPolicy
from analytics_pipeline.clients.instagram import AgencyConnection, InstagramClient
from analytics_pipeline.clients.tiktok import (
    ClientCredentials,
    TikTokClient,
    limits_of,
)
from analytics_pipeline.clients.transport import Transport
from analytics_pipeline.landing.store import LandingStore
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.tables import TABLES
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.asking import CollectOptions
from analytics_pipeline.steps.canonical import load_day
from analytics_pipeline.steps.collect import collect
from analytics_pipeline.steps.collect_report import CollectReport
from analytics_pipeline.steps.outcomes import settle_outcomes
from analytics_pipeline.steps.readers import (
    AccountReader,
    InstagramReader,
    TikTokReader,
)
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.warehouse.budgets import BudgetLedger
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tokens import TokenVault

BOTH = (Platform.INSTAGRAM, Platform.TIKTOK)


def new_run(warehouse: Warehouse) -> Run:
    """Return the stores of a new run."""
    settings = load_settings()
    return Run(
        run_id=uuid.uuid4().hex,
        warehouse=warehouse,
        landing=LandingStore(settings.landing_url),
        spool_folder=settings.home / "spool",
        clock=settings.now,
        rule=DayRule(settings.zone, settings.snapshot_grace),
    )


@contextmanager
def transport(run: Run) -> Iterator[Transport]:
    """Open what sends requests, for the time of a block."""
    opened = Transport(run.clock)
    try:
        yield opened
    finally:
        opened.close()


def reader(run: Run, platform: Platform) -> AccountReader:
    """Return what reads a platform's accounts.

    Args:
        run: The run.
        platform: Which platform.

    Returns:
        The reader.
    """
    settings, now = load_settings(), run.clock
    cipher = TokenCipher.from_settings(settings)
    vault = TokenVault(run.warehouse, cipher, now, settings.token_journal)
    timer = Timer(now=lambda: now().timestamp())
    budgets = Budgets(BudgetLedger(run.warehouse, now), timer)
    if platform is Platform.INSTAGRAM:
        token = settings.meta_access_token
        agency = AgencyConnection(
            settings.meta_ig_user_id or "", token.get_secret_value() if token else ""
        )
        calls = settings.instagram_calls_per_hour
        client = InstagramClient(settings.meta_api_url, budgets, calls)
        return InstagramReader(client, vault, agency)
    credentials = ClientCredentials(settings.tiktok_client_key or "", "")
    limits = limits_of(settings.tiktok_calls_per_minute)
    tiktok = TikTokClient(settings.tiktok_api_url, credentials, now, limits, budgets)
    return TikTokReader(tiktok, vault)


def ask(
    run: Run,
    days: Sequence[date],
    platforms: Iterable[Platform] = BOTH,
    *,
    refresh: bool = False,
) -> list[CollectReport]:
    """Collect accounts and posts, as the raw assets do.

    Args:
        run: The run.
        days: The days.
        platforms: Which platforms, one after the other.
        refresh: Ask again for what is there already.

    Returns:
        What became of each platform's accounts.
    """
    concurrency = load_settings().concurrency
    with transport(run) as opened:
        options = CollectOptions(opened, RetryPolicy(), concurrency, refresh)
        return [
            collect(run, reader(run, platform), days, options) for platform in platforms
        ]


def load(run: Run, day: date) -> None:
    """Settle what was asked, and read a day's answers into the canonical tables."""
    settle_outcomes(run, [day])
    load_day(run, day, [table.name for table in TABLES], with_findings=True)
