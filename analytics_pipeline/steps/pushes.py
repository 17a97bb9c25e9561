"""Processing the pushes that wait in the inbox.

A push is marked as processed once its content is in the landing store and the tables.
Whatever kills the run before that, the push waits and the next run goes on from there:
an attempt has the same name however often its push is processed.
"""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from analytics_pipeline.landing.spool import Spool
from analytics_pipeline.landing.store import ObjectKey
from analytics_pipeline.schemas.attempt_kinds import AttemptKind, raw_asset
from analytics_pipeline.schemas.messages import Message, MessageOutcome
from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account, Answer, Attempt
from analytics_pipeline.steps.asking import recover
from analytics_pipeline.steps.partial import load_accounts
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.pushes import (
    PUSH_REQUEST,
    MalformedPushError,
    PushedEntry,
    ReadPush,
    read_push,
)
from analytics_pipeline.transform.story_looks import days_of_look
from analytics_pipeline.warehouse.attempts import find_statuses, store_attempts
from analytics_pipeline.warehouse.connections import find_accounts
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.inbox import mark_processed, waiting_messages
from analytics_pipeline.warehouse.load import LoadResult

_log = logging.getLogger(__name__)
_RECEIVED = 200
_Landing = tuple[Attempt, tuple[Answer, ...]]


@dataclass(frozen=True, slots=True)
class PushReport:
    """What became of the pushes that waited.

    Attributes:
        outcomes: How many ended in which way.
        failed: How many go on waiting because the pipeline failed on them.
        changed: What changed in the tables.
    """

    outcomes: dict[MessageOutcome, int]
    failed: int
    changed: LoadResult


@dataclass(frozen=True, slots=True)
class _Understood:
    """A message that was read.

    Attributes:
        message: The message.
        outcome: What became of it, once its attempts are loaded.
        detail: Why.
        attempts: What is to be landed and loaded, with the answers.
    """

    message: Message
    outcome: MessageOutcome
    detail: str | None
    attempts: tuple[_Landing, ...] = ()


def process_pushes(run: Run) -> PushReport:
    """Land the pushes that wait, load what they tell, and mark them.

    Args:
        run: The run.

    Returns:
        What became of them. One that fails costs no other and goes on waiting.
    """
    with at_work(run.warehouse):
        return _process(run)


def _process(run: Run) -> PushReport:
    recover(run)
    with run.warehouse.begin() as connection:
        waiting = waiting_messages(connection)
    understood = []
    for message in waiting:
        try:
            understood.append(_understand(run, message))
        except Exception:  # noqa: BLE001 - one push's fault is its own
            _log.exception("a push could not be understood; it goes on waiting")
    _land(run, understood)
    failed, changed = _load(run, understood)
    outcomes = dict.fromkeys(MessageOutcome, 0)
    for item in understood:
        if item.message.message_id not in failed:
            _mark(run, item)
            outcomes[item.outcome] += 1
    left = len(waiting) - sum(outcomes.values())
    _log.info("%d pushes processed, %d go on waiting", len(waiting) - left, left)
    return PushReport(outcomes, left, changed)


def _understand(run: Run, message: Message) -> _Understood:
    try:
        push = read_push(message.body)
    except MalformedPushError as error:
        return _Understood(message, MessageOutcome.REJECTED, str(error))
    with run.warehouse.begin() as connection:
        wanted = {entry.account_id for entry in push.entries}
        accounts = find_accounts(connection, Platform.INSTAGRAM, wanted)
    by_account: dict[str, list[PushedEntry]] = {}
    unknown = 0
    for entry in push.entries:
        if entry.account_id in accounts:
            by_account.setdefault(entry.account_id, []).append(entry)
        else:
            unknown += 1
    attempts = tuple(
        _attempt(run, message, accounts[name], entries)
        for name, entries in by_account.items()
    )
    outcome = MessageOutcome.IGNORED
    if attempts:
        outcome = MessageOutcome.APPLIED
    elif push.malformed:
        outcome = MessageOutcome.REJECTED
    return _Understood(message, outcome, _detail(push, unknown), attempts)


