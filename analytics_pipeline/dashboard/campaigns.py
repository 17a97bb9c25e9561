"""The start: campaigns by where they stand, and what needs attention first."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.dashboard.dashboard import Dashboard
from analytics_pipeline.dashboard.security import DASHBOARD
from analytics_pipeline.dashboard.wording import Wording
from analytics_pipeline.schemas.connections import ConnectionStatus
from analytics_pipeline.schemas.outcomes import CampaignStatus
from analytics_pipeline.schemas.review import CandidateKind
from analytics_pipeline.warehouse.reading.campaigns import read_campaigns
from analytics_pipeline.warehouse.reading.coverage import (
    missing_accounts,
    newest_asked_day,
)
from analytics_pipeline.warehouse.reading.health import connections_in_trouble
from analytics_pipeline.warehouse.reading.rows import Order, PageRequest, Row, Rows
from analytics_pipeline.warehouse.review import count_candidates

_MOST = 1000
_SOON = timedelta(days=14)
_GROUPS = (
    CampaignStatus.ACTIVE,
    CampaignStatus.UPCOMING,
    CampaignStatus.INCOMPLETE,
    CampaignStatus.ENDED,
)
_SHOWN_AT_ONCE = frozenset({CampaignStatus.ACTIVE, CampaignStatus.UPCOMING})


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that a person should look at.

    Attributes:
        tone: bad, warn or info.
        text: What it is.
        path: Where it is shown, below the dashboard.
        hint: More about it.
    """

    tone: str
    text: str
    path: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _State:
    """What is known of all campaigns at one time."""

    campaigns: Rows
    newest_day: date | None
    missing: Counter[str]
    missing_count: int
    candidates: Mapping[str, int]
    troubled: Rows


def campaigns_routers(dashboard: Dashboard) -> list[APIRouter]:
    """Return the start page.

    Args:
        dashboard: What it needs.

    Returns:
        The routers.
    """
    router = dashboard.looking()

    @router.get(DASHBOARD)
    def campaigns(request: Request) -> Response:
        """Show all campaigns."""
        w = dashboard.pages.wording(request)
        with dashboard.service.warehouse.reading() as connection:
            state = _read(connection, w)
        is_reviewer = dashboard.visit(request).may("reviewer")
        tiles = [_tile(row, state, w) for row in state.campaigns]
        groups = [
            (status.value, [tile for tile in tiles if tile["status"] == status])
            for status in _GROUPS
        ]
        values = {
            "newest_day": state.newest_day,
            "attention": list(_attention(state, w, is_reviewer=is_reviewer)),
            "groups": groups,
            "groups_any": bool(tiles),
        }
        return dashboard.pages.show(request, "campaigns.html", values)

    return [router]


def _read(connection: sa.Connection, w: Wording) -> _State:
    wanted = PageRequest(Order("publishing_end_date", descending=True), _MOST)
    newest_day = newest_asked_day(connection)
    missing: Counter[str] = Counter()
    count = 0
    if newest_day is not None:
        absent = missing_accounts(connection, newest_day, limit=_MOST).rows
        count = len(absent)
        missing.update(name for row in absent for name in row["campaign_ids"])
    return _State(
        read_campaigns(connection, wanted).rows,
        newest_day,
        missing,
        count,
        {
            campaign_id: with_evidence(kinds)
            for campaign_id, kinds in count_candidates(connection).items()
        },
        connections_in_trouble(connection, w.now + _SOON),
    )


def with_evidence(kinds: Mapping[CandidateKind, int]) -> int:
    """Count the candidates for which more speaks than their creator and their day."""
    return sum(n for kind, n in kinds.items() if kind is not CandidateKind.NO_TAG)


def _attention(state: _State, w: Wording, *, is_reviewer: bool) -> Iterator[Attention]:
    broken = [
        row
        for row in state.troubled
        if row["connection_status"] == ConnectionStatus.RECONNECT_REQUIRED
    ]
    if broken:
        text = w.text("attention_reconnect", count=w.count(len(broken)))
        yield Attention("bad", text, "/health#connections-title", _handles(broken))
    if state.missing_count:
        text = w.text(
            "attention_missing",
            count=w.count(state.missing_count),
            day=w.day(state.newest_day),
        )
        yield Attention("bad", text, "/health#coverage-title")
    yield from _unmatchable(state, w)
    ending = [row for row in state.troubled if row not in broken and row["ends_at"]]
    if ending:
        text = w.text("attention_ending", count=w.count(len(ending)))
        yield Attention("warn", text, "/health#connections-title", _handles(ending))
    if is_reviewer:
        yield from _waiting(state, w)


def _unmatchable(state: _State, w: Wording) -> Iterator[Attention]:
    for row in state.campaigns:
        if row["campaign_status"] == CampaignStatus.ENDED or not row["is_listed"]:
            continue
        for problem in row["problems"]:
            text = w.text(
                "attention_problem",
                campaign=_name(row, w),
                problem=w.known_text("problem", problem),
            )
            hint = ", ".join(row["rejected_hashtags"])
            yield Attention("bad", text, f"/campaigns/{row['campaign_id']}", hint)


def _waiting(state: _State, w: Wording) -> Iterator[Attention]:
    for row in state.campaigns:
        count = state.candidates.get(row["campaign_id"], 0)
        if count and row["campaign_status"] in _SHOWN_AT_ONCE:
            text = w.text(
                "attention_candidates", campaign=_name(row, w), count=w.count(count)
            )
            yield Attention("info", text, f"/review?campaign_id={row['campaign_id']}")


def _handles(rows: Rows) -> str:
    return ", ".join(f"@{row['username']}" for row in rows if row["username"])


def _tile(row: Row, state: _State, w: Wording) -> dict[str, Any]:
    newest, campaign_id = row["newest"], row["campaign_id"]
    notes = []
    if state.missing[campaign_id]:
        count = w.count(state.missing[campaign_id])
        notes.append(w.text("campaign_missing", count=count))
    if state.candidates.get(campaign_id):
        count = w.count(state.candidates[campaign_id])
        notes.append(w.text("campaign_candidates", count=count))
    return {
        "campaign_id": campaign_id,
        "name": row["campaign_name"],
        "status": row["campaign_status"],
        "is_listed": row["is_listed"],
        "first": row["publishing_start_date"],
        "last": row["publishing_end_date"],
        "day": row["newest_day"],
        "post_count": _sum(newest, "post_count"),
        "view_count": _sum(newest, "view_count"),
        "answered": _sum(newest, "answered_count"),
        "participants": _sum(newest, "participant_count"),
        "notes": notes,
    }


def _sum(rows: Rows, name: str) -> int | None:
    known = [row[name] for row in rows if row[name] is not None]
    return sum(known) if known else None


def _name(row: Row, w: Wording) -> str:
    name: str | None = row["campaign_name"]
    return name or w.text("campaign_nameless", id=row["campaign_id"])
