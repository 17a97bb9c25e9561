"""Loading post snapshots into PostgreSQL, beside a bare COPY and pandas' `to_sql`.

Bare is a COPY of the same bytes, encoded before, into an empty table with the same
columns, key and indexes. What it takes without key and indexes stands in the details:
no table that is asked anything can do without them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import psutil
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from analytics_pipeline.schemas.tables import POST_SNAPSHOTS
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.copy_encoding import END, START, RowEncoder
from analytics_pipeline.warehouse.embedded import server_process
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.load import Load, LoadResult
from benchmarks.measure import (
    Figure,
    Goal,
    Sample,
    Size,
    alternate,
    median_cpu,
    median_wall,
    medians,
    timed,
)

if TYPE_CHECKING:
    import psycopg

    Driver = psycopg.Connection[tuple[object, ...]]

_FIRST = Goal("load.first", "first load ÷ bare COPY of the same bytes", 2.2)
_AGAIN = Goal("load.again", "the same rows again ÷ bare COPY", 2.2)
_CHANGED = Goal("load.changed", "the day with all counts changed ÷ bare COPY", 2.2)
_TO_SQL = Goal("load.to_sql", "pandas to_sql ÷ first load, per row", 6.0, is_floor=True)

_ROWS = {Size.SHORT: 50_000, Size.FULL: 1_000_000}
# Its cost per row is the same for any number of rows, and it takes minutes for all.
_TO_SQL_SHARE = 10
_DAY = date(2026, 3, 1)
_POSTS_PER_ACCOUNT = 50
_TARGET = "analytics.post_snapshots"
_RUN_ID = "5a1f0a34-6f0e-4a5e-9f1b-2f7f6f0f9d11"

_Values = tuple[object, ...]


class BenchmarkError(Exception):
    """The benchmark does not measure what it says."""


class _House:
    """A server of its own, with an empty warehouse and tables to copy into."""

    def __init__(self, folder: Path) -> None:
        self.warehouse = Warehouse.open(
            load_settings({"ANALYTICS_HOME": str(folder / "home")})
        )
        server = server_process(folder / "home" / "postgres" / "data")
        if server is None:
            msg = "the server does not run"
            raise BenchmarkError(msg)
        self._server = server
        with self.warehouse.begin() as connection:
            like = f"(LIKE {_TARGET} INCLUDING {{}})"
            for name, including in (("bare", "INDEXES"), ("keyless", "DEFAULTS")):
                columns = like.format(including)
                connection.execute(sa.text(f"CREATE TABLE public.{name} {columns}"))

    def alone(self, *statements: str) -> None:
        """Run statements outside a transaction."""
        with self.warehouse.engine.connect() as connection:
            session = connection.execution_options(isolation_level="AUTOCOMMIT")
            for statement in statements:
                session.execute(sa.text(statement))

    def measured(self, work: Callable[[], dict[str, Any]]) -> Sample:
        """Measure with the processor time of the server's sessions added."""
        self.alone("CHECKPOINT")
        before = self._cpu()
        sample = timed(work)
        return Sample(
            sample.wall, sample.cpu + self._cpu() - before, None, sample.facts
        )

    def _cpu(self) -> float:
        """Return what the server has used; sessions are kept open in the pool."""
        used = 0.0
        for process in (self._server, *self._server.children()):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            used += times.user + times.system
        return used


@contextmanager
def _house() -> Iterator[_House]:
    # As root the server runs as another user, who must be able to get there.
    with TemporaryDirectory(
        prefix="analytics-benchmark-",
        # The server leaves a moment after its last user.
        ignore_cleanup_errors=True,
    ) as name:
        Path(name).chmod(0o755)
        house = _House(Path(name))
        try:
            yield house
        finally:
            house.warehouse.close()


