"""Insights of accounts: which day a number belongs to, and which observation stands.

Source: docs/sources/instagram.md (Insights). `end_time` of a series is the end of the
measured day, so its own date is the day after.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from analytics_pipeline.schemas.findings import Finding, Rule, describe_value
from analytics_pipeline.schemas.instants import UnreadableTimeError, parse_iso
from analytics_pipeline.schemas.known_fields import ObjectKind
from analytics_pipeline.schemas.metric_sets import (
    ACCOUNT_SERIES,
    ACCOUNT_TOTALS,
    BREAKDOWNS,
    FOLLOWS,
    NEW_FOLLOWERS,
)
from analytics_pipeline.schemas.metrics import AccountMetric
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.transform.account_insight_plan import (
    PLATFORM_DAYS,
    has_new_followers,
)
from analytics_pipeline.transform.days import each_day
from analytics_pipeline.transform.drift import unknown_fields
from analytics_pipeline.transform.insights import (
    InsightsRequest,
    listed_metrics,
    metrics_by_name,
    parts,
    read_number,
    refusal_reason,
    whole,
)

_HALF_A_DAY = timedelta(hours=12)
_Key = tuple[date, str, str | None, str | None]


@dataclass(slots=True)
class ParsedAccountAnswer:
    """What one answer says about an account.

    Attributes:
        day: The first of the platform's days that were asked for.
        metrics: Its numbers.
        findings: What was odd.
        known_since: The day after the newest one that was before the account became
            professional, where the answer tells.
    """

    day: date
    metrics: list[AccountMetric] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    known_since: date | None = None


@dataclass(frozen=True, slots=True)
class SeenAccountMetric:
    """One number of an account as it stands."""

    metric: AccountMetric
    observed_at: datetime


def parse_account_insights(
    payload: object, request: InsightsRequest, observed_at: datetime
) -> ParsedAccountAnswer | None:
    """Read the insights of an account.

    Args:
        payload: The answer's JSON.
        request: What was asked.
        observed_at: When the answer came.

    Returns:
        One record per day and metric that was asked or could have been; nothing for an
        error that says nothing of the days. None for a request without days.
    """
    if request.since is None or request.until is None:
        return None
    first, last = _day_at(request.since), _day_at(request.until - 1)
    parsed = ParsedAccountAnswer(first)
    listed = listed_metrics(payload)
    if refusal_reason(payload) is Unknown.BEFORE_CONVERSION and first == last:
        parsed.known_since = last + timedelta(days=1)
    if listed is None:
        return parsed
    parsed.findings += unknown_fields(ObjectKind.INSTAGRAM_INSIGHT, listed)
    by_name = metrics_by_name(listed)
    if request.is_series:
        days = each_day(first, last)
        parsed.metrics += _series(days, by_name, request, parsed.findings)
        parsed.metrics += _unasked(days, ACCOUNT_SERIES, request, observed_at)
    elif request.breakdown is not None:
        parsed.metrics += _parts(first, by_name, request, parsed.findings)
    else:
        key = _key(request, first)
        for name in request.metrics:
            number = whole(by_name.get(name), key, name, parsed.findings)
            parsed.metrics.append(AccountMetric(first, name, *number))
        parsed.metrics += _unasked([first], ACCOUNT_TOTALS, request, observed_at)
    return parsed


def choose_account_metrics(
    answers: Iterable[tuple[datetime, ParsedAccountAnswer]], days: Collection[date]
) -> list[SeenAccountMetric]:
    """Choose what stands, of all that was answered about an account.

    Args:
        answers: When each came, and what it says; in any order.
        days: The platform's days that are wanted.

    Returns:
        Of each number the newest observation that has it; where none has, why.
    """
    chosen: dict[_Key, SeenAccountMetric] = {}
    for at, parsed in sorted(answers, key=lambda item: item[0]):
        records = [*parsed.metrics]
        if parsed.known_since is not None:
            records += _before(parsed.known_since, days)
        for record in records:
            key = (
                record.metric_date,
                record.metric,
                record.breakdown,
                record.breakdown_value,
            )
            known = chosen.get(key)
            has_number = known is not None and known.metric.value is not None
            is_poorer = has_number and record.value is None
            if record.metric_date in days and not is_poorer:
                chosen[key] = SeenAccountMetric(record, at)
    has_parts = {
        (seen.metric.metric_date, seen.metric.metric)
        for seen in chosen.values()
        if seen.metric.breakdown_value is not None
    }
    return [
        seen
        for seen in chosen.values()
        if seen.metric.breakdown is None
        or seen.metric.breakdown_value is not None
        or (seen.metric.metric_date, seen.metric.metric) not in has_parts
    ]


def _series(
    days: Collection[date],
    by_name: Mapping[str, Mapping[str, Any]],
    request: InsightsRequest,
    findings: list[Finding],
) -> Iterator[AccountMetric]:
    """Yield a record per day and metric of a series."""
    for name in request.metrics:
        values = by_name.get(name, {}).get("values")
        told: dict[date, AccountMetric] = {}
        for item in values if isinstance(values, list) else ():
            ended_at = item.get("end_time") if isinstance(item, dict) else None
            try:
                end = parse_iso(ended_at)
            except UnreadableTimeError:
                value = describe_value(ended_at)
                key = f"account {request.node_id}"
                findings.append(Finding(Rule.UNREADABLE_TIME, key, name, value))
                continue
            # Half a day before its end it is that day, whatever summer time does.
            day = PLATFORM_DAYS.day_of(end - _HALF_A_DAY)
            number = read_number(item.get("value"), _key(request, day), name, findings)
            told[day] = AccountMetric(day, name, *number)
        # With fewer than 100 followers this one is left out of the answer.
        is_too_small = name == NEW_FOLLOWERS and name not in by_name and bool(by_name)
        missing = Unknown.TOO_FEW_FOLLOWERS if is_too_small else Unknown.NOT_REPORTED
        for day in days:
            yield told.get(day, AccountMetric(day, name, None, missing))


def _parts(
    day: date,
    by_name: Mapping[str, Mapping[str, Any]],
    request: InsightsRequest,
    findings: list[Finding],
) -> Iterator[AccountMetric]:
    for name in request.metrics:
        found = list(parts(by_name.get(name), _key(request, day), name, findings))
        for breakdown, part, number in found:
            yield AccountMetric(day, name, *number, breakdown, part)
        if not found:
            yield AccountMetric(
                day, name, None, Unknown.NOT_REPORTED, request.breakdown
            )


def _unasked(
    days: Iterable[date],
    offered: Iterable[str],
    request: InsightsRequest,
    observed_at: datetime,
) -> Iterator[AccountMetric]:
    """Yield why metrics that go with those of a request were not in it."""
    for name in offered:
        if name in request.metrics:
            continue
        for day in days:
            is_past = name == NEW_FOLLOWERS and not has_new_followers(day, observed_at)
            reason = Unknown.TOO_LONG_AGO if is_past else Unknown.METRIC_REFUSED
            yield AccountMetric(day, name, None, reason)


def _before(known_since: date, days: Iterable[date]) -> Iterator[AccountMetric]:
    """Yield that nothing is told of the days before an account was professional."""
    reason = Unknown.BEFORE_CONVERSION
    for day in days:
        if day < known_since:
            for name in (*ACCOUNT_SERIES, *ACCOUNT_TOTALS):
                yield AccountMetric(day, name, None, reason)
            yield AccountMetric(day, FOLLOWS, None, reason, BREAKDOWNS[FOLLOWS])


def _key(request: InsightsRequest, day: date) -> str:
    """Return how findings name an account's day."""
    return f"account {request.node_id} on {day}"


def _day_at(seconds: int) -> date:
    return PLATFORM_DAYS.day_of(datetime.fromtimestamp(seconds, UTC))
