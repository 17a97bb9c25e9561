"""A house for a benchmark: a twin's environment, stores of its own, accounts imported.

Everything is the pipeline's own: settings, migrations, stores, steps. A house works in
a scratch database of a scratch server, or of the one that BENCHMARKS_DATABASE_URL
names; it never looks at ANALYTICS_DATABASE_URL of whoever starts it.
"""

import os
import signal
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import sqlalchemy as sa

from analytics_pipeline.clients.conversation import RetryPolicy
from analytics_pipeline.clients.creators_app import CreatorsAppClient
from analytics_pipeline.schemas.connections import ConnectionRow
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.tables import CONNECTIONS
from analytics_pipeline.settings import environment_names, load_settings
from analytics_pipeline.steps.creator_months import make_months
from analytics_pipeline.steps.creators_app import (
    CampaignOptions,
    CreatorsApp,
    read_campaigns,
    read_creators,
)
from analytics_pipeline.steps.matches import match_posts
from analytics_pipeline.steps.participants import read_participants
from analytics_pipeline.steps.review_candidates import list_review_candidates
from analytics_pipeline.steps.run import Run
from analytics_pipeline.steps.summary import summarise_day
from analytics_pipeline.warehouse import tables
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.connections import import_connection
from analytics_pipeline.warehouse.embedded import server_process, use_embedded_server
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.load import merge
from benchmarks.plain import BOTH, new_run, transport
from benchmarks.twin.running import Twin
from benchmarks.world import (
    FIRST_CREATOR_ID,
    HANDLE,
    OPEN_ID,
    TIKTOK_NAME,
    World,
    numbered,
    tiktok_token,
)

SERVER_VARIABLE = "BENCHMARKS_DATABASE_URL"
_BATCH = 5_000
_STOP_SECONDS = 30
_SCOPES = ("user.info.basic", "user.info.profile", "user.info.stats", "video.list")
_NO_LIMIT = 1_000_000_000


@contextmanager
def scratch_server() -> Iterator[str]:
    """Give the address of a server for scratch databases, for the time of a block.

    Yields:
        The address of its database `postgres`, or of the one that the environment's
        BENCHMARKS_DATABASE_URL names.
    """
    given = os.environ.get(SERVER_VARIABLE)
    if given:
        yield given
        return
    with TemporaryDirectory(prefix="analytics-bench-") as folder:
        socket_folder = use_embedded_server(Path(folder) / "postgres")
        yield f"postgresql://postgres@/postgres?host={socket_folder}"
        server = server_process(Path(folder) / "postgres" / "data")
        if server is not None:
            server.send_signal(signal.SIGINT)
            server.wait(_STOP_SECONDS)


