"""`analytics-pipeline grant-reading`: make the roles that can only read."""

import sys

import click

from analytics_pipeline.cli.console import err, out
from analytics_pipeline.cli.errors import FAILED
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.roles import (
    make_roles,
    missing_grants,
    role_states,
)


@click.command("grant-reading")
def grant_reading() -> None:
    """Make the database roles for analysts and for the web service, as far as missing.

    Every migration does it too. Where the pipeline's own user may not create roles, it
    prints what an administrator of the server has to run before, and ends with 1.
    """
    with Warehouse.open(load_settings()) as warehouse:
        with warehouse.begin() as connection:
            make_roles(connection)
        with warehouse.begin() as connection:
            states = role_states(connection)
    missing = missing_grants(states, warehouse.engine.url.username or "")
    for state in states:
        if state.is_granted:
            out.print(f"{state.name}: may read this database")
    if missing:
        err.print("An administrator has to run, and then this command once more:")
        for statement in missing:
            out.print(statement)
        sys.exit(FAILED)
