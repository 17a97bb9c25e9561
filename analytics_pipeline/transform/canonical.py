"""Which observation speaks for a day: from answers to one row per account and post.

Order does not matter: whatever runs came first, the same answers give the same rows.

* On time: of each post the newest observation that is on time; a later answer that is
  shorter, failed or empty therefore takes nothing away, and one that lacks a number,
  or has an impossible one, does not take the place of one that has it.
* A story counts for the days on which it was there: never for one that had ended before
  it was published.
* Late, only where no complete answer was on time: the posts published that day, by
  their first later observation. The account's own numbers stay unknown.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.outcomes import Reason, Status, Unknown
from analytics_pipeline.schemas.platforms import ContentType
from analytics_pipeline.schemas.records import AccountRecord, Attempt, PostRecord
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.transform.parsed import ParsedAnswer

_Counted = AccountRecord | PostRecord
_Observed = tuple[PostRecord, datetime]
_NO_GOOD_REASON = frozenset({Unknown.NOT_REPORTED, Unknown.REJECTED})
_ACCOUNT_COUNTS = ("follower_count", "following_count", "post_count_reported")


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer, read.

    Attributes:
        observed_at: When it came.
        parsed: What it says.
    """

    observed_at: datetime
    parsed: ParsedAnswer


@dataclass(frozen=True, slots=True)
class SeenAccount:
    """An account's numbers as they stand for a day."""

    account: AccountRecord
    observed_at: datetime
    is_late: bool


@dataclass(frozen=True, slots=True)
class SeenPost:
    """A post's numbers as they stand for a day.

    Attributes:
        post: The numbers.
        observed_at: When they were observed.
        is_late: Whether that was too late for the day.
        first_worded_at: When an answer about the day first had this caption.
    """

    post: PostRecord
    observed_at: datetime
    is_late: bool
    first_worded_at: datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """A post as last seen, and since when it has been, in all answers for a day."""

    post: PostRecord
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class AccountDay:
    """What is known of one account for one day.

    Attributes:
        account: Its own numbers.
        posts: Its posts, each by the observation that speaks for the day.
        sightings: The same posts, each by its newest observation of all.
    """

    account: SeenAccount | None
    posts: tuple[SeenPost, ...]
    sightings: tuple[Sighting, ...] = ()


def account_day(
    day: date, rule: DayRule, attempts: Sequence[tuple[Attempt, Sequence[Reading]]]
) -> AccountDay:
    """Choose what speaks for a day, of all that was answered about an account.

    Args:
        day: The day.
        rule: What a day is.
        attempts: Every attempt made for that day, with its answers in order.

    Returns:
        The account and its posts; empty when nothing usable was answered.
    """
    usable = [
        (attempt, reading)
        for attempt, readings in sorted(attempts, key=_order)
        if attempt.reason is not Reason.RENAMED
        for reading in readings
    ]
    start, end = rule.start(day), rule.end(day)
    on_time = [it for _, it in usable if start <= it.observed_at < end + rule.grace]
    late = [it for _, it in usable if it.observed_at >= end + rule.grace]
    # A look while the day lasted does not know what was published after it.
    is_complete = any(
        attempt.status is Status.OK
        and attempt.attempt_kind is AttemptKind.MEDIA
        and end <= attempt.observed_at < end + rule.grace
        for attempt, _ in attempts
    )
    chosen = {
        post_id: (post, at, False)
        for post_id, (post, at) in _newest_posts(on_time).items()
        if was_there(post.content_type, post.posted_at, day, rule)
    }
    if not is_complete:
        for post_id, (post, at) in _first_posts(late, start, end).items():
            chosen.setdefault(post_id, (post, at, True))
    account = _newest_account(on_time) or _late_account(late)
    sightings = _sightings((reading for _, reading in usable), chosen.keys())
    worded = _first_worded([*on_time, *late])
    posts = tuple(
        SeenPost(post, at, is_late, worded[post.post_id, post.post_caption])
        for post, at, is_late in chosen.values()
    )
    return AccountDay(account, posts, sightings)


def was_there(
    content_type: ContentType | None, posted_at: datetime, day: date, rule: DayRule
) -> bool:
    """Tell whether a post that was seen on time for a day belongs to it.

    A look at stories speaks for the day before it too, on which those published since
    were not there yet.

    Args:
        content_type: What kind of post it is.
        posted_at: When it was published.
        day: The day.
        rule: What a day is.

    Returns:
        False only for such stories.
    """
    is_story = content_type is ContentType.INSTAGRAM_STORY
    return not is_story or posted_at < rule.end(day)


