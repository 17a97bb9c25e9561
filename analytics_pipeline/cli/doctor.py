"""`analytics-pipeline doctor`: is everything there that a run needs?"""

import sys

import click
from rich.text import Text

from analytics_pipeline.cli.checkup import Checkup, Health
from analytics_pipeline.cli.console import out
from analytics_pipeline.cli.errors import FAILED
from analytics_pipeline.settings import load_settings

_STYLE = {Health.OK: "green", Health.WARNING: "yellow", Health.FAILED: "red"}


@click.command()
@click.option(
    "--tokens",
    "ask_all",
    is_flag=True,
    help="Ask the platforms about every connected account, not one of each.",
)
def doctor(*, ask_all: bool) -> None:
    """Check configuration, database, landing store, APIs and tokens.

    Says what to do about each fault. Ends with 1 if anything failed.
    """
    has_failed = False
    for found in Checkup(load_settings(), ask_all=ask_all).look():
        health = Text(f"{found.health:8}", style=_STYLE[found.health])
        out.print(health.append(f" {found.what}: {found.told}", style="default"))
        if found.health is not Health.OK and found.next_step:
            out.print(f"         {found.next_step}")
        has_failed |= found.health is Health.FAILED
    if has_failed:
        sys.exit(FAILED)