@contextmanager
def scratch_database(server: str, template: str = "template0") -> Iterator[str]:
    """Make a database for the time of a block.

    Args:
        server: The address of any database of the server.
        template: The name of the database it is a copy of.

    Yields:
        Its address.
    """
    name = f"bench_{uuid.uuid4().hex[:12]}"
    _run_alone(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        url = sa.make_url(server).set(database=name)
        yield url.render_as_string(hide_password=False)
    finally:
        _run_alone(server, f"DROP DATABASE {name} WITH (FORCE)")


def _run_alone(server: str, statement: str) -> None:
    """Run a statement that cannot run in a transaction."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Set the pipeline's variables to exactly these for the time of a block."""
    names = {*environment_names(), *values}
    before = {name: os.environ.get(name) for name in names}
    try:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(values)
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@dataclass(frozen=True, slots=True)
class House:
    """A house that is set up; its variables are in this process's environment.

    Attributes:
        twin: What it asks.
        warehouse: Its database.
        variables: What another process needs in its environment to be in this house.
    """

    twin: Twin
    warehouse: Warehouse
    variables: dict[str, str]

    @property
    def world(self) -> World:
        """What there is to be collected."""
        return self.twin.world

    def run(self) -> Run:
        """Return the stores of a new run."""
        return new_run(self.warehouse)

    def count(self, table: str) -> int:
        """Return the number of a table's rows."""
        with self.warehouse.begin() as connection:
            query = sa.select(sa.func.count()).select_from(sa.table(table))
            return connection.execute(query).scalar_one()


@contextmanager
def open_house(
    twin: Twin,
    server: str,
    platforms: Sequence[Platform] = BOTH,
    further: dict[str, str] | None = None,
) -> Iterator[House]:
    """Set up a house whose creators all have accounts on some platforms.

    Args:
        twin: What it asks.
        server: Gives it a database; see `scratch_server`.
        platforms: On which the creators have accounts.
        further: Variables on top, such as ANALYTICS_CONCURRENCY.

    Yields:
        The house. Nothing is asked yet: begin with `read_lists`.
    """
    with (
        TemporaryDirectory(prefix="analytics-house-") as home,
        scratch_database(server) as url,
    ):
        variables = twin.environment() | {
            "ANALYTICS_HOME": home,
            "ANALYTICS_DATABASE_URL": url,
            "ANALYTICS_SECRET_KEY": "a key for made-up tokens",
            "ANALYTICS_INSTAGRAM_CALLS_PER_HOUR": str(_NO_LIMIT),
            "ANALYTICS_TIKTOK_CALLS_PER_MINUTE": str(_NO_LIMIT),
            **(further or {}),
        }
        with environment(variables), Warehouse.open(load_settings()) as warehouse:
            for platform in platforms:
                _import_accounts(warehouse, twin.world, platform)
            yield House(twin, warehouse, variables)


@contextmanager
def copy_of(house: House, server: str) -> Iterator[dict[str, str]]:
    """Make a house like another one, of which nothing may be in use meanwhile.

    Args:
        house: What it has in its database the copy has too; its home it has not.
        server: Gives the database.

    Yields:
        The variables of the copy.
    """
    house.warehouse.engine.dispose()
    template = sa.make_url(house.variables["ANALYTICS_DATABASE_URL"]).database or ""
    with (
        TemporaryDirectory(prefix="analytics-house-") as home,
        scratch_database(server, template) as url,
    ):
        yield house.variables | {"ANALYTICS_HOME": home, "ANALYTICS_DATABASE_URL": url}


def _import_accounts(warehouse: Warehouse, world: World, platform: Platform) -> None:
    """Import one account by the pipeline's own means; store the others like it."""
    settings = load_settings()
    cipher = TokenCipher.from_settings(settings)
    with warehouse.begin() as connection:
        first = _connection_row(world, platform, 0)
        import_connection(connection, first, cipher, settings.now())
        stored = connection.execute(
            sa.select(tables.connections).where(
                tables.connections.c.platform == platform
            )
        )
        (model,) = (dict(row) for row in stored.mappings())
        for start in range(1, world.creators, _BATCH):
            some = range(start, min(start + _BATCH, world.creators))
            rows = [_like(model, _connection_row(world, platform, i), i) for i in some]
            if platform is Platform.TIKTOK:
                for row, i in zip(rows, some, strict=True):
                    row["access_token_encrypted"] = cipher.encrypt(tiktok_token(i))
            merge(connection, CONNECTIONS, rows)


def _connection_row(world: World, platform: Platform, creator: int) -> ConnectionRow:
    is_tiktok = platform is Platform.TIKTOK
    return ConnectionRow(
        creator_id=str(FIRST_CREATOR_ID + creator),
        platform=platform,
        username=numbered(TIKTOK_NAME if is_tiktok else HANDLE, creator),
        account_id=numbered(OPEN_ID, creator) if is_tiktok else None,
        access_token=tiktok_token(creator) if is_tiktok else None,
        refresh_token=None,
        access_token_expires_at=world.now + timedelta(days=365) if is_tiktok else None,
        refresh_token_expires_at=None,
        scopes=_SCOPES if is_tiktok else (),
    )


def _like(
    model: dict[str, object], row: ConnectionRow, creator: int
) -> dict[str, object]:
    return model | {
        "connection_id": f"{row.platform}-{row.creator_id}-{creator}",
        "creator_id": row.creator_id,
        "account_id": row.account_id,
        "username": row.username,
    }


def read_lists(run: Run, days: Sequence[date]) -> None:
    """Ask the Creators app for creators, campaigns and participants.

    Args:
        run: The run.
        days: Whose participants.
    """
    settings = load_settings()
    options = CampaignOptions(settings.hashtag_rule, settings.tracking_days)
    client = CreatorsAppClient(settings.creators_api_url or "")
    with transport(run) as opened:
        app = CreatorsApp(client, opened, RetryPolicy())
        read_creators(run, app)
        read_campaigns(run, app, options)
        read_participants(run, app, days, settings.tracking_days)


def make_marts(run: Run, days: Sequence[date]) -> None:
    """Match posts and add numbers up, as the marts' assets do."""
    for day in days:
        match_posts(run, day)
        summarise_day(run, day)
        list_review_candidates(run, day)
    make_months(run, days)
