"""When who posts a story. Stories live a day and stand in no list of media."""

from functools import lru_cache

from analytics_pipeline.sandbox.population.calendar import Calendar
from analytics_pipeline.sandbox.population.campaigns import CampaignBook
from analytics_pipeline.sandbox.population.captions import draw_campaign_style
from analytics_pipeline.sandbox.population.config import DAY_SECONDS, WorldConfig
from analytics_pipeline.sandbox.population.dice import Dice
from analytics_pipeline.sandbox.population.people import People
from analytics_pipeline.sandbox.population.records import (
    CONTENT_INSTAGRAM_STORY,
    SPARES,
    CaptionStyle,
    Trait,
)
from analytics_pipeline.sandbox.population.slots import (
    DAYS_COVERED,
    STORY,
    Draft,
    Slot,
    draw_step,
    second_of_day,
)

_REMEMBERED_DAYS = 2_048
_USUAL = 0.4
_FOR_CAMPAIGN = 0.5
_STORYTELLER_STORIES = 3


class StoryPlan:
    """Everyone's stories to be."""

    def __init__(
        self,
        config: WorldConfig,
        calendar: Calendar,
        people: People,
        book: CampaignBook,
    ) -> None:
        """Plan the stories of a world.

        Args:
            config: The settings of the world.
            calendar: Its days.
            people: Its people.
            book: Its campaigns.
        """
        self._seed = config.seed
        self._first_day = config.start.toordinal() - config.history_days
        self._calendar = calendar
        self._people = people
        self._book = book
        self._day = lru_cache(maxsize=_REMEMBERED_DAYS)(self._draw_day)

    def active(self, account: int, now: int) -> list[Slot]:
        """List the stories of the last 24 hours, newest first."""
        today = self._calendar.day_of(now)
        return [
            slot
            for day in (today, today - 1)
            for slot in self._day(account, day)
            if now - DAY_SECONDS < slot.posted <= now
        ]

    def posted_between(self, account: int, first: int, last: int) -> list[Slot]:
        """List the stories posted from one Unix second to another, oldest first."""
        days = range(self._calendar.day_of(first), self._calendar.day_of(last) + 1)
        return [
            slot
            for day in days
            for slot in reversed(self._day(account, day))
            if first <= slot.posted <= last
        ]

    def _draw_day(self, account: int, day: int) -> tuple[Slot, ...]:
        covered = 0 <= day - self._first_day < DAYS_COVERED
        if not covered or not self._people.has("instagram", account):
            return ()
        if account >= SPARES:
            return ()
        dice = Dice(self._seed, "stories", account, day)
        storyteller = Trait.STORYTELLER in self._people.person(account).traits
        count = _STORYTELLER_STORIES if storyteller else int(dice.chance(_USUAL))
        drafts = [
            Draft(None, CaptionStyle.MISSING, draw_step(dice)) for _ in range(count)
        ]
        for campaign in self._book.of_account(account):
            inside = campaign.posting[0] <= day <= campaign.posting[1]
            wanted = CONTENT_INSTAGRAM_STORY in campaign.content_types
            if inside and wanted and dice.chance(_FOR_CAMPAIGN):
                style = draw_campaign_style(dice)
                drafts.append(Draft(campaign, style, draw_step(dice)))
        begin = self._calendar.start_of(day)
        length = self._calendar.length_of(day)
        slots = [
            Slot(
                account=account,
                day=day,
                sequence=number,
                posted=begin + second_of_day(draft, number, length),
                campaign=draft.campaign,
                style=draft.style,
                kind=STORY,
            )
            for number, draft in enumerate(drafts)
        ]
        slots.sort(key=lambda slot: -slot.posted)
        return tuple(slots)
