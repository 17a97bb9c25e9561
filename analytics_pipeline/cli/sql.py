"""`analytics-pipeline sql`: read-only questions to the warehouse."""

import click
import psycopg
import sqlalchemy as sa

from analytics_pipeline.cli.console import print_rows
from analytics_pipeline.cli.errors import CommandError
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.engine import Warehouse


@click.command()
@click.argument("query")
@click.option(
    "--format", "style", type=click.Choice(["table", "json", "csv"]), default="table"
)
def sql(query: str, style: str) -> None:
    """Run QUERY, one statement that only reads, and print its rows.

    Tables stand in schema `analytics`, which need not be written. Names and meanings:
    docs/tables.md.
    """
    warehouse = Warehouse.open(load_settings())
    try:
        with warehouse.engine.connect() as connection:
            connection.execute(sa.text("SET TRANSACTION READ ONLY"))
            driver = connection.connection.driver_connection
            if not isinstance(driver, psycopg.Connection):
                msg = "unexpected database driver"
                raise CommandError(msg)
            # Prepared, so that a second statement behind a semicolon is refused.
            cursor = driver.execute(query.encode(), prepare=True)
            if cursor.description is None:
                msg = "the statement gives no rows; ask with SELECT"
                raise CommandError(msg)
            columns = [column.name for column in cursor.description]
            rows = cursor.fetchall()
    except psycopg.Error as error:
        first = str(error).strip().splitlines()[0]
        msg = f"{first} (tables and columns: docs/tables.md)"
        raise CommandError(msg) from error
    finally:
        warehouse.close()
    print_rows(columns, rows, style)
