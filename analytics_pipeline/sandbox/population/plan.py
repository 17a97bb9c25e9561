"""When who posts what, day by day; stories have a plan of their own.

Every day of every account is drawn by itself, so any part of any history can be
asked for without walking the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from analytics_pipeline.sandbox.population.calendar import Calendar
from analytics_pipeline.sandbox.population.campaigns import CampaignBook
from analytics_pipeline.sandbox.population.captions import (
    CAMPAIGN_STYLES,
    draw_campaign_style,
    draw_ordinary_style,
)
from analytics_pipeline.sandbox.population.config import DAY_SECONDS, WorldConfig
from analytics_pipeline.sandbox.population.dice import Dice
from analytics_pipeline.sandbox.population.people import People
from analytics_pipeline.sandbox.population.records import (
    CONTENT_INSTAGRAM_POST,
    CONTENT_INSTAGRAM_REEL,
    CONTENT_TIKTOK_VIDEO,
    Campaign,
    CaptionStyle,
    Person,
    Platform,
    Trait,
)
from analytics_pipeline.sandbox.population.slots import (
    ALBUM,
    DAYS_COVERED,
    IMAGE,
    REEL,
    VIDEO,
    Draft,
    Kind,
    Slot,
    draw_step,
    last_step,
    second_of_day,
)

_REMEMBERED_DAYS = 8_192
_PROLIFIC_POSTS = 5
_AROUND_DAYS = 3
_INSIDE = 0.42
_INSIDE_PROLIFIC = 0.95
_OUTSIDE = 0.1
_UNWANTED_PLATFORM = 0.25
_SECOND_POST = 0.15
_DELETED_SHARE = 0.01
_DELETED_SHARE_OF_TRAIT = 0.4
_MODERATED_SHARE = 0.35
_KINDS: Final[tuple[Kind, ...]] = (IMAGE, IMAGE, IMAGE, ALBUM, ALBUM, REEL, REEL, REEL)
_INSTAGRAM_CONTENT = frozenset({CONTENT_INSTAGRAM_POST, CONTENT_INSTAGRAM_REEL})


@dataclass(frozen=True, slots=True)
class _Page:
    """One account's day in the plan, while it is being drawn."""

    dice: Dice
    person: Person
    platform: Platform
    day: int


