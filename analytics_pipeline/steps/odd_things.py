"""What was odd in a day's answers, gathered while they are read."""

from datetime import date

from analytics_pipeline.schemas.attempt_kinds import AttemptKind, raw_asset
from analytics_pipeline.schemas.findings import Finding, Rule
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.steps.readings import AccountReadings
from analytics_pipeline.steps.run import (
    FindingsScope,
    Run,
    store_drift,
    store_findings,
)
from analytics_pipeline.warehouse.load import LoadResult

_Source = tuple[Platform, AttemptKind]


class OddThings:
    """Findings of a day, each held once however many answers it is in.

    Args:
        run: The run.
        day: The day.
        sources: What answers come from; each has its findings replaced.
    """

    def __init__(self, run: Run, day: date, sources: tuple[_Source, ...]) -> None:
        self._run = run
        self._day = day
        self._others: dict[_Source, dict[tuple[object, ...], Finding]] = {
            source: {} for source in sources
        }
        # Every answer can have the same new field: only the first day of it is kept.
        self._drift: dict[_Source, dict[Finding, date]] = {
            source: {} for source in sources
        }

    def note(self, readings: AccountReadings) -> None:
        """Keep what was odd about an account.

        An answer that speaks for the day counts as seen on it, a late one when it came.
        """
        for attempt, answers in readings.attempts:
            source = (attempt.account.platform, attempt.attempt_kind)
            for reading in answers:
                for finding in reading.parsed.findings:
                    if finding.rule is not Rule.UNKNOWN_FIELD:
                        key = (finding.rule, finding.record_key, finding.field)
                        self._others[source][key] = finding
                        continue
                    at = reading.observed_at
                    is_on_time = self._run.rule.is_on_time(self._day, at)
                    seen_on = self._day if is_on_time else self._run.rule.day_of(at)
                    known = self._drift[source].get(finding, seen_on)
                    self._drift[source][finding] = min(known, seen_on)

    def store(self) -> LoadResult:
        """Make the day's findings exactly these.

        Returns:
            What changed, but for fields that no parser knows.
        """
        result = LoadResult()
        for (platform, kind), others in self._others.items():
            scope = FindingsScope(raw_asset(platform, kind), self._day, platform)
            drift = self._drift[platform, kind]
            store_drift(self._run, scope, ((on, found) for found, on in drift.items()))
            result += store_findings(self._run, scope, others.values())
        return result
