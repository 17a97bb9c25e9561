"""What a report lists for people to look at: near misses and stories."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from analytics_pipeline.reports.model import NearMiss, StoryToReview
from analytics_pipeline.reports.posts import web_link
from analytics_pipeline.warehouse.as_known import AsKnown
from analytics_pipeline.warehouse.report_people import (
    open_near_misses,
    stories_without_match,
)

_MOST_NEAR_MISSES = 50


@dataclass(frozen=True, slots=True)
class NearMisses:
    """Posts that do not count but might.

    Attributes:
        posts: The likeliest.
        by_kind: How many of each kind there are in all.
    """

    posts: tuple[NearMiss, ...]
    by_kind: Mapping[str, int]


def build_near_misses(connection: sa.Connection, which: AsKnown) -> NearMisses:
    """Read the posts that might belong to a campaign and that nobody has decided.

    Args:
        connection: To the warehouse.
        which: The campaign and its last day.

    Returns:
        The likeliest of them, and how many there are.
    """
    rows = open_near_misses(connection, which)
    return NearMisses(
        posts=tuple(
            NearMiss(
                platform=row["platform"],
                post_id=row["post_id"],
                post_url=web_link(row["post_url"]),
                creator_id=row["creator_id"],
                username=row["username"],
                content_type=row["content_type"],
                posted_at=row["posted_at"],
                post_caption=row["post_caption"],
                hashtags=tuple(row["hashtags"]),
                kind=row["candidate_kind"],
                score=row["candidate_score"],
                reasons=row["candidate_reasons"],
            )
            for row in rows[:_MOST_NEAR_MISSES]
        ),
        by_kind=dict(Counter(row["candidate_kind"] for row in rows).most_common()),
    )


def build_stories(
    connection: sa.Connection, which: AsKnown
) -> tuple[StoryToReview, ...]:
    """Read the stories that no hashtag can match."""
    return tuple(
        StoryToReview(
            platform=row["platform"],
            post_id=row["post_id"],
            creator_id=row["creator_id"],
            username=row["username"],
            posted_at=row["posted_at"],
            post_url=web_link(row["post_url"]),
        )
        for row in stories_without_match(connection, which)
    )
