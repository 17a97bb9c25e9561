"""Bringing single accounts up to date between two collections of all."""

import logging
from collections.abc import Collection, Sequence
from datetime import date

from analytics_pipeline.steps.canonical import TABLE_NAMES, load_day
from analytics_pipeline.steps.creator_months import make_months
from analytics_pipeline.steps.matches import match_posts
from analytics_pipeline.steps.review_candidates import list_review_candidates
from analytics_pipeline.steps.run import Run
from analytics_pipeline.steps.story_review import list_stories_to_review
from analytics_pipeline.steps.summary import summarise_day
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.load import LoadResult
from analytics_pipeline.warehouse.quality import has_outcomes

_log = logging.getLogger(__name__)


def load_accounts(
    run: Run, days: Sequence[date], connection_ids: Collection[str]
) -> LoadResult:
    """Read again what is known of some accounts on some days.

    Args:
        run: The run.
        days: The days.
        connection_ids: The accounts.

    Returns:
        What changed, the marts of settled days included. A day that has not been
        settled gets its marts from the collection that settles it.
    """
    changed = LoadResult()
    with at_work(run.warehouse):
        for day in sorted(set(days)):
            changed += _load_day_of(run, day, connection_ids)
    _log.info(
        "%d accounts loaded for %s: %d rows changed",
        len(connection_ids),
        ", ".join(map(str, sorted(set(days)))),
        changed.changed,
    )
    return changed


def _load_day_of(run: Run, day: date, connection_ids: Collection[str]) -> LoadResult:
    report = load_day(
        run, day, TABLE_NAMES, with_findings=False, connection_ids=connection_ids
    )
    changed = sum(report.loads.values(), start=LoadResult())
    with run.warehouse.begin() as connection:
        is_settled = has_outcomes(connection, day)
    # Also when nothing was new: a run killed before may have loaded, but not summed up.
    if is_settled:
        changed += match_posts(run, day).load
        changed += summarise_day(run, day).load
        changed += list_stories_to_review(run, day).load
        changed += make_months(run, [day])
        changed += list_review_candidates(run, day).load
    return changed
