"""`analytics-pipeline api-keys`: who may call the HTTP API."""

import click

from analytics_pipeline.cli.console import err, out, print_rows, values_of
from analytics_pipeline.cli.errors import CommandError
from analytics_pipeline.schemas.api_keys import KEY_SCOPES, KeyScope
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.api_keys import create_key, list_keys, revoke_key
from analytics_pipeline.warehouse.engine import Warehouse

_COLUMNS = ("key_id", "name", "scopes", "created_at", "last_used_at", "revoked_at")
_LONGEST_NAME = 80
_SCOPES_HELP = "\n".join(f"  {scope}: {text}" for scope, text in KEY_SCOPES.items())


@click.group("api-keys")
def api_keys() -> None:
    """Make, list and revoke keys of the HTTP API."""


@api_keys.command(
    "create",
    help="Make a key for NAME and print it: the only time that it can be seen."
    "\n\n\b\nScopes:\n" + _SCOPES_HELP,
)
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in KeyScope]),
    multiple=True,
    required=True,
    help="What the key may do; may be repeated.",
)
def create(name: str, scopes: tuple[str, ...]) -> None:
    """Make a key."""
    if not name.strip() or not name.isprintable() or len(name) > _LONGEST_NAME:
        msg = f"NAME is one line of up to {_LONGEST_NAME} characters"
        raise CommandError(msg)
    settings = load_settings()
    with Warehouse.open(settings) as warehouse, warehouse.begin() as connection:
        made = create_key(
            connection, name.strip(), map(KeyScope, scopes), settings.now()
        )
    err.print("Keep this key where secrets are kept; it cannot be shown again:")
    out.print(made.clear)


@api_keys.command("list")
@click.option(
    "--format", "style", type=click.Choice(["table", "json", "csv"]), default="table"
)
def list_(style: str) -> None:
    """List the keys, without their secrets."""
    with (
        Warehouse.open(load_settings()) as warehouse,
        warehouse.begin() as connection,
    ):
        found = list_keys(connection)
    rows = [
        {
            "key_id": key.key_id,
            "name": key.name,
            "scopes": sorted(key.scopes),
            "created_at": key.created_at,
            "last_used_at": key.last_used_at,
            "revoked_at": key.revoked_at,
        }
        for key in found
    ]
    print_rows(_COLUMNS, values_of(_COLUMNS, rows), style)


@api_keys.command("revoke")
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """Withdraw the key KEY_ID; calls with it are refused from now on."""
    settings = load_settings()
    with Warehouse.open(settings) as warehouse, warehouse.begin() as connection:
        was_in_force = revoke_key(connection, key_id, settings.now())
    if not was_in_force:
        msg = (
            "there is no such key in force; `analytics-pipeline api-keys list` shows "
            "the ids"
        )
        raise CommandError(msg)
    out.print(f"revoked {key_id}")
