"""How a campaign's posts compare with the same creators' own."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.reports.model import CampaignFacts, ReportOptions, ReportPost
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.engagement import engagement_rates
from analytics_pipeline.transform.last_known import MEASURES
from analytics_pipeline.transform.lift import ComparedPost, Lift, compare
from analytics_pipeline.warehouse.as_known import AsKnown
from analytics_pipeline.warehouse.report_comparison import OwnPosts, own_posts


def build_lift(
    connection: sa.Connection,
    campaign: CampaignFacts,
    posts: Sequence[ReportPost],
    which: AsKnown,
    how: ReportOptions,
) -> tuple[Lift, ...]:
    """Compare a campaign's posts with those of its creators outside any campaign.

    Args:
        connection: To the warehouse.
        campaign: The campaign; its publishing window is the time compared.
        posts: Its posts that count.
        which: What the report rests on.
        how: What a day is.

    Returns:
        One row per platform, content type and number.
    """
    start, end = campaign.publishing_start_date, campaign.publishing_end_date
    if not posts or start is None or end is None:
        return ()
    whose = OwnPosts(
        creator_ids=sorted({post.creator_id for post in posts}),
        since=how.rule.start(start),
        before=how.rule.end(min(end, which.until)),
    )
    return compare(
        [
            ComparedPost(
                post.platform, post.content_type, post.creator_id, post.numbers
            )
            for post in posts
        ],
        [_own(row) for row in own_posts(connection, which, whose)],
    )


def _own(row: Mapping[str, Any]) -> ComparedPost:
    counts = {name: row[name] for name in (*MEASURES, "follower_count")}
    rates = engagement_rates(Platform(row["platform"]), counts, row["unknown_reasons"])
    return ComparedPost(
        platform=row["platform"],
        content_type=row["content_type"] or "",
        creator_id=row["creator_id"],
        numbers=counts | rates.values,
    )
