"""The command `analytics-pipeline` and what all its subcommands have in common."""

import importlib
import logging
import signal
from typing import Any

import click
from dotenv import load_dotenv

from analytics_pipeline.cli.errors import readable

# Subcommand → module and attribute. Imported when called: some import Dagster.
_COMMANDS = {
    "api-keys": "api_keys:api_keys",
    "archive": "archive:archive",
    "backfill": "backfill:backfill",
    "backup": "backup:backup",
    "check-campaign": "check_campaign:check",
    "collect": "collect:collect",
    "connections": "connections:connections",
    "demo": "demo:demo",
    "dev": "dev:dev",
    "doctor": "doctor:doctor",
    "export": "export:export_command",
    "grant-reading": "grant_reading:grant_reading",
    "invite": "invite:invite",
    "erase": "erase:erase",
    "pushes": "pushes:pushes",
    "replay": "replay:replay",
    "report": "report:report",
    "restore": "backup:restore_command",
    "review": "review:review",
    "sandbox": "sandbox:sandbox",
    "serve": "serve:serve",
    "sql": "sql:sql",
    "users": "users:users",
}


class _Commands(click.Group):
    """A group that imports a subcommand when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the subcommands."""
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a subcommand and give it the option `--verbose`."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, attribute = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(
            importlib.import_module(f"analytics_pipeline.cli.{module}"), attribute
        )
        if not command.ignore_unknown_options:
            _add_verbose(command)
        return command

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Run the subcommand, its errors made readable."""
        with readable(lambda: ctx.obj["verbose"]):
            return super().invoke(ctx)


def _be_verbose(ctx: click.Context, _parameter: click.Parameter, value: object) -> None:
    root = ctx.find_root()
    if root.obj is None:
        root.obj = {"verbose": False}
    if value:
        root.obj["verbose"] = True
        logging.getLogger().setLevel(logging.INFO)


def _verbose_option() -> click.Option:
    return click.Option(
        ["-v", "--verbose"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_be_verbose,
        help="Show the log, and traces of errors.",
    )


def _add_verbose(command: click.Command) -> None:
    if not any(parameter.name == "verbose" for parameter in command.params):
        command.params.append(_verbose_option())
    if isinstance(command, click.Group):
        for subcommand in command.commands.values():
            _add_verbose(subcommand)


@click.group(
    cls=_Commands,
    params=[_verbose_option()],
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 done, 1 failed, 2 wrong use, 3 finished but some accounts "
    "are missing. Configuration: docs/configuration.md.",
)
@click.version_option(package_name="analytics-pipeline")
def main() -> None:
    """Honest campaign numbers from Instagram and TikTok, day by day."""
    load_dotenv(".env")  # As Dagster's own commands do.
    # Ended from outside, a command still puts away its children and keeps its answers.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )


if __name__ == "__main__":
    main()
