"""Posts that answers tell of, held against the tables where these are.

A day can have millions: they are put beside the tables, and only what differs is read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import psycopg
import sqlalchemy as sa

from analytics_pipeline.schemas.findings import Rule
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.tables import findings, post_snapshots

_REJECTS = (
    Rule.NOT_AN_OBJECT,
    Rule.UNREADABLE_TIME,
    Rule.TIME_WITHOUT_OFFSET,
)
_REJECTS_BY_FIELD = (Rule.MISSING_FIELD, Rule.WRONG_TYPE)
_TOLD = sa.table(
    "told_posts", sa.column("day"), sa.column("platform"), sa.column("name")
)


@dataclass(frozen=True, slots=True)
class ComparedPosts:
    """The posts of one day and platform on both sides.

    Attributes:
        told: How many the answers tell of.
        loaded: How many have a snapshot.
        rejected: How many have none, and a finding instead.
        lost: Told, neither loaded nor rejected.
        untold: Loaded, and not told.
    """

    told: int
    loaded: int
    rejected: int
    lost: list[str]
    untold: list[str]


class ToldPosts:
    """Posts that answers tell of, for the time of a transaction.

    Args:
        connection: With an open transaction.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        connection.execute(
            sa.text(
                "CREATE TEMP TABLE told_posts (day date, platform text, name text)"
                " ON COMMIT DROP"
            )
        )

    def add(self, posts: Iterable[tuple[date, Platform, str]]) -> None:
        """Add posts, each with a day that an answer with it speaks for.

        Args:
            posts: The posts; one may come several times.

        Raises:
            TypeError: The connection is not one of psycopg 3.
        """
        driver = self._connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            msg = "bulk loads need the psycopg 3 driver"
            raise TypeError(msg)
        with driver.cursor().copy("COPY told_posts FROM STDIN") as copy:
            for day, platform, name in posts:
                copy.write_row((day, platform.value, name))
        self._connection.execute(sa.text("ANALYZE told_posts"))

    def compare(self, day: date, platform: Platform) -> ComparedPosts:
        """Hold the posts of a day against its snapshots and findings."""
        told = (
            sa.select(_TOLD.c.name)
            .where(_TOLD.c.day == day, _TOLD.c.platform == platform)
            .distinct()
            .cte("told")
        )
        loaded = (
            sa.select(post_snapshots.c.post_id.label("name"))
            .where(
                post_snapshots.c.snapshot_date == day,
                post_snapshots.c.platform == platform,
            )
            .cte("loaded")
        )
        rejected = _rejected(day, platform)
        not_loaded = sa.select(told.c.name).except_(sa.select(loaded.c.name)).cte()
        lost = sa.select(not_loaded.c.name).except_(rejected)
        untold = sa.select(loaded.c.name).except_(sa.select(told.c.name))
        left_out = sa.select(not_loaded.c.name).intersect(rejected)
        return ComparedPosts(
            self._count(sa.select(told.c.name)),
            self._count(sa.select(loaded.c.name)),
            self._count(left_out),
            sorted(self._connection.scalars(lost)),
            sorted(self._connection.scalars(untold)),
        )

    def _count(self, names: sa.Select[tuple[str]] | sa.CompoundSelect[str]) -> int:
        query = sa.select(sa.func.count()).select_from(names.subquery())
        return self._connection.execute(query).scalar_one()


def _rejected(day: date, platform: Platform) -> sa.Select[tuple[str]]:
    """Return the query for the posts that were left out with a finding."""
    table = findings.c
    is_rejection = sa.or_(
        table.rule.in_(_REJECTS),
        sa.and_(table.rule.in_(_REJECTS_BY_FIELD), table.field == "id"),
    )
    return sa.select(table.record_key).where(
        table.snapshot_date == day, table.platform == platform, is_rejection
    )
