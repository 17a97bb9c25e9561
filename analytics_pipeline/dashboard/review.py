"""The review desk: posts that do not count but might, and what people decide."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.dashboard.dashboard import Dashboard
from analytics_pipeline.dashboard.evidence import evidence, marked_caption
from analytics_pipeline.dashboard.queries import (
    Filter,
    WrongQueryError,
    asked_choice,
    asked_code,
    asked_text,
)
from analytics_pipeline.dashboard.render import lean_query
from analytics_pipeline.dashboard.security import DASHBOARD, safe_path
from analytics_pipeline.dashboard.wording import Wording
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.review import (
    CandidateFilter,
    CandidateKey,
    CandidateKind,
    DecidedOtherwiseError,
    ErasureAtWorkError,
    NewDecision,
    ReviewError,
    TooLongReasonError,
    UnreadableLinkError,
    Verdict,
)
from analytics_pipeline.schemas.users import UserRole
from analytics_pipeline.steps.review import LinkedPost, add_by_link
from analytics_pipeline.warehouse.dashboard_reading import campaign_names
from analytics_pipeline.warehouse.review import (
    decide,
    decisions_of,
    open_candidates,
    withdraw,
)

PATH = f"{DASHBOARD}/review"
_PAGE_LENGTH = 20
_SHOWN_DECISIONS = 100
_ALL = "all"
_KEY = re.compile(r"(\d{1,3})~([^~]+)~([^~]+)~([^~]+)~([^~]+)")
_EVIDENT = frozenset(CandidateKind) - {CandidateKind.NO_TAG}
_TONES = {
    "confirmed": "good",
    "rejected": "good",
    "withdrawn": "good",
    "added": "good",
    "waiting": "warn",
    "otherwise": "bad",
    "erasing": "warn",
    "bad_link": "bad",
    "unknown": "bad",
    "too_long": "bad",
}
_Change = Callable[[sa.Connection, datetime], str]


class _DecisionForm(BaseModel):
    """The form beside a candidate."""

    campaign_id: str = ""
    platform: str = ""
    post_id: str = ""
    verdict: str = ""
    reason: str = ""
    back: str = ""

    def read(self, by: str) -> NewDecision:
        """Return the decision that somebody has made."""
        if self.verdict not in list(Verdict) or self.platform not in list(Platform):
            raise WrongQueryError
        return NewDecision(
            campaign_id=self.campaign_id,
            platform=Platform(self.platform),
            verdict=Verdict(self.verdict),
            by=by,
            post_id=self.post_id,
            reason=self.reason.strip() or None,
        )


def review_routers(dashboard: Dashboard) -> list[APIRouter]:
    """Return the review desk and its forms.

    Args:
        dashboard: What they need.

    Returns:
        The routers.
    """
    looking = dashboard.looking(UserRole.REVIEWER)
    changing = dashboard.changing(UserRole.REVIEWER)

    @looking.get(PATH)
    def review(request: Request) -> Response:
        """Show what waits for a decision, and what was decided."""
        w = dashboard.pages.wording(request)
        values = _desk(dashboard, request, w)
        return dashboard.pages.show(request, "review.html", values)

    @changing.post(f"{PATH}/decide")
    def decided(request: Request, form: Annotated[_DecisionForm, Form()]) -> Response:
        """Keep a decision."""
        wanted = form.read(dashboard.visit(request).user.name)
        return _changed(
            dashboard, form.back, lambda c, now: decide(c, wanted, now).verdict.value
        )

    @changing.post(f"{PATH}/add")
    def added(
        request: Request,
        campaign_id: Annotated[str, Form()] = "",
        link: Annotated[str, Form()] = "",
        reason: Annotated[str, Form()] = "",
        back: Annotated[str, Form()] = "",
    ) -> Response:
        """Confirm the post behind a link."""
        by = dashboard.visit(request).user.name
        wanted = LinkedPost(campaign_id, link.strip(), by, reason.strip() or None)

        def add(connection: sa.Connection, now: datetime) -> str:
            made = add_by_link(connection, wanted, now)
            return "waiting" if made.decision.is_waiting else "added"

        return _changed(dashboard, back, add)

    @changing.post(f"{PATH}/withdraw")
    def withdrawn(
        request: Request,
        decision_id: Annotated[str, Form()] = "",
        back: Annotated[str, Form()] = "",
    ) -> Response:
        """Withdraw a decision."""
        by = dashboard.visit(request).user.name

        def undo(connection: sa.Connection, now: datetime) -> str:
            found = withdraw(connection, decision_id, by, now)
            return "unknown" if found is None else "withdrawn"

        return _changed(dashboard, back, undo)

    return [looking, changing]


def _changed(dashboard: Dashboard, back: str, change: _Change) -> Response:
    try:
        with dashboard.service.warehouse.begin() as connection:
            said = change(connection, dashboard.service.clock())
    except DecidedOtherwiseError:
        said = "otherwise"
    except UnreadableLinkError:
        said = "bad_link"
    except TooLongReasonError:
        said = "too_long"
    except ErasureAtWorkError:
        said = "erasing"
    except ReviewError:
        said = "unknown"
    path = safe_path(back)
    path = path if path.startswith(PATH) else PATH
    return dashboard.go(f"{path}{'&' if '?' in path else '?'}said={said}")


def _desk(dashboard: Dashboard, request: Request, w: Wording) -> dict[str, Any]:
    campaign_id = asked_text(request, "campaign_id")
    platform = asked_code(request, "platform", Platform)
    kind = asked_choice(request, "kind", [_ALL, *CandidateKind])
    after = _asked_key(asked_text(request, "after"))
    wanted = CandidateFilter(campaign_id or None, platform, _kinds(kind))
    with dashboard.service.warehouse.reading() as connection:
        names = campaign_names(connection)
        found = open_candidates(connection, wanted, after, _PAGE_LENGTH + 1)
        decisions = decisions_of(connection, campaign_id or None)
    query = {"campaign_id": campaign_id, "platform": platform, "kind": kind}
    shown = found[:_PAGE_LENGTH]
    campaigns = [(key, name or key) for key, name in names.items()]
    return {
        "candidates": [_candidate(row, w) for row in shown],
        "next": lean_query(query | {"after": _key(shown[-1])})
        if len(found) > _PAGE_LENGTH
        else None,
        "decisions": decisions[:_SHOWN_DECISIONS],
        "campaign_names": names,
        "campaigns": campaigns,
        "campaign_id": campaign_id,
        "filters": _filters(campaigns, campaign_id, platform, kind, w),
        "back": PATH + lean_query(query).removesuffix("?"),
        "said": _said(asked_text(request, "said"), w),
    }


def _kinds(asked: str) -> frozenset[CandidateKind]:
    if not asked:
        return _EVIDENT
    return frozenset() if asked == _ALL else frozenset({CandidateKind(asked)})


def _filters(
    campaigns: list[tuple[str, str]],
    campaign_id: str,
    platform: Platform | None,
    kind: str,
    w: Wording,
) -> list[Filter]:
    everything = ("", w.text("any"))
    platforms = [(it.value, w.text(f"platform_{it}")) for it in Platform]
    kinds = [(it.value, w.text(f"kind_{it}")) for it in CandidateKind]
    evident = ("", w.text("review_kind_with_evidence"))
    return [
        Filter(
            "campaign_id", w.text("campaign"), campaign_id, [everything, *campaigns]
        ),
        Filter(
            "platform", w.text("platform"), platform or "", [everything, *platforms]
        ),
        Filter(
            "kind",
            w.text("review_kind"),
            kind,
            [evident, (_ALL, w.text("any")), *kinds],
        ),
    ]


def _candidate(row: dict[str, Any], w: Wording) -> dict[str, Any]:
    reasons, caption = row["candidate_reasons"], row["post_caption"]
    return row | {
        "caption": marked_caption(caption, row["hashtags"], reasons, w),
        "evidence": list(evidence(row, w)),
    }


def _key(row: dict[str, Any]) -> str:
    parts = (
        row["candidate_score"],
        row["posted_at"].isoformat(),
        row["campaign_id"],
        row["platform"],
        row["post_id"],
    )
    return "~".join(map(str, parts))


def _asked_key(text: str) -> CandidateKey | None:
    if not text:
        return None
    parts = _KEY.fullmatch(text)
    try:
        posted_at = datetime.fromisoformat(parts[2]) if parts else None
    except ValueError:
        posted_at = None
    if parts is None or posted_at is None or posted_at.tzinfo is None:
        raise WrongQueryError
    return CandidateKey(int(parts[1]), posted_at, parts[3], parts[4], parts[5])


def _said(name: str, w: Wording) -> dict[str, str] | None:
    if name not in _TONES:
        return None
    return {"tone": _TONES[name], "text": w.text(f"said_{name}")}
