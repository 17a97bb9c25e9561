"""How the command line fails: one readable line, and an exit status that means it.

0 done · 1 failed · 2 wrong use · 3 finished, but some accounts are missing.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

FAILED = 1
WRONG_USE = 2
SOME_MISSING = 3

_CLICKS_OWN = (click.ClickException, click.Abort, click.exceptions.Exit)


class CommandError(click.ClickException):
    """A command cannot do what it was asked to; the message says why and what next."""

    exit_code = FAILED


class WrongUseError(click.UsageError):
    """The command was called in a way that cannot work."""

    exit_code = WRONG_USE


def quit_with_missing() -> None:
    """End with the status of a run that finished without some accounts."""
    sys.exit(SOME_MISSING)


@contextmanager
def readable(is_verbose: Callable[[], bool]) -> Iterator[None]:
    """Turn any error into one line; the trace only for those who ask.

    Args:
        is_verbose: Whether to let the trace be shown.

    Yields:
        Nothing.

    Raises:
        CommandError: What went wrong, in one line.
    """
    try:
        yield
    except _CLICKS_OWN:
        raise
    except Exception as error:
        if is_verbose():
            raise
        if isinstance(error, _explained()):
            raise CommandError(str(error)) from error
        first = next(iter(str(error).strip().splitlines()), "")[:300]
        msg = f"unexpected {type(error).__name__}: {first} (--verbose shows the trace)"
        raise CommandError(msg) from error


def _explained() -> tuple[type[Exception], ...]:
    """Return the errors whose messages name the cause and the next step."""
    # Imported on demand: Dagster takes longer than most commands.
    from analytics_pipeline.clients.errors import ApiError  # noqa: PLC0415
    from analytics_pipeline.resources.failures import (  # noqa: PLC0415
        permanent_errors,
        transient_errors,
    )
    from analytics_pipeline.transform.connection_file import (  # noqa: PLC0415
        ConnectionFileError,
    )

    return (
        *permanent_errors(),
        *transient_errors(),
        ApiError,
        ConnectionFileError,
    )
