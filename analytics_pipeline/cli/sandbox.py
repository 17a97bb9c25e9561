"""`analytics-pipeline sandbox`: the local twin of the outside APIs.

A program of its own that shares no code with the rest; this only starts it.
"""

import os
import sys

import click


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def sandbox(arguments: tuple[str, ...]) -> None:
    """Serve the Creators app, Instagram and TikTok on loopback, from a made-up world.

    All arguments go to the sandbox; `analytics-pipeline sandbox --help` lists them.
    """
    command = [sys.executable, "-m", "analytics_pipeline.sandbox", *arguments]
    os.execv(sys.executable, command)  # noqa: S606 - our own module and interpreter
