"""What a creator's month rests on: each post's newest numbers, and their days.

The stored month is made by the database; here it is made once more in plain Python.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from analytics_pipeline.schemas.erasure import ERASED_PREFIX
from analytics_pipeline.schemas.explanations import MonthExplanation
from analytics_pipeline.schemas.fields import SUMMED_MEASURES
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.steps.explain import NothingToExplainError, Stores, formula_of
from analytics_pipeline.steps.figures import (
    Brought,
    Figure,
    Post,
    added,
    averaged,
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
    engagement_rates,
    rate_definitions,
)
from analytics_pipeline.warehouse.explanations import (
    Row,
    find_month,
    post_days_between,
)

_LONGEST_MONTH = timedelta(days=31)


def explain_month(
    stores: Stores, rule: DayRule, creator_id: str, platform: str, month: date
) -> MonthExplanation:
    """Explain a creator's month on one platform.

    Args:
        stores: The rows; raw answers are not looked at.
        rule: What a day is.
        creator_id: Whose month.
        platform: Where.
        month: Any day of it.

    Returns:
        Each figure with what every post brings to it, and of which day that is.

    Raises:
        NothingToExplainError: There is no such month.
    """
    first = month.replace(day=1)
    with stores.warehouse.reading() as connection:
        stored = find_month(connection, creator_id, platform, first)
        if stored is None:
            msg = f"the creator has no month {first:%Y-%m} on {platform}"
            raise NothingToExplainError(msg)
        after = (first + _LONGEST_MONTH).replace(day=1)
        window = (rule.start(first), rule.start(after))
        rows = post_days_between(connection, creator_id, platform, window)
    posts = list(_posts(rows))
    figures = _figures(Platform(platform))
    return MonthExplanation(
        creator_id=creator_id,
        platform=platform,
        month_start_date=first,
        run_id=stored["run_id"],
        observed_at=stored["observed_at"],
        follower_count=stored["follower_count"],
        follower_count_date=stored["follower_count_date"],
        figures=tuple(explained(figure, stored, posts) for figure in figures),
    )


def _posts(rows: Sequence[Row]) -> Iterator[Post]:
    """Yield each post with its rows, the newest first; nobody's post twice."""
    by_post: dict[str, list[Row]] = {}
    for row in sorted(rows, key=_age, reverse=True):
        by_post.setdefault(row["post_id"], []).append(row)
    for post_id, observed in by_post.items():
        newest = observed[0]
        others = (it[0] for name, it in by_post.items() if name != post_id)
        if post_id.startswith(ERASED_PREFIX) and any(
            _is_again(newest, other) for other in others
        ):
            continue
        yield {
            "post_id": post_id,
            "creator_id": newest["owner_id"],
            "is_late": all(row["is_late"] for row in observed),
            "observed": observed,
        }


def _age(row: Row) -> tuple[object, object]:
    return row["observed_at"], row["snapshot_date"]


def _is_again(erased: Row, other: Row) -> bool:
    """Tell whether somebody erased who came back has the same post once more."""
    same = ("posted_at", "content_type")
    is_same = all(erased[name] == other[name] for name in same)
    return is_same and bool(other["last_seen_at"] > erased["last_seen_at"])


def _figures(platform: Platform) -> Iterator[Figure]:
    yield Figure("post_count", "one for each post of the month", _one, added)
    for name in SUMMED_MEASURES:
        brings = _newest(name)
        how = f"of each post the newest {name} that is known"
        yield Figure(name, f"sum {how}", brings, added)
        yield Figure(f"{name}_mean", f"mean {how}", brings, averaged)
    for name, definition in rate_definitions(platform).items():
        rate = _rate(platform, name, definition)
        how = (
            f"of each post the newest observation with all of {formula_of(definition)}"
        )
        yield Figure(
            name, f"sum of numerators over sum of bases, {how}", rate, weighted
        )
        yield Figure(f"{name}_median", f"median, {how}", rate, middle)


def _one(post: Post) -> Brought:
    return contribution(post, 1)


def _newest(name: str) -> Callable[[Post], Brought]:
    def brings(post: Post) -> Brought:
        for row in post["observed"]:
            if row[name] is not None:
                return contribution(post, row[name], day=row["snapshot_date"])
        reasons = post["observed"][0]["unknown_reasons"]
        return left_out(post, str(reasons.get(name, Unknown.NOT_REPORTED)))

    return brings


def _rate(
    platform: Platform, name: str, definition: RateDefinition
) -> Callable[[Post], Brought]:
    def brings(post: Post) -> Brought:
        why = ""
        for row in post["observed"]:
            rates = engagement_rates(platform, row, _reasons(row))
            value = rates.values[name]
            if value is not None:
                above, below = engagement(definition, row), base(definition, row)
                return contribution(post, value, above, below, row["snapshot_date"])
            why = why or rates.unknown[name]
        return left_out(post, why)

    return brings


def _reasons(row: Row) -> dict[str, str]:
    followers = Unknown.NO_ACCOUNT_SNAPSHOT
    if row["account_unknown_reasons"] is not None:
        told = row["account_unknown_reasons"]
        followers = told.get("follower_count", Unknown.NOT_REPORTED)
    return {**row["unknown_reasons"], "follower_count": str(followers)}
