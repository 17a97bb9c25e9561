"""What a campaign's totals of a day rest on: what each post brings, or why nothing.

The stored figures are made by the database; here they are made once more, post by post,
in plain Python, and compared.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from analytics_pipeline.schemas.explanations import (
    Contribution,
    ExplainedFigure,
    LeftOut,
    PlatformTotals,
    TotalsExplanation,
)
from analytics_pipeline.schemas.fields import FIELDS, SUMMED_MEASURES
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.steps.explain import NothingToExplainError, Stores, formula_of
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.transform.engagement import (
    RateDefinition,
    base,
    engagement,
    rate_definitions,
)
from analytics_pipeline.transform.matching import MatchLevel
from analytics_pipeline.warehouse.explanations import (
    Row,
    find_campaign_name,
    matches_with_day_before,
    totals_of,
)

_COUNTED = MatchLevel.FULL
_NOT_COUNTED = {
    MatchLevel.PARTIAL: "partial: it carries some of the hashtags, not all",
    MatchLevel.REJECTED: "rejected: a person decided that it does not belong",
}


@dataclass(frozen=True, slots=True)
class _Figure:
    """How a total is made of what the posts bring.

    Attributes:
        name: Its column.
        how: In words.
        brings: What a post brings, or why nothing.
        total: Makes the total of what they bring.
    """

    name: str
    how: str
    brings: Callable[[Row], Contribution | LeftOut]
    total: Callable[[Sequence[Contribution]], float]


def explain_totals(
    stores: Stores, rule: DayRule, campaign_id: str, day: date
) -> TotalsExplanation:
    """Explain a campaign's totals of a day.

    Args:
        stores: The rows; raw answers are not looked at.
        rule: What a day is.
        campaign_id: The campaign.
        day: The day.

    Returns:
        Each figure with what every post brings to it.

    Raises:
        NothingToExplainError: There is no such campaign, or it has no totals that day.
    """
    with stores.warehouse.reading() as connection:
        campaign = find_campaign_name(connection, campaign_id)
        if campaign is None:
            msg = "no such campaign is known"
            raise NothingToExplainError(msg)
        totals = totals_of(connection, campaign_id, day)
        posts = matches_with_day_before(connection, campaign_id, day)
    stored = {row["platform"]: row for row in totals}
    platforms = sorted({*stored, *(post["platform"] for post in posts)})
    if not platforms:
        msg = f"the campaign has no totals on {day}"
        raise NothingToExplainError(msg)
    return TotalsExplanation(
        campaign_id=campaign_id,
        campaign_name=campaign["campaign_name"],
        snapshot_date=day,
        platforms=tuple(
            _platform(
                rule,
                Platform(name),
                stored.get(name),
                [post for post in posts if post["platform"] == name],
            )
            for name in platforms
        ),
    )


def _platform(
    rule: DayRule, platform: Platform, stored: Row | None, posts: Sequence[Row]
) -> PlatformTotals:
    counted = [post for post in posts if post["match_level"] == _COUNTED]
    return PlatformTotals(
        platform=platform,
        run_id=stored["run_id"] if stored else None,
        observed_at=stored["observed_at"] if stored else None,
        figures=tuple(
            _explained(figure, stored, counted) for figure in _figures(rule, platform)
        ),
        not_counted=tuple(
            _left_out(post, _NOT_COUNTED[MatchLevel(post["match_level"])])
            for post in posts
            if post["match_level"] != _COUNTED
        ),
    )


def _explained(
    figure: _Figure, stored: Mapping[str, Any] | None, posts: Sequence[Row]
) -> ExplainedFigure:
    brought = [figure.brings(post) for post in posts]
    contributions = tuple(it for it in brought if isinstance(it, Contribution))
    is_known = bool(contributions) or figure.name == "post_count"
    recomputed = figure.total(contributions) if is_known else None
    told = stored[figure.name] if stored else None
    reasons = stored["unknown_reasons"] if stored else {}
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


def _are_equal(stored: float | None, recomputed: float | None) -> bool:
    if stored is None or recomputed is None:
        return stored is recomputed
    return math.isclose(stored, recomputed, rel_tol=1e-12)


def _figures(rule: DayRule, platform: Platform) -> Iterator[_Figure]:
    yield _Figure("post_count", "one for each post that counts", _one, _added)
    for name in SUMMED_MEASURES:
        yield _Figure(name, f"sum of the posts' {name}", _count(name), _added)
        how = (
            f"sum of each post's {name} less that of the day before; all of it of a "
            "post published that day"
        )
        yield _Figure(f"{name}_delta", how, _growth(rule, name), _added)
    for name, definition in rate_definitions(platform).items():
        rate = _rate(name, definition)
        how = f"sum of the posts' numerators over sum of their {definition.denominator}"
        how += f", of the posts that have both: {formula_of(definition)}"
        yield _Figure(name, how, rate, _weighted)
        how = f"median of the posts' {name}"
        yield _Figure(f"{name}_median", how, rate, _middle)


def _one(post: Row) -> Contribution:
    return _contribution(post, 1)


def _count(name: str) -> Callable[[Row], Contribution | LeftOut]:
    def brings(post: Row) -> Contribution | LeftOut:
        value = post[name]
        if value is None:
            return _left_out(post, _reason(post, name))
        return _contribution(post, value)

    return brings


def _growth(rule: DayRule, name: str) -> Callable[[Row], Contribution | LeftOut]:
    def brings(post: Row) -> Contribution | LeftOut:
        value, before = post[name], post[f"before_{name}"]
        if value is None:
            return _left_out(post, _reason(post, name))
        if post["is_late"]:
            return _left_out(post, Unknown.LATE)
        if post["posted_at"] >= rule.start(post["snapshot_date"]):
            return _contribution(post, value)
        if before is None:
            return _left_out(post, Unknown.NO_PREVIOUS_DAY)
        return _contribution(post, value - before)

    return brings


def _rate(
    name: str, definition: RateDefinition
) -> Callable[[Row], Contribution | LeftOut]:
    def brings(post: Row) -> Contribution | LeftOut:
        value = post[name]
        if value is None:
            return _left_out(post, _reason(post, name))
        above, below = engagement(definition, post), base(definition, post)
        return _contribution(post, value, above, below)

    return brings


def _added(contributions: Sequence[Contribution]) -> float:
    return sum(it.value for it in contributions)


def _weighted(contributions: Sequence[Contribution]) -> float:
    above = sum(it.engagement or 0 for it in contributions)
    return above / sum(it.base or 0 for it in contributions)


def _middle(contributions: Sequence[Contribution]) -> float:
    return median(it.value for it in contributions)


def _reason(post: Row, name: str) -> str:
    return str(post["unknown_reasons"].get(name, Unknown.NOT_REPORTED))


def _contribution(
    post: Row, value: float, above: int | None = None, below: int | None = None
) -> Contribution:
    return Contribution(
        post_id=post["post_id"],
        creator_id=post["creator_id"],
        value=value,
        engagement=above,
        base=below,
        is_late=post["is_late"],
    )


def _left_out(post: Row, why: str) -> LeftOut:
    return LeftOut(post["post_id"], post["creator_id"], why)
