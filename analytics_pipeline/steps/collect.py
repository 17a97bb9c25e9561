"""Collecting the accounts and posts of one platform for some days: plan, then ask."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from analytics_pipeline.clients.conversation import Conversation
from analytics_pipeline.clients.walk import Walk
from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.shards import WHOLE, Shard
from analytics_pipeline.steps.asking import (
    CollectOptions,
    CollectReport,
    Question,
    Subject,
    ask_all,
    recover,
)
from analytics_pipeline.steps.readers import AccountReader
from analytics_pipeline.steps.removals import direct_reads_awaited, posts_to_read
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.planning import (
    AccountPlan,
    Plan,
    needs_of,
    plan_accounts,
)
from analytics_pipeline.warehouse.attempts import (
    KnownPosts,
    count_known_posts,
    find_attempts,
)
from analytics_pipeline.warehouse.campaigns import participants_on
from analytics_pipeline.warehouse.connections import list_connections
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.learned_accounts import (
    learn_account_ids,
    learn_handles,
)

_log = logging.getLogger(__name__)
_UNKNOWN_POSTS = KnownPosts(since_floor=0, has_older=False)


@dataclass(frozen=True, slots=True)
class PlannedAccount:
    """An account to be asked, and what that should cost."""

    plan: AccountPlan
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
    accounts: tuple[PlannedAccount, ...]
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
        What became of each account.
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
    questions = [_question(run, reader, item) for item in plan.accounts]
    subject = Subject(platform, AttemptKind.MEDIA, max(days))
    attempts = ask_all(run, subject, questions, options)
    with run.warehouse.begin() as connection:
        learn_account_ids(connection, platform, run.clock())
        learn_handles(connection, platform, run.clock())
    return CollectReport(attempts, plan.calls, plan.reused, recovered)


def _question(run: Run, reader: AccountReader, planned: PlannedAccount) -> Question:
    def ask(conversation: Conversation) -> Walk:
        return reader.read(planned.plan, conversation, partial(posts_to_read, run))

    account = planned.plan.connection.account
    return Question(account, planned.plan.days, planned.calls, ask)


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
    platform = reader.platform
    with run.warehouse.begin() as connection:
        needs = needs_of(participants_on(connection, days), platform)
        creators = {need.creator_id for need in needs}
        connections = [
            item
            for item in list_connections(connection, platform, creators)
            if shard.has(item.account.connection_id)
        ]
        before = find_attempts(connection, platform, days)
    clock = (run.rule, run.clock())
    plan = plan_accounts(needs, connections, before, clock, refresh=refresh)
    return CollectionPlan(platform, tuple(_with_calls(run, reader, plan)), plan.reused)


def _with_calls(run: Run, reader: AccountReader, plan: Plan) -> list[PlannedAccount]:
    """Tell what each account should cost, from the posts that are known of it."""
    floors = {
        item.connection.account.account_id: item.floor
        for item in plan.accounts
        if item.connection.account.account_id is not None
    }
    with run.warehouse.begin() as connection:
        known = count_known_posts(connection, reader.platform, floors, run.clock())
    if reader.platform is Platform.INSTAGRAM:
        for name, awaited in direct_reads_awaited(run, floors).items():
            known[name] = replace(known.get(name, _UNKNOWN_POSTS), awaited=awaited)
    return [
        PlannedAccount(
            item,
            reader.planned_calls(
                item,
                known.get(item.connection.account.account_id or "", _UNKNOWN_POSTS),
            ),
        )
        for item in plan.accounts
    ]
