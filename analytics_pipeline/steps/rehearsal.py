"""The beginning of a run, done and undone: what it would ask, before it asks.

The functions are those of the run itself, so the plan cannot differ from what the run
does with the same answers. The Creators app is asked, the platforms are not, and what
was written is rolled back.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analytics_pipeline.landing.store import LandingStore
from analytics_pipeline.schemas.records import Clock
from analytics_pipeline.steps.account_insights import (
    PlannedWindow,
    plan_account_insights,
)
from analytics_pipeline.steps.collect import CollectionPlan, plan_collection
from analytics_pipeline.steps.creators_app import (
    CampaignOptions,
    CreatorsApp,
    read_campaigns,
    read_creators,
)
from analytics_pipeline.steps.participants import read_participants
from analytics_pipeline.steps.readers import AccountReader
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.warehouse.campaigns import list_campaigns, participants_on
from analytics_pipeline.warehouse.engine import Warehouse

_Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RehearsedLists:
    """What the Creators app tells before the days are known.

    Attributes:
        campaigns: Rows of `campaigns`, as they would be.
        calls: Requests sent for them.
        problem: Why the app gave no usable answer; then the last known lists serve.
    """

    campaigns: _Rows
    calls: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class RehearsedDays:
    """What a run of some days would ask.

    Attributes:
        participants: Rows of `active_campaign_participants`, as they would be.
        plans: One per platform.
        account_insights: Days of connected accounts, as the platform counts them.
        calls: Requests sent to the Creators app for the participants.
        problem: Why the app gave no usable answer; then the last known ones serve.
    """

    participants: _Rows
    plans: tuple[CollectionPlan, ...]
    account_insights: tuple[PlannedWindow, ...]
    calls: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A run of which nothing stays.

    Attributes:
        run: The run.
        app: The Creators app.
        options: What the operator decides about campaigns.
    """

    run: Run
    app: CreatorsApp
    options: CampaignOptions

    def lists(self) -> RehearsedLists:
        """Read the creators and campaigns."""
        reports = [
            read_creators(self.run, self.app),
            read_campaigns(self.run, self.app, self.options),
        ]
        with self.run.warehouse.begin() as connection:
            campaigns = list_campaigns(connection)
        return RehearsedLists(
            campaigns,
            sum(report.asked.calls for report in reports),
            next(filter(None, (report.asked.problem for report in reports)), None),
        )

    def days(
        self,
        readers: Sequence[AccountReader],
        days: Sequence[date],
        *,
        refresh: bool = False,
    ) -> RehearsedDays:
        """Plan some days, the lists having been read.

        Args:
            readers: One per platform.
            days: The days.
            refresh: Ask again for days that can still be observed on time.

        Returns:
            Whom a run would ask.
        """
        tracking_days = self.options.tracking_days
        report = read_participants(self.run, self.app, days, tracking_days)
        with self.run.warehouse.begin() as connection:
            participants = participants_on(connection, days)
        plans = tuple(
            plan_collection(self.run, reader, days, refresh=refresh)
            for reader in readers
        )
        insights, _ = plan_account_insights(self.run, days, refresh=refresh)
        asked = report.asked
        return RehearsedDays(
            participants, plans, tuple(insights), asked.calls, asked.problem
        )


@contextmanager
def rehearsing(warehouse: Warehouse, clock: Clock, rule: DayRule) -> Iterator[Run]:
    """Open a run of which nothing stays.

    Args:
        warehouse: The database.
        clock: The current instant.
        rule: What a day is.

    Yields:
        The run.
    """
    with TemporaryDirectory() as folder, warehouse.undone() as undone:
        yield Run(
            run_id=uuid.uuid4().hex,
            warehouse=undone,
            landing=LandingStore(str(Path(folder) / "raw")),
            spool_folder=Path(folder) / "spool",
            clock=clock,
            rule=rule,
        )
