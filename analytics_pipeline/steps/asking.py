"""Asking accounts side by side: every answer kept, every account accounted for.

One account's failure is that account's outcome. Only a landing store that cannot be
written stops the asking: an answer that is not kept must not be asked for.
"""

import logging
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from queue import SimpleQueue
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from analytics_pipeline.clients.conversation import Conversation, RetryPolicy
from analytics_pipeline.clients.errors import ApiError, ReconnectRequired
from analytics_pipeline.clients.transport import Transport
from analytics_pipeline.clients.walk import Walk
from analytics_pipeline.landing.publishing import recover_spools
from analytics_pipeline.landing.spool import Spool
from analytics_pipeline.landing.store import LandingStoreError, ObjectKey
from analytics_pipeline.schemas.attempt_kinds import AttemptKind, raw_asset
from analytics_pipeline.schemas.outcomes import REASONS, Reason, Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account, Answer, Attempt
from analytics_pipeline.schemas.shards import WHOLE, Shard
from analytics_pipeline.steps.collect_report import Tally
from analytics_pipeline.steps.run import Run
from analytics_pipeline.warehouse.attempts import store_attempts
from analytics_pipeline.warehouse.connections import (
    known_connection_ids,
    mark_reconnect_required,
)
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.renewals import doubt_token

_log = logging.getLogger(__name__)
_PROGRESS_SECONDS = 5.0
_CHECKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class CollectOptions:
    """How to collect.

    Attributes:
        transport: Sends the requests.
        policy: For repeats.
        concurrency: Accounts asked at the same time.
        refresh: Ask again for days that can still be observed on time.
        shard: Ask only the accounts of this part; others ask the rest.
    """

    transport: Transport
    policy: RetryPolicy
    concurrency: int
    refresh: bool = False
    shard: Shard = WHOLE


@dataclass(frozen=True, slots=True)
class Question:
    """One account to be asked.

    Attributes:
        account: Who.
        days: The days it is asked for.
        calls: Requests that it should take.
        ask: Asks; returns how far it got, or raises the ApiError that kept it from
            asking to the end. None for what is no walk.
    """

    account: Account
    days: tuple[date, ...]
    calls: int
    ask: Callable[[Conversation], Walk | None]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a round of questions is about.

    Attributes:
        platform: Who is asked.
        kind: What for.
        day: Under which day the answers are filed.
    """

    platform: Platform
    kind: AttemptKind
    day: date


class Questions(Protocol):
    """Whom to ask, most urgent first; made one after the other as they are asked."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    def __iter__(self) -> Iterator[Question]:
        """Yield them."""
        ...


def recover(run: Run) -> int:
    """Keep what runs that were killed have left in their spools.

    Args:
        run: The run.

    Returns:
        How many attempts were recovered.
    """
    # What is published while a person is erased would not be erased.
    with at_work(run.warehouse):
        return recover_spools(
            run.spool_folder, run.landing, lambda made: _store(run, made)
        )


def ask_all(
    run: Run, subject: Subject, questions: Questions, options: CollectOptions
) -> Tally:
    """Ask accounts, some at a time, and keep the answers.

    Args:
        run: The run.
        subject: What about.
        questions: Whom, most urgent first.
        options: How.

    Returns:
        What became of the accounts that are still known.
    """
    with at_work(run.warehouse):
        return _ask_all(run, subject, questions, options)


def _still_known(run: Run, questions: Iterable[Question]) -> Iterator[Question]:
    """Leave out accounts that were removed, as by an erasure, since it was planned."""
    waiting = iter(questions)
    while batch := list(islice(waiting, _CHECKED_AT_ONCE)):
        with run.warehouse.begin() as connection:
            names = [item.account.connection_id for item in batch]
            known = known_connection_ids(connection, names)
        yield from (item for item in batch if item.account.connection_id in known)


def _ask_all(
    run: Run, subject: Subject, questions: Questions, options: CollectOptions
) -> Tally:
    tally = Tally()

    def published(attempts: list[Attempt]) -> None:
        _store(run, attempts)
        for item in attempts:
            if item.object_url is not None:
                tally.add_object(item.object_url)

    name = raw_asset(subject.platform, subject.kind)
    # Shards of one run work side by side, and an object is written once. A step that
    # was given to another worker may still lie in the spool of the one that died.
    part = "" if options.shard == WHOLE else f"shard{options.shard.number}"
    writer = "-".join(filter(None, (run.run_id, part, run.writer)))
    key = ObjectKey(name, subject.day, writer)
    spool = Spool(run.spool_folder, run.landing, key, published)
    try:
        for attempt in _ask_side_by_side(run, subject, questions, options, spool):
            tally.add(attempt)
    finally:
        spool.finish()
    return tally


