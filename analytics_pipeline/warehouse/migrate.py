"""Brings schema `analytics` to the version this code was written for."""

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.sql.ddl import SetColumnComment, SetTableComment

from analytics_pipeline.schemas.tables import SCHEMA
from analytics_pipeline.warehouse.reporting_views import REPORTING_SCHEMA, VIEWS
from analytics_pipeline.warehouse.roles import make_roles
from analytics_pipeline.warehouse.tables import metadata

# Any constant: it keeps two processes from migrating at once.
_LOCK_KEY = 7306510


class DatabaseNewerError(Exception):
    """The database was migrated by a newer version of this project."""


def migrate(engine: sa.Engine) -> None:
    """Create or upgrade the schema, in one transaction.

    Args:
        engine: Connects as a role that may create schemas and tables.

    Raises:
        DatabaseNewerError: The schema is newer than the code; nothing was changed.
    """
    head = _newest_revision()
    if _current_revision(engine) == head:
        return
    config = _config()
    with engine.begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_KEY)))
        connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        try:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        except CommandError as error:
            msg = (
                "the database was migrated by a newer version of analytics-pipeline "
                f"(this one knows up to revision {head}); update the code"
            )
            raise DatabaseNewerError(msg) from error
        _comment(connection)
        make_roles(connection)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


@cache
def _newest_revision() -> str | None:
    """Return the revision this code was written for; finding it loads all of them."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _current_revision(engine: sa.Engine) -> str | None:
    """Return the revision of the schema; None when there is none yet."""
    table = f"{SCHEMA}.alembic_version"
    with engine.connect() as connection:
        if connection.scalar(sa.select(sa.func.to_regclass(table))) is None:
            return None
        revision: str | None = connection.scalar(
            sa.text(f"SELECT version_num FROM {table}")  # noqa: S608 - a constant
        )
        return revision


def _comment(connection: sa.Connection) -> None:
    """Write the vocabulary into the database, where analysts' tools show it."""
    for table in metadata.sorted_tables:
        connection.execute(SetTableComment(table))
        for column in table.columns:
            connection.execute(SetColumnComment(column))
    for view in VIEWS:
        name = f"{REPORTING_SCHEMA}.{view.name}"
        _comment_on(connection, f"VIEW {name}", view.comment)
        for field in view.fields:
            _comment_on(connection, f"COLUMN {name}.{field.name}", field.meaning)


def _comment_on(connection: sa.Connection, what: str, comment: str) -> None:
    quoted = sa.literal(comment, sa.Text).compile(
        connection, compile_kwargs={"literal_binds": True}
    )
    connection.exec_driver_sql(f"COMMENT ON {what} IS {quoted}")
