"""Collecting the accounts and posts of one platform for some days: plan, then ask."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.clients.conversation import Conversation
from analytics_pipeline.clients.walk import Walk
from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.connections import Connection
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.shards import WHOLE, Shard
from analytics_pipeline.steps.asking import (
    CollectOptions,
    Question,
    Subject,
    ask_all,
    recover,
)
from analytics_pipeline.steps.collect_report import CollectReport
from analytics_pipeline.steps.readers import AccountReader
from analytics_pipeline.steps.removals import direct_reads_awaited, posts_to_read
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.planning import (
    AccountPlan,
    Plan,
    needs_of,
    plan_accounts,
    urgency,
)
from analytics_pipeline.warehouse.attempts import KnownPosts, count_known_posts
from analytics_pipeline.warehouse.connections import find_connections
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.learned_accounts import (
    learn_account_ids,
    learn_handles,
)
from analytics_pipeline.warehouse.participant_batches import participant_batches

_log = logging.getLogger(__name__)
_UNKNOWN_POSTS = KnownPosts(since_floor=0, has_older=False)
_ACCOUNTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class PlannedAccount:
    """An account to be asked, and what that should cost.

    Attributes:
        connection_id: Which account.
        creator_id: Whose.
        days: The days it is asked for.
        floor: How far back its posts are needed.
        was_deferred: Whether an earlier run did not get to it.
        ends_on: When the first of its campaigns ends.
        calls: Requests that it should take.
    """

    connection_id: str
    creator_id: str
    days: tuple[date, ...]
    floor: datetime
    was_deferred: bool
    ends_on: date
    calls: int


@dataclass(frozen=True, slots=True)
class CollectionPlan:
    """What a collection will ask of one platform.

    Attributes:
        platform: Where.
        accounts: Whom to ask, most urgent first.
        reused: Account days that the landing store already has.
    """

    platform: Platform
    accounts: Sequence[PlannedAccount]
    reused: int

    @property
    def calls(self) -> int:
        """Requests planned in all."""
        return sum(item.calls for item in self.accounts)


def collect(
    run: Run, reader: AccountReader, days: Sequence[date], options: CollectOptions
) -> CollectReport:
    """Ask every account the days need, once for all of them, and keep the answers.

    Args:
        run: The run.
        reader: Reads the accounts of one platform.
        days: The days.
        options: How, and which shard of the accounts.

    Returns:
        What became of the accounts.
    """
    with at_work(run.warehouse):
        return _collect(run, reader, days, options)


def _collect(
    run: Run, reader: AccountReader, days: Sequence[date], options: CollectOptions
) -> CollectReport:
    platform = reader.platform
    recovered = recover(run)
    refresh, shard = options.refresh, options.shard
    plan = plan_collection(run, reader, days, refresh=refresh, shard=shard)
    _log.info(
        "%s: %d accounts to ask, %d calls planned, %d account days already answered",
        platform,
        len(plan.accounts),
        plan.calls,
        plan.reused,
    )
    subject = Subject(platform, AttemptKind.MEDIA, max(days))
    asked = ask_all(run, subject, _Questions(run, reader, plan.accounts), options)
    with run.warehouse.begin() as connection:
        learn_account_ids(connection, platform, run.clock())
        learn_handles(connection, platform, run.clock())
    return CollectReport(asked, plan.calls, plan.reused, recovered)


@dataclass(frozen=True, slots=True)
class _Questions:
    """The planned accounts as questions: connections are read when their turn comes.

    An account that was removed since it was planned is left out.
    """

    run: Run
    reader: AccountReader
    accounts: Sequence[PlannedAccount]

    def __len__(self) -> int:
        return len(self.accounts)

    def __iter__(self) -> Iterator[Question]:
        for start in range(0, len(self.accounts), _ACCOUNTS_AT_ONCE):
            batch = self.accounts[start : start + _ACCOUNTS_AT_ONCE]
            with self.run.warehouse.begin() as connection:
                names = [item.connection_id for item in batch]
                known = find_connections(connection, names)
            for item in batch:
                if item.connection_id in known:
                    yield self._question(item, known[item.connection_id])

    def _question(self, planned: PlannedAccount, connection: Connection) -> Question:
        plan = AccountPlan(
            connection,
            planned.days,
            planned.floor,
            planned.was_deferred,
            planned.ends_on,
        )

        def ask(conversation: Conversation) -> Walk:
            return self.reader.read(
                plan, conversation, partial(posts_to_read, self.run)
            )

        return Question(connection.account, planned.days, planned.calls, ask)


def plan_collection(
    run: Run,
    reader: AccountReader,
    days: Sequence[date],
    *,
    refresh: bool = False,
    shard: Shard = WHOLE,
) -> CollectionPlan:
    """Decide whom a collection asks for some days, and what each should cost.

    Args:
        run: The run.
        reader: Reads the accounts of one platform.
        days: The days.
        refresh: Ask again for days that can still be observed on time.
        shard: Plan only the accounts of this part.

    Returns:
        The plan; nothing is asked and nothing written.
    """
    platform, clock = reader.platform, (run.rule, run.clock())
    planned: list[PlannedAccount] = []
    reused = 0
    with run.warehouse.begin() as connection:
        for batch in participant_batches(connection, platform, days):
            plan = plan_accounts(
                needs_of(batch.participants, platform),
                [it for it in batch.connections if shard.has(it.account.connection_id)],
                batch.attempts,
                clock,
                refresh=refresh,
            )
            planned += _with_calls(connection, reader, plan, clock[1])
            reused += plan.reused
    planned.sort(key=_urgency)
    return CollectionPlan(platform, planned, reused)


def _urgency(account: PlannedAccount) -> tuple[bool, date, str]:
    """Return by what accounts are ordered, as `plan_accounts` does with a batch."""
    return urgency(account.was_deferred, account.ends_on, account.connection_id)


def _with_calls(
    connection: sa.Connection, reader: AccountReader, plan: Plan, now: datetime
) -> list[PlannedAccount]:
    """Tell what each account should cost, from the posts that are known of it."""
    floors = {
        item.connection.account.account_id: item.floor
        for item in plan.accounts
        if item.connection.account.account_id is not None
    }
    known: dict[str, KnownPosts] = {}
    if floors:
        known = count_known_posts(connection, reader.platform, floors, now)
    if floors and reader.platform is Platform.INSTAGRAM:
        for name, awaited in direct_reads_awaited(connection, floors, now).items():
            known[name] = replace(known.get(name, _UNKNOWN_POSTS), awaited=awaited)
    # Accounts have most of these in common; a hundred thousand hold one of each.
    shared: dict[object, Any] = {}
    return [
        PlannedAccount(
            item.connection.account.connection_id,
            item.connection.account.creator_id,
            shared.setdefault(item.days, item.days),
            shared.setdefault(item.floor, item.floor),
            item.was_deferred,
            shared.setdefault(item.ends_on, item.ends_on),
            reader.planned_calls(
                item,
                known.get(item.connection.account.account_id or "", _UNKNOWN_POSTS),
            ),
        )
        for item in plan.accounts
    ]
