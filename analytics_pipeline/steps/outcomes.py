"""Accounting for everyone a day needed: the table of outcomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.tables import SYNC_OUTCOMES
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.outcomes import Outcome, fold_outcomes
from analytics_pipeline.transform.planning import needs_of
from analytics_pipeline.warehouse.attempts import find_attempts
from analytics_pipeline.warehouse.campaigns import participants_on
from analytics_pipeline.warehouse.connections import list_connections
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.load import LoadResult, replace


@dataclass(frozen=True, slots=True)
class OutcomesReport:
    """What became of a day.

    Attributes:
        load: What changed in the table.
        outcomes: Everyone who was needed.
    """

    load: LoadResult
    outcomes: tuple[Outcome, ...]

    def count(self, status: Status) -> int:
        """Return how many outcomes have a status."""
        return sum(outcome.status is status for outcome in self.outcomes)

    @property
    def missing(self) -> tuple[Outcome, ...]:
        """Accounts that are known but gave no answer to use."""
        return tuple(
            outcome
            for outcome in self.outcomes
            if outcome.account is not None and outcome.status is not Status.OK
        )


def settle_outcomes(run: Run, days: Sequence[date]) -> dict[date, OutcomesReport]:
    """Write down what became of every active participant, on some days.

    Args:
        run: The run.
        days: The days.

    Returns:
        A report for each day.
    """
    with at_work(run.warehouse):
        return _settle(run, days)


def _settle(run: Run, days: Sequence[date]) -> dict[date, OutcomesReport]:
    found: dict[date, list[Outcome]] = {day: [] for day in days}
    with run.warehouse.begin() as connection:
        participants = participants_on(connection, days)
        for platform in Platform:
            needs = needs_of(participants, platform)
            outcomes = fold_outcomes(
                needs,
                list_connections(
                    connection, platform, {need.creator_id for need in needs}
                ),
                find_attempts(connection, platform, days),
                run.rule,
            )
            for outcome in outcomes:
                found[outcome.day].append(outcome)
    reports = {}
    for day, outcomes in found.items():
        rows = [_row(run, outcome) for outcome in outcomes]
        with run.warehouse.begin() as connection:
            load = replace(connection, SYNC_OUTCOMES, rows, {"snapshot_date": [day]})
        reports[day] = OutcomesReport(load, tuple(outcomes))
    return reports


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
