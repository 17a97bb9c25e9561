"""A campaign's totals day by day, from what the posts of each day add to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics_pipeline.transform.last_known import MEASURES, DayTotals, Sum


@dataclass(frozen=True, slots=True)
class _Part:
    """Posts that count, taken together."""

    posts: int
    late: int
    observed: Mapping[str, Sum]
    known: Mapping[str, Sum]


def add_days(
    changes: Iterable[Mapping[str, Any]],
    days: Sequence[date],
    platforms: Sequence[str],
) -> tuple[DayTotals, ...]:
    """Add up a campaign's days.

    Args:
        changes: What each day changes, as `warehouse.report_series.read_changes` gives
            it; days on which nothing changes are not there.
        days: The days to tell totals of, in order.
        platforms: The platforms to tell totals of.

    Returns:
        Every day's totals: over both platforms first, then by platform.
    """
    by_day: dict[date, list[Mapping[str, Any]]] = {day: [] for day in days}
    for change in changes:
        by_day.setdefault(change["day"], []).append(change)
    carried: dict[str, _Part] = {}
    told: list[DayTotals] = []
    wanted = set(days)
    for day in sorted(by_day):
        seen: dict[str, _Part] = {}
        for change in by_day[day]:
            platform, part = change["platform"], _part(change)
            before = carried.get(platform, _NO_POSTS)
            if change["part"] == "seen":
                seen[platform] = part
            elif change["part"] == "carried":
                carried[platform] = _more(before, part)
            else:
                carried[platform] = _less(before, part)
        if day in wanted:
            told += _totals(day, seen, carried, platforms)
    return tuple(told)


def _totals(
    day: date,
    seen: Mapping[str, _Part],
    carried: Mapping[str, _Part],
    platforms: Sequence[str],
) -> list[DayTotals]:
    # A post that a person has confirmed may be where the campaign does not look.
    everywhere = {*seen, *carried}
    return [_day(day, None, seen, carried, everywhere)] + [
        _day(day, platform, seen, carried, {platform}) for platform in platforms
    ]


def _day(
    day: date,
    platform: str | None,
    seen: Mapping[str, _Part],
    carried: Mapping[str, _Part],
    where: Iterable[str],
) -> DayTotals:
    observed = carried_on = _NO_POSTS
    for name in where:
        observed = _more(observed, seen.get(name, _NO_POSTS))
        carried_on = _more(carried_on, carried.get(name, _NO_POSTS))
    known = _more(observed, carried_on)
    return DayTotals(
        day=day,
        platform=platform,
        observed_post_count=observed.posts,
        late_post_count=observed.late,
        observed=observed.observed,
        post_count=known.posts,
        carried_post_count=carried_on.posts,
        known=known.known,
    )


def _part(change: Mapping[str, Any]) -> _Part:
    return _Part(
        change["posts"],
        change["late"],
        {name: _told(change, name) for name in MEASURES},
        {name: _told(change, f"known_{name}") for name in MEASURES},
    )


def _told(change: Mapping[str, Any], name: str) -> Sum:
    value = change[name]
    # The server adds up whole numbers of any size to decimal ones.
    return Sum(None if value is None else int(value), change[f"posts_with_{name}"])


def _more(one: _Part, other: _Part) -> _Part:
    return _Part(
        one.posts + other.posts,
        one.late + other.late,
        {name: _sum(one.observed[name], other.observed[name]) for name in MEASURES},
        {name: _sum(one.known[name], other.known[name]) for name in MEASURES},
    )


def _less(one: _Part, other: _Part) -> _Part:
    return _Part(
        one.posts - other.posts,
        one.late - other.late,
        {name: _rest(one.observed[name], other.observed[name]) for name in MEASURES},
        {name: _rest(one.known[name], other.known[name]) for name in MEASURES},
    )


def _sum(one: Sum, other: Sum) -> Sum:
    return _of((one.value or 0) + (other.value or 0), one.posts + other.posts)


def _rest(one: Sum, other: Sum) -> Sum:
    return _of((one.value or 0) - (other.value or 0), one.posts - other.posts)


def _of(value: int, posts: int) -> Sum:
    return Sum(value if posts else None, posts)


_NOTHING = dict.fromkeys(MEASURES, Sum(None, 0))
_NO_POSTS = _Part(0, 0, _NOTHING, _NOTHING)