class Plan:
    """Everyone's posts to be."""

    def __init__(
        self,
        config: WorldConfig,
        calendar: Calendar,
        people: People,
        book: CampaignBook,
    ) -> None:
        """Plan the posts of a world.

        Args:
            config: The settings of the world.
            calendar: Its days.
            people: Its people.
            book: Its campaigns.
        """
        self._seed = config.seed
        self._calendar = calendar
        self._people = people
        self._book = book
        self.first_day = config.start.toordinal() - config.history_days
        self.day = lru_cache(maxsize=_REMEMBERED_DAYS)(self._day)

    def visible(
        self, platform: Platform, account: int, now: int, before: int | None = None
    ) -> Iterator[Slot]:
        """Walk over an account's visible posts, newest first.

        Args:
            platform: Where to look.
            account: Whose posts.
            now: The instant asked about.
            before: Only posts strictly older than this second.

        Yields:
            Slots; each is visible at ``now``.
        """
        for slot in self.planned(platform, account, now, before):
            if slot.visible(now):
                yield slot

    def planned(
        self, platform: Platform, account: int, now: int, before: int | None = None
    ) -> Iterator[Slot]:
        """Walk over all slots up to now, newest first, moderated and deleted too.

        Args:
            platform: Where to look.
            account: Whose posts.
            now: The instant asked about.
            before: Only posts strictly older than this second.

        Yields:
            Slots in falling order of time.
        """
        newest = now if before is None else min(now, before - 1)
        latest = self.first_day + DAYS_COVERED - 1
        start = min(self._calendar.day_of(newest), latest)
        for day in range(start, self.first_day - 1, -1):
            for slot in self.day(platform, account, day):
                if slot.posted <= newest:
                    yield slot

    def find(
        self, platform: Platform, account: int, day: int, sequence: int
    ) -> Slot | None:
        """Give the slot an id points at, whether visible or not."""
        if not self.first_day <= day < self.first_day + DAYS_COVERED:
            return None
        found = (s for s in self.day(platform, account, day) if s.sequence == sequence)
        return next(found, None)

    def _day(self, platform: Platform, account: int, day: int) -> tuple[Slot, ...]:
        if not self._people.has(platform, account):
            return ()
        person = self._people.person(account)
        hidden = platform == "tiktok" and Trait.PRIVATE_TIKTOK in person.traits
        if hidden or Trait.SILENT in person.traits:
            return ()
        dice = Dice(self._seed, "day", platform, account, day)
        page = _Page(dice, person, platform, day)
        drafts: list[Draft] = []
        for campaign in self._book.of_account(account):
            drafts += self._for_campaign(page, campaign)
        drafts += _ordinary(page)
        slots = [self._slot(page, n, draft) for n, draft in enumerate(drafts)]
        slots.sort(key=lambda slot: -slot.posted)
        return tuple(slots)

    def _for_campaign(self, page: _Page, campaign: Campaign) -> list[Draft]:
        first, last = campaign.posting
        if not first - _AROUND_DAYS <= page.day <= last + _AROUND_DAYS:
            return []
        if Trait.EVERY_STYLE in page.person.traits:
            return self._every_style(page, campaign)
        share = _OUTSIDE
        if first <= page.day <= last:
            prolific = Trait.PROLIFIC in page.person.traits
            share = _INSIDE_PROLIFIC if prolific else _INSIDE
        if not _wants(campaign, page.platform):
            share *= _UNWANTED_PLATFORM
        if not page.dice.chance(share):
            return []
        return [Draft(campaign, draw_campaign_style(page.dice), draw_step(page.dice))]

    def _every_style(self, page: _Page, campaign: Campaign) -> list[Draft]:
        """Post in every style in turn, and on the very edges of the window."""
        first, last = campaign.posting
        drafts = []
        if page.day in {first, last + 1}:
            drafts.append(Draft(campaign, CaptionStyle.EXACT, 0))
        if page.day in {first - 1, last}:
            latest = last_step(self._calendar.length_of(page.day))
            drafts.append(Draft(campaign, CaptionStyle.EXACT, latest))
        if first <= page.day <= last:
            for number in (2 * (page.day - first), 2 * (page.day - first) + 1):
                style = CAMPAIGN_STYLES[number % len(CAMPAIGN_STYLES)]
                drafts.append(Draft(campaign, style, draw_step(page.dice)))
        return drafts

    def _slot(self, page: _Page, number: int, draft: Draft) -> Slot:
        dice, traits = page.dice, page.person.traits
        length = self._calendar.length_of(page.day)
        second = second_of_day(draft, number, length)
        posted = self._calendar.start_of(page.day) + second
        deletes = Trait.DELETES_POSTS in traits
        gone = None
        if dice.chance(_DELETED_SHARE_OF_TRAIT if deletes else _DELETED_SHARE):
            gone = posted + 2 * DAY_SECONDS + dice.below(4 * DAY_SECONDS)
        on_tiktok = page.platform == "tiktok"
        return Slot(
            account=page.person.index,
            day=page.day,
            sequence=number,
            posted=posted,
            campaign=draft.campaign,
            style=draft.style,
            kind=VIDEO if on_tiktok else dice.pick(_KINDS),
            gone=gone,
            moderated=on_tiktok
            and Trait.MODERATED in traits
            and dice.chance(_MODERATED_SHARE),
        )


def _ordinary(page: _Page) -> list[Draft]:
    dice, person = page.dice, page.person
    count = int(dice.chance(person.daily_rate))
    count += int(dice.chance(person.daily_rate * _SECOND_POST))
    if Trait.PROLIFIC in person.traits:
        count += _PROLIFIC_POSTS
    careless = Trait.NO_CAPTIONS in person.traits
    return [
        Draft(None, draw_ordinary_style(dice, careless=careless), draw_step(dice))
        for _ in range(count)
    ]


def _wants(campaign: Campaign, platform: Platform) -> bool:
    if platform == "tiktok":
        return CONTENT_TIKTOK_VIDEO in campaign.content_types
    return not _INSTAGRAM_CONTENT.isdisjoint(campaign.content_types)
