"""The world the sandbox shows: one deterministic truth for every instant.

``World`` answers what is so, without regard to who may see it; the APIs decide
that. Everything is computed from the settings when asked for. Nothing here knows
HTTP, tokens or faults.
"""

from collections.abc import Iterator
from datetime import datetime

from analytics_pipeline.sandbox.population.account_days import AccountDays
from analytics_pipeline.sandbox.population.audience import Audience
from analytics_pipeline.sandbox.population.calendar import Calendar, as_instant
from analytics_pipeline.sandbox.population.campaigns import CampaignBook
from analytics_pipeline.sandbox.population.config import DAY_SECONDS, WorldConfig
from analytics_pipeline.sandbox.population.identities import Identities
from analytics_pipeline.sandbox.population.ids import video_key
from analytics_pipeline.sandbox.population.people import People
from analytics_pipeline.sandbox.population.plan import Plan
from analytics_pipeline.sandbox.population.posts import (
    MEDIA_IDS,
    STORY_IDS,
    PostMaker,
)
from analytics_pipeline.sandbox.population.records import (
    Campaign,
    Person,
    Platform,
    Post,
)
from analytics_pipeline.sandbox.population.stories import StoryPlan

__all__ = ["World", "WorldConfig"]


class World:
    """All people, campaigns, posts and numbers, at any instant.

    Accounts go by a number: a creator's is its position, from 0 up.
    """

    def __init__(self, config: WorldConfig | None = None) -> None:
        """Grow a world.

        Args:
            config: Its settings; the defaults give 24 creators.
        """
        self.config = config or WorldConfig()
        self.calendar = Calendar(self.config.timezone)
        self.people = People(self.config, self.calendar)
        self.book = CampaignBook(self.config)
        self.identities = Identities(self.config.seed, self.people)
        parts = (self.config, self.calendar, self.people, self.book)
        self._plan = Plan(*parts)
        self._stories = StoryPlan(*parts)
        self._maker = PostMaker(self.config.seed, self.people, self._plan.first_day)
        self._audience = Audience(self.config, self.calendar, self.people)
        self.account_days = AccountDays(self.config.seed, self._audience)

    def creator(self, index: int) -> Person:
        """Give a creator by position, or a stranger or the agency by number."""
        return self.people.person(index)

    def find_creator(self, creator_id: int) -> Person | None:
        """Give a creator by the Creators app's id, or None."""
        index = self.people.index_of(creator_id)
        return None if index is None else self.people.person(index)

    def campaigns(self) -> list[Campaign]:
        """List all campaigns in the order of their ids."""
        return list(self.book)

    def participants(self, campaign_id: int) -> list[int]:
        """List the creator ids that take part in a campaign."""
        return self.book.creator_ids(campaign_id)

    def handle(self, index: int, at: datetime) -> str:
        """Give the Instagram handle an account goes by at an instant."""
        return self.people.handle(index, as_instant(at))

    def find_handle(self, handle: str, at: datetime) -> int | None:
        """Give the account number a handle belongs to at an instant, or None."""
        return self.people.account_of(handle, as_instant(at))

    def followers(self, platform: Platform, index: int, at: datetime) -> int:
        """Give an account's exact number of followers at an instant."""
        return self._audience.followers(platform, index, as_instant(at))

    def following(self, platform: Platform, index: int) -> int:
        """Give how many accounts an account follows."""
        return self._audience.following(platform, index)

    def instagram_posts(self, index: int, at: datetime) -> list[Post]:
        """List an account's visible Instagram posts, newest first."""
        return list(self.iter_posts("instagram", index, at))

    def tiktok_posts(self, index: int, at: datetime) -> list[Post]:
        """List an account's visible TikTok posts, newest first."""
        return list(self.iter_posts("tiktok", index, at))

    def iter_posts(
        self, platform: Platform, index: int, at: datetime, before: int | None = None
    ) -> Iterator[Post]:
        """Walk over an account's visible posts, newest first.

        Args:
            platform: Where to look.
            index: The account's number.
            at: The instant asked about.
            before: Only posts strictly older than this Unix second.

        Yields:
            Posts as they stand at that instant.
        """
        now = as_instant(at)
        for slot in self._plan.visible(platform, index, now, before):
            yield self._maker.post(slot, now)

    def iter_timed_videos(
        self, index: int, at: datetime, before: int | None = None
    ) -> Iterator[tuple[int, Post | None]]:
        """Walk over TikTok posts, with gaps where moderated ones were cut out.

        Args:
            index: The account's number.
            at: The instant asked about.
            before: Only posts strictly older than this Unix second.

        Yields:
            The Unix second of posting, and the post; None stands for one that
            TikTok counts but does not show.
        """
        now = as_instant(at)
        for slot in self._plan.planned("tiktok", index, now, before):
            if slot.visible(now):
                yield slot.posted, self._maker.post(slot, now)
            elif slot.moderated:
                yield slot.posted, None

    def total_likes(self, platform: Platform, index: int, at: datetime) -> int:
        """Add up the likes of an account's visible posts."""
        now = as_instant(at)
        slots = self._plan.visible(platform, index, now)
        return sum(self._maker.counters(slot, now).likes for slot in slots)

    def count_posts(self, platform: Platform, index: int, at: datetime) -> int:
        """Count an account's visible posts, without writing them."""
        return sum(1 for _ in self._plan.visible(platform, index, as_instant(at)))

    def stories(self, index: int, at: datetime) -> list[Post]:
        """List the stories of the last 24 hours, newest first."""
        now = as_instant(at)
        return [self._maker.post(s, now) for s in self._stories.active(index, now)]

    def stories_ended(self, index: int, at: datetime) -> list[Post]:
        """List the stories that ended by an instant, oldest first, as they ended.

        Args:
            index: The account's number.
            at: The instant.

        Returns:
            Those posted since the world's start, with their final counters.
        """
        first = self.calendar.start_of(self.config.start.toordinal())
        last = as_instant(at) - DAY_SECONDS
        slots = self._stories.posted_between(index, first, last)
        return [self._maker.post(slot, slot.posted + DAY_SECONDS) for slot in slots]

    def find_media(self, media_id: str, at: datetime) -> Post | None:
        """Give the Instagram post or active story with this id.

        Args:
            media_id: The platform's id.
            at: The instant asked about.

        Returns:
            None when it never existed, is not out yet, was deleted or expired.
        """
        now = as_instant(at)
        key = self._maker.media_key(STORY_IDS, media_id)
        if key is not None and self.people.exists(key.account):
            return next(
                (s for s in self.stories(key.account, at) if s.post_id == media_id),
                None,
            )
        key = self._maker.media_key(MEDIA_IDS, media_id)
        if key is None or not self.people.exists(key.account):
            return None
        slot = self._plan.find("instagram", key.account, key.day, key.sequence)
        if slot is None or not slot.visible(now):
            return None
        return self._maker.post(slot, now)

    def find_video(self, video_id: str, at: datetime) -> Post | None:
        """Give the TikTok post with this id, or None when nobody can see it."""
        key = video_key(video_id)
        if key is None:
            return None
        account, posted, sequence = key
        now = as_instant(at)
        if posted > now or not self.people.exists(account):
            return None
        day = self.calendar.day_of(posted)
        slot = self._plan.find("tiktok", account, day, sequence)
        if slot is None or slot.posted != posted or not slot.visible(now):
            return None
        return self._maker.post(slot, now)

    def media_owner(self, media_id: str) -> int | None:
        """Give the account an Instagram media id was made for, existing or not."""
        for codec in (MEDIA_IDS, STORY_IDS):
            key = self._maker.media_key(codec, media_id)
            if key is not None and self.people.exists(key.account):
                return key.account
        return None
