"""The clock, the landing store and the warehouse."""

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field, PrivateAttr

from analytics_pipeline.settings import current_instant, load_settings
from analytics_pipeline.transform.days import DayRule

if TYPE_CHECKING:
    from analytics_pipeline.clients.budget import Budgets
    from analytics_pipeline.landing.store import LandingStore
    from analytics_pipeline.steps.completeness import Now
    from analytics_pipeline.steps.run import Run
    from analytics_pipeline.warehouse.engine import Warehouse
    from analytics_pipeline.warehouse.tokens import TokenVault


class ClockResource(dg.ConfigurableResource):
    """The current instant: ANALYTICS_CLOCK if it is set, else the system's."""

    def now(self) -> datetime:
        """Return the current instant, in UTC."""
        return current_instant()

    def rule(self) -> DayRule:
        """Return what a day is, and how long it can be observed."""
        settings = load_settings()
        return DayRule(settings.zone, settings.snapshot_grace)


class LandingStoreResource(dg.ConfigurableResource):
    """Where raw answers are kept."""

    url: str = Field(
        default="", description="A folder or fsspec address; empty: ANALYTICS_RAW_URL."
    )

    _stores: "dict[str, LandingStore]" = PrivateAttr(default_factory=dict)

    def store(self) -> "LandingStore":
        """Return the landing store."""
        from analytics_pipeline.landing.store import LandingStore

        url = self.url or load_settings().landing_url
        if url not in self._stores:
            self._stores[url] = LandingStore(url)
        return self._stores[url]


class WarehouseResource(dg.ConfigurableResource):
    """PostgreSQL: ANALYTICS_DATABASE_URL if it is set, else the embedded server."""

    _warehouse: "Warehouse | None" = PrivateAttr(default=None)

    def open(self) -> "Warehouse":
        """Return the warehouse, connecting and migrating on first use."""
        from analytics_pipeline.warehouse.engine import Warehouse

        if self._warehouse is None:
            self._warehouse = Warehouse.open(load_settings())
        return self._warehouse

    def budgets(self, clock: ClockResource) -> "Budgets":
        """Return what makes call budgets that all processes share."""
        from analytics_pipeline.clients.budget import Budgets, Timer
        from analytics_pipeline.warehouse.budgets import BudgetLedger

        timer = Timer(now=lambda: clock.now().timestamp())
        return Budgets(BudgetLedger(self.open(), clock.now), timer)

    def vault(self, clock: ClockResource) -> "TokenVault":
        """Return the stored tokens."""
        from analytics_pipeline.warehouse.cipher import TokenCipher
        from analytics_pipeline.warehouse.tokens import TokenVault

        settings = load_settings()
        cipher = TokenCipher.from_settings(settings)
        return TokenVault(self.open(), cipher, clock.now, settings.token_journal)

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Give the connections back."""
        del context
        if self._warehouse is not None:
            self._warehouse.close()
            self._warehouse = None


class PipelineResource(dg.ConfigurableResource):
    """The stores and the clock together, as every step of a run needs them."""

    warehouse: WarehouseResource
    landing: LandingStoreResource
    clock: ClockResource

    def run(self, run_id: str) -> "Run":
        """Return the run that steps are called with."""
        from analytics_pipeline.steps.run import Run

        settings = load_settings()
        return Run(
            run_id=run_id,
            warehouse=self.warehouse.open(),
            landing=self.landing.store(),
            spool_folder=settings.home / "spool",
            clock=self.clock.now,
            rule=self.clock.rule(),
            writer=secrets.token_hex(4) if settings.broker_url else "",
        )

    def budgets(self) -> "Budgets":
        """Return what makes call budgets that all processes share."""
        return self.warehouse.budgets(self.clock)

    def now(self) -> "Now":
        """Return when and by which rules days are looked at."""
        from analytics_pipeline.steps.completeness import Now

        settings = load_settings()
        return Now(
            instant=self.clock.now(),
            rule=self.clock.rule(),
            tracking_days=settings.tracking_days,
            start_date=settings.start_date,
        )

    def vault(self) -> "TokenVault":
        """Return the stored tokens."""
        return self.warehouse.vault(self.clock)
