"""What happened to an Instagram account on a day, as its insights tell it.

The platform's days are those of US Pacific time, wherever the account is. Each
account's every day is drawn by itself, also long before the world's first post.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from analytics_pipeline.sandbox.population.audience import Audience
from analytics_pipeline.sandbox.population.calendar import Calendar
from analytics_pipeline.sandbox.population.dice import Dice

PACIFIC: Final = "America/Los_Angeles"

_REMEMBERED_DAYS = 4_096
_REPOSTS_PER_SHARE = 5


@dataclass(frozen=True, slots=True)
class AccountDay:
    """The final figures of an account's day; names as the platform has them.

    Attributes:
        reach: Accounts that saw something of it.
        views: How often something of it was seen.
        likes: Likes given that day, to posts of any age; the next five likewise.
        comments: Comments.
        shares: Shares.
        saves: Saves.
        replies: Replies to stories.
        reposts: Reposts.
        accounts_engaged: Accounts that did any of this.
        profile_views: Visits of the profile.
        profile_links_taps: Taps on the profile's buttons.
        website_clicks: Taps on the profile's link.
        gained: Followers won.
        lost: Followers lost; the total changed by the difference.
    """

    reach: int
    views: int
    likes: int
    comments: int
    shares: int
    saves: int
    replies: int
    reposts: int
    accounts_engaged: int
    profile_views: int
    profile_links_taps: int
    website_clicks: int
    gained: int
    lost: int

    @property
    def total_interactions(self) -> int:
        """All interactions together."""
        given = self.likes + self.comments + self.shares + self.saves
        return given + self.replies + self.reposts


class AccountDays:
    """Every account's days."""

    def __init__(self, seed: int, audience: Audience) -> None:
        """Draw the days of a world's accounts.

        Args:
            seed: The world's seed.
            audience: Its followers.
        """
        self._seed = seed
        self._audience = audience
        self.calendar = Calendar(PACIFIC)
        self.day = lru_cache(maxsize=_REMEMBERED_DAYS)(self._draw)

    def _draw(self, account: int, day: int) -> AccountDay:
        dice = Dice(self._seed, "account day", account, day)
        before, after = (
            self._audience.followers("instagram", account, self.calendar.start_of(n))
            for n in (day, day + 1)
        )
        reach = int(before * dice.uniform(0.08, 0.35)) + 1
        likes = int(reach * dice.uniform(0.02, 0.08))
        shares = int(likes * dice.uniform(0.02, 0.12))
        visits = int(reach * dice.uniform(0.01, 0.05))
        taps = int(visits * dice.uniform(0.03, 0.15))
        churn = int(before * dice.uniform(0.0002, 0.001))
        grown = after - before
        comments = int(likes * dice.uniform(0.01, 0.08))
        saves = int(likes * dice.uniform(0.02, 0.12))
        return AccountDay(
            reach=reach,
            views=int(reach * dice.uniform(1.3, 2.4)),
            likes=likes,
            comments=comments,
            shares=shares,
            saves=saves,
            replies=int(reach * dice.uniform(0.0, 0.004)),
            reposts=shares // _REPOSTS_PER_SHARE,
            accounts_engaged=min(reach, int((likes + comments + saves) * 0.8)),
            profile_views=visits,
            profile_links_taps=taps,
            website_clicks=int(taps * dice.uniform(0.2, 0.7)),
            gained=churn + max(grown, 0),
            lost=churn + max(-grown, 0),
        )
