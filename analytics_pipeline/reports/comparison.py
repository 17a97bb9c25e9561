"""How a campaign's posts compare with the same creators' own."""

from collections.abc import Sequence

import sqlalchemy as sa

from analytics_pipeline.reports.model import CampaignFacts, ReportOptions, ReportPost
from analytics_pipeline.schemas.fields import RATES
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.engagement import rate_definitions
from analytics_pipeline.transform.lift import (
    COMPARED,
    ComparedPost,
    Lift,
    Middle,
    compare,
)
from analytics_pipeline.warehouse.as_known import AsKnown
from analytics_pipeline.warehouse.report_comparison import (
    OwnPosts,
    RateParts,
    middle_of_own_posts,
)


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
    compared = [
        ComparedPost(post.platform, post.content_type, post.creator_id, post.numbers)
        for post in posts
    ]
    whose = OwnPosts(
        kinds={(it.platform, it.content_type, it.creator_id) for it in compared},
        since=how.rule.start(start),
        before=how.rule.end(min(end, which.until)),
    )
    rows = middle_of_own_posts(connection, which, whose, _COLUMNS)
    own = {
        (row["platform"], row["content_type"], name): Middle(
            row[f"{name}_lower"], row[f"{name}_upper"], row[f"{name}_posts"]
        )
        for row in rows
        for name in COMPARED
    }
    return compare(compared, own)


def _parts(name: str) -> dict[str, RateParts] | None:
    """Return what a rate is made of, by platform; None for a count."""
    if name not in RATES:
        return None
    definitions = {platform: rate_definitions(platform)[name] for platform in Platform}
    return {
        platform.value: (definition.numerator, definition.denominator)
        for platform, definition in definitions.items()
    }


_COLUMNS = {name: _parts(name) for name in COMPARED}
