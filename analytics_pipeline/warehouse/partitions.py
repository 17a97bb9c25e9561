"""Monthly partitions of the large tables: made before a load, on demand.

They are in a schema of their own, so that schema `analytics` holds the tables of the
vocabulary and nothing else. There is no default partition: what it once holds keeps the
partition it belongs to from being made.

Source: https://www.postgresql.org/docs/current/ddl-partitioning.html
"""

from collections.abc import Collection, Iterable
from datetime import date

import sqlalchemy as sa

from analytics_pipeline.schemas.tables import SCHEMA, Table
from analytics_pipeline.warehouse.tables import archived_snapshots

PARTITION_SCHEMA = "analytics_partitions"

# Any constant: two loads may need the same month at once.
_LOCK_KEY = 7306533
_LONGEST_WAIT = "5min"
_PARTITIONS = """
SELECT c.relname FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = CAST(:parent AS regclass) ORDER BY c.relname
"""


class ArchivedMonthError(Exception):
    """Rows of a month are in the archive, so nothing can be loaded into it."""


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    year, number = divmod(month.year * 12 + month.month, 12)
    return date(year, number + 1, 1)


def partition_name(table: Table, month: date) -> str:
    """Return the partition of a month, without its schema."""
    return f"{table.name}_{month:%Y_%m}"


def months_there(connection: sa.Connection, table: Table) -> list[date]:
    """Return the months that a table has partitions for, the oldest first."""
    names = connection.scalars(
        sa.text(_PARTITIONS), {"parent": f"{SCHEMA}.{table.name}"}
    )
    months = (name.removeprefix(f"{table.name}_").split("_") for name in names)
    return [date(int(year), int(month), 1) for year, month in months]


def ensure_months(
    connection: sa.Connection, table: Table, months: Iterable[date]
) -> None:
    """Make the partitions that are missing.

    In a transaction of its own: otherwise everybody who needs a new month would wait
    until this load is done. A partition that then stays empty does no harm.

    Args:
        connection: Within the load's transaction.
        table: A partitioned table.
        months: First days of months.
    """
    missing = [month for month in months if not _is_there(connection, table, month)]
    if not missing:
        return
    with connection.engine.begin() as own:
        # Whoever holds the table for longer is this very load, and would wait for ever.
        own.execute(sa.text(f"SET LOCAL lock_timeout = '{_LONGEST_WAIT}'"))
        own.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_KEY)))
        for month in missing:
            if not _is_there(own, table, month):
                attach_partition(own, table, month)


def attach_partition(connection: sa.Connection, table: Table, month: date) -> None:
    """Make a month's partition unless its table is there, and attach it.

    Attaching disturbs neither readers nor writers of other months, which creating a
    table as a partition at once would.

    Args:
        connection: With an open transaction.
        table: A partitioned table.
        month: First day of the month.
    """
    parent = f"{SCHEMA}.{table.name}"
    name = f"{PARTITION_SCHEMA}.{partition_name(table, month)}"
    bounds = f"FROM ('{month}') TO ('{next_month(month)}')"
    for statement in (
        f"CREATE TABLE IF NOT EXISTS {name} (LIKE {parent} INCLUDING ALL)",
        f"ALTER TABLE {parent} ATTACH PARTITION {name} FOR VALUES {bounds}",
    ):
        connection.execute(sa.text(statement))


def require_months(connection: sa.Connection, days: Collection[date]) -> None:
    """Make sure that no day is of a month of which anything is in the archive.

    What such a day's rows were made from is not in the tables, so making them again
    would replace what is known by less.

    Args:
        connection: To the warehouse.
        days: The days that rows are loaded for.

    Raises:
        ArchivedMonthError: One is.
    """
    if not days:
        return
    month = archived_snapshots.c.month_start_date
    archived = connection.scalar(
        sa.select(sa.func.min(month)).where(
            month.in_(sorted({month_of(day) for day in days}))
        )
    )
    if archived is not None:
        msg = (
            f"the snapshots of {archived:%Y-%m} are in the archive, so its days cannot "
            "be loaded; bring them back first: `analytics-pipeline archive restore "
            f"{archived:%Y-%m}`"
        )
        raise ArchivedMonthError(msg)


def _is_there(connection: sa.Connection, table: Table, month: date) -> bool:
    """Tell whether a month has a partition that rows can be put into."""
    name = f"{PARTITION_SCHEMA}.{partition_name(table, month)}"
    found = sa.text(
        "SELECT EXISTS (SELECT FROM pg_class"
        " WHERE oid = to_regclass(:name) AND relispartition)"
    )
    return bool(connection.scalar(found, {"name": name}))