def _store(run: Run, attempts: list[Attempt]) -> None:
    with run.warehouse.begin() as connection:
        store_attempts(connection, attempts)


def _ask_side_by_side(
    run: Run,
    subject: Subject,
    questions: Questions,
    options: CollectOptions,
    spool: Spool,
) -> Iterator[Attempt]:
    """Ask the accounts in order, some at a time; yield each as it is done."""
    progress = _Progress(subject, len(questions))
    waiting = _still_known(run, questions)
    done: SimpleQueue[Future[Attempt]] = SimpleQueue()
    running = 0
    with ThreadPoolExecutor(options.concurrency, str(subject.platform)) as pool:
        try:
            while True:
                # A little more than can run, so that no thread waits for this one.
                for item in islice(waiting, 2 * options.concurrency - running):
                    future = pool.submit(_ask_one, run, subject, item, options, spool)
                    future.add_done_callback(done.put)
                    running += 1
                if not running:
                    return
                attempt = done.get().result()
                running -= 1
                progress.count(attempt)
                yield attempt
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _ask_one(
    run: Run,
    subject: Subject,
    question: Question,
    options: CollectOptions,
    spool: Spool,
) -> Attempt:
    """Ask one account; whatever happens becomes its outcome."""
    account = question.account
    attempt = Attempt(
        attempt_id=uuid.uuid4().hex,
        run_id=run.run_id,
        account=account,
        snapshot_dates=question.days,
        observed_at=run.clock(),
        covers_from=None,
        status=Status.OK,
        calls_planned=question.calls,
        attempt_kind=subject.kind,
    )
    log = spool.open(attempt)
    last_answer: list[Answer] = []

    def record(answer: Answer) -> None:
        log.record(answer)
        last_answer[:] = [answer]

    conversation = Conversation(options.transport, options.policy, record)
    try:
        walk = question.ask(conversation)
    except LandingStoreError:
        raise
    except ApiError as error:
        attempt = _failed(attempt, error.reason, str(error))
        _mark_token(run, attempt, error)
    except Exception as error:  # noqa: BLE001 - one account's fault is its own
        _log.exception("%s: the pipeline failed on one account", subject.platform)
        attempt = _failed(attempt, Reason.PIPELINE_FAULT, type(error).__name__)
    else:
        if walk is not None:
            handle = walk.username.lower() if walk.username else account.username
            known = replace(account, account_id=walk.account_id, username=handle)
            attempt = replace(attempt, account=known, covers_from=walk.covers_from)
    attempt = replace(
        attempt,
        observed_at=last_answer[0].observed_at if last_answer else run.clock(),
        calls=conversation.calls,
        calls_repeated=conversation.repeated,
        calls_unplanned=conversation.calls - conversation.repeated - question.calls,
    )
    log.close(attempt)
    return attempt


def _failed(attempt: Attempt, reason: Reason, detail: str) -> Attempt:
    return replace(attempt, status=REASONS[reason].status, reason=reason, detail=detail)


def _mark_token(run: Run, attempt: Attempt, error: ApiError) -> None:
    """Stop using a token that was refused for good; doubt one that perhaps was."""
    is_refused = isinstance(error, ReconnectRequired)
    if not is_refused and error.reason is not Reason.PERMISSION_MISSING:
        return
    connection_id, now = attempt.account.connection_id, run.clock()
    try:
        with run.warehouse.begin() as connection:
            if isinstance(error, ReconnectRequired) and error.is_certain:
                mark_reconnect_required(
                    connection, connection_id, error.cause, now, attempt.observed_at
                )
            else:
                doubt_token(connection, connection_id, now)
    except SQLAlchemyError:
        # It will be refused again; a database that is away must not cost the others.
        _log.exception("a refused token could not be marked")


class _Progress:
    """Logs how far a collection has got, every few seconds and at the end."""

    def __init__(self, subject: Subject, total: int) -> None:
        self._name = raw_asset(subject.platform, subject.kind)
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
            self._name,
            self._done,
            self._total,
            self._not_ok,
        )
