"""What a number of a post rests on, down to the raw record it was read from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

import sqlalchemy as sa

from analytics_pipeline.landing.lines import LandedAnswer
from analytics_pipeline.landing.store import LandingStore, LandingStoreError
from analytics_pipeline.schemas.explanations import (
    ExplainedAttempt,
    ExplainedDecision,
    ExplainedMatch,
    ExplainedNumber,
    ExplainedRate,
    Explanation,
    ObjectState,
    RatePart,
    RawRecord,
    RecordKind,
)
from analytics_pipeline.schemas.fields import FIELDS, RATES
from analytics_pipeline.schemas.metrics import COLUMN_OF_METRIC
from analytics_pipeline.schemas.outcomes import UNKNOWN_MEANINGS, Unknown
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Attempt
from analytics_pipeline.schemas.table_groups.canonical import COUNTS
from analytics_pipeline.transform.engagement import (
    RateDefinition,
    engagement_rates,
    rate_definitions,
)
from analytics_pipeline.transform.raw_records import FoundRecord, find_records
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.explanations import (
    Row,
    attempts_about,
    days_of_post,
    find_post_day,
    insights_of,
    matches_of,
)

LIST_SOURCE = "list"
ACCOUNT_SOURCE = "account"
_LONGEST_RECORD = 20_000
_FOLLOWERS = "follower_count"
_METRIC_OF_COLUMN = {column: metric for metric, column in COLUMN_OF_METRIC.items()}


class NothingToExplainError(LookupError):
    """There is no such number; the message says what there is."""


class Stores(Protocol):
    """Where rows and raw answers are; a `Run` has both."""

    @property
    def warehouse(self) -> Warehouse:
        """The rows."""
        ...

    @property
    def landing(self) -> LandingStore:
        """The raw answers."""
        ...


@dataclass(frozen=True, slots=True)
class ReadingStores:
    """The stores, for those who make no run."""

    warehouse: Warehouse
    landing: LandingStore


def explain_post(
    stores: Stores,
    platform: str,
    post_id: str,
    day: date | None = None,
    campaign_id: str | None = None,
) -> Explanation:
    """Explain a post's numbers of a day.

    Args:
        stores: The rows and the raw answers.
        platform: Where the post is.
        post_id: The post.
        day: The day; None for the newest.
        campaign_id: Explain the match with this campaign only; None for all.

    Returns:
        The explanation. A raw answer that is gone is noted, and costs nothing else.

    Raises:
        NothingToExplainError: The post has no row that day.
    """
    with stores.warehouse.reading() as connection:
        row = find_post_day(connection, platform, post_id, day)
        if row is None:
            raise NothingToExplainError(_nothing(connection, platform, post_id, day))
        found_on = row["snapshot_date"]
        insights = insights_of(connection, platform, post_id, found_on)
        matches = matches_of(connection, platform, post_id, found_on, campaign_id)
        made = attempts_about(
            connection, Platform(platform), row["account_id"], found_on
        )
    looked_at = _Answers(stores.landing, row)
    attempts = [looked_at.look(attempt) for attempt in made]
    numbers = tuple(_numbers(row, insights, looked_at))
    chosen = {looked_at.records[n - 1].attempt_id for it in numbers for n in it.records}
    return Explanation(
        **{name: row[name] for name in _OF_THE_ROW},
        numbers=numbers,
        rates=tuple(_rates(row)),
        matches=tuple(_match(row, match) for match in matches),
        attempts=tuple(
            replace(attempt, is_rested_on=attempt.attempt_id in chosen)
            for attempt in attempts
        ),
        records=tuple(looked_at.records),
        notes=tuple(_notes(attempts, looked_at.records, matches, campaign_id)),
    )


_OF_THE_ROW = (
    "platform",
    "post_id",
    "snapshot_date",
    "creator_id",
    "account_id",
    "content_type",
    "posted_at",
    "post_url",
    "post_caption",
    "observed_at",
    "is_late",
    "run_id",
)


def _nothing(
    connection: sa.Connection, platform: str, post_id: str, day: date | None
) -> str:
    days = days_of_post(connection, platform, post_id)
    if days is None:
        return "no such post is known"
    return f"the post has no row on {day}; it has rows from {days[0]} to {days[1]}"


class _Answers:
    """Looks into landing objects for what they say about one post.

    Attributes:
        records: What was found, in the order of looking.
    """

    def __init__(self, landing: LandingStore, row: Row) -> None:
        self._landing = landing
        self._post_id: str = row["post_id"]
        self._account_id: str = row["account_id"]
        self._names: dict[int, FoundRecord] = {}
        self.records: list[RawRecord] = []

    def look(self, attempt: Attempt) -> ExplainedAttempt:
        """Find the records in an attempt's answers."""
        state = ObjectState.NONE
        if attempt.object_url is not None:
            try:
                for landed in self._answers(attempt.attempt_id, attempt.object_url):
                    self._keep(landed, attempt.object_url)
                state = ObjectState.READ
            except LandingStoreError:
                state = ObjectState.UNREADABLE
        return ExplainedAttempt(
            attempt_id=attempt.attempt_id,
            kind=attempt.attempt_kind,
            status=attempt.status,
            reason=attempt.reason,
            observed_at=attempt.observed_at,
            calls=attempt.calls,
            run_id=attempt.run_id,
            object_url=attempt.object_url,
            object_state=state,
            is_rested_on=False,
        )

    def telling(
        self, at: datetime | None, name: str | None, *kinds: RecordKind
    ) -> tuple[int, ...]:
        """Return the records of some kinds and an instant that tell a name."""
        return tuple(
            record.number
            for record in self.records
            if record.kind in kinds
            and record.observed_at == at
            and (name is None or name in self._names[record.number].names)
        )

    def _answers(self, attempt_id: str, object_url: str) -> list[LandedAnswer]:
        for attempt, answers in self._landing.read_attempts(object_url):
            if attempt.attempt_id == attempt_id:
                return answers
        return []

    def _keep(self, landed: LandedAnswer, object_url: str) -> None:
        answer = landed.answer
        for found in find_records(
            answer.request, answer.body, self._post_id, self._account_id
        ):
            text = json.dumps(found.record, ensure_ascii=False)
            is_short = len(text) <= _LONGEST_RECORD
            number = len(self.records) + 1
            self._names[number] = found
            self.records.append(
                RawRecord(
                    number=number,
                    kind=found.kind,
                    attempt_id=landed.attempt_id,
                    object_url=object_url,
                    sequence=landed.sequence,
                    observed_at=answer.observed_at,
                    request=answer.request,
                    http_status=answer.status,
                    record=found.record if is_short else None,
                    text=None if is_short else text[:_LONGEST_RECORD],
                    length=len(text),
                )
            )