def caption_id(caption: str | None) -> str | None:
    """Return a fingerprint of a caption; None when there is none.

    Examples:
        >>> caption_id("a") == caption_id("a"), len(caption_id("a")), caption_id(None)
        (True, 16, None)
    """
    if caption is None:
        return None
    return hashlib.blake2b(caption.encode(), digest_size=8).hexdigest()


def _order(answered: tuple[Attempt, Sequence[Reading]]) -> tuple[datetime, str]:
    """Return by what attempts are ordered, so that equal instants leave no choice."""
    attempt, _ = answered
    return attempt.observed_at, attempt.attempt_id


def _newest_posts(readings: Iterable[Reading]) -> dict[str, _Observed]:
    newest: dict[str, _Observed] = {}
    for reading in sorted(readings, key=lambda it: it.observed_at):
        for post in reading.parsed.posts:
            known = newest.get(post.post_id)
            if known is None or not _is_poorer(post, known[0]):
                newest[post.post_id] = (post, reading.observed_at)
    return newest


def _is_poorer(newer: _Counted, older: _Counted) -> bool:
    """Tell whether a record lacks, for no good reason, a number that an older has."""
    # Hidden is a good reason: it is what the platform shows now.
    return any(
        reason in _NO_GOOD_REASON and getattr(older, name) is not None
        for name, reason in newer.unknown.items()
    )


def _first_worded(
    readings: Iterable[Reading],
) -> dict[tuple[str, str | None], datetime]:
    """Tell when each wording was first seen, by an answer chosen or not."""
    # So the tables do not depend on which observations were loaded before.
    first: dict[tuple[str, str | None], datetime] = {}
    for reading in readings:
        at = reading.observed_at
        for post in reading.parsed.posts:
            known = first.setdefault((post.post_id, post.post_caption), at)
            if at < known:
                first[post.post_id, post.post_caption] = at
    return first


def _first_posts(
    readings: Iterable[Reading], start: datetime, end: datetime
) -> dict[str, _Observed]:
    """Return the posts published within a day, each by its first observation."""
    first: dict[str, _Observed] = {}
    for reading in readings:
        at = reading.observed_at
        for post in reading.parsed.posts:
            known = first.get(post.post_id)
            is_first = known is None or at < known[1]
            if is_first and start <= post.posted_at < end:
                first[post.post_id] = (post, at)
    return first


def _sightings(
    readings: Iterable[Reading], post_ids: Collection[str]
) -> tuple[Sighting, ...]:
    """Return some posts by their newest observation, on time or not."""
    found: dict[str, tuple[PostRecord, datetime, datetime]] = {}
    for reading in readings:
        at = reading.observed_at
        for post in reading.parsed.posts:
            post_id = post.post_id
            known = found.get(post_id)
            if known is None:
                if post_id in post_ids:
                    found[post_id] = (post, at, at)
            elif at >= known[2]:
                found[post_id] = (post, known[1], at)
            elif at < known[1]:
                found[post_id] = (known[0], at, known[2])
    return tuple(Sighting(*seen) for seen in found.values())


def _newest_account(readings: Iterable[Reading]) -> SeenAccount | None:
    found = [
        SeenAccount(reading.parsed.account, reading.observed_at, is_late=False)
        for reading in readings
        if reading.parsed.account is not None
    ]
    newest: SeenAccount | None = None
    for seen in sorted(found, key=lambda item: item.observed_at):
        if newest is None or not _is_poorer(seen.account, newest.account):
            newest = seen
    return newest


def _late_account(readings: Iterable[Reading]) -> SeenAccount | None:
    """Return the account without numbers: those of a past day are not invented."""
    found = [
        SeenAccount(reading.parsed.account, reading.observed_at, is_late=True)
        for reading in readings
        if reading.parsed.account is not None
    ]
    first = min(found, key=lambda seen: seen.observed_at, default=None)
    if first is None:
        return None
    nameless = replace(
        first.account,
        follower_count=None,
        following_count=None,
        post_count_reported=None,
        unknown=dict.fromkeys(_ACCOUNT_COUNTS, Unknown.LATE),
    )
    return replace(first, account=nameless)
