"""A slot: one post to be, with its time and fate, before anyone writes it.

Slots are cheap, so whole histories can be walked and counted. Which slots a day
has is decided in ``plan`` and ``stories``; ``posts`` makes a slot into a post.
"""

from dataclasses import dataclass
from typing import Final

from analytics_pipeline.sandbox.population.dice import Dice
from analytics_pipeline.sandbox.population.records import (
    Campaign,
    CaptionStyle,
    Product,
)

Kind = tuple[str, Product]

IMAGE: Final[Kind] = ("IMAGE", "FEED")
ALBUM: Final[Kind] = ("CAROUSEL_ALBUM", "FEED")
REEL: Final[Kind] = ("VIDEO", "REELS")
STORY: Final[Kind] = ("IMAGE", "STORY")
VIDEO: Final[Kind] = ("VIDEO", "VIDEO")

# Days that fit into a post's id.
DAYS_COVERED: Final = 10_000
# Seconds between two possible times of posting; also how many posts a day can have.
STEP: Final = 64

_AT_NIGHT = 0.06
_MORNING_STEPS = 7 * 3_600 // STEP
_WAKING_STEPS = 15 * 3_600 // STEP


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """One post to be, and what happens to it; compared by identity.

    Attributes:
        account: Whose post it is.
        day: The local day (ordinal) it is posted on.
        sequence: Its number within that day.
        posted: The Unix second; no two posts of an account share one.
        campaign: The campaign it was made for, or None.
        style: How its caption is written.
        kind: Media type and product.
        gone: The Unix second from which it is deleted, or None.
        moderated: Cut out of every list by the platform.
    """

    account: int
    day: int
    sequence: int
    posted: int
    campaign: Campaign | None
    style: CaptionStyle
    kind: Kind
    gone: int | None = None
    moderated: bool = False

    def visible(self, now: int) -> bool:
        """Tell whether the post can be seen at an instant."""
        if self.moderated or self.posted > now:
            return False
        return self.gone is None or now < self.gone


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be posted, and in which step of the day."""

    campaign: Campaign | None
    style: CaptionStyle
    step: int


def draw_step(dice: Dice) -> int:
    """Draw a time of day: mostly between 7 and 22 o'clock."""
    if dice.chance(_AT_NIGHT):
        return dice.below(_MORNING_STEPS)
    return _MORNING_STEPS + dice.below(_WAKING_STEPS)


def last_step(day_length: int) -> int:
    """Give the last step of a day with so many seconds."""
    return day_length // STEP - 1


def second_of_day(draft: Draft, number: int, day_length: int) -> int:
    """Give the second a draft is posted at, different for every draft of a day.

    Args:
        draft: The draft; its step is cut to the day where clocks are put forward.
        number: The draft's number within the day, below ``STEP``.
        day_length: Seconds the day has.

    Returns:
        Seconds since the day began. Draft 0 in the first step gets the first
        second of the day, draft 0 in the last step gets the last one.
    """
    last = last_step(day_length)
    if draft.step >= last:
        return day_length - 1 - number
    return draft.step * STEP + number
