"""Engagement rates of one post: named by their denominator, null with a reason.

Definitions and their sources stand in `docs/engagement.md`. A rate with an unknown part
is unknown; zero followers or views give no rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.platforms import Platform

_LIKES_COMMENTS = ("like_count", "comment_count")
_WITH_SHARES = (*_LIKES_COMMENTS, "share_count")


@dataclass(frozen=True, slots=True)
class RateDefinition:
    """A rate: which counts are added up, and over what."""

    numerator: tuple[str, ...]
    denominator: str


def rate_definitions(platform: Platform) -> dict[str, RateDefinition]:
    """Return the rates of a platform, by column.

    They differ in one place: Instagram offers no shares for others' posts, TikTok's own
    rate by views counts them.

    Args:
        platform: Where the post is.

    Returns:
        The definitions.
    """
    by_views = _WITH_SHARES if platform is Platform.TIKTOK else _LIKES_COMMENTS
    return {
        "engagement_rate_client": RateDefinition(
            (*_WITH_SHARES, "view_count"), "follower_count"
        ),
        "engagement_rate_by_followers": RateDefinition(
            _LIKES_COMMENTS, "follower_count"
        ),
        "engagement_rate_by_views": RateDefinition(by_views, "view_count"),
        "engagement_rate_by_reach": RateDefinition(
            (*_WITH_SHARES, "save_count"), "reach"
        ),
    }


@dataclass(frozen=True, slots=True)
class Rates:
    """A post's rates.

    Attributes:
        values: Fractions by column; None where unknown.
        unknown: Why, by column: the part that is missing and its reason.
    """

    values: dict[str, float | None]
    unknown: dict[str, str]


def engagement_rates(
    platform: Platform,
    counts: Mapping[str, int | None],
    unknown: Mapping[str, str],
) -> Rates:
    """Compute every rate of a post.

    Args:
        platform: Where the post is.
        counts: Its counts and its account's followers, by column.
        unknown: Why a count is null, by column.

    Returns:
        Fractions (0.05 = 5 %), or why there is none.

    Examples:
        >>> rates = engagement_rates(
        ...     Platform.TIKTOK,
        ...     {"like_count": 8, "comment_count": 1, "share_count": 1,
        ...      "view_count": 100, "follower_count": None},
        ...     {"follower_count": "late"},
        ... )
        >>> rates.values["engagement_rate_by_views"]
        0.1
        >>> rates.unknown["engagement_rate_client"]
        'follower_count: late'
    """
    values: dict[str, float | None] = {}
    reasons: dict[str, str] = {}
    for name, definition in rate_definitions(platform).items():
        values[name] = None
        missing = _missing(definition, counts, unknown)
        if missing is not None:
            reasons[name] = missing
            continue
        values[name] = engagement(definition, counts) / base(definition, counts)
    return Rates(values, reasons)


def engagement(definition: RateDefinition, counts: Mapping[str, int | None]) -> int:
    """Return a rate's numerator; unknown parts must have been ruled out."""
    return sum(counts[part] or 0 for part in definition.numerator)


def base(definition: RateDefinition, counts: Mapping[str, int | None]) -> int:
    """Return a rate's denominator; it must have been ruled out that it is unknown."""
    return counts[definition.denominator] or 0


def _missing(
    definition: RateDefinition,
    counts: Mapping[str, int | None],
    unknown: Mapping[str, str],
) -> str | None:
    """Return the first part that is missing, and why; None when all is there."""
    for part in (*definition.numerator, definition.denominator):
        if counts.get(part) is None:
            return f"{part}: {unknown.get(part, Unknown.NOT_REPORTED)}"
    if counts[definition.denominator] == 0:
        return f"{definition.denominator}: {Unknown.ZERO_DENOMINATOR}"
    return None
