"""The command `analytics-pipeline` and what all its subcommands have in common."""

import importlib
import logging
import signal
from typing import Any

import click
from dotenv import load_dotenv

from analytics_pipeline.cli.errors import readable

# Subcommand → module and attribute, and what `--help` says of it. The modules are
# imported when called: some import Dagster.
_COMMANDS = {
    "api-keys": ("api_keys:api_keys", "Make, list and revoke keys of the HTTP API."),
    "archive": (
        "archive:archive",
        "Months past ANALYTICS_SNAPSHOT_RETENTION_DAYS, kept as Parquet files.",
    ),
    "backfill": (
        "backfill:backfill",
        "Fill a window of past days in one run, after telling what that costs.",
    ),
    "backup": ("backup:backup", "Write the database to FILE; may run while runs do."),
    "check-campaign": (
        "check_campaign:check",
        (
            "Check the campaign CAMPAIGN before it starts: hashtags, dates, accounts, "
            "calls."
        ),
    ),
    "collect": ("collect:collect", "Collect a day, or a window of days in one run."),
    "connections": (
        "connections:connections",
        "Import, list and remove platform accounts.",
    ),
    "demo": (
        "demo:demo",
        "Collect two weeks from the sandbox and report on a campaign.",
    ),
    "dev": ("dev:dev", "Open Dagster's UI and the dashboard on the demo's data."),
    "doctor": (
        "doctor:doctor",
        "Check configuration, database, landing store, APIs and tokens.",
    ),
    "export": (
        "export:export_command",
        "Write TABLE to a file, or `all` to one file each.",
    ),
    "grant-reading": (
        "grant_reading:grant_reading",
        (
            "Make the database roles for analysts and for the web service, as far as "
            "missing."
        ),
    ),
    "invite": (
        "invite:invite",
        "Make a link through which the creator CREATOR_ID connects own accounts.",
    ),
    "erase": (
        "erase:erase",
        "Forget the creator CREATOR_ID: tokens, names, posts, captions, e-mail.",
    ),
    "pushes": (
        "pushes:pushes",
        "List, process and replay what platforms sent unasked.",
    ),
    "replay": (
        "replay:replay",
        "Rebuild `collection_attempts` from the landing store, asking no API.",
    ),
    "report": ("report:report", "Report on CAMPAIGN, given by its id or name."),
    "restore": (
        "backup:restore_command",
        "Fill an empty database from FILE, which `backup` wrote.",
    ),
    "review": ("review:review", "Decide about posts that could belong to a campaign."),
    "sandbox": (
        "sandbox:sandbox",
        (
            "Serve the Creators app, Instagram and TikTok on loopback, from a "
            "made-up world."
        ),
    ),
    "serve": ("serve:serve", "Serve the logins of creators and what platforms send."),
    "sql": ("sql:sql", "Run QUERY, one statement that only reads, and print its rows."),
    "users": (
        "users:users",
        "Enter, list and change the people who sign in to the dashboard.",
    ),
    "worker": (
        "worker:worker",
        "Run steps of `collect_job` that runs have sent to ANALYTICS_BROKER_URL.",
    ),
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
        place, _ = _COMMANDS[cmd_name]
        module, attribute = place.split(":")
        command: click.Command = getattr(
            importlib.import_module(f"analytics_pipeline.cli.{module}"), attribute
        )
        if not command.ignore_unknown_options:
            _add_verbose(command)
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the list of subcommands, which imports none of them."""
        del ctx
        rows = [(name, what) for name, (_, what) in sorted(_COMMANDS.items())]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

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
