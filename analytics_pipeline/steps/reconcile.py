"""Do the books of a day balance? Each side is counted in a way of its own.

Participants against outcomes, posts in the raw answers against posts loaded or left
out, matches made anew against matches stored.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from analytics_pipeline.landing.lines import LandedAnswer
from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.schemas.records import Attempt
from analytics_pipeline.steps.matches import MatchReport, find_matches
from analytics_pipeline.steps.readings import landed_attempts
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.canonical import was_there
from analytics_pipeline.transform.instagram_answers import asked_edge
from analytics_pipeline.transform.raw_posts import raw_posts
from analytics_pipeline.warehouse.attempts import (
    answered_lists,
    attempts_made,
    landed_objects,
)
from analytics_pipeline.warehouse.reconcile import (
    Key,
    Names,
    asked_connections,
    match_name,
    names_of_decided,
    needed_creators,
    outcome_statuses,
    stored_matches,
)
from analytics_pipeline.warehouse.told_posts import ToldPosts

_LISTING_KINDS = (AttemptKind.MEDIA, AttemptKind.STORIES)
# A participant with several accounts counts by the best of them.
_BEST_FIRST = (Status.OK, Status.DEFERRED, Status.FAILED, Status.SKIPPED)


@dataclass(frozen=True, slots=True)
class Balance:
    """One platform's books of one day.

    Attributes:
        day: The day.
        platform: Where.
        numbers: What was counted.
        differences: What is on one side only, by the name of the difference.
    """

    day: date
    platform: Platform
    numbers: dict[str, int]
    differences: dict[str, list[str]]

    @property
    def is_even(self) -> bool:
        """Whether both sides hold the same."""
        return not any(self.differences.values())


def balance_outcomes(run: Run, days: Sequence[date]) -> list[Balance]:
    """Hold the participants that days needed against the outcomes they have.

    Args:
        run: The run.
        days: The days.

    Returns:
        One balance per day and platform.
    """
    with run.warehouse.begin() as connection:
        needed = needed_creators(connection, days)
        told = outcome_statuses(connection, days)
        asked = asked_connections(connection, days)
    balances = []
    for key in _keys(days):
        outcomes = told.get(key, [])
        wanted = needed.get(key, set())
        accounts = {account for _, account, _ in outcomes}
        by_creator: dict[str, set[str]] = {}
        for creator_id, _, status in outcomes:
            by_creator.setdefault(creator_id, set()).add(status)
        best = [
            next((name for name in _BEST_FIRST if name in statuses), None)
            for creator_id, statuses in by_creator.items()
            if creator_id in wanted
        ]
        differences = {
            "participant without an outcome": sorted(wanted - by_creator.keys()),
            "outcome of nobody needed": sorted(by_creator.keys() - wanted),
            "account asked, without an outcome": sorted(
                account
                for account, creator_id in asked.get(key, {}).items()
                if creator_id in wanted and account not in accounts
            ),
        }
        numbers = {"needed": len(wanted)} | {
            status.value: best.count(status) for status in _BEST_FIRST
        }
        balances.append(Balance(*key, numbers, differences))
    return balances


def balance_posts(run: Run, days: Sequence[date]) -> list[Balance]:
    """Hold the posts in the answers chosen for days against those loaded or left out.

    Args:
        run: The run.
        days: The days.

    Returns:
        One balance per day and platform. Each landing object is read once for all days.
    """
    with run.warehouse.begin() as connection:
        told = ToldPosts(connection)
        told.add(_posts_in_raw(run, days))
        compared = {key: told.compare(*key) for key in _keys(days)}
    return [
        Balance(
            *key,
            {"in_raw": it.told, "loaded": it.loaded, "rejected": it.rejected},
            {
                "in raw, neither loaded nor rejected": it.lost,
                "loaded, not in raw": it.untold,
            },
        )
        for key, it in compared.items()
    ]


def balance_matches(run: Run, days: Sequence[date]) -> list[Balance]:
    """Hold matches made anew from the warehouse against those that are stored.

    What a person has decided takes effect when a day is matched again, which is no
    difference until then.

    Args:
        run: The run.
        days: The days.

    Returns:
        One balance per day and platform.
    """
    found: Names = {}
    for day in days:
        for post, match in find_matches(run, day, MatchReport()):
            key = (day, Platform(post.platform))
            name = match_name(match.campaign_id, post.post_id, match.level)
            found.setdefault(key, set()).add(name)
    with run.warehouse.begin() as connection:
        stored = stored_matches(connection, days)
        decided = names_of_decided(connection)
    balances = []
    for key in _keys(days):
        anew, rows = found.get(key, set()), stored.get(key, set())
        since = (anew ^ rows) & decided[key[1]]
        differences = {
            "matches, not stored": sorted(anew - rows - since),
            "stored, does not match": sorted(rows - anew - since),
        }
        numbers = {
            "matching": len(anew),
            "stored": len(rows),
            "decided_since": len(since),
        }
        balances.append(Balance(*key, numbers, differences))
    return balances


def _keys(days: Sequence[date]) -> Iterator[Key]:
    for day in days:
        for platform in Platform:
            yield day, platform


def _posts_in_raw(
    run: Run, days: Sequence[date]
) -> Iterator[tuple[date, Platform, str]]:
    """Yield the posts of the answers that speak for each day, by their names."""
    for platform in Platform:
        listed = attempts_made(platform, days, _LISTING_KINDS)
        with run.warehouse.begin() as connection:
            names = [name for name, _ in landed_objects(connection, listed)]
            complete = {
                (name, day)
                for name, of_days, at in answered_lists(connection, platform, days)
                for day in of_days
                if run.rule.is_on_time(day, at)
            }
        for attempt, answers in landed_attempts(run, names, listed):
            if attempt.reason is Reason.RENAMED:
                continue
            connection_id = attempt.account.connection_id
            late = {
                day
                for day in attempt.snapshot_dates
                if (connection_id, day) not in complete
            }
            for landed in answers:
                for day, name in _told(run, attempt, landed, late):
                    if day in days:
                        yield day, platform, name


def _told(
    run: Run, attempt: Attempt, landed: LandedAnswer, late: set[date]
) -> Iterator[tuple[date, str]]:
    """Yield the posts of an answer with each day that it speaks for."""
    rule, at = run.rule, landed.answer.observed_at
    edge = asked_edge(landed.answer.request)
    if edge == "insights":
        return
    kind = ContentType.INSTAGRAM_STORY if edge == "stories" else None
    try:
        payload = json.loads(landed.answer.body)
    except ValueError:
        return
    account = attempt.account
    posts = list(raw_posts(payload, account.platform, account.account_id))
    for day in attempt.snapshot_dates:
        if rule.is_on_time(day, at):
            for post in posts:
                if post.posted_at is None or was_there(kind, post.posted_at, day, rule):
                    yield day, post.name
        elif day in late and at >= rule.end(day) + rule.grace:
            for post in posts:
                if post.posted_at and rule.contains(day, post.posted_at):
                    yield day, post.name