class _Ways:
    """The ways to load a day's rows, each bringing its tables into the right state."""

    def __init__(self, house: _House, rows: int) -> None:
        self._house = house
        self._count = rows
        self._added = 0
        self._stored: int | None = None
        self._bytes = [
            START,
            *(b for _, b in RowEncoder(POST_SNAPSHOTS).encode(snapshots(rows))),
            END,
        ]

    def bare(self) -> Sample:
        """COPY into an empty table with the key and the indexes."""
        return self._copy("public.bare")

    def keyless(self) -> Sample:
        """COPY into an empty table with neither."""
        return self._copy("public.keyless")

    def first(self) -> Sample:
        """Load into an empty table."""
        self._stored = None
        self._house.alone(f"TRUNCATE {_TARGET}")
        return self._load(self._added, LoadResult(inserted=self._count))

    def again(self) -> Sample:
        """Load what is there."""
        self._have_rows()
        return self._load(self._stored or 0, LoadResult(unchanged=self._count))

    def changed(self) -> Sample:
        """Load the same posts with other counts."""
        self._have_rows()
        self._added += 1
        return self._load(self._added, LoadResult(updated=self._count))

    def to_sql(self) -> Sample:
        """Let pandas append to a table that it made itself."""
        count = self._count // _TO_SQL_SHARE
        frame = pd.DataFrame(snapshots(count), columns=list(POST_SNAPSHOTS.columns))
        self._house.alone("DROP TABLE IF EXISTS public.by_pandas")

        def work() -> dict[str, Any]:
            frame.to_sql(
                "by_pandas",
                self._house.warehouse.engine,
                schema="public",
                if_exists="append",
                index=False,
                dtype={"count_sources": JSONB(), "unknown_reasons": JSONB()},
            )
            return {"rows": count}

        return self._house.measured(work)

    def _have_rows(self) -> None:
        if self._stored is None:
            self.first()
        self._house.alone(f"VACUUM ANALYZE {_TARGET}")

    def _load(self, added: int, expected: LoadResult) -> Sample:
        rows = list(snapshots(self._count, added))

        def work() -> dict[str, Any]:
            with self._house.warehouse.begin() as connection:
                load = Load(connection, POST_SNAPSHOTS)
                load.add_values(rows)
                result = load.replace({"snapshot_date": [_DAY]})
            if result != expected:
                msg = f"not the work that was meant: {result}"
                raise BenchmarkError(msg)
            return {"rows": result.rows, "changed": result.changed}

        sample = self._house.measured(work)
        self._stored = added
        return sample

    def _copy(self, table: str) -> Sample:
        self._house.alone(f"TRUNCATE {table}")

        def work() -> dict[str, Any]:
            with self._house.warehouse.begin() as connection:
                driver = cast("Driver", connection.connection.driver_connection)
                names = ", ".join(POST_SNAPSHOTS.columns)
                statement = f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)"
                with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
                    for block in self._bytes:
                        copy.write(block)
                return {"rows": self._count, "bytes": sum(map(len, self._bytes))}

        return self._house.measured(work)


def snapshots(count: int, added: int = 0) -> Iterator[_Values]:
    """Make a day's snapshots: 50 posts of each account, ids in no order.

    Args:
        count: How many.
        added: What is added to every count.

    Yields:
        Rows, in the order of the table's columns.
    """
    posted = [
        datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=7 * number)
        for number in range(8_000)
    ]
    captions = [sha256(str(number).encode()).hexdigest()[:32] for number in range(997)]
    for number in range(count):
        account = number // _POSTS_PER_ACCOUNT
        yield (
            _DAY,
            "instagram",
            str(17_900_000_000_000_000 + number * 7_919 % 1_000_003),
            str(17_841_400_000_000_000 + account),
            str(account),
            "instagram_reel",
            posted[number * 31 % len(posted)],
            captions[number % len(captions)],
            None,
            number % 5_000 + added,
            number % 300,
            None,
            None,
            None,
            {"like_count": "media", "comment_count": "media"},
            {
                "view_count": "not_offered",
                "share_count": "not_offered",
                "save_count": "not_offered",
                "reach": "not_connected",
            },
            datetime(2026, 3, 2, 5, tzinfo=UTC) + timedelta(seconds=account),
            False,
            _RUN_ID,
        )


def run(size: Size) -> list[Figure]:
    """Measure the loads of a day.

    Args:
        size: Of the day.

    Returns:
        First load, load again and changed load to a bare COPY; pandas to the first.
    """
    with _house() as house:
        ways = _Ways(house, _ROWS[size])
        samples = alternate(
            {
                "bare": ways.bare,
                "keyless": ways.keyless,
                "first": ways.first,
                "again": ways.again,
                "changed": ways.changed,
                "to_sql": ways.to_sql,
            }
        )
    details: dict[str, Any] = {"rows": _ROWS[size], "ways": medians(samples)}
    return [
        *(
            _beside_copy(goal, name, samples, size, details)
            for goal, name in (
                (_FIRST, "first"),
                (_AGAIN, "again"),
                (_CHANGED, "changed"),
            )
        ),
        Figure(
            _TO_SQL,
            median_wall(samples["to_sql"])
            * _TO_SQL_SHARE
            / median_wall(samples["first"]),
            size,
            details,
        ),
    ]


def _beside_copy(
    goal: Goal,
    name: str,
    samples: dict[str, list[Sample]],
    size: Size,
    details: dict[str, Any],
) -> Figure:
    wall = median_wall(samples[name])
    others: dict[str, Any] = {
        "cpu_ratio": round(median_cpu(samples[name]) / median_cpu(samples["bare"]), 3),
        "ratio_to_a_copy_without_key_and_indexes": round(
            wall / median_wall(samples["keyless"]), 3
        ),
    }
    return Figure(goal, wall / median_wall(samples["bare"]), size, others | details)
