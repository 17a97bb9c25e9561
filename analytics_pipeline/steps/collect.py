"""Collecting one platform for some days: plan, ask side by side, keep, account for.

One account's failure is that account's outcome. Only a landing store that cannot be
written stops the collection: an answer that is not kept must not be asked for.
"""

import logging
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from sqlalchemy.exc import SQLAlchemyError

from analytics_pipeline.clients.conversation import Conversation, RetryPolicy
from analytics_pipeline.clients.errors import ApiError, ReconnectRequired
from analytics_pipeline.clients.transport import Transport
from analytics_pipeline.landing.publishing import recover_spools
from analytics_pipeline.landing.spool import Spool
from analytics_pipeline.landing.store import LandingStoreError, ObjectKey
from analytics_pipeline.schemas.outcomes import REASONS, Reason, Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Answer, Attempt
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
    store_attempts,
)
from analytics_pipeline.warehouse.campaigns import participants_on
from analytics_pipeline.warehouse.connections import (
    learn_account_ids,
    list_connections,
    mark_reconnect_required,
)

_log = logging.getLogger(__name__)
_PROGRESS_SECONDS = 5.0
_UNKNOWN_POSTS = KnownPosts(since_floor=0, has_older=False)


@dataclass(frozen=True, slots=True)
class CollectOptions:
    """How to collect.

    Attributes:
        transport: Sends the requests.
        policy: For repeats.
        concurrency: Accounts asked at the same time.
        refresh: Ask again for days that can still be observed on time.
    """

    transport: Transport
    policy: RetryPolicy
    concurrency: int
    refresh: bool = False


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


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What became of a collection.

    Attributes:
        attempts: One per account asked, with its outcome.
        calls_planned: Requests planned in all.
        reused: Account days that the landing store already had.
        recovered: Attempts that an earlier, killed run had left in its spool.
        object_urls: Landing objects written.
    """

    attempts: tuple[Attempt, ...]
    calls_planned: int
    reused: int
    recovered: int
    object_urls: tuple[str, ...]

    @property
    def calls(self) -> int:
        """Requests sent in all."""
        return sum(attempt.calls for attempt in self.attempts)

    def count(self, status: Status) -> int:
        """Return how many accounts ended with a status."""
        return sum(attempt.status is status for attempt in self.attempts)


def collect(
    run: Run, reader: AccountReader, days: Sequence[date], options: CollectOptions
) -> CollectReport:
    """Ask every account the days need, once for all of them, and keep the answers.

    Args:
        run: The run.
        reader: Reads the accounts of one platform.
        days: The days.
        options: How.

    Returns:
        What became of each account.
    """
    platform = reader.platform
    object_urls: list[str] = []

    def published(attempts: list[Attempt]) -> None:
        with run.warehouse.begin() as connection:
            store_attempts(connection, attempts)
        object_urls.extend({item.object_url for item in attempts if item.object_url})

    recovered = recover_spools(run.spool_folder, run.landing, published)
    plan = plan_collection(run, reader, days, refresh=options.refresh)
    _log.info(
        "%s: %d accounts to ask, %d calls planned, %d account days already answered",
        platform,
        len(plan.accounts),
        plan.calls,
        plan.reused,
    )
    key = ObjectKey(f"raw_{platform}_media", max(days), run.run_id)
    spool = Spool(run.spool_folder, run.landing, key, published)
    try:
        attempts = tuple(_ask_all(run, reader, plan.accounts, options, spool))
    finally:
        spool.finish()
    with run.warehouse.begin() as connection:
        learn_account_ids(connection, platform, run.clock())
    return CollectReport(
        attempts, plan.calls, plan.reused, recovered, tuple(object_urls)
    )


def plan_collection(
    run: Run, reader: AccountReader, days: Sequence[date], *, refresh: bool = False
) -> CollectionPlan:
    """Decide whom a collection asks for some days, and what each should cost.

    Args:
        run: The run.
        reader: Reads the accounts of one platform.
        days: The days.
        refresh: Ask again for days that can still be observed on time.

    Returns:
        The plan; nothing is asked and nothing written.
    """
    platform = reader.platform
    with run.warehouse.begin() as connection:
        needs = needs_of(participants_on(connection, days), platform)
        connections = list_connections(
            connection, platform, {need.creator_id for need in needs}
        )
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


def _ask_all(
    run: Run,
    reader: AccountReader,
    planned: Sequence[PlannedAccount],
    options: CollectOptions,
    spool: Spool,
) -> Iterator[Attempt]:
    """Ask the accounts in order, some at a time; yield each as it is done."""
    progress = _Progress(reader.platform, len(planned))
    waiting = iter(planned)
    running: set[Future[Attempt]] = set()
    with ThreadPoolExecutor(options.concurrency, str(reader.platform)) as pool:
        try:
            while True:
                # A little more than can run, so that no thread waits for this one.
                for item in islice(waiting, 2 * options.concurrency - len(running)):
                    running.add(
                        pool.submit(_ask_one, run, reader, item, options, spool)
                    )
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    attempt = future.result()
                    progress.count(attempt)
                    yield attempt
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _ask_one(
    run: Run,
    reader: AccountReader,
    planned: PlannedAccount,
    options: CollectOptions,
    spool: Spool,
) -> Attempt:
    """Ask one account; whatever happens becomes its outcome."""
    account = planned.plan.connection.account
    attempt = Attempt(
        attempt_id=uuid.uuid4().hex,
        run_id=run.run_id,
        account=account,
        snapshot_dates=planned.plan.days,
        observed_at=run.clock(),
        covers_from=None,
        status=Status.OK,
        calls_planned=planned.calls,
    )
    log = spool.open(attempt)
    last_answer: list[Answer] = []

    def record(answer: Answer) -> None:
        log.record(answer)
        last_answer[:] = [answer]

    conversation = Conversation(options.transport, options.policy, record)
    try:
        walk = reader.read(
            planned.plan, conversation, lambda walk: posts_to_read(run, walk)
        )
    except LandingStoreError:
        raise
    except ApiError as error:
        attempt = _failed(attempt, error.reason, str(error))
        _mark_dead_token(run, account.connection_id, error)
    except Exception as error:  # noqa: BLE001 - one account's fault is its own
        _log.exception("%s: the pipeline failed on one account", reader.platform)
        attempt = _failed(attempt, Reason.PIPELINE_FAULT, type(error).__name__)
    else:
        known = replace(account, account_id=walk.account_id)
        attempt = replace(attempt, account=known, covers_from=walk.covers_from)
    attempt = replace(
        attempt,
        observed_at=last_answer[0].observed_at if last_answer else run.clock(),
        calls=conversation.calls,
        calls_repeated=conversation.repeated,
        calls_unplanned=conversation.calls - conversation.repeated - planned.calls,
    )
    log.close(attempt)
    return attempt


def _failed(attempt: Attempt, reason: Reason, detail: str) -> Attempt:
    return replace(attempt, status=REASONS[reason].status, reason=reason, detail=detail)


def _mark_dead_token(run: Run, connection_id: str, error: ApiError) -> None:
    """Stop using a token that the platform has refused for good."""
    if not (isinstance(error, ReconnectRequired) and error.is_certain):
        return
    try:
        with run.warehouse.begin() as connection:
            mark_reconnect_required(connection, connection_id, run.clock())
    except SQLAlchemyError:
        # It will be refused again; a database that is away must not cost the others.
        _log.exception("a refused token could not be marked")


class _Progress:
    """Logs how far a collection has got, every few seconds and at the end."""

    def __init__(self, platform: Platform, total: int) -> None:
        self._platform = platform
        self._total = total
        self._done = 0
        self._not_ok = 0
        self._last = time.monotonic()

    def count(self, attempt: Attempt) -> None:
        self._done += 1
        self._not_ok += attempt.status is not Status.OK
        now = time.monotonic()
        if self._done < self._total and now - self._last < _PROGRESS_SECONDS:
            return
        self._last = now
        _log.info(
            "%s: %d of %d accounts asked, %d of them without an answer to use",
            self._platform,
            self._done,
            self._total,
            self._not_ok,
        )
