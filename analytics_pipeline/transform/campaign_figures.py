"""Key figures of a campaign: from its posts' last known numbers to totals and rates.

A total says on how many of the posts it rests, how many of these numbers are older than
the day, and why the others are not known.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import TypeVar

from analytics_pipeline.schemas.fields import RATES
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.transform.last_known import MEASURES, KnownNumber

_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class PostFigures:
    """A post that counts, as far as figures need it.

    Attributes:
        platform: Where it is.
        content_type: What kind of post it is.
        creator_id: Whose it is.
        day: The newest day that tells of it.
        is_late: Whether that day was told too late.
        is_ended: It is a story whose day is over: there will be no newer number.
        is_removed: It was proven that it is no longer there.
        is_erased: Its creator has asked to be forgotten.
        numbers: Its last known numbers by column.
        unknown: Why a number was null on the newest day, by column.
    """

    platform: str
    content_type: str
    creator_id: str
    day: date
    is_late: bool
    is_ended: bool
    is_removed: bool
    is_erased: bool
    numbers: Mapping[str, KnownNumber]
    unknown: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of last known numbers.

    Attributes:
        value: The sum; None when the number is known of no post.
        posts: On how many posts it rests.
        older_posts: Of these, posts whose number is of a day before the report's.
        unknown: Why it is not known of the others: {reason: posts}.
    """

    value: int | None
    posts: int
    older_posts: int
    unknown: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rate:
    """An engagement rate over posts.

    Attributes:
        weighted: Summed engagement over summed base; None when known of no post.
        median: Median of the posts' rates.
        posts: On how many posts both rest.
        older_posts: Of these, posts whose rate is of a day before the report's.
        unknown: Why it is not known of the others: {reason: posts}.
    """

    weighted: float | None
    median: float | None
    posts: int
    older_posts: int
    unknown: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """Key figures of a campaign, or of a part of it.

    Attributes:
        post_count: Posts that count.
        creator_count: Creators they are of.
        older_post_count: Posts whose newest numbers are of a day before the report's.
        ended_post_count: Of these, stories that have ended.
        removed_post_count: Posts that are proven to be gone.
        late_post_count: Posts whose newest numbers were observed too late.
        erased_post_count: Posts of people who asked to be forgotten.
        totals: Sums by column.
        rates: Engagement rates by column.
        oldest_observed_at: When the oldest of the numbers was told; None without posts.
        newest_observed_at: When the newest of the numbers was told.
    """

    post_count: int
    creator_count: int
    older_post_count: int
    ended_post_count: int
    removed_post_count: int
    late_post_count: int
    erased_post_count: int
    totals: Mapping[str, Total]
    rates: Mapping[str, Rate]
    oldest_observed_at: datetime | None
    newest_observed_at: datetime | None


def figures(posts: Sequence[PostFigures], day: date) -> Figures:
    """Add up posts.

    Args:
        posts: The posts that count.
        day: The report's day.

    Returns:
        Their figures.
    """
    observed = [
        post.numbers[name].observed_at
        for post in posts
        for name in MEASURES
        if name in post.numbers
    ]
    return Figures(
        post_count=len(posts),
        creator_count=len({post.creator_id for post in posts}),
        older_post_count=sum(post.day < day for post in posts),
        ended_post_count=sum(post.is_ended for post in posts),
        removed_post_count=sum(post.is_removed for post in posts),
        late_post_count=sum(post.is_late for post in posts),
        erased_post_count=sum(post.is_erased for post in posts),
        totals={name: _total(posts, name, day) for name in MEASURES},
        rates={name: _rate(posts, name, day) for name in RATES},
        oldest_observed_at=min(observed, default=None),
        newest_observed_at=max(observed, default=None),
    )


def figures_by(
    posts: Sequence[PostFigures], key: Callable[[PostFigures], _Key], day: date
) -> dict[_Key, Figures]:
    """Add up posts by one of their traits.

    Args:
        posts: The posts that count.
        key: Gives the trait.
        day: The report's day.

    Returns:
        The figures of each trait that any post has.
    """
    groups: dict[_Key, list[PostFigures]] = {}
    for post in posts:
        groups.setdefault(key(post), []).append(post)
    return {trait: figures(group, day) for trait, group in groups.items()}


def _total(posts: Iterable[PostFigures], name: str, day: date) -> Total:
    known, unknown = _known(posts, name)
    return Total(
        value=sum(int(number.value) for number in known) if known else None,
        posts=len(known),
        older_posts=sum(number.day < day for number in known),
        unknown=unknown,
    )


def _rate(posts: Iterable[PostFigures], name: str, day: date) -> Rate:
    known, unknown = _known(posts, name)
    whole = sum(number.base for number in known)
    return Rate(
        weighted=sum(number.engagement for number in known) / whole if whole else None,
        median=median(number.value for number in known) if known else None,
        posts=len(known),
        older_posts=sum(number.day < day for number in known),
        unknown=unknown,
    )


def _known(
    posts: Iterable[PostFigures], name: str
) -> tuple[list[KnownNumber], dict[str, int]]:
    known, unknown = [], Counter[str]()
    for post in posts:
        number = post.numbers.get(name)
        if number is not None:
            known.append(number)
        else:
            unknown[post.unknown.get(name, Unknown.NOT_REPORTED)] += 1
    return known, dict(unknown.most_common())
