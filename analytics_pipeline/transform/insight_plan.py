"""Which posts are asked for their insights on a day: by their age, not all alike.

A post's numbers grow fast for weeks and hardly at all after months. On which days an
older one is due follows from the day it was published, so it does not matter in which
order days are collected.
"""

from collections.abc import Sequence
from datetime import date, datetime

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.metrics import MetricRecord, ProductType
from analytics_pipeline.schemas.outcomes import Reason, Status, Unknown
from analytics_pipeline.schemas.platforms import ContentType
from analytics_pipeline.schemas.records import Attempt, PostRecord
from analytics_pipeline.transform.canonical import Reading
from analytics_pipeline.transform.days import DayRule

PRODUCTS: dict[ContentType, ProductType] = {
    ContentType.INSTAGRAM_POST: ProductType.FEED,
    ContentType.INSTAGRAM_REEL: ProductType.REELS,
    ContentType.INSTAGRAM_STORY: ProductType.STORY,
}
_DAILY_UNTIL = 30
_WEEKLY_UNTIL = 90
_WEEK = 7
_FOUR_WEEKS = 28


def is_due(day: date, posted_on: date) -> bool:
    """Tell whether a post is asked for its insights on a day.

    Args:
        day: The day.
        posted_on: The day it was published.

    Returns:
        Every day while it is younger than 30 days, then every 7th day until it is 90
        days old, then every 28th.

    Examples:
        >>> [is_due(date(2026, 3, 31), date(2026, 3, d)) for d in (1, 2, 3, 31)]
        [False, True, True, True]
        >>> is_due(date(2026, 3, 31), date(2026, 2, 24))
        True
    """
    age = (day - posted_on).days
    if age < _DAILY_UNTIL:
        return age >= 0
    return age % (_WEEK if age < _WEEKLY_UNTIL else _FOUR_WEEKS) == 0


def due_posts(
    day: date,
    clock: tuple[DayRule, datetime],
    attempts: Sequence[tuple[Attempt, Sequence[Reading]]],
    *,
    refresh: bool = False,
) -> dict[str, ProductType] | None:
    """Return the posts of one account to be asked for, for one day.

    Args:
        day: The day.
        clock: What a day is, and the current instant.
        attempts: What was answered about the account for that day before: its list of
            posts, and insights.
        refresh: Ask again for posts that have been answered.

    Returns:
        What kind of post each is. Late, only those published on the day. None while no
        complete list of the account's posts is known for the day.
    """
    rule, now = clock
    listed = _listed(attempts)
    if listed is None:
        return None
    is_late = not rule.is_on_time(day, now)
    answered = set() if refresh else _answered(day, clock, attempts)
    found = {}
    for post in listed:
        posted_on = rule.day_of(post.posted_at)
        is_wanted = posted_on == day if is_late else is_due(day, posted_on)
        if is_wanted and post.content_type in PRODUCTS and post.post_id not in answered:
            found[post.post_id] = PRODUCTS[post.content_type]
    return found


def _listed(
    attempts: Sequence[tuple[Attempt, Sequence[Reading]]],
) -> list[PostRecord] | None:
    """Return the posts of the newest complete list."""
    complete = [
        (attempt.observed_at, attempt.attempt_id, readings)
        for attempt, readings in attempts
        if attempt.attempt_kind is AttemptKind.MEDIA
        and attempt.status is Status.OK
        and attempt.reason is not Reason.RENAMED
    ]
    if not complete:
        return None
    _, _, readings = max(complete, key=lambda item: item[:2])
    return [post for reading in readings for post in reading.parsed.posts]


def _answered(
    day: date,
    clock: tuple[DayRule, datetime],
    attempts: Sequence[tuple[Attempt, Sequence[Reading]]],
) -> set[str]:
    """Return the posts whose answers cannot be bettered, by the rules of `must_ask`."""
    rule, now = clock
    return {
        record.post_id
        for attempt, readings in attempts
        if attempt.attempt_kind is AttemptKind.POST_INSIGHTS
        for reading in readings
        if reading.observed_at >= rule.end(day)
        or (now < rule.end(day) and rule.contains(day, reading.observed_at))
        for record in reading.parsed.metrics
        if _is_answer(record)
    }


def _is_answer(record: MetricRecord) -> bool:
    return record.unknown is not Unknown.NO_PERMISSION
