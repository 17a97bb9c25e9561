"""What every route needs: the settings, the stores, the clock, and what sends."""

from dataclasses import dataclass

from analytics_pipeline.clients.transport import Transport
from analytics_pipeline.landing.store import LandingStore
from analytics_pipeline.schemas.records import Clock
from analytics_pipeline.settings import Settings
from analytics_pipeline.steps.explain import ReadingStores
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.engine import Warehouse


@dataclass(frozen=True, slots=True)
class Service:
    """One running web service.

    Attributes:
        settings: Of this process.
        warehouse: The database.
        cipher: Encrypts what must not be read.
        clock: The current instant.
        transport: Sends requests to the platforms.
    """

    settings: Settings
    warehouse: Warehouse
    cipher: TokenCipher
    clock: Clock
    transport: Transport

    @property
    def rule(self) -> DayRule:
        """What a day is."""
        return DayRule(self.settings.zone, self.settings.snapshot_grace)

    @property
    def stores(self) -> ReadingStores:
        """Where rows and raw answers are, to explain numbers by."""
        return ReadingStores(self.warehouse, LandingStore(self.settings.landing_url))
