"""What every step of a run needs: the stores, the clock, what a day is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from analytics_pipeline.landing.lines import LandedAnswer, answer_line
from analytics_pipeline.landing.store import LandingStore, ObjectKey
from analytics_pipeline.schemas.findings import TOLD_ONCE, Finding, Rule
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Answer, Clock
from analytics_pipeline.schemas.tables import FINDINGS
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.warehouse.drift import store_unknown_fields
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.load import LoadResult, Row
from analytics_pipeline.warehouse.load import replace as replace_rows


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the pipeline.

    Attributes:
        run_id: Its id.
        warehouse: The database.
        landing: The raw answers.
        spool_folder: Where answers are kept until they are published.
        clock: The current instant.
        rule: What a day is.
        writer: Tells apart what several machines write in one run; empty where one
            process does.
    """

    run_id: str
    warehouse: Warehouse
    landing: LandingStore
    spool_folder: Path
    clock: Clock
    rule: DayRule
    writer: str = ""


@dataclass(frozen=True, slots=True)
class FindingsScope:
    """Where findings come from: an asset, and a day and platform if it has them."""

    asset: str
    day: date | None = None
    platform: Platform | None = None


def land_answers(run: Run, asset: str, answers: Iterable[Answer]) -> str | None:
    """Keep answers of the Creators app, under the day they were given.

    Args:
        run: The run.
        asset: Whose answers they are.
        answers: As received.

    Returns:
        The landing object's address; None when there was no answer.
    """
    landed = [
        LandedAnswer(f"{run.run_id}:{asset}", number, None, answer)
        for number, answer in enumerate(answers, 1)
    ]
    if not landed:
        return None
    key = ObjectKey(asset, run.rule.day_of(run.clock()), run.run_id)
    while run.landing.has(key):  # A step that Dagster repeats.
        key = replace(key, part=key.part + 1)
    return run.landing.write(key, map(answer_line, landed))


def store_findings(
    run: Run, scope: FindingsScope, findings: Iterable[Finding]
) -> LoadResult:
    """Make an asset's findings exactly these.

    Args:
        run: The run.
        scope: Where they come from.
        findings: What was odd; repeated ones are kept once. Fields that no parser
            knows are added to those of other days, as seen today.

    Returns:
        What changed, but for such fields.
    """
    today = run.rule.day_of(run.clock())
    rows: dict[tuple[object, ...], Row] = {}
    drift = []
    for finding in findings:
        if finding.rule is Rule.UNKNOWN_FIELD:
            drift.append((today, finding))
        else:
            key = (finding.rule, finding.record_key, finding.field)
            rows[key] = _finding_row(run, scope, scope.day, finding)
    store_drift(run, scope, drift)
    where: dict[str, list[object]] = {
        "asset": [scope.asset],
        "rule": [rule for rule in Rule if rule not in TOLD_ONCE],
    }
    if scope.day is not None:
        where["snapshot_date"] = [scope.day]
    if scope.platform is not None:
        where["platform"] = [scope.platform]
    with run.warehouse.begin() as connection:
        return replace_rows(connection, FINDINGS, rows.values(), where)


def store_drift(
    run: Run, scope: FindingsScope, seen: Iterable[tuple[date, Finding]]
) -> int:
    """Keep fields that no parser knows, each with the first day it was seen.

    Args:
        run: The run.
        scope: Where they come from; its day does not matter.
        seen: Findings of the rule `unknown_field`, each with a day it was seen.

    Returns:
        How many are new, or turn out to be older than was known.
    """
    earliest: dict[tuple[str, str | None], tuple[date, str, Finding]] = {}
    for day, finding in seen:
        key = (finding.record_key, finding.field)
        told = (day, finding.value or "", finding)
        known = earliest.get(key)
        if known is None or told[:2] < known[:2]:
            earliest[key] = told
    if not earliest:
        return 0
    rows = [_finding_row(run, scope, day, found) for day, _, found in earliest.values()]
    with run.warehouse.begin() as connection:
        return store_unknown_fields(connection, rows)


def _finding_row(
    run: Run, scope: FindingsScope, day: date | None, finding: Finding
) -> dict[str, object]:
    return {
        "asset": scope.asset,
        "snapshot_date": day,
        "platform": scope.platform,
        "rule": finding.rule,
        "record_key": finding.record_key,
        "field": finding.field,
        "value": finding.value,
        "observed_at": run.clock(),
        "run_id": run.run_id,
    }
