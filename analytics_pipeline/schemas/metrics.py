"""Insights: single numbers that a platform names itself, of a post or an account."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from analytics_pipeline.schemas.outcomes import Unknown


class ProductType(StrEnum):
    """What a metric is of; a platform offers different metrics for each."""

    FEED = "FEED"
    REELS = "REELS"
    STORY = "STORY"
    ACCOUNT = "ACCOUNT"


class MetricSource(StrEnum):
    """How a number of a post came to us."""

    INSIGHTS = "insights"
    STORY_INSIGHTS = "story_insights"


COLUMN_OF_METRIC: dict[str, str] = {
    "reach": "reach",
    "saved": "save_count",
    "shares": "share_count",
    "views": "view_count",
}
"""The metrics of posts that stand in `post_snapshots` too, and their columns."""


@dataclass(frozen=True, slots=True)
class MetricRecord:
    """One number of one post in one answer or push.

    Attributes:
        post_id: Whose.
        metric: The platform's own name.
        value: The number; None where it is not known.
        unknown: Why it is None.
        source: How it came.
        breakdown: By what it is broken down; None for the whole.
        breakdown_value: Which part; None for the whole.
    """

    post_id: str
    metric: str
    value: float | None
    unknown: Unknown | None = None
    source: MetricSource = MetricSource.INSIGHTS
    breakdown: str | None = None
    breakdown_value: str | None = None


@dataclass(frozen=True, slots=True)
class AccountMetric:
    """One number of one account on one day, as the platform counts days.

    Attributes:
        metric_date: The day.
        metric: The platform's own name.
        value: The number; None where it is not known.
        unknown: Why it is None.
        breakdown: By what it is broken down; None for the whole.
        breakdown_value: Which part; None for the whole.
    """

    metric_date: date
    metric: str
    value: float | None
    unknown: Unknown | None = None
    breakdown: str | None = None
    breakdown_value: str | None = None
