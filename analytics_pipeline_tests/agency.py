"""An agency for a test: its clock, its runs, its tables."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
import sqlalchemy as sa

from analytics_pipeline.cli.running import JobResult, run_job
from analytics_pipeline.clients.budget import Budgets, Timer
from analytics_pipeline.definitions import build_defs
from analytics_pipeline.landing.store import LandingStore
from analytics_pipeline.resources.apis import (
    CreatorsAppResource,
    InstagramResource,
    TikTokResource,
)
from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.schemas.tables import (
    ACCOUNT_METRIC_VALUES,
    ACCOUNT_SNAPSHOTS,
    API_BUDGETS,
    ATTEMPTS,
    CAMPAIGN_DAILY_SUMMARY,
    CREATOR_MONTHS,
    HASHTAG_POST_METRICS,
    POST_CAPTIONS,
    POST_METRIC_VALUES,
    POST_SNAPSHOTS,
    POSTS,
    REVIEW_CANDIDATES,
    STORIES_TO_REVIEW,
    SYNC_OUTCOMES,
    TABLES,
)
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.account_insights import (
    collect_account_insights,
    load_account_metrics,
)
from analytics_pipeline.steps.canonical import load_day
from analytics_pipeline.steps.collect import collect
from analytics_pipeline.steps.collect_report import CollectReport
from analytics_pipeline.steps.creator_months import make_months
from analytics_pipeline.steps.creators_app import (
    CampaignOptions,
    read_campaigns,
    read_creators,
)
from analytics_pipeline.steps.matches import match_posts
from analytics_pipeline.steps.outcomes import settle_outcomes
from analytics_pipeline.steps.partial import load_accounts
from analytics_pipeline.steps.participants import read_participants
from analytics_pipeline.steps.post_insights import collect_post_insights
from analytics_pipeline.steps.replay import reindex
from analytics_pipeline.steps.review_candidates import list_review_candidates
from analytics_pipeline.steps.run import Run
from analytics_pipeline.steps.stories import LookReport, Poll, look_at_stories
from analytics_pipeline.steps.story_review import list_stories_to_review
from analytics_pipeline.steps.summary import summarise_day
from analytics_pipeline.transform.days import DayRule, each_day
from analytics_pipeline.warehouse.budgets import BudgetLedger
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tokens import TokenVault

PRAGUE = ZoneInfo("Europe/Prague")
Rows = list[dict[str, Any]]
_READ_FROM_PLATFORMS = (
    ATTEMPTS,
    SYNC_OUTCOMES,
    ACCOUNT_SNAPSHOTS,
    POSTS,
    POST_CAPTIONS,
    POST_SNAPSHOTS,
    POST_METRIC_VALUES,
    ACCOUNT_METRIC_VALUES,
    HASHTAG_POST_METRICS,
    CAMPAIGN_DAILY_SUMMARY,
    CREATOR_MONTHS,
    STORIES_TO_REVIEW,
    REVIEW_CANDIDATES,
)


# Repeats without the pauses that real servers need.
_CREATORS_APP = CreatorsAppResource(pause_seconds=0.01)
_INSTAGRAM = InstagramResource(pause_seconds=0.01, read_timeout_seconds=1.5)
_TIKTOK = TikTokResource(
    pause_seconds=0.01, read_timeout_seconds=1.5, patience_seconds=0
)
FAST = build_defs(
    {"creators_app": _CREATORS_APP, "instagram": _INSTAGRAM, "tiktok": _TIKTOK}
)
_BEYOND_MEDIA = (
    "connections",
    "raw_instagram_post_insights",
    "raw_instagram_account_insights",
    "account_metric_values",
    "raw_instagram_stories",
    "stories_to_review",
    "campaign_reports",
)
MEDIA_ONLY = dg.Definitions(
    assets=FAST.assets,
    asset_checks=FAST.asset_checks,
    jobs=[
        dg.define_asset_job(
            "collect_job",
            dg.AssetSelection.all() - dg.AssetSelection.assets(*_BEYOND_MEDIA),
        )
    ],
    resources=FAST.resources,
    executor=FAST.executor,
)


@dataclass
class Agency:
    """Runs the real graph against the sandbox and looks into the warehouse.

    Attributes:
        sandbox: Answers.
        warehouse: Where it is kept.
        instance: Knows the runs.
        monkeypatch: Sets the clock.
        media_only: Leave out insights and stories, most of a day's calls.
    """

    sandbox: SandboxServer
    warehouse: Warehouse
    instance: dg.DagsterInstance
    monkeypatch: pytest.MonkeyPatch
    media_only: bool = False

    def set_now(self, now: datetime) -> None:
        """Set the clock of the sandbox and of the pipeline."""
        self.sandbox.clock.set(now)
        self.monkeypatch.setenv("ANALYTICS_CLOCK", now.isoformat())

    def wake(self, day: date, hour: int = 5, minute: int = 0) -> None:
        """Make it early morning on the day after a day, in Prague."""
        morning = datetime.combine(day + timedelta(days=1), time(hour, minute), PRAGUE)
        self.set_now(morning.astimezone(UTC))

    def collect(
        self, first: date, last: date | None = None, *, refresh: bool = False
    ) -> JobResult:
        """Run the job for a day or a window."""
        graph = MEDIA_ONLY if self.media_only else FAST
        return run_job(
            self.instance, first, last or first, refresh=refresh, definitions=graph
        )

    def collect_plainly(
        self, first: date, last: date | None = None, *, refresh: bool = False
    ) -> CollectReport:
        """Do what the assets do, without Dagster, which takes most of a run's time."""
        days = each_day(first, last or first)
        run = self.run()
        report = self._ask(run, days, refresh=refresh)
        _load(run, days)
        return report

    def ask_plainly(self, day: date) -> CollectReport:
        """Do what the assets do up to the raw ones, without Dagster."""
        run = self.run()
        report = self._ask(run, [day], refresh=False)
        settle_outcomes(run, [day])
        return report

    def look(self, day: date | None = None) -> LookReport:
        """Do what the schedule of stories does, without Dagster."""
        run = self.run()
        stories = _INSTAGRAM.story_reader(run, *self._vault_and_budgets())
        day = day or run.rule.day_of(run.clock()) - timedelta(days=1)
        with _INSTAGRAM.collecting(run.clock, refresh=False) as how:
            report = look_at_stories(run, stories, [day], how, Poll())
        load_accounts(run, report.days, report.connection_ids)
        return report

    def load(self, first: date, last: date) -> None:
        """Read what the landing store has of some days into the tables."""
        _load(self.run(), each_day(first, last))

    def rebuild(self, first: date, last: date) -> None:
        """Forget what was read from the platforms; read the landing store again."""
        with self.warehouse.begin() as connection:
            for table in _READ_FROM_PLATFORMS:
                connection.execute(sa.text(f"DELETE FROM {table.name}"))
            connection.execute(
                sa.text("DELETE FROM data_quality_findings WHERE platform IS NOT NULL")
            )
        run = self.run()
        for _ in reindex(run):
            pass
        _load(run, each_day(first, last))

    def run(self) -> Run:
        """Give the stores of a run."""
        settings = load_settings()
        return Run(
            run_id=uuid.uuid4().hex,
            warehouse=self.warehouse,
            landing=LandingStore(settings.landing_url),
            spool_folder=settings.home / "spool",
            clock=settings.now,
            rule=DayRule(settings.zone, settings.snapshot_grace),
        )

    def _ask(self, run: Run, days: Sequence[date], *, refresh: bool) -> CollectReport:
        settings, now = load_settings(), run.clock
        options = CampaignOptions(settings.hashtag_rule, settings.tracking_days)
        vault, budgets = self._vault_and_budgets()
        with _CREATORS_APP.app(now) as app:
            read_creators(run, app)
            read_campaigns(run, app, options)
            read_participants(run, app, days, settings.tracking_days)
        with _INSTAGRAM.collecting(now, refresh=refresh) as how:
            report = collect(run, _INSTAGRAM.reader(vault, budgets), days, how)
            if not self.media_only:
                insights = _INSTAGRAM.insights(vault, budgets)
                collect_post_insights(run, insights, days, how)
                collect_account_insights(run, insights, days, how)
                stories = _INSTAGRAM.story_reader(run, vault, budgets)
                look_at_stories(run, stories, days, how)
        with _TIKTOK.collecting(now, refresh=refresh) as how:
            collect(run, _TIKTOK.reader(vault, now, budgets), days, how)
        return report

    def _vault_and_budgets(self) -> tuple[TokenVault, Budgets]:
        settings = load_settings()
        cipher = TokenCipher.from_settings(settings)
        journal = settings.token_journal
        vault = TokenVault(self.warehouse, cipher, settings.now, journal)
        timer = Timer(now=lambda: settings.now().timestamp())
        return vault, Budgets(BudgetLedger(self.warehouse, settings.now), timer)

    def collect_well(self, first: date, last: date | None = None) -> JobResult:
        """Run the job and make sure that no step failed."""
        result = self.collect(first, last)
        assert result.success, result.failures
        return result

    def collect_on_time(self, first: date, days: int) -> list[JobResult]:
        """Run the job for some days, each on its own morning."""
        results = []
        for number in range(days):
            day = first + timedelta(days=number)
            self.wake(day)
            results.append(self.collect_well(day))
        return results

    def rows(self, query: str, **parameters: object) -> Rows:
        """Return the rows of a query."""
        with self.warehouse.begin() as connection:
            found = connection.execute(sa.text(query), parameters)
            return [dict(row) for row in found.mappings()]

    def value(self, query: str, **parameters: object) -> Any:
        """Return the only value of a query."""
        (row,) = self.rows(query, **parameters)
        (value,) = row.values()
        return value

    def tables(self, but: Sequence[str] = ()) -> dict[str, list[str]]:
        """Return every row of every table as text, sorted, to be compared."""
        with self.warehouse.begin() as connection:
            return {
                table.name: sorted(
                    connection.scalars(
                        sa.text(f"SELECT t::text FROM {table.name} t")
                    ).all()
                )
                for table in TABLES
                if table.name not in {*but, API_BUDGETS.name}
            }

    def contents(self) -> dict[str, list[tuple[object, ...]]]:
        """Return what every table says, but for how it came to say it."""
        told = {}
        with self.warehouse.begin() as connection:
            for table in TABLES:
                if table is API_BUDGETS:  # It tells of calls, not of what they told.
                    continue
                columns = [
                    name
                    for name in table.columns
                    if name not in table.provenance
                    and name not in {"attempt_id", "object_url", "run_id"}
                    and not name.endswith("_encrypted")
                ]
                listed = ", ".join(f"{name}::text" for name in columns)
                query = sa.text(f"SELECT {listed} FROM {table.name}")
                told[table.name] = sorted(
                    (tuple(row) for row in connection.execute(query)), key=str
                )
        return told


def _load(run: Run, days: Sequence[date]) -> None:
    """Read what the landing store has of some days into the tables."""
    tables = [table.name for table in TABLES]
    settle_outcomes(run, days)
    for day in days:
        load_day(run, day, tables, with_findings=True)
        match_posts(run, day)
        summarise_day(run, day)
        list_stories_to_review(run, day)
        list_review_candidates(run, day)
    load_account_metrics(run, days)
    make_months(run, days)
