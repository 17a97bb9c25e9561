"""Insights of connected accounts: asking for the platform's days, and loading them."""

import json
import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from analytics_pipeline.clients.capabilities import Capabilities
from analytics_pipeline.clients.conversation import Conversation
from analytics_pipeline.clients.instagram_insights import PlatformDay, account_calls
from analytics_pipeline.landing.lines import LandedAnswer
from analytics_pipeline.schemas.attempt_kinds import AttemptKind, raw_asset
from analytics_pipeline.schemas.connections import Connection
from analytics_pipeline.schemas.findings import Finding
from analytics_pipeline.schemas.metric_sets import ACCOUNT_SERIES, NEW_FOLLOWERS
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Attempt
from analytics_pipeline.schemas.shards import WHOLE, Shard
from analytics_pipeline.schemas.tables import ACCOUNT_METRIC_VALUES
from analytics_pipeline.steps.asking import (
    CollectOptions,
    Question,
    Subject,
    ask_all,
    recover,
)
from analytics_pipeline.steps.capabilities import open_capabilities
from analytics_pipeline.steps.collect_report import CollectReport
from analytics_pipeline.steps.post_insights import (
    InsightsReader,
    InsightsReport,
    connected_accounts,
    may_ask,
)
from analytics_pipeline.steps.run import FindingsScope, Run, store_findings
from analytics_pipeline.transform.account_insight_plan import (
    PLATFORM_DAYS,
    asked_days,
    has_new_followers,
    is_final,
    metric_days,
    open_days,
    windows,
)
from analytics_pipeline.transform.account_insights import (
    ParsedAccountAnswer,
    SeenAccountMetric,
    choose_account_metrics,
    parse_account_insights,
)
from analytics_pipeline.transform.insights import read_request
from analytics_pipeline.warehouse.attempts import find_attempts
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.load import LoadResult, Row, replace
from analytics_pipeline.warehouse.quality import days_with_findings

_log = logging.getLogger(__name__)
_KINDS = (AttemptKind.ACCOUNT_INSIGHTS,)
_ASSET = raw_asset(Platform.INSTAGRAM, AttemptKind.ACCOUNT_INSIGHTS)
_DAYS_PER_LOAD = 28


