"""The posts of a day that do not count but might: what the review desk ranks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.schemas.review import CandidateKind, Verdict
from analytics_pipeline.schemas.tables import REVIEW_CANDIDATES
from analytics_pipeline.steps.campaign_terms import (
    dated,
    participants_of,
    terms_of,
    wanted_posts,
)
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.matching import CampaignIndex, MatchLevel
from analytics_pipeline.transform.near_misses import (
    DAYS_BESIDE,
    CampaignTags,
    NearMiss,
    NearMissIndex,
    Publication,
)
from analytics_pipeline.warehouse.campaigns import list_campaigns
from analytics_pipeline.warehouse.candidates import (
    campaigns_with_participants,
    iter_participants_posts,
)
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.load import Load, LoadResult
from analytics_pipeline.warehouse.review import verdicts

_COPIED = (
    "platform",
    "post_id",
    "creator_id",
    "account_id",
    "content_type",
    "posted_at",
    "post_caption",
    "post_url",
    "hashtags",
    "observed_at",
    "is_late",
)
_Post = Mapping[str, Any]


@dataclass(slots=True)
class CandidatesReport:
    """What became of a day.

    Attributes:
        load: What changed in the table.
        posts: Posts that were looked at.
        by_kind: How many candidates there are, by kind.
    """

    load: LoadResult = field(default_factory=LoadResult)
    posts: int = 0
    by_kind: dict[CandidateKind, int] = field(default_factory=dict)


def list_review_candidates(run: Run, day: date) -> CandidatesReport:
    """Find the participants' posts of a day that could belong to their campaigns.

    Args:
        run: The run.
        day: The day.

    Returns:
        What changed; the day's candidates are replaced in one transaction.
    """
    report = CandidatesReport()
    with at_work(run.warehouse), run.warehouse.begin() as connection:
        load = Load(connection, REVIEW_CANDIDATES)
        load.add(
            _row(run, day, post, near_miss)
            for post, near_miss in _find(run, day, report)
        )
        report.load = load.replace({"snapshot_date": [day]})
    return report


def _find(
    run: Run, day: date, report: CandidatesReport
) -> Iterator[tuple[_Post, NearMiss]]:
    with run.warehouse.begin() as reading:
        campaigns = campaigns_with_participants(reading, day)
        terms = [terms_of(row) for row in dated(campaigns)]
        if not terms:
            return
        participants = participants_of(campaigns)
        matching = CampaignIndex(terms, participants, run.rule)
        near = NearMissIndex(terms, participants, _known_tags(reading), run.rule)
        decided = verdicts(reading, [campaign.campaign_id for campaign in terms])
        wanted = wanted_posts(run, terms, participants, DAYS_BESIDE)
        for post in iter_participants_posts(reading, day, wanted):
            report.posts += 1
            publication = Publication(
                post["creator_id"],
                post["content_type"],
                post["posted_at"],
                post["hashtags"],
            )
            of_post = decided.get((post["platform"], post["post_id"]), {})
            counts_for = _counts_for(matching, publication, of_post)
            for found in near.near_misses(publication, counts_for, of_post):
                report.by_kind[found.kind] = report.by_kind.get(found.kind, 0) + 1
                yield post, found


def _known_tags(connection: sa.Connection) -> list[CampaignTags]:
    return [
        CampaignTags(
            row["campaign_id"],
            tuple(row["campaign_hashtags"]),
            tuple(row["hashtag_keys"]),
        )
        for row in list_campaigns(connection)
    ]


def _counts_for(
    matching: CampaignIndex, post: Publication, decided: Mapping[str, Verdict]
) -> set[str]:
    """Return the campaigns that a post counts for."""
    found = matching.matches(
        post.creator_id, post.content_type, post.posted_at, post.hashtags
    )
    by_hashtags = {
        match.campaign_id
        for match in found
        if match.level is MatchLevel.FULL and match.campaign_id not in decided
    }
    confirmed = {name for name, it in decided.items() if it is Verdict.CONFIRMED}
    return by_hashtags | confirmed


def _row(run: Run, day: date, post: _Post, found: NearMiss) -> dict[str, object]:
    return {
        "snapshot_date": day,
        "campaign_id": found.campaign_id,
        **{name: post[name] for name in _COPIED},
        "candidate_kind": found.kind,
        "candidate_score": found.score,
        "candidate_reasons": found.reasons,
        "run_id": run.run_id,
    }
