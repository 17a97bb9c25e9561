"""The answers of a day out of the landing store, account by account, read."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.landing.held import HeldAnswers
from analytics_pipeline.landing.lines import LandedAnswer
from analytics_pipeline.schemas.attempt_kinds import POST_KINDS, AttemptKind
from analytics_pipeline.schemas.findings import Finding, Rule
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account, Attempt
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.canonical import Reading
from analytics_pipeline.transform.instagram_answers import parse_instagram_answer
from analytics_pipeline.transform.object_order import side_by_side
from analytics_pipeline.transform.parsed import ParsedAnswer
from analytics_pipeline.transform.tiktok_posts import parse_tiktok
from analytics_pipeline.warehouse.attempts import (
    among,
    attempts_made,
    landed_objects,
    several_attempts,
)

ReadAttempt = tuple[Attempt, Sequence[Reading]]

_LOOKED_UP_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class AccountReadings:
    """Everything that was answered about one account for one day."""

    account: Account
    attempts: tuple[ReadAttempt, ...]


def read_day(
    run: Run,
    platform: Platform,
    day: date,
    kinds: Collection[AttemptKind] = POST_KINDS,
    connection_ids: Collection[str] | None = None,
) -> Iterator[AccountReadings]:
    """Yield the accounts of a day with their answers, one at a time.

    An account is held back only while another landing object may have more of it, and
    then outside of memory, which so does not grow with the number of accounts.

    Args:
        run: The run.
        platform: Where.
        day: The day.
        kinds: What was asked for.
        connection_ids: Only these accounts; None for all.

    Yields:
        Each account that gave an answer.
    """
    query = attempts_made(platform, [day], kinds, connection_ids)
    with run.warehouse.begin() as connection:
        names = side_by_side(landed_objects(connection, query))
        outstanding = several_attempts(connection, query)
    with HeldAnswers() as held:
        for attempt, answers in landed_attempts(run, names, query):
            account = attempt.account
            left = outstanding.pop(account.connection_id, 1) - 1
            if left:
                outstanding[account.connection_id] = left
                held.put(attempt, answers)
            else:
                all_of_it = [*held.take(account.connection_id), (attempt, answers)]
                yield AccountReadings(
                    account, tuple((one, list(_read(one, of))) for one, of in all_of_it)
                )


def landed_attempts(
    run: Run, names: Iterable[str], query: sa.Select[Any]
) -> Iterator[tuple[Attempt, Sequence[LandedAnswer]]]:
    """Yield attempts out of landing objects, with their answers.

    Args:
        run: The run.
        names: The objects.
        query: Which attempts; see `attempts_made`.

    Yields:
        The attempts as the warehouse has them.
    """
    for name in names:
        landed = run.landing.read_attempts(name)
        while batch := list(islice(landed, _LOOKED_UP_AT_ONCE)):
            with run.warehouse.begin() as connection:
                wanted = among(connection, query, [it.attempt_id for it, _ in batch])
            for attempt, answers in batch:
                known = wanted.get(attempt.attempt_id)
                if known is not None and known.object_url == name:
                    yield known, answers


def _read(attempt: Attempt, answers: Sequence[LandedAnswer]) -> Iterator[Reading]:
    """Read the answers of an attempt; those about another account are left out."""
    account_id = attempt.account.account_id
    for landed in answers:
        parsed = _parse(landed, attempt.account.platform, account_id)
        is_foreign = account_id is not None and parsed.account_id not in {
            None,
            account_id,
        }
        if is_foreign:
            key = f"account {account_id}"
            finding = Finding(Rule.FOREIGN_RECORD, key, "id", parsed.account_id)
            parsed = ParsedAnswer(findings=[finding])
        account_id = account_id or parsed.account_id
        yield Reading(landed.answer.observed_at, parsed)


def _parse(
    landed: LandedAnswer, platform: Platform, account_id: str | None
) -> ParsedAnswer:
    try:
        payload = json.loads(landed.answer.body)
    except ValueError:
        return ParsedAnswer()  # Told by the attempt's outcome.
    if platform is Platform.INSTAGRAM:
        return parse_instagram_answer(landed.answer.request, payload, account_id)
    params = landed.answer.request.get("params")
    fields = params.get("fields", "") if isinstance(params, dict) else ""
    return parse_tiktok(payload, account_id, str(fields))
