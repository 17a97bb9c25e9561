"""Key figures of a campaign: from its posts' last known numbers to totals and rates.

A total says on how many of the posts it rests, how many of these numbers are older than
the day, and why the others are not known.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import TypeVar

from analytics_pipeline.schemas.fields import RATES
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.transform.last_known import MEASURES, KnownNumber

_SUMMED = frozenset(MEASURES)
_NAMES = (*MEASURES, *RATES)
_Key = TypeVar("_Key", bound=Hashable)

Kind = tuple[str, str, str]
"""Platform, content type and creator of a post."""


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


@dataclass(slots=True)
class _Number:
    """What is known of one number over posts; of a rate its parts are added up too."""

    value: int = 0
    engagement: int = 0
    base: int = 0
    posts: int = 0
    older_posts: int = 0
    rates: list[float] = field(default_factory=list)
    # Posts by reason, and which post was the first: it decides between equals.
    unknown: dict[str, list[int]] = field(default_factory=dict)

    def lack(self, reason: str, posts: int, first: int) -> None:
        """Add posts of which it is not known."""
        found = self.unknown.get(reason)
        if found is None:
            self.unknown[reason] = [posts, first]
            return
        found[0] += posts
        found[1] = min(found[1], first)

    def add(self, other: "_Number") -> None:
        """Add other posts."""
        self.value += other.value
        self.engagement += other.engagement
        self.base += other.base
        self.posts += other.posts
        self.older_posts += other.older_posts
        self.rates += other.rates
        for reason, (posts, first) in other.unknown.items():
            self.lack(reason, posts, first)

    @property
    def reasons(self) -> dict[str, int]:
        """Why it is not known, the most frequent reason first."""
        ordered = sorted(
            self.unknown.items(), key=lambda item: (-item[1][0], item[1][1])
        )
        return {reason: posts for reason, (posts, _) in ordered}


@dataclass(slots=True)
class Tally:
    """Posts that count, added up; tallies can be added up again.

    Attributes:
        day: The report's day.
        creator_ids: Whose posts they are.
        counts: Posts in all, then older, ended, removed, late and erased ones.
        numbers: What is known of each number.
        observed: When the oldest and the newest of the numbers were told.
    """

    day: date
    creator_ids: set[str] = field(default_factory=set)
    counts: list[int] = field(default_factory=lambda: [0] * 6)
    numbers: dict[str, _Number] = field(
        default_factory=lambda: {name: _Number() for name in _NAMES}
    )
    observed: list[datetime] = field(default_factory=list)

    def add_post(self, place: int, post: PostFigures) -> None:
        """Add a post.

        Args:
            place: Its place among all posts.
            post: The post.
        """
        self.creator_ids.add(post.creator_id)
        marks = (
            True,
            post.day < self.day,
            post.is_ended,
            post.is_removed,
            post.is_late,
            post.is_erased,
        )
        self.counts = [
            count + mark for count, mark in zip(self.counts, marks, strict=True)
        ]
        instants = []
        for name, known in self.numbers.items():
            number = post.numbers.get(name)
            if number is None:
                known.lack(post.unknown.get(name, Unknown.NOT_REPORTED), 1, place)
                continue
            known.posts += 1
            known.older_posts += number.day < self.day
            if name in _SUMMED:
                known.value += int(number.value)
                instants.append(number.observed_at)
            else:
                known.rates.append(number.value)
                known.engagement += number.engagement
                known.base += number.base
        self._see(instants)

    def add(self, other: "Tally") -> None:
        """Add the posts of another tally."""
        self.creator_ids |= other.creator_ids
        self.counts = [
            count + more for count, more in zip(self.counts, other.counts, strict=True)
        ]
        for name, number in other.numbers.items():
            self.numbers[name].add(number)
        self._see(other.observed)

    def figures(self) -> Figures:
        """Return what the posts add up to."""
        whole, older, ended, removed, late, erased = self.counts
        return Figures(
            post_count=whole,
            creator_count=len(self.creator_ids),
            older_post_count=older,
            ended_post_count=ended,
            removed_post_count=removed,
            late_post_count=late,
            erased_post_count=erased,
            totals={name: _total(self.numbers[name]) for name in MEASURES},
            rates={name: _rate(self.numbers[name]) for name in RATES},
            oldest_observed_at=min(self.observed, default=None),
            newest_observed_at=max(self.observed, default=None),
        )

    def _see(self, instants: Iterable[datetime]) -> None:
        seen = {*self.observed, *instants}
        self.observed = [min(seen), max(seen)] if seen else []


def tally(posts: Iterable[PostFigures], day: date) -> dict[Kind, Tally]:
    """Add up posts by what every group of them has in common.

    Args:
        posts: The posts that count.
        day: The report's day.

    Returns:
        A tally per platform, content type and creator.
    """
    found: dict[Kind, Tally] = {}
    for place, post in enumerate(posts):
        kind = (post.platform, post.content_type, post.creator_id)
        if kind not in found:
            found[kind] = Tally(day)
        found[kind].add_post(place, post)
    return found


def figures(tallies: Mapping[Kind, Tally], day: date) -> Figures:
    """Return what posts add up to.

    Args:
        tallies: The posts.
        day: The report's day.

    Returns:
        Their figures.
    """
    whole = Tally(day)
    for part in tallies.values():
        whole.add(part)
    return whole.figures()


def figures_by(
    tallies: Mapping[Kind, Tally], trait: Callable[[Kind], _Key]
) -> dict[_Key, Figures]:
    """Return what posts add up to by one of their traits.

    Args:
        tallies: The posts.
        trait: Gives the trait.

    Returns:
        The figures of each trait that any post has.
    """
    groups: dict[_Key, Tally] = {}
    for kind, part in tallies.items():
        name = trait(kind)
        if name not in groups:
            groups[name] = Tally(part.day)
        groups[name].add(part)
    return {name: group.figures() for name, group in groups.items()}


def _total(number: _Number) -> Total:
    return Total(
        value=number.value if number.posts else None,
        posts=number.posts,
        older_posts=number.older_posts,
        unknown=number.reasons,
    )


def _rate(number: _Number) -> Rate:
    return Rate(
        weighted=number.engagement / number.base if number.base else None,
        median=median(number.rates) if number.rates else None,
        posts=number.posts,
        older_posts=number.older_posts,
        unknown=number.reasons,
    )
