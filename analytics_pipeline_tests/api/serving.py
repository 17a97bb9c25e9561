"""The real service: over a database of its own, on a real socket."""

import hashlib
import hmac
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import sqlalchemy as sa
from fastapi import FastAPI
from uvicorn import Config, Server

from analytics_pipeline.api.context import Service
from analytics_pipeline.clients.transport import Transport
from analytics_pipeline.schemas.api_keys import KeyScope
from analytics_pipeline.service import create_app
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.api_keys import create_key
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline_tests.conftest import FIRST_MORNING, SetClock

APP_SECRET = "the-secret-of-the-meta-app"
VERIFY_TOKEN = "the-word-meta-repeats"
PUBLIC_URL = "https://analytics.example"
# Nothing listens there: no test of the service alone asks a platform.
_NOWHERE = "http://127.0.0.1:9"
CONFIGURED = {
    "META_API_URL": f"{_NOWHERE}/graph",
    "TIKTOK_API_URL": f"{_NOWHERE}/tiktok",
    "META_APP_ID": "1234567890",
    "META_APP_SECRET": APP_SECRET,
    "META_WEBHOOK_VERIFY_TOKEN": VERIFY_TOKEN,
    "TIKTOK_CLIENT_KEY": "the-tiktok-client",
    "TIKTOK_CLIENT_SECRET": "the-secret-of-the-tiktok-app",
    "ANALYTICS_PUBLIC_URL": PUBLIC_URL,
    "ANALYTICS_SECRET_KEY": "the-key-of-the-tests",
    # Fuzzing is fast.
    "ANALYTICS_API_CALLS_PER_MINUTE": "100000",
}
SECRETS = [
    value
    for name, value in CONFIGURED.items()
    if name.endswith(("_SECRET", "_TOKEN", "_SECRET_KEY"))
]
_START_SECONDS = 30


@dataclass(frozen=True)
class Served:
    """A service that answers at an address."""

    service: Service
    url: str
    clock: SetClock

    def key(self, *scopes: KeyScope, name: str = "a caller") -> str:
        """Make a key; give it as it is presented."""
        with self.service.warehouse.begin() as connection:
            return create_key(connection, name, scopes, self.clock()).clear

    def rows(self, query: sa.Select) -> list[sa.Row]:
        """Read from the service's database."""
        with self.service.warehouse.begin() as connection:
            return list(connection.execute(query))


@contextmanager
def service_over(
    database_url: str, home: Path, **variables: str
) -> Iterator[tuple[Service, SetClock]]:
    """Give a service over a database, configured but for what is set empty."""
    settings = load_settings(
        CONFIGURED
        | {"ANALYTICS_HOME": str(home), "ANALYTICS_DATABASE_URL": database_url}
        | variables
    )
    clock = SetClock(FIRST_MORNING)
    with Warehouse.open(settings) as warehouse:
        cipher = TokenCipher.from_settings(settings)
        yield Service(settings, warehouse, cipher, clock, Transport(clock)), clock


@contextmanager
def served(service: Service, clock: SetClock) -> Iterator[Served]:
    """Serve on a socket of loopback for the time of a block."""
    with listening(create_app(service)) as url:
        yield Served(service, url, clock)


@contextmanager
def listening(app: FastAPI, port: int = 0) -> Iterator[str]:
    """Let an application answer on a socket of loopback; gives its address."""
    server = Server(
        Config(
            app,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=1,
        )
    )
    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)


def signature_of(body: bytes, secret: str = APP_SECRET) -> str:
    """Sign a push as Meta does."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
