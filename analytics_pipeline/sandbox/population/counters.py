"""How counters grow with a post's age, and now and then fall.

The curve is a chain of power laws through the median daily growth measured on
public posts: +39.7 % over 23 hours on the first day, +13.7 % on the second,
+1.2 % in the first week, +0.37 % in the second, +0.2 % to day 30, then +0.06 %.
Posts differ by an exponent around 1, which leaves the median where it is.
"""

from dataclasses import dataclass
from math import exp
from typing import Final

from analytics_pipeline.sandbox.population.dice import Dice
from analytics_pipeline.sandbox.population.records import Counters, Person, Trait

_HOUR = 3_600
# (age in hours up to which the exponent holds, exponent)
_CURVE: Final[tuple[tuple[float, float], ...]] = (
    (12.0, 0.4),
    (36.0, 0.3123),
    (60.0, 0.26),
    (100.0, 0.12),
    (200.0, 0.0618),
    (400.0, 0.0423),
    (720.0, 0.0468),
    (24.0 * 365, 0.0285),
)
_FALLING_SHARE = 0.04
_FALLING_SHARE_OF_TRAIT = 0.6
_EARLIEST_FALL_HOURS = 72
_FALL_SPREAD_HOURS = 120


@dataclass(frozen=True, slots=True)
class Growth:
    """What a post's counters run towards, and how.

    Attributes:
        final: The totals after a year.
        pace: Exponent on the curve: above 1 the post grows longer.
        fall_hours: The age at which likes and views are taken back, or None.
        fall_share: Which part of the final totals is taken back then.
    """

    final: Counters
    pace: float
    fall_hours: int | None
    fall_share: float


def share_reached(hours: float) -> float:
    """Give the part of the final totals a post has at an age.

    Args:
        hours: Age of the post; negative or zero means nothing yet.

    Returns:
        A fraction from 0 to 1, never falling.

    Examples:
        >>> share_reached(0)
        0.0
        >>> round(share_reached(35) / share_reached(12), 3)
        1.397
    """
    if hours <= 0:
        return 0.0
    for end, exponent, share in _SEGMENTS:
        if hours < end:
            return share * float((hours / end) ** exponent)
    return 1.0


def _segments() -> tuple[tuple[float, float, float], ...]:
    """Give each stretch of the curve its end, exponent and share at the end."""
    segments = []
    share = 1.0
    for number in range(len(_CURVE) - 1, -1, -1):
        end, exponent = _CURVE[number]
        segments.append((end, exponent, share))
        if number:
            share *= float((_CURVE[number - 1][0] / end) ** exponent)
    return tuple(reversed(segments))


_SEGMENTS: Final = _segments()


def instagram_growth(dice: Dice, person: Person, *, video: bool) -> Growth:
    """Draw what an Instagram post will reach."""
    likes = person.base_followers * dice.uniform(0.012, 0.06) * exp(0.5 * dice.bell())
    reach = likes * dice.uniform(8, 18)
    views = reach * dice.uniform(1.2, 2.2) * (1.6 if video else 1)
    final = Counters(
        views=int(views) + 3,
        likes=int(likes) + 1,
        comments=int(likes * dice.uniform(0.01, 0.07)),
        shares=int(likes * dice.uniform(0.02, 0.1)),
        saves=int(likes * dice.uniform(0.03, 0.12)),
        reach=int(reach) + 2,
    )
    return _growth(dice, person, final)


def tiktok_growth(dice: Dice, person: Person) -> Growth:
    """Draw what a TikTok video will reach."""
    views = person.base_followers * dice.uniform(0.15, 1.2) * exp(0.8 * dice.bell())
    likes = views * dice.uniform(0.04, 0.12)
    final = Counters(
        views=int(views) + 5,
        likes=int(likes) + 1,
        comments=int(likes * dice.uniform(0.005, 0.05)),
        shares=int(likes * dice.uniform(0.01, 0.08)),
        saves=int(likes * dice.uniform(0.02, 0.1)),
        reach=int(views * 0.8),
    )
    return _growth(dice, person, final)


def story_growth(dice: Dice, person: Person) -> Growth:
    """Draw what a story will reach; one in five is seen by almost nobody."""
    reach = (
        3 if dice.chance(0.2) else int(person.base_followers * dice.uniform(0.02, 0.08))
    )
    final = Counters(
        views=int(reach * 1.1),
        likes=int(reach * 0.02),
        comments=int(reach * 0.004),
        shares=int(reach * 0.003),
        saves=0,
        reach=reach,
    )
    return Growth(final, 1.0, None, 0.0)


def _growth(dice: Dice, person: Person, final: Counters) -> Growth:
    pace = exp(0.22 * dice.bell())
    falling = Trait.COUNTS_FALL in person.traits
    share = _FALLING_SHARE_OF_TRAIT if falling else _FALLING_SHARE
    falls = dice.chance(share)
    return Growth(
        final=final,
        pace=pace,
        fall_hours=_EARLIEST_FALL_HOURS + dice.below(_FALL_SPREAD_HOURS)
        if falls
        else None,
        fall_share=dice.uniform(0.05, 0.1),
    )


def counters_at(growth: Growth, age_seconds: int) -> Counters:
    """Give a post's totals at an age, as exact integers."""
    hours = age_seconds / _HOUR
    share = share_reached(hours) ** growth.pace if hours > 0 else 0.0
    fallen = growth.fall_hours is not None and hours >= growth.fall_hours
    taken = growth.fall_share if fallen else 0.0
    final = growth.final
    return Counters(
        views=int(final.views * share) - int(final.views * taken),
        likes=int(final.likes * share) - int(final.likes * taken),
        comments=int(final.comments * share),
        shares=int(final.shares * share),
        saves=int(final.saves * share),
        reach=int(final.reach * share),
    )
