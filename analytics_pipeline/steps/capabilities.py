"""What a run knows, and learns, of the metrics that Instagram refuses."""

import re

from analytics_pipeline.clients.capabilities import Capabilities
from analytics_pipeline.schemas.attempt_kinds import AttemptKind, raw_asset
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.steps.run import Run
from analytics_pipeline.warehouse.capabilities import LearnedBy, MetricCapabilities

_VERSION = re.compile(r"/(v\d+\.\d+)$")


def open_capabilities(run: Run, api_url: str, kind: AttemptKind) -> Capabilities:
    """Return what is known of refused metrics, for the time of one collection.

    Args:
        run: The run.
        api_url: Base address of the Graph API, with its version.
        kind: What is collected; the findings of its raw asset tell what is learned.

    Returns:
        To be shared by all threads of the collection.
    """
    version = _VERSION.search(api_url)
    learner = LearnedBy(
        platform=Platform.INSTAGRAM,
        api_version=version[1] if version else "unversioned",
        asset=raw_asset(Platform.INSTAGRAM, kind),
        run_id=run.run_id,
        day=run.rule.day_of(run.clock()),
    )
    ledger = MetricCapabilities(run.warehouse, learner, run.clock)
    return Capabilities(run.clock, ledger)
