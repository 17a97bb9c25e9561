"""When to look at stories, and which days a look belongs to.

A story lives a day and cannot be asked for afterwards, nor can its numbers. It is
looked at every few hours, and once more shortly before it ends.

Source: docs/sources/instagram.md (Stories).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from analytics_pipeline.schemas.stories import LiveStory
from analytics_pipeline.transform.days import DayRule

_LAST_LOOK_FROM = timedelta(hours=22, minutes=30)
_LAST_LOOK_UNTIL = timedelta(hours=23, minutes=48)

LOOK_PAUSE = timedelta(minutes=30)
"""How soon after a look another one is of no use."""


@dataclass(frozen=True, slots=True)
class DueLooks:
    """The last looks that are due.

    Attributes:
        connection_ids: Whom to look at.
        key: The same for the same stories, until a look that was to bring them has
            not come for a while.
    """

    connection_ids: tuple[str, ...]
    key: str


def days_of_look(at: datetime, rule: DayRule) -> tuple[date, date]:
    """Return the days a look belongs to: a story seen today may be yesterday's.

    Args:
        at: When it is made.
        rule: What a day is.

    Returns:
        Yesterday and today.
    """
    today = rule.day_of(at)
    return today - timedelta(days=1), today


def must_look(
    looked_at: datetime | None,
    stories: Iterable[LiveStory],
    since: datetime,
    now: datetime,
) -> bool:
    """Tell whether another look at an account is worth its calls.

    Args:
        looked_at: When the account last answered a look; None if it never did.
        stories: Its known stories.
        since: A look from then on is enough.
        now: The current instant.

    Returns:
        False where there is one, unless a story's last look is due.
    """
    if looked_at is None or looked_at < since:
        return True
    return any(_is_due(story, looked_at, now) for story in stories)


def due_last_looks(
    stories: Iterable[LiveStory], looked_at: Mapping[str, datetime], now: datetime
) -> DueLooks | None:
    """Return whom to look at because a story of theirs is about to end.

    Args:
        stories: The known stories.
        looked_at: When each account last answered a look, by connection.
        now: The current instant.

    Returns:
        The accounts; None where no story's last look is due.
    """
    due = sorted(
        (story.connection_id, story.post_id, story.posted_at)
        for story in stories
        if _is_due(story, looked_at.get(story.connection_id), now)
    )
    if not due:
        return None
    # What was asked for in vain is asked for again while there is time.
    told = [
        f"{post_id}/{(now - posted_at - _LAST_LOOK_FROM) // LOOK_PAUSE}"
        for _, post_id, posted_at in due
    ]
    key = hashlib.blake2b(" ".join(told).encode(), digest_size=16).hexdigest()
    return DueLooks(tuple(dict.fromkeys(item[0] for item in due)), f"last-look-{key}")


def _is_due(story: LiveStory, looked_at: datetime | None, now: datetime) -> bool:
    begins = story.posted_at + _LAST_LOOK_FROM
    if not begins <= now <= story.posted_at + _LAST_LOOK_UNTIL:
        return False
    return looked_at is None or looked_at < begins
