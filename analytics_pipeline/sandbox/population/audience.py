"""How many followers an account has at an instant: a drift, up and down."""

from analytics_pipeline.sandbox.population.calendar import Calendar
from analytics_pipeline.sandbox.population.config import WorldConfig
from analytics_pipeline.sandbox.population.dice import Dice
from analytics_pipeline.sandbox.population.people import People
from analytics_pipeline.sandbox.population.records import Platform

_TIKTOK_SHARE = (0.4, 2.5)
_TREND = (-0.0006, 0.0018)
_SWING = 0.002
_MOST_TREND = 0.6


class Audience:
    """The followers of everyone."""

    def __init__(self, config: WorldConfig, calendar: Calendar, people: People) -> None:
        """Count the followers of these people.

        Args:
            config: The settings of the world.
            calendar: Its days.
            people: Its people.
        """
        self._seed = config.seed
        self._start = config.start.toordinal()
        self._calendar = calendar
        self._people = people

    def followers(self, platform: Platform, account: int, now: int) -> int:
        """Give the exact number of followers at an instant."""
        # A straight line between two midnights; from day to day a slow trend with
        # a swing around it, so that the number falls as well.
        dice = Dice(self._seed, "audience", platform, account)
        base = float(self._people.person(account).base_followers)
        if platform == "tiktok":
            base *= dice.uniform(*_TIKTOK_SHARE)
        trend = dice.uniform(*_TREND)
        day = self._calendar.day_of(now)
        passed = now - self._calendar.start_of(day)
        part = passed / self._calendar.length_of(day)
        factor = (1 - part) * self._factor(platform, account, trend, day)
        factor += part * self._factor(platform, account, trend, day + 1)
        return max(0, round(base * factor))

    def following(self, platform: Platform, account: int) -> int:
        """Give how many accounts this one follows."""
        return 40 + Dice(self._seed, "following", platform, account).below(900)

    def _factor(self, platform: str, account: int, trend: float, day: int) -> float:
        dice = Dice(self._seed, "swing", platform, account, day)
        drift = trend * (day - self._start)
        drift = max(-_MOST_TREND, min(_MOST_TREND, drift))
        return 1 + drift + _SWING * dice.bell()
