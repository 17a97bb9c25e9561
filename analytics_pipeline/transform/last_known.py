"""The newest number that is known of each post of a campaign, day by day.

A story ends, an account gives no answer, an insight is asked for every seventh day:
what was known of the post before is still known. So every number is carried forward
alone, with the day it is of, and totals do not fall for want of an answer.

What is added up day by day the server carries forward (`warehouse/report_series.py`):
there are more rows than anybody wants to bring here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from analytics_pipeline.schemas.fields import RATES, SUMMED_MEASURES
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.engagement import base, engagement, rate_definitions
from analytics_pipeline.transform.matching import MatchLevel

MEASURES = (*SUMMED_MEASURES, "save_count", "reach")
"""What is added up over posts."""

NUMBERS = (*MEASURES, "follower_count", *RATES)
"""Every number that a post has in a report."""

PostKey = tuple[str, str]
"""Platform and post."""

_COUNTED = (*MEASURES, "follower_count")
_RATE_PARTS = {platform.value: rate_definitions(platform) for platform in Platform}


class KnownNumber(NamedTuple):
    """A number of a post, of the newest day on which it is known.

    Attributes:
        value: The count, or the rate as a fraction.
        day: Whose state it tells.
        observed_at: When the platform told it.
        engagement: Of a rate: what its numerator adds up to.
        base: Of a rate: its denominator.
    """

    value: float
    day: date
    observed_at: datetime
    engagement: int = 0
    base: int = 0


@dataclass(slots=True)
class PostState:
    """What is known of one post of a campaign at the end of a day.

    Attributes:
        platform: Where it is.
        post_id: Which it is.
        level: How it matched when last seen; None once it was seen without matching.
        day: The newest day that tells of it.
        is_late: Whether that day was told too late.
        numbers: Last known numbers by column.
    """

    platform: str
    post_id: str
    level: str | None
    day: date
    is_late: bool = False
    numbers: dict[str, KnownNumber] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether the post counts for the campaign."""
        return self.level == MatchLevel.FULL


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over the posts of which a number is known.

    Attributes:
        value: The sum; None when it is known of none.
        posts: Of how many posts it is known.
    """

    value: int | None
    posts: int


@dataclass(frozen=True, slots=True)
class DayTotals:
    """A campaign's day on one platform, or over both.

    Attributes:
        day: The day.
        platform: Where; None over both.
        observed_post_count: Posts that count and were observed for the day.
        late_post_count: Of these, posts that were observed too late for it.
        observed: Sums over these posts, by column.
        post_count: Posts that count, as last known.
        carried_post_count: Of these, posts whose newest row is of an earlier day.
        known: Sums of last known numbers, by column.
    """

    day: date
    platform: str | None
    observed_post_count: int
    late_post_count: int
    observed: Mapping[str, Sum]
    post_count: int
    carried_post_count: int
    known: Mapping[str, Sum]


def last_states(
    rows: Iterable[Mapping[str, Any]], lost: Mapping[PostKey, date]
) -> dict[PostKey, PostState]:
    """Return what is last known of a campaign's posts.

    Args:
        rows: Rows of `hashtag_post_metrics` of one campaign, in order of their days:
            of each post at least its newest, and the newest that tells each number.
        lost: The day on which a post was last seen without matching, if that was
            after its newest row: its caption was edited, or its creator no longer
            takes part.

    Returns:
        The posts.
    """
    states: dict[PostKey, PostState] = {}
    for row in rows:
        _see(states, row)
    for key, day in lost.items():
        states[key].level, states[key].day = None, day
    return states


def add_up(values: Iterable[float | None]) -> Sum:
    """Add up what is known.

    Args:
        values: One per post.

    Returns:
        The sum, and over how many posts.

    Examples:
        >>> add_up([1, None, 2]), add_up([None])
        (Sum(value=3, posts=2), Sum(value=None, posts=0))
    """
    known = [int(value) for value in values if value is not None]
    return Sum(sum(known) if known else None, len(known))


def _see(states: dict[PostKey, PostState], row: Mapping[str, Any]) -> None:
    """Take over what a day's row tells of a post; what it does not tell stays."""
    key = (row["platform"], row["post_id"])
    state = states.get(key)
    if state is None:
        state = states[key] = PostState(*key, level=None, day=row["snapshot_date"])
    day, observed_at, numbers = row["snapshot_date"], row["observed_at"], state.numbers
    state.level, state.day, state.is_late = row["match_level"], day, row["is_late"]
    for name in _COUNTED:
        if (value := row[name]) is not None:
            numbers[name] = KnownNumber(value, day, observed_at)
    for name, definition in _RATE_PARTS[row["platform"]].items():
        if (value := row[name]) is not None:
            parts = engagement(definition, row), base(definition, row)
            numbers[name] = KnownNumber(value, day, observed_at, *parts)
