"""Ways of doing the same work, each a program: ours, and what users would pick instead.

The work: profile and posts of some outside Instagram creators and as many TikTok
accounts, from the twin into PostgreSQL, each time into a database of its own. A second
run into the same one tells whether a way may be repeated.
"""

import csv
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import psycopg
import sqlalchemy as sa

from analytics_pipeline.schemas.tables import SCHEMA
from benchmarks.house import House, copy_of, open_house, read_lists, scratch_database
from benchmarks.measure import Sample
from benchmarks.programs import ROOT, run_program
from benchmarks.twin.running import Twin, running_twin
from benchmarks.world import HANDLE, TIKTOK_NAME, World, numbered, tiktok_token

Way = Callable[[], Sample]
OURS, PLAIN = "analytics-pipeline", "requests + to_sql"
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
_PROGRAMS = ROOT / "benchmarks" / "peers"
_TOGETHER = (("accounts",), ("posts",))
_APART = (
    ("instagram_accounts", "tiktok_accounts"),
    ("instagram_posts", "tiktok_posts"),
)
_NESTED = (
    ("instagram_accounts", "tiktok_accounts"),
    ("instagram_accounts__media__data", "tiktok_posts"),
)


@dataclass(frozen=True, slots=True)
class Peer:
    """A program that users would pick instead.

    Attributes:
        script: In `benchmarks/peers`.
        options: Its own.
        driver: What it wants to be named in the database's address.
        schema: Where its tables are.
        tables: Those of accounts, and those of posts.
        has_folder: Whether it keeps something in a folder of its own.
    """

    script: str
    options: tuple[str, ...]
    driver: str
    schema: str
    tables: tuple[tuple[str, ...], tuple[str, ...]]
    has_folder: bool = True


def _plain(*options: str) -> Peer:
    return Peer("plain.py", options, "psycopg", "public", _TOGETHER, has_folder=False)


def _dlt(way: str, tuning: str) -> Peer:
    tables = _TOGETHER if way == "generator" else _NESTED
    options = ("--way", way, "--tuning", tuning)
    return Peer("with_dlt.py", options, "", "peer", tables)


def _singer(*options: str) -> Peer:
    return Peer("with_singer.py", options, "psycopg", "peer", _APART)


DLT: Mapping[str, Peer] = {
    f"dlt {way}, {tuning}": _dlt(way, tuning)
    for way in ("rest_api", "generator")
    for tuning in ("default", "parallel", "tuned")
}
PEERS: Mapping[str, Peer] = {
    PLAIN: _plain(),
    f"{PLAIN}, Session": _plain("--session"),
    **DLT,
    "Singer SDK + target-postgres": _singer(),
    "Singer SDK + target-postgres, tuned": _singer("--tuned"),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """Where all ways are run.

    Attributes:
        twin: What is asked.
        server: Gives databases.
        house: Ours, with its lists read and nobody asked yet.
        accounts: The file that tells peers whom to ask.
    """

    twin: Twin
    server: str
    house: House
    accounts: Path


def peers_are_installed() -> bool:
    """Tell whether `make bench-peers` has made the peers' environment."""
    return PEERS_PYTHON.exists()


@contextmanager
def open_ground(world: World, server: str) -> Iterator[Ground]:
    """Prepare what all ways need.

    Args:
        world: What there is to be collected.
        server: Gives databases.

    Yields:
        The ground.
    """
    with (
        TemporaryDirectory(prefix="analytics-ways-") as folder,
        running_twin(world) as twin,
        open_house(twin, server) as house,
    ):
        read_lists(house.run(), [world.day])
        accounts = Path(folder) / "accounts.csv"
        _write_accounts(accounts, world)
        yield Ground(twin, server, house, accounts)


def _write_accounts(path: Path, world: World) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("platform", "handle", "token"))
        for i in range(world.creators):
            writer.writerow(("instagram", numbered(HANDLE, i), ""))
            writer.writerow(("tiktok", numbered(TIKTOK_NAME, i), tiktok_token(i)))


