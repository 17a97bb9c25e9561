"""Errors at Dagster's edge: one place that turns them into failures people can read."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from analytics_pipeline.landing.store import LandingStoreError
from analytics_pipeline.settings import ConfigurationError
from analytics_pipeline.steps.creators_app import NothingKnownError
from analytics_pipeline.warehouse.embedded import EmbeddedServerError
from analytics_pipeline.warehouse.engine import DatabaseUnavailableError
from analytics_pipeline.warehouse.migrate import DatabaseNewerError

# What somebody must mend first; asking again cannot help.
_PERMANENT = (ConfigurationError, DatabaseNewerError)
_TRANSIENT = (
    NothingKnownError,
    LandingStoreError,
    DatabaseUnavailableError,
    EmbeddedServerError,
)
EXPLAINED = (*_PERMANENT, *_TRANSIENT)
"""Errors whose message names the cause and the next step."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn errors that explain themselves into a failure with their one line.

    Yields:
        Nothing.

    Raises:
        Failure: With the message; repeated by Dagster only where that can help.
    """
    try:
        yield
    except _PERMANENT as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    except _TRANSIENT as error:
        raise dg.Failure(str(error)) from error
