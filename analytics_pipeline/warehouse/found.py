"""Sending what was found in Python to a temporary table."""

from collections.abc import Iterable, Sequence

import psycopg
import sqlalchemy as sa
from psycopg import sql


def copy_found(
    connection: sa.Connection,
    table: str,
    types: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    """Copy rows into a temporary table, one by one as they are made.

    Args:
        connection: With an open transaction.
        table: Where to.
        types: PostgreSQL's types of its columns.
        rows: Values in the order of the columns.

    Raises:
        TypeError: The driver has no COPY of binary rows.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        msg = "bulk loads need the psycopg 3 driver"
        raise TypeError(msg)
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)")
    target = sql.Identifier("pg_temp", table)
    with driver.cursor().copy(statement.format(target)) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)
