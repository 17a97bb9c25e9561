"""From raw answers to one shape: accounts, posts, captions and their daily snapshots.

Every payload of a day is read once and never asked for again: a fixed bug or a new
column re-reads the landing store.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from analytics_pipeline.schemas.attempt_kinds import (
    POST_KINDS,
    raw_asset,
    raw_assets,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Attempt, PostRecord
from analytics_pipeline.schemas.tables import (
    ACCOUNT_SNAPSHOTS,
    FINDINGS,
    POST_CAPTIONS,
    POST_METRIC_VALUES,
    POST_REMOVAL_CHECKS,
    POST_SNAPSHOTS,
    POSTS,
    Table,
)
from analytics_pipeline.steps.odd_things import OddThings
from analytics_pipeline.steps.readings import AccountReadings, read_day
from analytics_pipeline.steps.removals import settle_removals
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.canonical import (
    AccountDay,
    SeenAccount,
    SeenPost,
    Sighting,
    account_day,
    caption_id,
)
from analytics_pipeline.transform.hashtags import extract_hashtags
from analytics_pipeline.transform.insight_days import (
    SeenMetric,
    day_metrics,
    with_insights,
)
from analytics_pipeline.transform.removals import RemovalCheck, removal_checks
from analytics_pipeline.warehouse.attempts import SameAccounts, same_accounts
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.load import Load, LoadResult, Row

_ACCOUNTS_PER_BATCH = 50
_TABLES = (
    ACCOUNT_SNAPSHOTS,
    POSTS,
    POST_REMOVAL_CHECKS,
    POST_CAPTIONS,
    POST_SNAPSHOTS,
    POST_METRIC_VALUES,
)
TABLE_NAMES = tuple(table.name for table in _TABLES)
"""The tables that `load_day` can load."""

_SOURCES = tuple(
    (platform, kind)
    for platform in Platform
    for kind in POST_KINDS
    if raw_asset(platform, kind) in raw_assets()
)
# Either of them can prove a removal, or disprove it.
_SETTLING = (POSTS.name, POST_REMOVAL_CHECKS.name)


@dataclass(frozen=True, slots=True)
class CanonicalReport:
    """What became of a day.

    Attributes:
        loads: What changed, by table.
        accounts: Accounts that gave an answer.
        late_posts: Posts known only by a late observation.
    """

    loads: dict[str, LoadResult]
    accounts: int
    late_posts: int


@dataclass(slots=True)
class _Batch:
    """Rows on their way to the tables."""

    rows: dict[str, list[Row]]
    accounts: int = 0


def load_day(
    run: Run,
    day: date,
    table_names: Collection[str],
    *,
    with_findings: bool,
    connection_ids: Collection[str] | None = None,
) -> CanonicalReport:
    """Read the raw answers of a day into the tables of accounts and posts.

    Args:
        run: The run.
        day: The day.
        table_names: Which of the tables to load.
        with_findings: Whether to keep what was odd; a load of single accounts leaves
            that to the next load of the whole day.
        connection_ids: Read and replace the rows of these accounts only; None for all.
            A load of all afterwards changes nothing.

    Returns:
        What changed. The day's snapshots are replaced in one transaction; posts and
        captions are only added to.
    """
    with at_work(run.warehouse):
        return _load_day(
            run, day, table_names, connection_ids, with_findings=with_findings
        )


def _load_day(
    run: Run,
    day: date,
    table_names: Collection[str],
    connection_ids: Collection[str] | None,
    *,
    with_findings: bool,
) -> CanonicalReport:
    wanted = [table for table in _TABLES if table.name in table_names]
    odd = OddThings(run, day, _SOURCES)
    accounts = late_posts = 0
    with run.warehouse.begin() as connection:
        only = None
        if connection_ids is not None:
            only = same_accounts(connection, day, connection_ids)
        account_ids = only.account_ids if only else None
        loads = {table.name: Load(connection, table, account_ids) for table in wanted}
        batch = _Batch({table.name: [] for table in wanted})
        for readings in _all_accounts(run, day, only):
            listed = account_day(day, run.rule, readings.attempts)
            metrics = _metrics(run, day, readings, listed)
            seen = with_insights(listed, metrics, readings.attempts)
            odd.note(readings)
            row = _Row(run.run_id, day, readings.account.creator_id)
            _add_rows(batch, row, seen)
            _add_metrics(batch, row, readings, metrics)
            _add_checks(batch, row, readings)
            accounts += seen.account is not None or bool(seen.posts)
            late_posts += sum(post.is_late for post in seen.posts)
            if batch.accounts >= _ACCOUNTS_PER_BATCH:
                batch = _flush(batch, loads)
        _flush(batch, loads)
        results = {
            table.name: _take_effect(loads[table.name], table, day, account_ids)
            for table in wanted
        }
        settling = [name for name in _SETTLING if name in results]
        if changed := [name for name in settling if results[name].changed]:
            results[changed[0]] += settle_removals(connection, run.run_id)
    if with_findings and connection_ids is None:
        results[FINDINGS.name] = odd.store()
    return CanonicalReport(results, accounts, late_posts)


def _all_accounts(
    run: Run, day: date, only: SameAccounts | None
) -> Iterator[AccountReadings]:
    connection_ids = only.connection_ids if only else None
    for platform in Platform:
        yield from read_day(run, platform, day, connection_ids=connection_ids)


def _flush(batch: _Batch, loads: dict[str, Load]) -> _Batch:
    for name, rows in batch.rows.items():
        loads[name].add(rows)
    return _Batch({name: [] for name in loads})


def _take_effect(
    load: Load, table: Table, day: date, account_ids: Collection[str] | None
) -> LoadResult:
    if "snapshot_date" not in table.columns:
        return load.merge()
    scope: dict[str, list[object]] = {"snapshot_date": [day]}
    if account_ids is not None:
        scope["account_id"] = list(account_ids)
    return load.replace(scope)


class _Wording(NamedTuple):
    """What a caption is known by, and its hashtags."""

    caption_id: str | None
    hashtags: list[str]


@dataclass(frozen=True, slots=True)
class _Row:
    """What all rows of one account and day have in common."""

    run_id: str
    day: date
    creator_id: str

    def account(self, seen: SeenAccount) -> dict[str, object]:
        account = seen.account
        return {
            "snapshot_date": self.day,
            "platform": account.platform,
            "account_id": account.account_id,
            "creator_id": self.creator_id,
            "username": account.username,
            "display_name": account.display_name,
            "follower_count": account.follower_count,
            "following_count": account.following_count,
            "post_count_reported": account.post_count_reported,
            "unknown_reasons": account.unknown,
            "observed_at": seen.observed_at,
            "is_late": seen.is_late,
            "run_id": self.run_id,
        }

    def post(self, seen: Sighting, wording: _Wording) -> dict[str, object]:
        post = seen.post
        return {
            "platform": post.platform,
            "post_id": post.post_id,
            "account_id": post.account_id,
            "creator_id": self.creator_id,
            "content_type": post.content_type,
            "media_type": post.media_type,
            "posted_at": post.posted_at,
            "post_caption": post.post_caption,
            "hashtags": wording.hashtags,
            "post_url": post.post_url,
            "duration_seconds": post.duration_seconds,
            "first_seen_at": seen.first_seen_at,
            "last_seen_at": seen.last_seen_at,
            "removed_at": None,  # Settled once all is loaded.
            "run_id": self.run_id,
        }

    def check(self, attempt: Attempt, check: RemovalCheck) -> dict[str, object]:
        return {
            "attempt_id": attempt.attempt_id,
            "platform": attempt.account.platform,
            "post_id": check.post_id,
            "account_id": attempt.account.account_id,
            "is_gone": check.is_gone,
            "covers_from": check.covers_from,
            "observed_at": check.observed_at,
            "run_id": self.run_id,
        }

    def caption(self, seen: SeenPost, wording: _Wording) -> dict[str, object]:
        post = seen.post
        return {
            "platform": post.platform,
            "post_id": post.post_id,
            "caption_id": wording.caption_id,
            "post_caption": post.post_caption,
            "hashtags": wording.hashtags,
            "first_observed_at": seen.first_worded_at,
            "run_id": self.run_id,
        }

    def snapshot(self, seen: SeenPost, wording: _Wording) -> dict[str, object]:
        post = seen.post
        return {
            "snapshot_date": self.day,
            "platform": post.platform,
            "post_id": post.post_id,
            "account_id": post.account_id,
            "creator_id": self.creator_id,
            "content_type": post.content_type,
            "posted_at": post.posted_at,
            "caption_id": wording.caption_id,
            "view_count": post.view_count,
            "like_count": post.like_count,
            "comment_count": post.comment_count,
            "share_count": post.share_count,
            "save_count": post.save_count,
            "reach": post.reach,
            "count_sources": post.count_sources,
            "unknown_reasons": post.unknown,
            "observed_at": seen.observed_at,
            "is_late": seen.is_late,
            "run_id": self.run_id,
        }

    def metric(self, account_id: str | None, seen: SeenMetric) -> dict[str, object]:
        metric = seen.metric
        return {
            "snapshot_date": self.day,
            "platform": Platform.INSTAGRAM,
            "post_id": metric.post_id,
            "account_id": account_id,
            "creator_id": self.creator_id,
            "metric": metric.metric,
            "breakdown": metric.breakdown,
            "breakdown_value": metric.breakdown_value,
            "metric_value": metric.value,
            "unknown_reason": metric.unknown,
            "metric_source": metric.source,
            "observed_at": seen.observed_at,
            "is_late": seen.is_late,
            "run_id": self.run_id,
        }


def _metrics(
    run: Run, day: date, readings: AccountReadings, seen: AccountDay
) -> dict[str, list[SeenMetric]]:
    """Return the insights of the posts that the day has.

    A look at stories, and the push when one has ended, speak for two days; the story
    was there on one of them, perhaps.
    """
    there = {post.post.post_id for post in seen.posts}
    found = day_metrics(day, run.rule, readings.attempts)
    return {post_id: told for post_id, told in found.items() if post_id in there}


def _add_rows(batch: _Batch, row: _Row, seen: AccountDay) -> None:
    """Add the rows of one account to those of its tables that are wanted."""
    wanted = batch.rows
    batch.accounts += 1
    if seen.account is not None and ACCOUNT_SNAPSHOTS.name in wanted:
        wanted[ACCOUNT_SNAPSHOTS.name].append(row.account(seen.account))
    found: dict[str | None, _Wording] = {None: _Wording(None, [])}

    def wording(post: PostRecord) -> _Wording:
        caption = post.post_caption
        known = found.get(caption)
        if known is None:
            tags = list(extract_hashtags(caption, post.platform))
            known = found[caption] = _Wording(caption_id(caption), tags)
        return known

    if POSTS.name in wanted:
        wanted[POSTS.name] += (
            row.post(item, wording(item.post)) for item in seen.sightings
        )
    if POST_CAPTIONS.name in wanted:
        wanted[POST_CAPTIONS.name] += (
            row.caption(item, wording(item.post))
            for item in seen.posts
            if item.post.post_caption is not None
        )
    if POST_SNAPSHOTS.name in wanted:
        wanted[POST_SNAPSHOTS.name] += (
            row.snapshot(item, wording(item.post)) for item in seen.posts
        )


def _add_metrics(
    batch: _Batch,
    row: _Row,
    readings: AccountReadings,
    metrics: Mapping[str, Sequence[SeenMetric]],
) -> None:
    """Add the insights of an account's posts."""
    if POST_METRIC_VALUES.name in batch.rows:
        account_id = readings.account.account_id
        batch.rows[POST_METRIC_VALUES.name] += (
            row.metric(account_id, item) for seen in metrics.values() for item in seen
        )


def _add_checks(batch: _Batch, row: _Row, readings: AccountReadings) -> None:
    """Add what direct reads told of posts that the account's list lacked."""
    if POST_REMOVAL_CHECKS.name not in batch.rows:
        return
    batch.rows[POST_REMOVAL_CHECKS.name] += (
        row.check(attempt, check)
        for attempt, answers in readings.attempts
        for check in removal_checks(attempt, answers)
    )
