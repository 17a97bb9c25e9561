"""Engagement rates of posts as expressions of the database.

What a rate is made of comes from `transform/engagement.py`; a test holds the two
against each other, and `explain` makes every stored rate anew in Python.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics_pipeline.schemas.outcomes import Unknown


@dataclass(frozen=True, slots=True)
class RateParts:
    """The columns a rate is made of, on each platform.

    Attributes:
        numerator: Columns that are added up, by platform.
        denominator: The column they are divided by.
    """

    numerator: Mapping[str, tuple[str, ...]]
    denominator: str


def numerator_of(parts: RateParts) -> str:
    """Return the expression of a rate's numerator, for a row with a platform."""
    cases = " ".join(
        f"WHEN '{platform}' THEN {' + '.join(columns)}"
        for platform, columns in parts.numerator.items()
    )
    return f"CASE platform {cases} END"


def why_unknown(parts: RateParts) -> str:
    """Return the expression of the first part that is missing, and why.

    Args:
        parts: What the rate is made of.

    Returns:
        An expression for a row with `platform`, the counts, `unknown_reasons` and
        `why_no_follower_count`; null where the rate is known.
    """
    by_platform = " ".join(
        f"WHEN '{platform}' THEN CASE {_first_missing(columns, parts.denominator)} END"
        for platform, columns in parts.numerator.items()
    )
    return f"CASE platform {by_platform} END"


def _first_missing(numerator: Sequence[str], denominator: str) -> str:
    cases = [
        f"WHEN {part} IS NULL THEN '{part}: ' || coalesce({_reason_of(part)},"
        f" '{Unknown.NOT_REPORTED}')"
        for part in (*numerator, denominator)
    ]
    zero = f"WHEN {denominator} = 0 THEN '{denominator}: {Unknown.ZERO_DENOMINATOR}'"
    return " ".join([*cases, zero])


def _reason_of(part: str) -> str:
    if part == "follower_count":
        return "why_no_follower_count"
    return f"unknown_reasons->>'{part}'"