def _detail(push: ReadPush, unknown: int) -> str | None:
    """Return what in a push was not kept, without what it says."""
    told = push.left_out + push.malformed
    if unknown:
        told["about an account that is not known"] = unknown
    listed = [f"{count} × {what}" for what, count in sorted(told.items())]
    return "; ".join(listed) or None


def _attempt(
    run: Run, message: Message, account: Account, entries: Sequence[PushedEntry]
) -> _Landing:
    answers = tuple(
        Answer(
            request=PUSH_REQUEST,
            status=_RECEIVED,
            headers={},
            body=entry.body,
            observed_at=entry.observed_at(message.received_at),
        )
        for entry in entries
    )
    days: set[date] = set()
    for answer in answers:
        days.update(days_of_look(answer.observed_at, run.rule))
    attempt = Attempt(
        attempt_id=_name(message.message_id, account.connection_id),
        run_id=run.run_id,
        account=account,
        snapshot_dates=tuple(sorted(days)),
        observed_at=max(answer.observed_at for answer in answers),
        covers_from=None,
        status=Status.OK,
        attempt_kind=AttemptKind.PUSHES,
    )
    return attempt, answers


def _land(run: Run, understood: Sequence[_Understood]) -> None:
    """Keep what is not in the landing store yet, by way of the spool."""
    new = _not_landed(run, [pair for item in understood for pair in item.attempts])
    if not new:
        return

    def published(attempts: list[Attempt]) -> None:
        with run.warehouse.begin() as connection:
            store_attempts(connection, attempts)

    asset = raw_asset(Platform.INSTAGRAM, AttemptKind.PUSHES)
    key = ObjectKey(asset, run.rule.day_of(run.clock()), run.run_id)
    spool = Spool(run.spool_folder, run.landing, key, published)
    try:
        for attempt, answers in new:
            log = spool.open(attempt)
            for answer in answers:
                log.record(answer)
            log.close(attempt)
    finally:
        spool.finish()


def _not_landed(run: Run, made: Sequence[_Landing]) -> list[_Landing]:
    with run.warehouse.begin() as connection:
        known = find_statuses(connection, [attempt.attempt_id for attempt, _ in made])
    new = []
    for attempt, answers in made:
        status = known.get(attempt.attempt_id)
        if status is Status.OK:
            continue
        if status is not None:
            # A kill cut it off, and what is in the landing store is never changed.
            again = _name(attempt.attempt_id, run.run_id)
            new.append((replace(attempt, attempt_id=again), answers))
        else:
            new.append((attempt, answers))
    return new


def _name(*parts: str) -> str:
    return hashlib.blake2b(" ".join(parts).encode(), digest_size=16).hexdigest()


def _load(run: Run, understood: Sequence[_Understood]) -> tuple[set[str], LoadResult]:
    """Load the accounts that pushes are about; return whose load failed."""
    by_days: dict[tuple[date, ...], dict[str, list[str]]] = {}
    for message_id, attempt in _attempts(understood):
        accounts = by_days.setdefault(attempt.snapshot_dates, {})
        accounts.setdefault(attempt.account.connection_id, []).append(message_id)
    failed: set[str] = set()
    changed = LoadResult()
    for days, accounts in by_days.items():
        try:
            changed += load_accounts(run, days, accounts)
            continue
        except Exception:  # noqa: BLE001 - one account's fault is its own
            _log.exception("%d accounts of pushes: loading each alone", len(accounts))
        for connection_id, message_ids in accounts.items():
            try:
                changed += load_accounts(run, days, [connection_id])
            except Exception:  # noqa: BLE001 - one account's fault is its own
                _log.exception("an account of a push could not be loaded")
                failed.update(message_ids)
    return failed, changed


def _attempts(understood: Sequence[_Understood]) -> Iterator[tuple[str, Attempt]]:
    for item in understood:
        for attempt, _ in item.attempts:
            yield item.message.message_id, attempt


def _mark(run: Run, item: _Understood) -> None:
    with run.warehouse.begin() as connection:
        mark_processed(
            connection,
            item.message.message_id,
            item.outcome,
            item.detail,
            run.run_id,
            run.clock(),
        )
