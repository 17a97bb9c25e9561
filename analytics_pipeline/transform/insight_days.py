"""Which insights speak for a day, and the common ones in the posts' own rows.

The rules are those of posts. On time: of each number the newest observation, and a
number rather than none; what the platform pushed about a story that has ended is final.
Late, only for posts published on the day that no observation
on time tells of: the first later one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.metric_sets import POST_METRICS
from analytics_pipeline.schemas.metrics import (
    COLUMN_OF_METRIC,
    MetricRecord,
    MetricSource,
)
from analytics_pipeline.schemas.outcomes import Reason, Unknown
from analytics_pipeline.schemas.records import Attempt, PostRecord
from analytics_pipeline.transform.canonical import AccountDay, Reading, SeenPost
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.transform.insight_plan import PRODUCTS

Attempts = Sequence[tuple[Attempt, Sequence[Reading]]]
_Key = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class SeenMetric:
    """One insight of a post as it stands for a day."""

    metric: MetricRecord
    observed_at: datetime
    is_late: bool


def day_metrics(
    day: date, rule: DayRule, attempts: Attempts
) -> dict[str, list[SeenMetric]]:
    """Choose the insights that speak for a day, of all that were answered.

    Args:
        day: The day.
        rule: What a day is.
        attempts: Every attempt made for that day, with its answers in order.

    Returns:
        The insights by post, each metric and part of it once.
    """
    if not any(read.parsed.metrics for _, readings in attempts for read in readings):
        return {}
    on_time: dict[str, dict[_Key, SeenMetric]] = {}
    late: dict[str, dict[_Key, SeenMetric]] = {}
    published = {
        post.post_id
        for _, readings in attempts
        for reading in readings
        for post in reading.parsed.posts
        if rule.contains(day, post.posted_at)
    }
    for reading in _in_order(attempts):
        at = reading.observed_at
        is_on_time = rule.is_on_time(day, at)
        for record in reading.parsed.metrics:
            key = (record.metric, record.breakdown, record.breakdown_value)
            if is_on_time:
                known = on_time.setdefault(record.post_id, {})
                if _is_better(record, known.get(key)):
                    known[key] = SeenMetric(record, at, is_late=False)
            elif record.post_id in published and at >= rule.end(day) + rule.grace:
                known = late.setdefault(record.post_id, {})
                if _is_unknown(known.get(key)):
                    known[key] = SeenMetric(record, at, is_late=True)
    return {post_id: [*seen.values()] for post_id, seen in (late | on_time).items()}


def with_insights(
    seen: AccountDay, metrics: Mapping[str, Sequence[SeenMetric]], attempts: Attempts
) -> AccountDay:
    """Fill in what the list of posts does not tell, and insights do.

    Args:
        seen: What is known of an account for a day.
        metrics: The insights that speak for the day, by post.
        attempts: Every attempt made for that day.

    Returns:
        The same, with reach, saves, shares and views where insights tell them. Likes
        and comments stay those of the list: insights were seen to say 0 of thousands.
    """
    tried = [
        attempt
        for attempt, _ in attempts
        if attempt.attempt_kind is AttemptKind.POST_INSIGHTS
    ]
    newest = max(tried, key=lambda item: item.observed_at, default=None)
    not_asked = Unknown.NOT_ASKED
    if newest is not None and newest.reason is Reason.PERMISSION_MISSING:
        not_asked = Unknown.NO_PERMISSION
    posts = tuple(
        replace(post, post=_filled(post, told, not_asked))
        if (told := metrics.get(post.post.post_id, ()))
        or Unknown.NOT_ASKED in post.post.unknown.values()
        else post
        for post in seen.posts
    )
    return replace(seen, posts=posts)


def _filled(
    seen: SeenPost, metrics: Sequence[SeenMetric], not_asked: Unknown
) -> PostRecord:
    post = seen.post
    by_name = {
        item.metric.metric: item for item in metrics if item.metric.breakdown is None
    }
    counts: dict[str, int] = {}
    sources: dict[str, str] = {}
    unknown = dict(post.unknown)
    for metric, column in COLUMN_OF_METRIC.items():
        found = by_name.get(metric)
        count = _count(found, is_late=seen.is_late)
        if found is not None and count is not None:
            counts[column] = count
            sources[column] = f"{found.metric.source}/{metric}"
            unknown.pop(column, None)
        elif unknown.get(column) is Unknown.NOT_ASKED:
            unknown[column] = _reason(post, metric, by_name, seen.is_late, not_asked)
    if not counts and unknown == post.unknown:
        return post
    told: dict[str, int | None] = {
        name: counts.get(name, getattr(post, name))
        for name in COLUMN_OF_METRIC.values()
    }
    return replace(
        post,
        reach=told["reach"],
        save_count=told["save_count"],
        share_count=told["share_count"],
        view_count=told["view_count"],
        unknown=unknown,
        count_sources=post.count_sources | sources,
    )


def _count(found: SeenMetric | None, *, is_late: bool) -> int | None:
    """Return a count for a row; a late one does not get into a row on time."""
    if found is None or found.metric.value is None or found.is_late > is_late:
        return None
    value = found.metric.value
    return int(value) if value.is_integer() else None


def _reason(
    post: PostRecord,
    metric: str,
    by_name: Mapping[str, SeenMetric],
    is_late: bool,
    not_asked: Unknown,
) -> Unknown:
    """Return why a count of an own post is not known."""
    product = None
    if post.content_type is not None:
        product = PRODUCTS.get(post.content_type)
    if product is not None and metric not in POST_METRICS[product]:
        return Unknown.NOT_OFFERED
    found = by_name.get(metric)
    if found is not None:
        if found.is_late > is_late:
            return Unknown.LATE
        return found.metric.unknown or Unknown.REJECTED
    # A push brings some metrics only, whoever asked for the others or not.
    sources = {item.metric.source for item in by_name.values()}
    return Unknown.METRIC_REFUSED if MetricSource.INSIGHTS in sources else not_asked


def _in_order(attempts: Attempts) -> Iterable[Reading]:
    """Return all answers, oldest first; equal instants leave no choice."""
    ordered = sorted(attempts, key=lambda item: item[0].attempt_id)
    readings = [
        reading
        for attempt, answers in ordered
        if attempt.reason is not Reason.RENAMED
        for reading in answers
    ]
    return sorted(readings, key=lambda reading: reading.observed_at)


def _is_better(newer: MetricRecord, known: SeenMetric | None) -> bool:
    if known is None or known.metric.value is None:
        return True
    is_final = known.metric.source is MetricSource.STORY_INSIGHTS
    is_pulled = newer.source is MetricSource.INSIGHTS
    return newer.value is not None and not (is_final and is_pulled)


def _is_unknown(known: SeenMetric | None) -> bool:
    return known is None or known.metric.value is None
