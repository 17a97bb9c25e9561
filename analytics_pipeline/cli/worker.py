"""`analytics-pipeline worker`: run steps that runs have sent to the broker."""

import socket

import click

from analytics_pipeline.cli.console import err
from analytics_pipeline.landing.store import LandingStore
from analytics_pipeline.settings import Settings, load_settings
from analytics_pipeline.steps.asking import recover
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.connections import list_connections
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tokens import TokenVault


@click.command()
@click.option(
    "--concurrency",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Steps at the same time, each in a process of its own.",
)
@click.option("--name", default="worker", show_default=True, help="Its name in logs.")
def worker(concurrency: int, name: str) -> None:
    """Run steps of `collect_job` that runs have sent to ANALYTICS_BROKER_URL.

    Start as many as there is work for, on any machine that reaches the broker, the
    database, the landing store and the APIs. What a worker that was killed had been
    answered lies in its ANALYTICS_HOME; started again there, it is brought in first.
    """
    settings = load_settings()
    recovered = _bring_in(settings)
    if recovered:
        err.print(f"{recovered} attempts of a worker that was killed are brought in")
    # Imported on demand: `--help` need not wait for Celery.
    from analytics_pipeline.execution.executor import make_worker_app  # noqa: PLC0415

    app = make_worker_app(settings)
    app.backend.cleanup()
    app.worker_main(
        [
            "worker",
            f"--hostname={name}@{socket.gethostname()}",
            f"--concurrency={concurrency}",
            "--queues=dagster",
            "--loglevel=INFO",
            "--without-gossip",
            "--without-mingle",
        ]
    )


def _bring_in(settings: Settings) -> int:
    """Keep what a killed worker has left here: tokens, answers; count its attempts."""
    with Warehouse.open(settings) as warehouse:
        _settle_tokens(settings, warehouse)
        run = Run(
            run_id="worker",
            warehouse=warehouse,
            landing=LandingStore(settings.landing_url),
            spool_folder=settings.home / "spool",
            clock=settings.now,
            rule=DayRule(settings.zone, settings.snapshot_grace),
        )
        return recover(run)


def _settle_tokens(settings: Settings, warehouse: Warehouse) -> None:
    """Store tokens that were traded and never committed; no other machine has them."""
    if not any(settings.token_journal.glob("*.token")):
        return
    cipher = TokenCipher.from_settings(settings)
    vault = TokenVault(warehouse, cipher, settings.now, settings.token_journal)
    with warehouse.begin() as connection:
        known = [item.account.connection_id for item in list_connections(connection)]
    for connection_id in known:
        if vault.has_unsettled(connection_id):
            vault.settle(connection_id)
