"""The answers of a day out of the landing store, account by account, read."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from analytics_pipeline.landing.lines import LandedAnswer
from analytics_pipeline.schemas.attempt_kinds import POST_KINDS, AttemptKind
from analytics_pipeline.schemas.findings import Finding, Rule
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account, Attempt
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.canonical import Reading
from analytics_pipeline.transform.instagram_answers import parse_instagram_answer
from analytics_pipeline.transform.parsed import ParsedAnswer
from analytics_pipeline.transform.tiktok_posts import parse_tiktok
from analytics_pipeline.warehouse.attempts import find_attempts

ReadAttempt = tuple[Attempt, Sequence[Reading]]


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

    An account is held back only while another landing object may have more of it, so
    memory does not grow with the number of accounts.

    Args:
        run: The run.
        platform: Where.
        day: The day.
        kinds: What was asked for.
        connection_ids: Only these accounts; None for all.

    Yields:
        Each account that gave an answer.
    """
    with run.warehouse.begin() as connection:
        found = find_attempts(connection, platform, [day], kinds, connection_ids)
    wanted = {item.attempt_id: item for item in found if item.object_url}
    outstanding: dict[str, int] = {}
    for item in wanted.values():
        connection_id = item.account.connection_id
        outstanding[connection_id] = outstanding.get(connection_id, 0) + 1
    held: dict[str, list[ReadAttempt]] = {}
    for name in dict.fromkeys(item.object_url for item in wanted.values()):
        for landed, answers in run.landing.read_attempts(str(name)):
            if landed.attempt_id not in wanted:
                continue
            attempt = wanted[landed.attempt_id]
            connection_id = attempt.account.connection_id
            readings = held.pop(connection_id, [])
            readings.append((attempt, list(_read(attempt, answers))))
            outstanding[connection_id] -= 1
            if outstanding[connection_id]:
                held[connection_id] = readings
            else:
                yield AccountReadings(attempt.account, tuple(readings))


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