def way_of(ground: Ground, name: str, *, is_repeated: bool = True) -> Way:
    """Return what runs one way; the sample is of the first run.

    Args:
        ground: Where.
        name: `OURS`, or one of `PEERS`.
        is_repeated: Whether to run it again, and tell what that took and changed.

    Returns:
        The way. Its facts hold calls and rows.
    """
    if name == OURS:
        return lambda: _run_ours(ground, is_repeated=is_repeated)
    return lambda: _run_peer(ground, PEERS[name], is_repeated=is_repeated)


def _run_ours(ground: Ground, *, is_repeated: bool) -> Sample:
    day = ground.twin.world.day.isoformat()
    command = [sys.executable, "-m", "benchmarks.ours", day]
    tables = (
        [f"{SCHEMA}.account_snapshots"],
        [f"{SCHEMA}.post_snapshots"],
    )
    with copy_of(ground.house, ground.server) as variables:
        database = variables["ANALYTICS_DATABASE_URL"]

        def again() -> Sample:
            return run_program([*command, "--refresh"], variables)

        return _run(
            ground,
            lambda: run_program(command, variables),
            again if is_repeated else None,
            lambda: _count(database, tables),
        )


def _run_peer(ground: Ground, peer: Peer, *, is_repeated: bool) -> Sample:
    with (
        TemporaryDirectory(prefix="analytics-peer-") as folder,
        scratch_database(ground.server) as database,
    ):
        command = [
            str(PEERS_PYTHON),
            str(_PROGRAMS / peer.script),
            *("--twin", ground.twin.url),
            *("--accounts", str(ground.accounts)),
            *("--database", _address(database, peer.driver)),
            *(("--work", folder) if peer.has_folder else ()),
            *peer.options,
        ]
        tables = [[f"{peer.schema}.{name}" for name in names] for names in peer.tables]

        def run() -> Sample:
            return run_program(command, {})

        again = run if is_repeated else None
        return _run(ground, run, again, lambda: _count(database, tables))


def _run(
    ground: Ground, first: Way, again: Way | None, count: Callable[[], dict[str, int]]
) -> Sample:
    """Run a way, make sure that it did the work, and run it again if asked to."""
    world, twin = ground.twin.world, ground.twin
    twin.reset()
    sample = first()
    calls, rows = twin.stats()["requests"], count()
    accounts = 2 * world.creators
    expected = {"accounts": accounts, "posts": accounts * world.posts}
    if rows != expected:
        msg = f"not the work that was asked for: {rows} instead of {expected}"
        raise RuntimeError(msg)
    facts = {**sample.facts, **rows, "calls": calls}
    if again is not None:
        twin.reset()
        second = again()
        facts |= {
            "second_wall_s": round(second.wall, 3),
            "second_calls": twin.stats()["requests"],
            "is_idempotent": count() == rows,
        }
    return replace(sample, facts=facts)


def _address(database: str, driver: str) -> str:
    """Return a database's address as a library wants it."""
    url = sa.make_url(database)
    if driver:
        return url.set(drivername=f"postgresql+{driver}").render_as_string(
            hide_password=False
        )
    # dlt insists on a password, and on a host that is no parameter.
    host = quote(str(url.query.get("host", url.host)), safe="")
    port = f":{url.port}" if url.port else ""
    return (
        f"postgresql://{url.username}:{url.password or 'none'}@{host}{port}"
        f"/{url.database}"
    )


def _count(database: str, tables: Sequence[Sequence[str]]) -> dict[str, int]:
    with psycopg.connect(database) as connection:

        def rows(table: str) -> int:
            found = connection.execute(f"SELECT count(*) FROM {table}".encode())
            (number,) = found.fetchone() or (0,)
            return int(number)

        accounts, posts = (sum(map(rows, names)) for names in tables)
    return {"accounts": accounts, "posts": posts}
