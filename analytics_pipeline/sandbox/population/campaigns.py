"""Which campaigns exist and who takes part, at any size of the world.

The first campaigns are written down; beyond the first creators every block of
fifty creators has a campaign of its own, which a few of the next block share. So
a creator's campaigns follow from its number, and so do a campaign's creators.
"""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Final

from analytics_pipeline.sandbox.population.config import WorldConfig
from analytics_pipeline.sandbox.population.dice import Dice
from analytics_pipeline.sandbox.population.first_campaigns import (
    CAMPAIGN_WITH_UNKNOWN_CREATOR,
    FIRST_CAMPAIGN_ID,
    FIRST_CAMPAIGNS,
    UNKNOWN_CREATOR_ID,
)
from analytics_pipeline.sandbox.population.first_people import FIRST_PEOPLE
from analytics_pipeline.sandbox.population.names import LOCALES
from analytics_pipeline.sandbox.population.people import FIRST_CREATOR_ID
from analytics_pipeline.sandbox.population.records import STRANGERS, Campaign

FIRST_BLOCK_ID: Final = 1001
BLOCK: Final = 50

_REMEMBERED_CAMPAIGNS = 1_024
_REMEMBERED_CREATORS = 4_096
_JOINS = 0.9
_GUESTS = 0.1
_RUNNING = 0.8
_PAST = 0.9
_TITLES: Final[dict[str, tuple[str, str]]] = {
    "cs": ("Nová vůně", "novavune"),
    "ru": ("Городской ритм", "городскойритм"),
    "ko": ("주말 나들이", "주말나들이"),
    "th": ("คาเฟ่ใกล้บ้าน", "คาเฟ่ใกล้บ้าน"),
    "ar": ("لمسة الربيع", "لمسة_الربيع"),
    "en": ("Fresh Start", "freshstart"),
}
_CONTENT_TYPES: Final = ((1, 3, 4), (1, 3, 4), (1, 3), (3, 4))


class CampaignBook:
    """The campaigns of a world."""

    def __init__(self, config: WorldConfig) -> None:
        """Open the book of a world.

        Args:
            config: The settings of the world.
        """
        self._config = config
        self._first_day = config.start.toordinal()
        beyond = max(0, config.creators - len(FIRST_PEOPLE))
        self._blocks = -(-beyond // BLOCK)
        self._block = lru_cache(maxsize=_REMEMBERED_CAMPAIGNS)(self._block_campaign)
        self._memory = lru_cache(maxsize=_REMEMBERED_CREATORS)(self._of_account)
        self._first = [self._first_campaign(n) for n in range(len(FIRST_CAMPAIGNS))]

    def __iter__(self) -> Iterator[Campaign]:
        """Walk over all campaigns in the order of their ids."""
        yield from self._first
        for block in range(self._blocks):
            yield self._block(block)

    def find(self, campaign_id: int) -> Campaign | None:
        """Give the campaign with this id, or None."""
        number = campaign_id - FIRST_CAMPAIGN_ID
        if 0 <= number < len(self._first):
            return self._first[number]
        block = campaign_id - FIRST_BLOCK_ID
        return self._block(block) if 0 <= block < self._blocks else None

    def _of_account(self, index: int) -> list[Campaign]:
        if index >= STRANGERS:
            return []
        if index < len(FIRST_PEOPLE):
            return [
                campaign
                for campaign, row in zip(self._first, FIRST_CAMPAIGNS, strict=True)
                if index in row.creators
            ]
        own = (index - len(FIRST_PEOPLE)) // BLOCK
        return [
            self._block(block)
            for block in (own - 1, own)
            if block >= 0 and self._joins(block, index)
        ]

    def of_account(self, index: int) -> list[Campaign]:
        """Give the campaigns a creator takes part in; strangers are in none."""
        return self._memory(index)

    def creator_ids(self, campaign_id: int) -> list[int]:
        """List who takes part in a campaign, as the Creators app would.

        Args:
            campaign_id: Any id; an unknown one has no participants.

        Returns:
            Creator ids in ascending order. One campaign also names a creator
            whom nobody knows.
        """
        number = campaign_id - FIRST_CAMPAIGN_ID
        if 0 <= number < len(FIRST_CAMPAIGNS):
            known = FIRST_CAMPAIGNS[number].creators
            ids = [
                FIRST_CREATOR_ID + index
                for index in known
                if index < self._config.creators
            ]
            if campaign_id == CAMPAIGN_WITH_UNKNOWN_CREATOR:
                ids.append(UNKNOWN_CREATOR_ID)
            return ids
        block = campaign_id - FIRST_BLOCK_ID
        if not 0 <= block < self._blocks:
            return []
        first = len(FIRST_PEOPLE) + block * BLOCK
        last = min(first + 2 * BLOCK, self._config.creators)
        return [
            FIRST_CREATOR_ID + index
            for index in range(first, last)
            if self._joins(block, index)
        ]

    def _joins(self, block: int, index: int) -> bool:
        own = (index - len(FIRST_PEOPLE)) // BLOCK
        share = _JOINS if own == block else _GUESTS
        return Dice(self._config.seed, "joins", block, index).chance(share)

    def _first_campaign(self, number: int) -> Campaign:
        row = FIRST_CAMPAIGNS[number]
        start, end = row.window or row.posting
        posting = (self._first_day + start, self._first_day + end)
        return Campaign(
            campaign_id=FIRST_CAMPAIGN_ID + number,
            name=row.name,
            hashtags=row.hashtags,
            start=date.fromordinal(posting[0]) if row.window else None,
            end=date.fromordinal(posting[1]) if row.window else None,
            content_types=row.content_types,
            tags=row.tags,
            posting=posting,
            locale=row.locale,
        )

    def _block_campaign(self, block: int) -> Campaign:
        dice = Dice(self._config.seed, "campaign", block)
        locale = dice.pick(LOCALES)
        title, word = _TITLES[locale]
        phase = dice.uniform(0, 1)
        start = dice.below(8) - 4
        if phase >= _RUNNING:
            start += -60 if phase < _PAST else 40
        posting = (
            self._first_day + start,
            self._first_day + start + 9 + dice.below(5),
        )
        tags: tuple[str, ...] = (f"{word}{block}", f"lumen{block}")
        return Campaign(
            campaign_id=FIRST_BLOCK_ID + block,
            name=f"{title} {block}",
            hashtags=", ".join(f"#{tag}" for tag in tags),
            start=date.fromordinal(posting[0]),
            end=date.fromordinal(posting[1]),
            content_types=dice.pick(_CONTENT_TYPES),
            tags=tags,
            posting=posting,
            locale=locale,
        )
