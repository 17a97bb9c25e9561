"""The command ``python -m analytics_pipeline.sandbox``."""

import shlex
import signal
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import TypedDict, Unpack

import click

from analytics_pipeline.sandbox.control import ROOT
from analytics_pipeline.sandbox.faults import FaultKind, Faults
from analytics_pipeline.sandbox.server import LOOPBACK, SandboxServer
from analytics_pipeline.sandbox.state import Behaviour
from analytics_pipeline.sandbox.world import WorldConfig

DEFAULT_PORT = 8799
_DEFAULTS = WorldConfig()


class Options(TypedDict):
    """What the command line says."""

    host: str
    port: int
    seed: int
    creators: int
    start: datetime
    timezone: str
    odd_creators: bool
    clock: datetime | None
    ticking: bool
    clock_rate: float
    latency_ms: float
    graph_calls_per_hour: int
    tiktok_calls_per_minute: int
    tiktok_token_seconds: int
    creators_token: str | None
    connections: Path | None
    fault_rate: tuple[str, ...]
    quiet: bool
    until_eof: bool


class Instant(click.ParamType[datetime]):
    """An instant with its offset, such as 2026-03-02T05:00Z."""

    name = "instant"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read an instant.

        Args:
            value: The text.
            param: The option it was given for.
            ctx: The command's context.

        Returns:
            The instant in UTC.
        """
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no instant; write 2026-03-02T05:00Z", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value} has no UTC offset; write {value}Z", param, ctx)
        return moment.astimezone(UTC)


@click.command(
    context_settings={"show_default": True, "max_content_width": 100},
    epilog="Kinds of faults: " + ", ".join(kind.value for kind in FaultKind) + ".",
)
@click.option("--host", default=LOOPBACK, help="Address to listen on.")
@click.option(
    "--port",
    default=DEFAULT_PORT,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--seed", default=_DEFAULTS.seed, help="What the world grows from.")
@click.option(
    "--creators",
    default=_DEFAULTS.creators,
    type=click.IntRange(1, 1_000_000),
    help="How many creators exist. The first 24 hold every odd case.",
)
@click.option(
    "--start",
    default=_DEFAULTS.start.isoformat(),
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day around which the running campaigns are arranged.",
)
@click.option(
    "--timezone", default=_DEFAULTS.timezone, help="Zone of the world's days."
)
@click.option(
    "--odd-creators",
    is_flag=True,
    help="List one creator twice and one without e-mail.",
)
@click.option(
    "--clock",
    type=Instant(),
    help="Instant the clock stands at, with offset.  [default: second day, 05:00 UTC]",
)
@click.option("--ticking", is_flag=True, help="Let the clock run from there.")
@click.option(
    "--clock-rate",
    default=1.0,
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds that pass per real second while ticking.",
)
@click.option(
    "--latency-ms",
    default=0.0,
    type=click.FloatRange(min=0),
    help="Wait before every answer.",
)
@click.option(
    "--graph-calls-per-hour",
    default=Behaviour().graph_calls_per_hour,
    type=click.IntRange(1),
    help="Platform budget of each Meta user in a rolling hour of the clock.",
)
@click.option(
    "--tiktok-calls-per-minute",
    default=Behaviour().tiktok_calls_per_minute,
    type=click.IntRange(1),
    help="Budget of each TikTok endpoint in a rolling minute of the clock.",
)
@click.option(
    "--tiktok-token-seconds",
    default=_DEFAULTS.tiktok_access_lifetime,
    type=click.IntRange(1),
    help="Life of a TikTok access token.",
)
@click.option(
    "--creators-token",
    metavar="TOKEN",
    help="Bearer token the Creators app shall ask for.  [default: none]",
)
@click.option(
    "--connections",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the connections file there, then go on.",
)
@click.option(
    "--fault-rate",
    multiple=True,
    metavar="KIND=RATE",
    help="Fault that strikes this share of all requests, e.g. server_error=0.02; "
    "API:KIND=RATE for one API only. Repeatable.",
)
@click.option("--quiet", is_flag=True, help="Print nothing.")
@click.option(
    "--until-eof",
    is_flag=True,
    help="End when standard input does: with the program that started this one.",
)
def main(**options: Unpack[Options]) -> None:
    """Serve imitations of the Creators app, the Graph API and TikTok on loopback.

    The world behind them is the same for the same --seed, --start and --timezone.
    Nothing leaves this machine, and no real key is needed.

    Creators log in at META_LOGIN_URL and TIKTOK_LOGIN_URL: pages for a browser, or
    for any client that can post a form.

    \b
    Under /_sandbox, with JSON bodies:
      PUT  clock                   move the time
      POST faults                  make something go wrong
      GET  truth?creator_id=       what is so, whoever may see it
      POST tokens                  end a creator's tokens, or take a scope back
      PUT  meta                    how Meta exchanges tokens
      PUT  metrics/NAME            retire a metric of posts, or of accounts
      PUT  webhooks                register an address; it must shake hands
      POST webhooks/deliver        push the final numbers of ended stories
      POST webhooks/send           push anything, signed well or badly
      POST meta/deauthorize        a creator removes the app
      POST meta/data-deletion      a creator asks for their data to be deleted
      POST reset                   forget all of this; the clock stays
    """  # noqa: D301 - click's mark for lines to be left as they are
    server = _build(options)
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if options["until_eof"]:
        Thread(target=_stop_at_eof, args=(stop,), daemon=True).start()
    _start(server, f"{options['host']}:{options['port']}")
    try:
        if options["connections"] is not None:
            server.write_connections(options["connections"])
        if not options["quiet"]:
            _introduce(server, options["connections"])
        # In pieces, because on some systems a wait without end hears no signal.
        while not stop.wait(1.0):
            pass
    finally:
        server.stop()


def _stop_at_eof(stop: Event) -> None:
    sys.stdin.read()
    stop.set()


def _build(options: Options) -> SandboxServer:
    try:
        config = WorldConfig(
            seed=options["seed"],
            creators=options["creators"],
            start=options["start"].date(),
            timezone=options["timezone"],
            odd_creators_list=options["odd_creators"],
            tiktok_access_lifetime=options["tiktok_token_seconds"],
        )
        behaviour = Behaviour(
            latency_ms=options["latency_ms"],
            graph_calls_per_hour=options["graph_calls_per_hour"],
            tiktok_calls_per_minute=options["tiktok_calls_per_minute"],
            creators_token=options["creators_token"],
        )
        server = SandboxServer(
            config,
            options["clock"],
            behaviour=behaviour,
            host=options["host"],
            port=options["port"],
        )
        _add_faults(server.faults, options["fault_rate"])
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if options["ticking"]:
        server.clock.set(server.clock.now(), options["clock_rate"])
    return server


def _start(server: SandboxServer, where: str) -> None:
    try:
        server.start()
    except OSError as error:
        message = f"cannot listen on {where}: {error.strerror}; try another --port"
        raise click.ClickException(message) from error


def _add_faults(faults: Faults, rates: Iterable[str]) -> None:
    for text in rates:
        what, _, share = text.partition("=")
        api, colon, kind = what.partition(":")
        try:
            rate = float(share)
        except ValueError as error:
            message = f"--fault-rate {text}: write KIND=RATE, e.g. server_error=0.02"
            raise click.UsageError(message) from error
        if colon:
            faults.add(kind, api=api, rate=rate)
        else:
            faults.add(what, rate=rate)


def _introduce(server: SandboxServer, connections: Path | None) -> None:
    """Say where the sandbox is and how to use it."""
    clock = f"{server.url}{ROOT}/clock"
    tomorrow = (server.clock.now() + timedelta(days=1)).isoformat(timespec="seconds")
    lines = [
        f"Sandbox with {len(server.world.people)} creators at {server.url}",
        f"Clock: {server.clock.now().isoformat()}",
        "",
        "Point the pipeline at it:",
        *(
            f"  export {name}={shlex.quote(value)}"
            for name, value in server.environment().items()
        ),
        "",
        "Move its clock:",
        f'  curl -X PUT {clock} -d \'{{"now": "{tomorrow}"}}\'',
        "",
        f"Accounts and tokens: {connections or f'{server.url}{ROOT}/connections.csv'}",
        f"Faults, calls, truth: {server.url}{ROOT}",
        "Stop with Ctrl-C.",
    ]
    click.echo("\n".join(lines))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
