"""How a campaign's posts did beside the same creators' own posts: lift.

Compared are posts of the same creators, platform, content type and weeks; medians,
because one post that everybody saw would carry a mean alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

LEAST_POSTS = 3
"""With fewer posts on a side there is no lift: one post more could turn it round."""

COMPARED = (
    "view_count",
    "like_count",
    "comment_count",
    "engagement_rate_by_followers",
    "engagement_rate_by_views",
)
"""What is compared."""


@dataclass(frozen=True, slots=True)
class ComparedPost:
    """A post, as far as it is compared.

    Attributes:
        platform: Where it is.
        content_type: What kind of post it is.
        creator_id: Whose it is.
        numbers: Its numbers by column; None where unknown.
    """

    platform: str
    content_type: str
    creator_id: str
    numbers: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Lift:
    """One number of a campaign's posts beside that of the creators' own.

    Attributes:
        platform: Where the posts are.
        content_type: What kind of posts they are.
        column: What is compared.
        campaign_median: Median of the campaign's posts; None when known of none.
        campaign_posts: On how many posts it rests.
        own_median: Median of the creators' posts outside any campaign.
        own_posts: On how many posts it rests.
        lift: How much higher the campaign's median is, as a fraction of the own one
            (0.2 = 20 % higher); None with fewer than `LEAST_POSTS` on a side.
    """

    platform: str
    content_type: str
    column: str
    campaign_median: float | None
    campaign_posts: int
    own_median: float | None
    own_posts: int
    lift: float | None


def compare(
    campaign: Sequence[ComparedPost], own: Iterable[ComparedPost]
) -> tuple[Lift, ...]:
    """Compare a campaign's posts with the same creators' own.

    Args:
        campaign: Its posts.
        own: Posts outside any campaign; those of creators who have no post of that
            kind in the campaign are left out.

    Returns:
        A row per platform, content type and number that is known of any post of the
        campaign.
    """
    wanted = {(it.platform, it.content_type, it.creator_id) for it in campaign}
    others = [
        it for it in own if (it.platform, it.content_type, it.creator_id) in wanted
    ]
    kinds = sorted({(it.platform, it.content_type) for it in campaign})
    rows = [
        _lift(
            kind, column, _known(campaign, kind, column), _known(others, kind, column)
        )
        for kind in kinds
        for column in COMPARED
    ]
    return tuple(row for row in rows if row.campaign_posts)


def _known(
    posts: Iterable[ComparedPost], kind: tuple[str, str], column: str
) -> list[float]:
    return [
        value
        for post in posts
        if (post.platform, post.content_type) == kind
        and (value := post.numbers.get(column)) is not None
    ]


def _lift(
    kind: tuple[str, str], column: str, ours: Sequence[float], theirs: Sequence[float]
) -> Lift:
    our_median = median(ours) if ours else None
    their_median = median(theirs) if theirs else None
    is_enough = min(len(ours), len(theirs)) >= LEAST_POSTS
    lift = None
    if is_enough and our_median is not None and their_median:
        lift = our_median / their_median - 1
    return Lift(*kind, column, our_median, len(ours), their_median, len(theirs), lift)
