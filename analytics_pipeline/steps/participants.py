"""Who takes part in the campaigns that are active on a day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from datetime import date
from typing import Any

from analytics_pipeline.schemas.findings import Finding, Rule
from analytics_pipeline.schemas.platforms import ContentType, Platform, platform_of
from analytics_pipeline.schemas.records import Involvement
from analytics_pipeline.schemas.tables import PARTICIPANTS
from analytics_pipeline.steps.creators_app import (
    AskedList,
    CreatorsApp,
    ask_list,
)
from analytics_pipeline.steps.run import FindingsScope, Run, store_findings
from analytics_pipeline.transform.creators_app import parse_involved
from analytics_pipeline.warehouse.campaigns import (
    campaigns_active_on,
    known_creator_ids,
    last_participants_before,
    participants_on,
)
from analytics_pipeline.warehouse.load import LoadResult, Row, merge, replace

_NOBODY = "it names nobody for any campaign; the last known participants serve"


@dataclass(frozen=True, slots=True)
class ParticipantsReport:
    """What became of the days' participants.

    Attributes:
        asked: What the app answered.
        records: Involvements in it.
        loads: What changed in the table, by day.
        findings: How many things were odd.
    """

    asked: AskedList
    records: int
    loads: dict[date, LoadResult]
    findings: int


def read_participants(
    run: Run, app: CreatorsApp, days: Sequence[date], tracking_days: int
) -> ParticipantsReport:
    """Ask who takes part in the campaigns that are active on some days.

    A day that can still be observed on time gets exactly what the app says now. A past
    day only gains participants: whom it had on time, it keeps.

    Args:
        run: The run.
        app: The Creators app.
        days: The days.
        tracking_days: How long after its publishing end a campaign is measured.

    Returns:
        What changed.
    """
    with run.warehouse.begin() as connection:
        active = {
            day: campaigns_active_on(connection, day, tracking_days) for day in days
        }
        creator_ids = known_creator_ids(connection)
    campaign_ids = sorted(
        {row["campaign_id"] for rows in active.values() for row in rows}
    )
    asked = AskedList([], 0, None, None)
    if campaign_ids:
        asked = ask_list(
            run,
            app,
            PARTICIPANTS.name,
            lambda conversation: app.client.involved(conversation, campaign_ids),
        )
    involved, findings = parse_involved(asked.entries or [], set(campaign_ids))
    if asked.entries == [] and campaign_ids and _known_involved(run, max(days)):
        # Nobody in any campaign, and there was somebody before: an answer that is
        # empty does not replace a good one.
        asked = replace_fields(asked, entries=None, problem=_NOBODY)
    loads: dict[date, LoadResult] = {}
    for day, campaigns in active.items():
        on_day = involved if asked.entries is not None else _known_involved(run, day)
        rows = _rows(run, day, campaigns, on_day, creator_ids)
        loads[day] = _store(run, day, rows, is_answer=asked.entries is not None)
    findings += _strangers(involved, creator_ids)
    for day, campaigns in active.items():
        others = set(campaign_ids) - {row["campaign_id"] for row in campaigns}
        on_that_day = [item for item in findings if item.record_key not in others]
        store_findings(run, FindingsScope(PARTICIPANTS.name, day), on_that_day)
    return ParticipantsReport(asked, len(involved), loads, len(findings))


def ask_involved(
    run: Run, app: CreatorsApp, campaign_ids: Sequence[str]
) -> dict[str, frozenset[str]] | None:
    """Ask who takes part in some campaigns, also in those that have not begun.

    Args:
        run: Keeps the answer.
        app: The Creators app.
        campaign_ids: The campaigns.

    Returns:
        The creators, by campaign; None if the app gave no usable answer.
    """
    asked = ask_list(
        run,
        app,
        PARTICIPANTS.name,
        lambda conversation: app.client.involved(conversation, list(campaign_ids)),
    )
    if asked.entries is None:
        return None
    found: dict[str, set[str]] = {name: set() for name in campaign_ids}
    for item in parse_involved(asked.entries, set(campaign_ids))[0]:
        found[item.campaign_id].add(item.creator_id)
    return {name: frozenset(creators) for name, creators in found.items()}


def _rows(
    run: Run,
    day: date,
    campaigns: Sequence[dict[str, Any]],
    involved: Sequence[Involvement],
    creator_ids: set[str],
) -> Iterator[Row]:
    """Yield the rows of a day, which are many where campaigns have many creators."""
    of_campaign = {
        row["campaign_id"]: {
            "snapshot_date": day,
            "campaign_id": row["campaign_id"],
            "platforms": _platforms(row["content_types"]),
            "publishing_start_date": row["publishing_start_date"],
            "publishing_end_date": row["publishing_end_date"],
        }
        for row in campaigns
    }
    now = run.clock()
    is_late = not run.rule.is_on_time(day, now)
    for item in involved:
        if item.campaign_id in of_campaign:
            yield of_campaign[item.campaign_id] | {
                "creator_id": item.creator_id,
                "is_known_creator": item.creator_id in creator_ids,
                "observed_at": now,
                "is_late": is_late,
                "run_id": run.run_id,
            }


def _platforms(content_types: Sequence[str]) -> list[str]:
    """Return where to look for what a campaign asks; everywhere if it does not say."""
    if not content_types:
        return list(Platform)
    found = {platform_of(ContentType(name)) for name in content_types}
    return [platform for platform in Platform if platform in found]


def _store(run: Run, day: date, rows: Iterable[Row], *, is_answer: bool) -> LoadResult:
    """Replace a day that can still be observed; add to any other."""
    with run.warehouse.begin() as connection:
        if is_answer and run.rule.is_on_time(day, run.clock()):
            return replace(connection, PARTICIPANTS, rows, {"snapshot_date": [day]})
        known = {
            (row["campaign_id"], row["creator_id"])
            for row in participants_on(connection, [day])
        }
        new = (
            row for row in rows if (row["campaign_id"], row["creator_id"]) not in known
        )
        return merge(connection, PARTICIPANTS, new) + LoadResult(unchanged=len(known))


def _known_involved(run: Run, day: date) -> list[Involvement]:
    """Return who took part on the newest day known, for a day the app is silent."""
    with run.warehouse.begin() as connection:
        return [
            Involvement(campaign_id, creator_id)
            for campaign_id, creator_id in last_participants_before(connection, day)
        ]


def _strangers(involved: Sequence[Involvement], known: set[str]) -> list[Finding]:
    """Tell of participants whom the list of creators does not have."""
    return [
        Finding(Rule.UNKNOWN_CREATOR, item.campaign_id, "creator_ids", item.creator_id)
        for item in involved
        if item.creator_id not in known
    ]
