"""Accounting for everyone a day needed: the table of outcomes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.tables import SYNC_OUTCOMES
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.outcomes import Outcome, fold_outcomes
from analytics_pipeline.transform.planning import needs_of
from analytics_pipeline.warehouse.campaigns import count_participants
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.load import Load, LoadResult, Row, replace
from analytics_pipeline.warehouse.participant_batches import participant_batches

MOST_NAMED = 20
"""Accounts that a report names; the table has all of them."""
_PARTICIPANTS_IN_MEMORY = 10_000


@dataclass(slots=True)
class OutcomesReport:
    """What became of a day.

    Attributes:
        load: What changed in the table.
        by_status: How many outcomes have each status.
        missing: The first accounts that are known but gave no answer to use.
        missing_ids: The connections of all of them.
    """

    load: LoadResult = field(default_factory=LoadResult)
    by_status: Counter[Status] = field(default_factory=Counter)
    missing: list[Outcome] = field(default_factory=list)
    missing_ids: set[str] = field(default_factory=set)

    def count(self, status: Status) -> int:
        """Return how many outcomes have a status."""
        return self.by_status[status]

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        self.by_status[outcome.status] += 1
        if outcome.account is not None and outcome.status is not Status.OK:
            self.missing_ids.add(outcome.account.connection_id)
            if len(self.missing) < MOST_NAMED:
                self.missing.append(outcome)


def settle_outcomes(run: Run, days: Sequence[date]) -> dict[date, OutcomesReport]:
    """Write down what became of every active participant, on some days.

    Args:
        run: The run.
        days: The days.

    Returns:
        A report for each day.
    """
    with at_work(run.warehouse):
        with run.warehouse.begin() as connection:
            participants = count_participants(connection, days)
        if participants <= _PARTICIPANTS_IN_MEMORY:
            return _settle_together(run, days)
        return {day: _settle_day(run, day) for day in days}


def _settle_together(run: Run, days: Sequence[date]) -> dict[date, OutcomesReport]:
    """Settle a window of few participants: what is known of them is read once."""
    reports = {day: OutcomesReport() for day in days}
    rows: dict[date, list[Row]] = {day: [] for day in days}
    with run.warehouse.begin() as connection:
        for outcome in _outcomes(run, connection, days):
            reports[outcome.day].add(outcome)
            rows[outcome.day].append(_row(run, outcome))
        for day, report in reports.items():
            scope = {"snapshot_date": [day]}
            report.load = replace(connection, SYNC_OUTCOMES, rows[day], scope)
    return reports


def _settle_day(run: Run, day: date) -> OutcomesReport:
    """Settle a day of many participants, which are never all in memory."""
    report = OutcomesReport()

    def rows() -> Iterator[Row]:
        for outcome in _outcomes(run, reading, [day]):
            report.add(outcome)
            yield _row(run, outcome)

    # Two connections: what is read goes into a copy that is under way.
    with run.warehouse.begin() as reading, run.warehouse.begin() as connection:
        load = Load(connection, SYNC_OUTCOMES)
        load.add(rows())
        report.load = load.replace({"snapshot_date": [day]})
    return report


def _outcomes(
    run: Run, connection: sa.Connection, days: Sequence[date]
) -> Iterator[Outcome]:
    for platform in Platform:
        for batch in participant_batches(connection, platform, days):
            yield from fold_outcomes(
                needs_of(batch.participants, platform),
                batch.connections,
                batch.attempts,
                run.rule,
            )


def _row(run: Run, outcome: Outcome) -> dict[str, object]:
    account = outcome.account
    return {
        "snapshot_date": outcome.day,
        "platform": outcome.platform,
        "account_id": account and account.account_id,
        "creator_id": outcome.creator_id,
        "connection_id": account and account.connection_id,
        "username": account and account.username,
        "status": outcome.status,
        "reason": outcome.reason,
        "detail": outcome.detail,
        "calls": outcome.calls,
        "observed_at": outcome.observed_at,
        "run_id": run.run_id,
    }
