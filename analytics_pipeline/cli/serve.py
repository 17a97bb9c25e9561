"""`analytics-pipeline serve`: the web service, for creators, platforms and programs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click
import uvicorn

from analytics_pipeline.api.context import Service
from analytics_pipeline.cli.console import err
from analytics_pipeline.cli.errors import CommandError
from analytics_pipeline.clients.transport import Timeouts, Transport
from analytics_pipeline.service import create_app
from analytics_pipeline.setting_values import is_loopback
from analytics_pipeline.settings import Settings, load_settings
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.engine import Warehouse

# A person waits for the answer.
_TIMEOUTS = Timeouts(connect=5, read=20)
_GRACE_SECONDS = 10

# Setting → what cannot be done without it.
_OPTIONAL: dict[str, tuple[str, str]] = {
    "meta_app_id": ("META_APP_ID", "Instagram logins are off"),
    "meta_app_secret": (
        "META_APP_SECRET",
        "Instagram logins and Meta's pushes and callbacks are off",
    ),
    "meta_webhook_verify_token": (
        "META_WEBHOOK_VERIFY_TOKEN",
        "pushes cannot be set up at Meta",
    ),
    "tiktok_client_key": ("TIKTOK_CLIENT_KEY", "TikTok logins are off"),
    "tiktok_client_secret": ("TIKTOK_CLIENT_SECRET", "TikTok logins are off"),
}


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port",
    default=8090,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Where to listen.",
)
def serve(host: str, port: int) -> None:
    """Serve the logins of creators and what platforms send.

    Creators and platforms reach it under ANALYTICS_PUBLIC_URL, through a proxy that
    speaks https (docs/logins.md). Addresses that were asked for are not logged: some
    are secrets.
    """
    settings = load_settings()
    _log_what_happens()
    with running_service(settings) as service:
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(service),
                host=host,
                port=port,
                # It would log the addresses.
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=False,
                ws="none",
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        _tell(settings, host, port)
        # Once it has shut down, uvicorn raises again what stopped it.
        with suppress(KeyboardInterrupt):
            server.run()
    if not server.started:
        msg = f"cannot listen on {host}:{port}; choose another with --port"
        raise CommandError(msg)


@contextmanager
def running_service(settings: Settings) -> Iterator[Service]:
    """Open what the service needs, for the time of a block.

    Args:
        settings: Of this process.

    Yields:
        The service, without a server.
    """
    transport = Transport(settings.now, _TIMEOUTS)
    try:
        with Warehouse.open(settings) as warehouse:
            cipher = TokenCipher.from_settings(settings)
            yield Service(settings, warehouse, cipher, settings.now, transport)
    finally:
        transport.close()


def _log_what_happens() -> None:
    """Show what becomes of logins; uvicorn has its own word to say on errors."""
    for name in ("analytics_pipeline", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.INFO)


def _tell(settings: Settings, host: str, port: int) -> None:
    err.print(f"serving on http://{host}:{port}, reached as {settings.public_url}")
    for attribute, (name, consequence) in _OPTIONAL.items():
        if getattr(settings, attribute) is None:
            err.print(f"{name} is not set: {consequence}")
    is_plain = settings.public_url.startswith("http://")
    if is_plain and not is_loopback(settings.public_url):
        err.print(
            "ANALYTICS_PUBLIC_URL is not https: invitations and cookies travel in the "
            "clear, and the platforms refuse to lead back"
        )