def _numbers(
    row: Row, insights: Mapping[str, Row], answers: _Answers
) -> Iterator[ExplainedNumber]:
    for name in COUNTS:
        source = row["count_sources"].get(name, LIST_SOURCE)
        metric = _METRIC_OF_COLUMN.get(name)
        told = insights.get(metric) if metric and source != LIST_SOURCE else None
        if told is None:
            told = row
            records = answers.telling(row["observed_at"], None, RecordKind.POST)
        else:
            records = answers.telling(
                told["observed_at"], metric, RecordKind.INSIGHTS, RecordKind.PUSH
            )
        yield _number(row, name, source, told, records)
    account = {
        "observed_at": row["account_observed_at"],
        "is_late": bool(row["account_is_late"]),
        "run_id": row["account_run_id"],
    }
    records = answers.telling(account["observed_at"], None, RecordKind.ACCOUNT)
    yield _number(row, _FOLLOWERS, ACCOUNT_SOURCE, account, records)


def _number(
    row: Row,
    name: str,
    source: str,
    told: Mapping[str, Any],
    records: tuple[int, ...],
) -> ExplainedNumber:
    unknown = _reason(row, name)
    return ExplainedNumber(
        name=name,
        meaning=FIELDS[name].meaning,
        value=row[name],
        unknown=unknown,
        unknown_meaning=meaning_of(unknown),
        source=source,
        observed_at=told["observed_at"],
        is_late=told["is_late"],
        run_id=told["run_id"],
        records=records,
    )


