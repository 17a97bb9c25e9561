"""`analytics-pipeline users`: who may sign in to the dashboard."""

import sys
from collections.abc import Callable
from datetime import datetime

import click
import sqlalchemy as sa

from analytics_pipeline.cli.console import out, print_rows, values_of
from analytics_pipeline.cli.errors import CommandError
from analytics_pipeline.schemas.users import (
    SHORTEST_PASSWORD,
    USER_ROLES,
    User,
    UserError,
    UserRole,
)
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.users import (
    create_user,
    disable_user,
    enable_user,
    list_users,
    set_password,
    set_role,
)

_COLUMNS = ("user_name", "user_role", "state", "last_signed_in_at", "created_at")
_ROLES_HELP = "\n".join(f"  {role}: {text}" for role, text in USER_ROLES.items())
_role = click.Choice([role.value for role in UserRole])


@click.group()
def users() -> None:
    """Enter, list and change the people who sign in to the dashboard.

    Passwords are asked for, or read from standard input; never taken as an argument,
    which other people on the machine could see.
    """


@users.command(
    "create",
    help="Enter NAME, who signs in with it.\n\n\b\nRoles:\n" + _ROLES_HELP,
)
@click.argument("name")
@click.option("--role", type=_role, default="viewer", show_default=True)
def create(name: str, role: str) -> None:
    """Enter somebody."""
    password = _asked_password()
    settings = load_settings()
    with Warehouse.open(settings) as warehouse, warehouse.begin() as connection:
        try:
            user = create_user(
                connection, name, UserRole(role), password, settings.now()
            )
        except UserError as error:
            raise CommandError(str(error)) from None
    out.print(f"{user.name} may sign in as {user.role}")


@users.command("list")
@click.option(
    "--format", "style", type=click.Choice(["table", "json", "csv"]), default="table"
)
def list_(style: str) -> None:
    """List them, without passwords."""
    settings = load_settings()
    with Warehouse.open(settings) as warehouse, warehouse.begin() as connection:
        found = list_users(connection)
    rows = [
        {
            "user_name": user.name,
            "user_role": user.role.value,
            "state": _state(user),
            "last_signed_in_at": user.last_signed_in_at,
            "created_at": user.created_at,
        }
        for user in found
    ]
    print_rows(_COLUMNS, values_of(_COLUMNS, rows), style)


@users.command("set-role")
@click.argument("name")
@click.argument("role", type=_role)
def set_role_command(name: str, role: str) -> None:
    """Change what NAME may do to ROLE, from their next click on."""
    user = _do(lambda connection, _now: set_role(connection, name, UserRole(role)))
    out.print(f"{user.name} is {user.role}")


@users.command("set-password")
@click.argument("name")
def set_password_command(name: str) -> None:
    """Set the password of NAME, who is signed out everywhere and unlocked."""
    password = _asked_password()
    user = _do(lambda connection, now: set_password(connection, name, password, now))
    out.print(f"{user.name} has a new password")


@users.command("disable")
@click.argument("name")
def disable(name: str) -> None:
    """Keep NAME out; their sessions end at once."""
    user = _do(lambda connection, now: disable_user(connection, name, now))
    out.print(f"{user.name} may not sign in any more")


@users.command("enable")
@click.argument("name")
def enable(name: str) -> None:
    """Let NAME sign in again, also before a lock after wrong passwords is over."""
    user = _do(lambda connection, _now: enable_user(connection, name))
    out.print(f"{user.name} may sign in as {user.role}")


def _do(change: Callable[[sa.Connection, datetime], User]) -> User:
    settings = load_settings()
    with Warehouse.open(settings) as warehouse, warehouse.begin() as connection:
        try:
            return change(connection, settings.now())
        except UserError as error:
            raise CommandError(str(error)) from None


def _asked_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    text = f"Password (at least {SHORTEST_PASSWORD} characters)"
    return str(click.prompt(text, hide_input=True, confirmation_prompt=True))


def _state(user: User) -> str:
    if user.disabled_at is not None:
        return "disabled"
    return "locked" if user.locked_until is not None else "enabled"
