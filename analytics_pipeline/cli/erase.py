"""`analytics-pipeline erase`: forget a creator who asked for it."""

import uuid

import click
import sqlalchemy as sa

from analytics_pipeline.cli.console import build_table, err, out
from analytics_pipeline.cli.errors import CommandError
from analytics_pipeline.landing.store import LandingStore
from analytics_pipeline.schemas.erasure import ErasureStatus
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.settings import Settings, load_settings
from analytics_pipeline.steps.erasure import (
    ErasureTools,
    count_personal,
    erase_pending,
)
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.warehouse.campaigns import known_creator_ids
from analytics_pipeline.warehouse.connections import list_connections
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.erasure_requests import store_creator_request

_Counts = dict[Platform, dict[str, int]]


@click.command()
@click.argument("creator_id")
@click.option(
    "--platform",
    "names",
    type=click.Choice([platform.value for platform in Platform]),
    multiple=True,
    help="Only there; otherwise everywhere.",
)
@click.option("--plan", is_flag=True, help="Show what is known, change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def erase(creator_id: str, names: tuple[str, ...], plan: bool, yes: bool) -> None:
    """Forget the creator CREATOR_ID: tokens, names, posts, captions, e-mail.

    For a request that comes to you and not through a platform. It cannot be undone.
    Campaigns keep their totals, with how many of their posts are erased. Backups are
    not changed: see docs/erasure.md.
    """
    settings = load_settings()
    platforms = [Platform(name) for name in names] or list(Platform)
    with Warehouse.open(settings) as warehouse:
        with warehouse.begin() as connection:
            known = {
                platform: count_personal(connection, platform, creator_id)
                for platform in platforms
            }
            _require_known(connection, creator_id, known)
        (out if plan else err).print(_table(creator_id, known))
        if plan:
            return
        if not yes:
            click.confirm("Erase all of this for ever?", abort=True, err=True)
        with warehouse.begin() as connection:
            codes = [
                store_creator_request(connection, platform, creator_id, settings.now())
                for platform in platforms
            ]
        done = erase_pending(
            _run(settings, warehouse), ErasureTools.from_settings(settings)
        )
    reports = {item.request.confirmation_code: item for item in done}
    for code in codes:
        if code in reports:
            item = reports[code]
            told = ", ".join(f"{n} {place}" for place, n in item.report.items() if n)
            out.print(f"{item.request.platform}: {told or 'nothing was known'}")
        out.print(f"confirmation code: {code} ({ErasureStatus.DONE})")


def _require_known(connection: sa.Connection, creator_id: str, known: _Counts) -> None:
    is_known = creator_id in known_creator_ids(connection) or any(
        count for counts in known.values() for count in counts.values()
    )
    if not is_known and not list_connections(connection, creator_ids=[creator_id]):
        msg = (
            f"nothing is known of a creator {creator_id!r}; "
            "`analytics-pipeline connections list` shows the creators' numbers"
        )
        raise CommandError(msg)


def _table(creator_id: str, known: _Counts) -> object:
    rows = [
        [platform.value, place, count]
        for platform, counts in known.items()
        for place, count in counts.items()
    ]
    return build_table(
        ["platform", "what", "count"], rows, f"Known of creator {creator_id}"
    )


def _run(settings: Settings, warehouse: Warehouse) -> Run:
    return Run(
        run_id=uuid.uuid4().hex,
        warehouse=warehouse,
        landing=LandingStore(settings.landing_url),
        spool_folder=settings.home / "spool",
        clock=settings.now,
        rule=DayRule(settings.zone, settings.snapshot_grace),
    )
