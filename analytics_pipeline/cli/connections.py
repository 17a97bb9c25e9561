"""`analytics-pipeline connections`: which account belongs to which creator."""

from pathlib import Path
from typing import Any

import click

from analytics_pipeline.cli.console import err, out, print_rows, values_of
from analytics_pipeline.cli.errors import CommandError, quit_with_missing
from analytics_pipeline.schemas.connections import (
    CONNECTION_COLUMNS,
    RECONNECT_REASONS,
    Connection,
)
from analytics_pipeline.settings import Settings, load_settings
from analytics_pipeline.transform.connection_file import parse_connection_file
from analytics_pipeline.warehouse.campaigns import known_creator_ids
from analytics_pipeline.warehouse.cipher import TokenCipher, new_key
from analytics_pipeline.warehouse.connections import (
    Imported,
    import_connection,
    list_connections,
    remove_connection,
    renew_encryption,
)
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.erased_accounts import renew_erased

_COLUMNS_HELP = "\n".join(
    f"  {name}: {meaning}" for name, meaning in CONNECTION_COLUMNS.items()
)


@click.group()
def connections() -> None:
    """Import, list and remove platform accounts. Tokens are never shown."""


@connections.command(
    "import",
    help="Import accounts from FILE, CSV with a header or JSON (an array of objects)."
    "\n\n\b\nColumns:\n" + _COLUMNS_HELP,
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Import accounts from a file."""
    settings = load_settings()
    is_json = file.suffix.lower() == ".json"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{file} cannot be read: {error}"
        raise CommandError(msg) from error
    rows, refused = parse_connection_file(text, is_json=is_json)
    with Warehouse.open(settings) as warehouse:
        cipher = TokenCipher.from_settings(settings)
        with warehouse.begin() as connection:
            creators = known_creator_ids(connection)
            done = [
                import_connection(connection, row, cipher, settings.now())
                for row in rows
            ]
    for bad in refused:
        err.print(f"row {bad.number} refused: {bad.problem}")
    for item in done:
        if item.problem:
            err.print(f"{item.row} refused: {item.problem}")
        elif creators and item.row.creator_id not in creators:
            err.print(f"{item.row}: the Creators app has not listed this creator yet")
    out.print(_counted(done, len(refused)))
    if refused or any(item.problem for item in done):
        quit_with_missing()


@connections.command("list")
@click.option("--creator", help="Only of this creator.")
@click.option(
    "--format", "style", type=click.Choice(["table", "json", "csv"]), default="table"
)
def list_(creator: str | None, style: str) -> None:
    """List the stored accounts."""
    wanted = None if creator is None else [creator]
    with (
        Warehouse.open(load_settings()) as warehouse,
        warehouse.begin() as connection,
    ):
        found = list_connections(connection, creator_ids=wanted)
    rows = [_row(item) for item in found]
    columns = list(rows[0]) if rows else ["connection_id", "creator_id", "platform"]
    print_rows(columns, values_of(columns, rows), style)


@connections.command("remove")
@click.argument("connection_id")
def remove(connection_id: str) -> None:
    """Forget the account CONNECTION_ID and its tokens; collected data stays."""
    with (
        Warehouse.open(load_settings()) as warehouse,
        warehouse.begin() as connection,
    ):
        was_there = remove_connection(connection, connection_id)
    if not was_there:
        msg = (
            f"there is no connection {connection_id!r}; "
            "`analytics-pipeline connections list` shows them"
        )
        raise CommandError(msg)
    out.print(f"removed {connection_id}")


@connections.command("new-key")
def new_key_() -> None:
    """Print a fresh key for ANALYTICS_SECRET_KEY."""
    out.print(new_key())


@connections.command("renew-encryption")
def renew_encryption_() -> None:
    """Encrypt all tokens with the first key of ANALYTICS_SECRET_KEY.

    To change the key: put the new one first, then a comma and the old one; run this;
    then remove the old one.
    """
    settings = load_settings()
    cipher = TokenCipher.from_settings(settings)
    with Warehouse.open(settings) as warehouse, warehouse.begin() as connection:
        count = renew_encryption(connection, cipher)
        renew_erased(connection, cipher)
    out.print(f"{count} connections encrypted with the first key")


def import_file(settings: Settings, file: Path) -> None:
    """Import a file that is known to be right; for the demo.

    Args:
        settings: Where the warehouse is.
        file: CSV.
    """
    rows, _ = parse_connection_file(file.read_text(encoding="utf-8"), is_json=False)
    with Warehouse.open(settings) as warehouse:
        cipher = TokenCipher.from_settings(settings)
        with warehouse.begin() as connection:
            for row in rows:
                import_connection(connection, row, cipher, settings.now())


def _counted(done: list[Imported], refused: int) -> str:
    results = [item.result for item in done]
    refused += results.count("refused")
    parts = [f"{results.count(word)} {word}" for word in ("added", "updated")]
    return ", ".join([*parts, f"{results.count('unchanged')} unchanged"]) + (
        f", {refused} refused" if refused else ""
    )


def _row(item: Connection) -> dict[str, Any]:
    return {
        "connection_id": item.account.connection_id,
        "creator_id": item.account.creator_id,
        "platform": item.account.platform.value,
        "username": item.account.username,
        "account_id": item.account.account_id,
        "status": item.status.value,
        "token_expires": item.access_token_expires_at,
        "log_in_again_by": item.refresh_token_expires_at or item.consent_expires_at,
        "problem": item.reconnect_reason or item.renewal_problem,
        "next_step": _next_step(item),
        "scopes": list(item.scopes),
    }


def _next_step(item: Connection) -> str | None:
    """Tell what brings a connection back; nothing where it works."""
    if item.reconnect_reason is None:
        return None
    way_back = RECONNECT_REASONS[item.reconnect_reason].way_back
    return f"{way_back} analytics-pipeline invite {item.account.creator_id}"
