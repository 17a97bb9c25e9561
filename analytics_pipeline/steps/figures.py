"""A total made once more of what each post brings, and held against the stored one."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, median
from typing import Any

from analytics_pipeline.schemas.explanations import (
    Contribution,
    ExplainedFigure,
    LeftOut,
)
from analytics_pipeline.schemas.fields import FIELDS

Brought = Contribution | LeftOut
Post = Mapping[str, Any]

_OF_NO_POST = "post_count"


@dataclass(frozen=True, slots=True)
class Figure:
    """How a total is made of what the posts bring.

    Attributes:
        name: Its column.
        how: In words.
        brings: What a post brings, or why nothing.
        total: Makes the total of what they bring.
    """

    name: str
    how: str
    brings: Callable[[Post], Brought]
    total: Callable[[Sequence[Contribution]], float]


def explained(
    figure: Figure, stored: Mapping[str, Any], posts: Sequence[Post]
) -> ExplainedFigure:
    """Return a figure with what every post brings to it.

    Args:
        figure: How it is made.
        stored: The row that holds it; empty where there is none.
        posts: The posts it is made of.

    Returns:
        The figure, and whether it is the stored one.
    """
    brought = [figure.brings(post) for post in posts]
    contributions = tuple(it for it in brought if isinstance(it, Contribution))
    is_known = bool(contributions) or figure.name == _OF_NO_POST
    recomputed = figure.total(contributions) if is_known else None
    told = stored.get(figure.name)
    reasons = stored.get("unknown_reasons", {})
    return ExplainedFigure(
        name=figure.name,
        meaning=FIELDS[figure.name].meaning,
        how=figure.how,
        stored=told,
        unknown=None if told is not None else reasons.get(figure.name),
        recomputed=recomputed,
        adds_up=_are_equal(told, recomputed),
        contributions=contributions,
        left_out=tuple(it for it in brought if isinstance(it, LeftOut)),
    )


def contribution(
    post: Post,
    value: float,
    above: int | None = None,
    below: int | None = None,
    day: date | None = None,
) -> Contribution:
    """Return what a post brings.

    Args:
        post: The post.
        value: What it brings.
        above: A rate's numerator.
        below: A rate's denominator.
        day: The day that the number is of, where they differ from post to post.

    Returns:
        The contribution.
    """
    return Contribution(
        post_id=post["post_id"],
        creator_id=post["creator_id"],
        value=value,
        engagement=above,
        base=below,
        is_late=post["is_late"],
        snapshot_date=day,
    )


def left_out(post: Post, why: str) -> LeftOut:
    """Return that a post brings nothing, and why."""
    return LeftOut(post["post_id"], post["creator_id"], why)


def added(contributions: Sequence[Contribution]) -> float:
    """Return the sum."""
    return sum(it.value for it in contributions)


def averaged(contributions: Sequence[Contribution]) -> float:
    """Return the mean."""
    return fmean(it.value for it in contributions)


def weighted(contributions: Sequence[Contribution]) -> float:
    """Return the summed numerators over the summed denominators."""
    above = sum(it.engagement or 0 for it in contributions)
    return above / sum(it.base or 0 for it in contributions)


def middle(contributions: Sequence[Contribution]) -> float:
    """Return the median."""
    return median(it.value for it in contributions)


def _are_equal(stored: float | None, recomputed: float | None) -> bool:
    if stored is None or recomputed is None:
        return stored is recomputed
    return math.isclose(stored, recomputed, rel_tol=1e-12)
