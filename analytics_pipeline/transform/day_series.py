"""A campaign's totals day by day, from what the posts of each day add to them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from analytics_pipeline.transform.last_known import MEASURES, DayTotals, Sum

_Amounts = list[int]
"""Amounts of some posts, in the order of `_COLUMNS`: unknown is nothing of none."""

_COLUMNS = (
    "posts",
    "late",
    *(
        column.format(name)
        for column in ("{}", "posts_with_{}", "known_{}", "posts_with_known_{}")
        for name in MEASURES
    ),
)
_PLACES = {name: place for place, name in enumerate(_COLUMNS)}
_NO_POSTS: _Amounts = [0] * len(_COLUMNS)


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
    carried: dict[str, _Amounts] = {}
    told: list[DayTotals] = []
    wanted = set(days)
    for day in sorted(by_day):
        seen = _apply(by_day[day], carried)
        if day in wanted:
            # A confirmed post may be where the campaign does not look.
            told.append(_totals(day, None, seen.values(), carried.values()))
            told += (
                _totals(
                    day,
                    platform,
                    [seen.get(platform, _NO_POSTS)],
                    [carried.get(platform, _NO_POSTS)],
                )
                for platform in platforms
            )
    return tuple(told)


def _apply(
    changes: Iterable[Mapping[str, Any]], carried: dict[str, _Amounts]
) -> dict[str, _Amounts]:
    """Bring what is carried to a day; return what is seen on it, both by platform."""
    seen: dict[str, _Amounts] = {}
    for change in changes:
        platform = change["platform"]
        # The server adds up whole numbers of any size to decimal ones.
        amounts = [int(change[name] or 0) for name in _COLUMNS]
        if change["part"] == "seen":
            seen[platform] = amounts
            continue
        if change["part"] == "ended":
            amounts = [-amount for amount in amounts]
        carried[platform] = _add([carried.get(platform, _NO_POSTS), amounts])
    return seen


def _add(parts: Iterable[_Amounts]) -> _Amounts:
    return [sum(amounts) for amounts in zip(_NO_POSTS, *parts, strict=True)]


def _totals(
    day: date,
    platform: str | None,
    seen: Iterable[_Amounts],
    carried: Iterable[_Amounts],
) -> DayTotals:
    observed, carried_on = _add(seen), _add(carried)
    known = _add([observed, carried_on])
    return DayTotals(
        day=day,
        platform=platform,
        observed_post_count=_of(observed, "posts"),
        late_post_count=_of(observed, "late"),
        observed={name: _sum(observed, name) for name in MEASURES},
        post_count=_of(known, "posts"),
        carried_post_count=_of(carried_on, "posts"),
        known={name: _sum(known, f"known_{name}") for name in MEASURES},
    )


def _sum(amounts: _Amounts, name: str) -> Sum:
    posts = _of(amounts, f"posts_with_{name}")
    return Sum(_of(amounts, name) if posts else None, posts)


def _of(amounts: _Amounts, name: str) -> int:
    return amounts[_PLACES[name]]