@dataclass(slots=True)
class _AccountAnswers:
    """What was answered about one account, and whose it was, each with its instant."""

    account_id: str
    creators: list[tuple[datetime, str]] = field(default_factory=list)
    answers: list[tuple[datetime, ParsedAccountAnswer]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PlannedWindow:
    """Days of one account that are asked for together.

    Attributes:
        connection: Which account.
        days: The platform's days, one after the other.
        series: Metrics to ask for as a series.
    """

    connection: Connection
    days: tuple[date, ...]
    series: tuple[str, ...]

    @property
    def calls(self) -> int:
        """Requests that asking should take."""
        return account_calls(len(self.days)) if may_ask(self.connection) else 0


def collect_account_insights(
    run: Run, reader: InsightsReader, days: Sequence[date], options: CollectOptions
) -> InsightsReport:
    """Ask for the account insights that some days look at, and keep the answers.

    Args:
        run: The run.
        reader: Reads insights.
        days: The days.
        options: How.

    Returns:
        What became of each account and window.
    """
    recovered = recover(run)
    refresh, shard = options.refresh, options.shard
    planned, reused = plan_account_insights(run, days, refresh=refresh, shard=shard)
    calls = sum(item.calls for item in planned)
    _log.info(
        "instagram: %d windows of account insights to ask for, %d calls planned",
        len(planned),
        calls,
    )
    known = open_capabilities(run, reader.api_url, AttemptKind.ACCOUNT_INSIGHTS)
    questions = [_question(reader, item, known) for item in planned]
    subject = Subject(Platform.INSTAGRAM, AttemptKind.ACCOUNT_INSIGHTS, max(days))
    asked = ask_all(run, subject, questions, options)
    collected = CollectReport(asked, calls, reused, recovered)
    return InsightsReport(collected, known.refusals)


def plan_account_insights(
    run: Run, days: Sequence[date], *, refresh: bool = False, shard: Shard = WHOLE
) -> tuple[list[PlannedWindow], int]:
    """Decide which account is asked for which of the platform's days.

    Args:
        run: The run.
        days: Our days.
        refresh: Ask again for days that are not final yet.
        shard: Plan only the accounts of this part.

    Returns:
        The windows, the newest first, and how many account days are answered already.
    """
    needs, connections = connected_accounts(run, days, shard)
    needed: dict[str, list[date]] = {}
    for need in needs:
        needed.setdefault(need.creator_id, []).append(need.day)
    with run.warehouse.begin() as connection:
        tried = find_attempts(connection, Platform.INSTAGRAM, metric_days(days), _KINDS)
    by_connection: dict[str, list[Attempt]] = {}
    for attempt in tried:
        by_connection.setdefault(attempt.account.connection_id, []).append(attempt)
    now = run.clock()
    planned: list[PlannedWindow] = []
    reused = 0
    for item in connections:
        wanted = asked_days(needed.get(item.account.creator_id, ()), now)
        before = by_connection.get(item.account.connection_id, ())
        found = open_days(wanted, before, now, refresh=refresh)
        reused += len(wanted) - len(found)
        planned += (
            PlannedWindow(item, window, _series(window, now))
            for window in windows(found, now)
        )
    planned.sort(
        key=lambda one: (
            -one.days[-1].toordinal(),
            one.connection.account.connection_id,
        )
    )
    return planned, reused


def load_account_metrics(run: Run, days: Sequence[date]) -> LoadResult:
    """Read the answers about the platform's days that some days look at.

    Args:
        run: The run.
        days: Our days.

    Returns:
        What changed; the days' rows are replaced.
    """
    wanted = metric_days(days)
    result = LoadResult()
    with at_work(run.warehouse):
        for start in range(0, len(wanted), _DAYS_PER_LOAD):
            result += _load(run, wanted[start : start + _DAYS_PER_LOAD])
    return result


def _load(run: Run, days: Sequence[date]) -> LoadResult:
    rows: list[Row] = []
    odd: dict[date, list[Finding]] = {day: [] for day in days}
    for account in _answers(run, days):
        for _, parsed in account.answers:
            if parsed.day in odd:
                odd[parsed.day] += parsed.findings
        seen = choose_account_metrics(account.answers, frozenset(days))
        rows += (_row(run, account, item) for item in seen)
    with run.warehouse.begin() as connection:
        result = replace(connection, ACCOUNT_METRIC_VALUES, rows, {"metric_date": days})
        told = days_with_findings(connection, _ASSET, days)
    for day, findings in odd.items():
        if findings or day in told:
            scope = FindingsScope(_ASSET, day, Platform.INSTAGRAM)
            store_findings(run, scope, findings)
    return result


def _answers(run: Run, days: Sequence[date]) -> Collection[_AccountAnswers]:
    """Return what was answered about some of the platform's days, by account."""
    with run.warehouse.begin() as connection:
        attempts = find_attempts(connection, Platform.INSTAGRAM, days, _KINDS)
    wanted = {item.attempt_id: item for item in attempts if item.object_url}
    found: dict[str, _AccountAnswers] = {}
    for name in dict.fromkeys(str(item.object_url) for item in wanted.values()):
        for landed, answers in run.landing.read_attempts(name):
            account = landed.account
            if landed.attempt_id in wanted and account.account_id is not None:
                new = _AccountAnswers(account.account_id)
                of_account = found.setdefault(account.account_id, new)
                of_account.creators.append((landed.observed_at, account.creator_id))
                of_account.answers += _read(answers)
    return found.values()


def _read(
    answers: Sequence[LandedAnswer],
) -> Iterator[tuple[datetime, ParsedAccountAnswer]]:
    for landed in answers:
        request = read_request(landed.answer.request)
        try:
            payload = json.loads(landed.answer.body)
        except ValueError:
            continue  # Told by the attempt's outcome.
        at = landed.answer.observed_at
        if request is not None:
            parsed = parse_account_insights(payload, request, at)
            if parsed is not None:
                yield at, parsed


def _row(run: Run, account: _AccountAnswers, seen: SeenAccountMetric) -> Row:
    metric = seen.metric
    return {
        "metric_date": metric.metric_date,
        "platform": Platform.INSTAGRAM,
        "account_id": account.account_id,
        "creator_id": max(account.creators)[1],
        "metric": metric.metric,
        "breakdown": metric.breakdown,
        "breakdown_value": metric.breakdown_value,
        "metric_value": metric.value,
        "unknown_reason": metric.unknown,
        "is_final": is_final(metric.metric_date, seen.observed_at),
        "observed_at": seen.observed_at,
        "run_id": run.run_id,
    }


def _series(window: tuple[date, ...], now: datetime) -> tuple[str, ...]:
    if has_new_followers(window[0], now):
        return ACCOUNT_SERIES
    return tuple(name for name in ACCOUNT_SERIES if name != NEW_FOLLOWERS)


def _question(
    reader: InsightsReader, planned: PlannedWindow, known: Capabilities
) -> Question:
    def ask(conversation: Conversation) -> None:
        owner = reader.owner(planned.connection)
        days = [
            PlatformDay(
                int(PLATFORM_DAYS.start(day).timestamp()),
                int(PLATFORM_DAYS.end(day).timestamp()),
            )
            for day in planned.days
        ]
        reader.client.read_account(conversation, owner, days, planned.series, known)

    account = planned.connection.account
    return Question(account, planned.days, planned.calls, ask)
