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
class Middle:
    """What stands in the middle of some numbers put in order.

    Attributes:
        lower: The number in the middle, or the smaller of the two; None without any.
        upper: The same, or the larger of the two.
        posts: How many numbers there are.
    """

    lower: float | None
    upper: float | None
    posts: int

    @property
    def median(self) -> float | None:
        """The median; None without any number."""
        if self.lower is None or self.upper is None:
            return None
        is_one = self.posts % 2 == 1
        return self.lower if is_one else (self.lower + self.upper) / 2


_NOTHING = Middle(None, None, 0)


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
    campaign: Sequence[ComparedPost], own: Mapping[tuple[str, str, str], Middle]
) -> tuple[Lift, ...]:
    """Compare a campaign's posts with the same creators' own.

    Args:
        campaign: Its posts.
        own: The middle of those creators' posts of the same kind outside any campaign,
            by platform, content type and column.

    Returns:
        A row per platform, content type and number that is known of any post of the
        campaign.
    """
    by_kind: dict[tuple[str, str], list[ComparedPost]] = {}
    for post in campaign:
        by_kind.setdefault((post.platform, post.content_type), []).append(post)
    rows = [
        _lift(kind, column, _known(posts, column), own.get((*kind, column), _NOTHING))
        for kind, posts in sorted(by_kind.items(), key=_in_order)
        for column in COMPARED
    ]
    return tuple(row for row in rows if row.campaign_posts)


def _in_order(item: tuple[tuple[str, str], object]) -> tuple[str, str]:
    (platform, content_type), _ = item
    # A post that a person has confirmed may be of a kind that nobody knows.
    return platform, content_type or ""


def _known(posts: Iterable[ComparedPost], column: str) -> list[float]:
    told = (post.numbers.get(column) for post in posts)
    return [value for value in told if value is not None]


def _lift(
    kind: tuple[str, str], column: str, ours: Sequence[float], theirs: Middle
) -> Lift:
    our_median, their_median = (median(ours) if ours else None), theirs.median
    is_enough = min(len(ours), theirs.posts) >= LEAST_POSTS
    lift = None
    if is_enough and our_median is not None and their_median:
        lift = our_median / their_median - 1
    return Lift(*kind, column, our_median, len(ours), their_median, theirs.posts, lift)
