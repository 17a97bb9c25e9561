"""Adding a post to a campaign by its link, also before it has been collected."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from analytics_pipeline.schemas.review import Decision, NewDecision, Verdict
from analytics_pipeline.transform.post_links import parse_post_link
from analytics_pipeline.warehouse.campaigns import takes_part
from analytics_pipeline.warehouse.post_links import post_of_link
from analytics_pipeline.warehouse.review import decide


@dataclass(frozen=True, slots=True)
class LinkedPost:
    """A post that somebody adds.

    Attributes:
        campaign_id: To which campaign.
        link: Its address, as pasted.
        by: Sign-in name of whoever adds it.
        reason: Why, in their words.
        seen: The decision about it that held when they looked, if any.
    """

    campaign_id: str
    link: str
    by: str
    reason: str | None = None
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a post that was added.

    Attributes:
        decision: The decision that now holds.
        creator_id: Whose post it is; None while it has not been collected.
        takes_part: Whether that creator takes part in the campaign.
    """

    decision: Decision
    creator_id: str | None
    takes_part: bool

    @property
    def told(self) -> str:
        """Return what follows from it, in a sentence for whoever added it."""
        if self.decision.is_waiting:
            return (
                "The post has not been collected yet. It counts from the day on that "
                "brings it; if its account is never collected, it can never count."
            )
        if not self.takes_part:
            return (
                "The post counts from the next run on, as long as its account is "
                f"collected: creator {self.creator_id} takes no part in this campaign."
            )
        return "The post counts from the next run on."


def add_by_link(connection: sa.Connection, wanted: LinkedPost, now: datetime) -> Added:
    """Confirm the post behind a link.

    Args:
        connection: With an open transaction.
        wanted: The link, and to which campaign it belongs.
        now: The current instant.

    Returns:
        The decision; where no such post has been collected it waits for it.

    Raises:
        ReviewError: The link leads to no post, or the decision cannot be made.
    """
    link = parse_post_link(wanted.link)
    post = post_of_link(connection, link.platform, link.key)
    decision = decide(
        connection,
        NewDecision(
            campaign_id=wanted.campaign_id,
            platform=link.platform,
            verdict=Verdict.CONFIRMED,
            by=wanted.by,
            post_id=None if post is None else post["post_id"],
            link_key=link.key if post is None else None,
            post_url=link.url if post is None else post["post_url"],
            reason=wanted.reason,
            seen=wanted.seen,
        ),
        now,
    )
    if post is None:
        return Added(decision, None, takes_part=False)
    creator_id = post["creator_id"]
    is_participant = takes_part(connection, wanted.campaign_id, creator_id)
    return Added(decision, creator_id, takes_part=is_participant)
