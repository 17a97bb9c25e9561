"""Runs a sandbox on a real socket, in a thread of its own.

``with SandboxServer() as sandbox:`` is all a test or a demo needs; the command
line does the same (``python -m analytics_pipeline.sandbox``).
"""

import socket
import time
from datetime import datetime
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Final, Self

from uvicorn import Config, Server

from analytics_pipeline.sandbox.app import (
    CREATORS_APP_ROOT,
    GRAPH_ROOT,
    META_LOGIN_PATH,
    TIKTOK_LOGIN_PATH,
    TIKTOK_ROOT,
    create_app,
)
from analytics_pipeline.sandbox.calls import Calls
from analytics_pipeline.sandbox.clock import SandboxClock
from analytics_pipeline.sandbox.connections import iter_lines
from analytics_pipeline.sandbox.faults import Faults
from analytics_pipeline.sandbox.population.records import AGENCY
from analytics_pipeline.sandbox.protocol import SandboxProtocol
from analytics_pipeline.sandbox.state import Behaviour, SandboxState
from analytics_pipeline.sandbox.world import World, WorldConfig

LOOPBACK: Final = "127.0.0.1"

_BACKLOG = 1_024
_GRACE_SECONDS = 1
_START_SECONDS = 30.0
_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.005


class SandboxServer:
    """A running sandbox; a context manager."""

    def __init__(
        self,
        config: WorldConfig | None = None,
        clock: datetime | SandboxClock | None = None,
        *,
        behaviour: Behaviour | None = None,
        host: str = LOOPBACK,
        port: int = 0,
    ) -> None:
        """Prepare a sandbox; nothing listens before it is entered or started.

        Args:
            config: The settings of the world.
            clock: A clock, or the instant at which one stands still.
            behaviour: How to serve.
            host: The address to listen on.
            port: The port to listen on; 0 takes a free one.
        """
        self.state = SandboxState(config, clock, behaviour)
        self._host = host
        self._port = port
        self._socket: socket.socket | None = None
        self._server: Server | None = None
        self._thread: Thread | None = None

    @property
    def world(self) -> World:
        """The world that is served."""
        return self.state.world

    @property
    def clock(self) -> SandboxClock:
        """The sandbox's clock."""
        return self.state.clock

    @property
    def faults(self) -> Faults:
        """The faults in force."""
        return self.state.faults

    @property
    def calls(self) -> Calls:
        """The counts of requests answered."""
        return self.state.calls

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def creators_api_url(self) -> str:
        """The Creators app's base address; it ends before ``/api-influencers/``."""
        return self.url + CREATORS_APP_ROOT

    @property
    def meta_api_url(self) -> str:
        """The Graph API's base address, with the version."""
        return self.url + GRAPH_ROOT

    @property
    def tiktok_api_url(self) -> str:
        """TikTok's base address, with the version."""
        return self.url + TIKTOK_ROOT

    def environment(self) -> dict[str, str]:
        """Give the environment variables that point the pipeline here."""
        config = self.world.config
        values = {
            "CREATORS_API_URL": self.creators_api_url,
            "META_API_URL": self.meta_api_url,
            "META_ACCESS_TOKEN": self.state.meta_tokens.first(AGENCY),
            "META_APP_ID": config.meta_app_id,
            "META_APP_SECRET": config.meta_app_secret,
            "META_LOGIN_URL": self.url + META_LOGIN_PATH,
            "META_IG_USER_ID": self.world.identities.instagram_id(AGENCY),
            "TIKTOK_API_URL": self.tiktok_api_url,
            "TIKTOK_LOGIN_URL": self.url + TIKTOK_LOGIN_PATH,
            "TIKTOK_CLIENT_KEY": config.tiktok_client_key,
            "TIKTOK_CLIENT_SECRET": config.tiktok_client_secret,
            "ANALYTICS_TIMEZONE": config.timezone,
        }
        token = self.state.behaviour.creators_token
        return {**values, "CREATORS_API_TOKEN": token} if token else values

    def write_connections(self, path: Path | str) -> None:
        """Write the connections file of this world.

        Args:
            path: Where to; an existing file is replaced.
        """
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            file.writelines(iter_lines(self.state))

    def reset(self) -> None:
        """Forget everything that happened; only the clock stays as it is."""
        self.state.reset()

    def start(self) -> None:
        """Begin to listen and serve; returns when requests are answered.

        Raises:
            RuntimeError: It runs already, or the server did not come up.
        """
        if self._thread is not None:
            message = "this sandbox is running already"
            raise RuntimeError(message)
        self._socket = self._listen()
        self._server = Server(
            Config(
                create_app(self.state),
                http=SandboxProtocol,
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._thread = Thread(
            target=self._server.run,
            kwargs={"sockets": [self._socket]},
            name="sandbox",
            daemon=True,
        )
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self.stop()
                message = "the sandbox's server did not start"
                raise RuntimeError(message)
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Stop serving and free the port; harmless when it does not run."""
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(_STOP_SECONDS)
        if self._socket is not None:
            self._socket.close()
        self._server = self._thread = self._socket = None

    def __enter__(self) -> Self:
        """Start serving."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self.stop()

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._host, self._port))
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
        self._port = listener.getsockname()[1]
        return listener
