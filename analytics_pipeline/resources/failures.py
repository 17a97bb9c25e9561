"""Errors at Dagster's edge: one place that turns them into failures people can read."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import dagster as dg

from analytics_pipeline.settings import ConfigurationError

_STOPPED = "stopped from outside; what was answered is kept"
_stopped = Event()


@contextmanager
def explained() -> Iterator[None]:
    """Turn errors that explain themselves into a failure with their one line.

    A step that is stopped from outside (Ctrl-C, SIGTERM) fails and is not repeated, and
    the steps after it in the same process do not begin: left to itself, Dagster takes
    the interruption of a step with a retry policy for a reason to try again.

    Yields:
        Nothing.

    Raises:
        Failure: With the message; repeated by Dagster only where that can help.
    """
    if _stopped.is_set():
        raise dg.Failure(_STOPPED, allow_retries=False)
    try:
        yield
    except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError) as error:
        _stopped.set()
        raise dg.Failure(_STOPPED, allow_retries=False) from error
    except permanent_errors() as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    except transient_errors() as error:
        raise dg.Failure(str(error)) from error


def permanent_errors() -> tuple[type[Exception], ...]:
    """Return the errors that somebody must mend; asking again was of no use, or is."""
    from analytics_pipeline.steps.creators_app import NothingKnownError
    from analytics_pipeline.warehouse.migrate import DatabaseNewerError
    from analytics_pipeline.warehouse.partitions import ArchivedMonthError

    return (
        ArchivedMonthError,
        ConfigurationError,
        DatabaseNewerError,
        NothingKnownError,
    )


def transient_errors() -> tuple[type[Exception], ...]:
    """Return the errors of a server or store that may be back a little later."""
    from analytics_pipeline.landing.archive import ArchiveError
    from analytics_pipeline.landing.store import LandingStoreError
    from analytics_pipeline.warehouse.embedded import EmbeddedServerError
    from analytics_pipeline.warehouse.engine import DatabaseUnavailableError

    return (
        ArchiveError,
        LandingStoreError,
        DatabaseUnavailableError,
        EmbeddedServerError,
    )