def meaning_of(unknown: str | None) -> str | None:
    """Return why a number is not known as a sentence.

    Args:
        unknown: A reason, or a part of a rate and its reason; None of a known number.

    Returns:
        What it means; the reason itself where it is none of the closed list.
    """
    if unknown is None:
        return None
    reason = unknown.rpartition(": ")[2]
    return UNKNOWN_MEANINGS[Unknown(reason)] if reason in set(Unknown) else reason


def _reason(row: Row, name: str) -> str | None:
    if row[name] is not None:
        return None
    if name != _FOLLOWERS:
        return str(row["unknown_reasons"].get(name, Unknown.NOT_REPORTED))
    if not row["has_account"]:
        return Unknown.NO_ACCOUNT_SNAPSHOT
    reasons = row["account_unknown_reasons"] or {}
    return str(reasons.get(name, Unknown.NOT_REPORTED))


def _rates(row: Row) -> Iterator[ExplainedRate]:
    platform = Platform(row["platform"])
    definitions = rate_definitions(platform)
    counts = {name: row[name] for name in (*COUNTS, _FOLLOWERS)}
    reasons = {name: _reason(row, name) or "" for name in counts}
    rates = engagement_rates(platform, counts, reasons)
    for name in RATES:
        definition = definitions[name]
        parts = [RatePart(p, row[p], _reason(row, p)) for p in definition.numerator]
        known = [part.value for part in parts if part.value is not None]
        below = definition.denominator
        yield ExplainedRate(
            name=name,
            formula=formula_of(definition),
            numerator=tuple(parts),
            denominator=RatePart(below, row[below], _reason(row, below)),
            engagement=sum(known) if len(known) == len(parts) else None,
            value=rates.values[name],
            unknown=rates.unknown.get(name),
        )


def formula_of(definition: RateDefinition) -> str:
    """Return a rate's formula in the names of columns.

    Examples:
        >>> formula_of(RateDefinition(("like_count", "comment_count"), "view_count"))
        '(like_count + comment_count) / view_count'
    """
    return f"({' + '.join(definition.numerator)}) / {definition.denominator}"


def _match(row: Row, match: Row) -> ExplainedMatch:
    decision = None
    if match["decision_id"] is not None:
        decision = ExplainedDecision(
            decision_id=match["decision_id"],
            decision=match["decision"],
            decision_reason=match["decision_reason"],
            decided_by=match["decided_by"],
            decided_at=match["decided_at"],
        )
    compared = (*COUNTS, _FOLLOWERS)
    return ExplainedMatch(
        campaign_id=match["campaign_id"],
        campaign_name=match["campaign_name"],
        match_level=match["match_level"],
        match_basis=match["match_basis"],
        hashtags=tuple(match["hashtags"]),
        matched_hashtags=tuple(match["matched_hashtags"]),
        missing_hashtags=tuple(match["missing_hashtags"]),
        decision=decision,
        differs_in=tuple(name for name in compared if match[name] != row[name]),
    )


def _notes(
    attempts: Sequence[ExplainedAttempt],
    records: Sequence[RawRecord],
    matches: Sequence[Row],
    campaign_id: str | None,
) -> Iterator[str]:
    for attempt in attempts:
        if attempt.object_state is ObjectState.UNREADABLE:
            yield (
                f"The landing object {attempt.object_url} is missing or damaged, so "
                f"what attempt {attempt.attempt_id} was answered cannot be shown."
            )
    for record in records:
        if record.text is not None:
            yield (
                f"Record {record.number} has {record.length:,} characters; its first "
                f"{_LONGEST_RECORD:,} are shown."
            )
    if campaign_id is not None and not matches:
        yield f"The post is not listed for campaign {campaign_id} that day."
