"""An agency whose tokens are kept alive, as the schedule does it, without Dagster."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from analytics_pipeline.cli.connections import import_file
from analytics_pipeline.clients.alert_webhook import AlertWebhook
from analytics_pipeline.clients.budget import Budgets
from analytics_pipeline.clients.conversation import RetryPolicy
from analytics_pipeline.clients.transport import Timeouts, Transport
from analytics_pipeline.resources.apis import InstagramResource, TikTokResource
from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.schemas.connections import Connection
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.alerts import AlertReport, tell
from analytics_pipeline.steps.token_life import (
    TokenKeeping,
    TokenReport,
    keep_tokens_alive,
)
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.connections import list_connections
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tokens import TokenVault
from analytics_pipeline_tests.conftest import SetClock

_POLICY = RetryPolicy(repeats=2, sleep=lambda _: None)
_HASTE = Timeouts(connect=5.0, read=5.0)


@dataclass
class TokenHouse:
    """The stored connections and the sandbox whose tokens they hold."""

    sandbox: SandboxServer
    warehouse: Warehouse
    clock: SetClock

    def move(self, **time: float) -> None:
        """Let time pass for both sides."""
        self.clock.move(**time)
        self.sandbox.clock.set(self.clock())

    def only(self, *connection_ids: str) -> None:
        """Forget all connections but some."""
        with self.warehouse.begin() as connection:
            connection.execute(
                sa.text("DELETE FROM connections WHERE NOT connection_id = ANY(:ids)"),
                {"ids": list(connection_ids)},
            )

    @contextmanager
    def keeping(self) -> Iterator[TokenKeeping]:
        """Give what one process keeps tokens alive with."""
        transport = Transport(self.clock, _HASTE)
        vault = self.vault()
        try:
            yield TokenKeeping(
                warehouse=self.warehouse,
                vault=vault,
                clock=self.clock,
                transport=transport,
                policy=_POLICY,
                concurrency=4,
                meta=InstagramResource().login(self.clock, Budgets()),
                tiktok=TikTokResource().reader(vault, self.clock, Budgets()).client,
            )
        finally:
            transport.close()

    def vault(self) -> TokenVault:
        """Give the vault of another process."""
        settings = load_settings()
        cipher = TokenCipher.from_settings(settings)
        return TokenVault(self.warehouse, cipher, self.clock, settings.token_journal)

    def keep(self) -> TokenReport:
        """Do what the schedule's run does about tokens."""
        with self.keeping() as keeping:
            return keep_tokens_alive(keeping)

    def tell(self, webhook: AlertWebhook | None = None) -> AlertReport:
        """Do what the schedule's run does about alerts."""
        return tell(self.warehouse, self.clock, webhook)

    def connections(self) -> dict[str, Connection]:
        """Return what is stored, by id."""
        with self.warehouse.begin() as connection:
            stored = list_connections(connection)
        return {item.account.connection_id: item for item in stored}

    def change(self, connection_id: str, **values: object) -> None:
        """Change a stored connection by hand."""
        columns = ", ".join(f"{name} = :{name}" for name in values)
        with self.warehouse.begin() as connection:
            connection.execute(
                sa.text(f"UPDATE connections SET {columns} WHERE connection_id = :id"),
                values | {"id": connection_id},
            )

    def end(self, creator_id: int, action: str, platform: str = "instagram", **more):
        """Let something happen to a person's tokens at the platform."""
        body = {"creator_id": creator_id, "platform": platform, "action": action}
        url = f"{self.sandbox.url}/_sandbox/tokens"
        requests.post(url, json=body | more, timeout=10).raise_for_status()

    def habits(self, **habits: bool) -> None:
        """Change how Meta exchanges tokens."""
        url = f"{self.sandbox.url}/_sandbox/meta"
        requests.put(url, json=habits, timeout=10).raise_for_status()

    def calls(self) -> int:
        """Count the requests that reached the platforms."""
        return sum(self.sandbox.calls.count(api=api) for api in ("instagram", "tiktok"))


def open_token_house(
    sandbox: SandboxServer, warehouse: Warehouse, clock: SetClock, folder: Path
) -> TokenHouse:
    """Import the sandbox's accounts, at the clock's instant."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANALYTICS_CLOCK", clock().isoformat())
        sandbox.write_connections(folder / "connections.csv")
        import_file(load_settings(), folder / "connections.csv")
    return TokenHouse(sandbox, warehouse, clock)
