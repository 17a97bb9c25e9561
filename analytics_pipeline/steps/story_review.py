"""Stories that may belong to a campaign but carry no caption to tell by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics_pipeline.schemas.platforms import ContentType
from analytics_pipeline.schemas.tables import STORIES_TO_REVIEW
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.matching import Participation, participations
from analytics_pipeline.warehouse.candidates import (
    campaigns_of_day,
    iter_participations,
)
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.load import LoadResult, replace
from analytics_pipeline.warehouse.review import verdicts
from analytics_pipeline.warehouse.stories import stories_without_caption


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """What became of a day.

    Attributes:
        load: What changed in the table.
        by_campaign: How many stories there are to look at, by campaign.
    """

    load: LoadResult
    by_campaign: dict[str, int]


def list_stories_to_review(run: Run, day: date) -> ReviewReport:
    """List the stories of a day that a person has to look at.

    Args:
        run: The run.
        day: The day.

    Returns:
        What changed; the day's list is replaced in one transaction.
    """
    with at_work(run.warehouse), run.warehouse.begin() as connection:
        campaigns = campaigns_of_day(connection, day)
        decided = verdicts(connection, [row["campaign_id"] for row in campaigns])
        stories = stories_without_caption(connection, day)
        taking_part = participations(iter_participations(connection, day))
        rows = [
            _row(run, day, campaign["campaign_id"], story)
            for campaign in campaigns
            for story in _in_question(run, campaign, stories, taking_part)
            if campaign["campaign_id"]
            not in decided.get((story["platform"], story["post_id"]), ())
        ]
        scope = {"snapshot_date": [day]}
        load = replace(connection, STORIES_TO_REVIEW, rows, scope)
    counts: dict[str, int] = {}
    for row in rows:
        name = str(row["campaign_id"])
        counts[name] = counts.get(name, 0) + 1
    return ReviewReport(load, counts)


def _in_question(
    run: Run,
    campaign: dict[str, Any],
    stories: list[dict[str, Any]],
    participants: Mapping[str, Participation],
) -> Iterator[dict[str, Any]]:
    """Yield the stories that would count for a campaign, were it not for hashtags."""
    first, last = campaign["publishing_start_date"], campaign["publishing_end_date"]
    if ContentType.INSTAGRAM_STORY not in campaign["content_types"]:
        return
    if first is None or last is None:
        return
    for story in stories:
        posted_on = run.rule.day_of(story["posted_at"])
        theirs = participants.get(story["creator_id"])
        is_of_participant = theirs and campaign["campaign_id"] in theirs.campaign_ids
        if is_of_participant and first <= posted_on <= last:
            yield story


def _row(
    run: Run, day: date, campaign_id: str, story: dict[str, Any]
) -> dict[str, object]:
    copied = ("platform", "post_id", "account_id", "creator_id", "posted_at")
    return {
        "snapshot_date": day,
        "campaign_id": campaign_id,
        **{name: story[name] for name in (*copied, "post_url", "observed_at")},
        "run_id": run.run_id,
    }
