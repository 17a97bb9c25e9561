"""What a campaign's totals of a day rest on: what each post brings, or why nothing.

The stored figures are made by the database; here they are made once more, post by post,
in plain Python, and compared.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from analytics_pipeline.schemas.explanations import (
    Contribution,
    PlatformTotals,
    TotalsExplanation,
)
from analytics_pipeline.schemas.fields import SUMMED_MEASURES
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.steps.explain import NothingToExplainError, Stores, formula_of
from analytics_pipeline.steps.figures import (
    Brought,
    Figure,
    Post,
    added,
    contribution,
    explained,
    left_out,
    middle,
    weighted,
)
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
    row = stored or {}
    return PlatformTotals(
        platform=platform,
        run_id=row.get("run_id"),
        observed_at=row.get("observed_at"),
        figures=tuple(
            explained(figure, row, counted) for figure in _figures(rule, platform)
        ),
        not_counted=tuple(
            left_out(post, _NOT_COUNTED[MatchLevel(post["match_level"])])
            for post in posts
            if post["match_level"] != _COUNTED
        ),
    )


def _figures(rule: DayRule, platform: Platform) -> Iterator[Figure]:
    yield Figure("post_count", "one for each post that counts", _one, added)
    for name in SUMMED_MEASURES:
        yield Figure(name, f"sum of the posts' {name}", _count(name), added)
        how = (
            f"sum of each post's {name} less that of the day before; all of it of a "
            "post published that day"
        )
        yield Figure(f"{name}_delta", how, _growth(rule, name), added)
    for name, definition in rate_definitions(platform).items():
        rate = _rate(name, definition)
        how = f"sum of the posts' numerators over sum of their {definition.denominator}"
        how += f", of the posts that have both: {formula_of(definition)}"
        yield Figure(name, how, rate, weighted)
        how = f"median of the posts' {name}"
        yield Figure(f"{name}_median", how, rate, middle)


def _one(post: Post) -> Contribution:
    return contribution(post, 1)


def _count(name: str) -> Callable[[Post], Brought]:
    def brings(post: Post) -> Brought:
        value = post[name]
        if value is None:
            return left_out(post, _reason(post, name))
        return contribution(post, value)

    return brings


def _growth(rule: DayRule, name: str) -> Callable[[Post], Brought]:
    def brings(post: Post) -> Brought:
        value, before = post[name], post[f"before_{name}"]
        if value is None:
            return left_out(post, _reason(post, name))
        if post["is_late"]:
            return left_out(post, Unknown.LATE)
        if post["posted_at"] >= rule.start(post["snapshot_date"]):
            return contribution(post, value)
        if before is None:
            return left_out(post, Unknown.NO_PREVIOUS_DAY)
        return contribution(post, value - before)

    return brings


def _rate(name: str, definition: RateDefinition) -> Callable[[Post], Brought]:
    def brings(post: Post) -> Brought:
        value = post[name]
        if value is None:
            return left_out(post, _reason(post, name))
        above, below = engagement(definition, post), base(definition, post)
        return contribution(post, value, above, below)

    return brings


def _reason(post: Post, name: str) -> str:
    return str(post["unknown_reasons"].get(name, Unknown.NOT_REPORTED))
