"""What the campaign check found, as the campaign's page tells it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.api.context import Service
from analytics_pipeline.dashboard.wording import Wording
from analytics_pipeline.schemas.campaign_checks import (
    CampaignCheck,
    CheckCode,
    Problem,
    Severity,
)
from analytics_pipeline.steps.campaign_check import CheckOptions, check_campaign

_ABOUT_TIME = frozenset({CheckCode.WINDOW_PAST, CheckCode.ALREADY_STARTED})
_TONES = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.NOTICE: "info"}


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """One thing that is wrong with a campaign.

    Attributes:
        tone: bad, warn or info.
        severity: How bad it is.
        meaning: What it is.
        next_step: What to do.
        about: The hashtags, content types or campaign concerned.
        creator_ids: The creators concerned.
    """

    tone: str
    severity: str
    meaning: str
    next_step: str
    about: list[str]
    creator_ids: list[str]


def check_now(
    service: Service, connection: sa.Connection, campaign_id: str
) -> CampaignCheck:
    """Check a campaign with what is known now, without asking the Creators app.

    Args:
        service: The settings and the clock.
        connection: To the warehouse; it may read which connections there are.
        campaign_id: The campaign.

    Returns:
        What the check found.
    """
    settings, now = service.settings, service.clock()
    rule = service.rule
    options = CheckOptions(
        now=now,
        today=rule.day_of(now),
        tracking_days=settings.tracking_days,
        calls_per_hour=settings.instagram_calls_per_hour,
        involved={},
    )
    return check_campaign(connection, campaign_id, options)


def shown_problems(check: CampaignCheck, w: Wording) -> list[ShownProblem]:
    """Return what a check found, in the page's language.

    Of a campaign that runs or has run nobody needs to be told that it has begun.

    Args:
        check: What it found.
        w: How the page says things.

    Returns:
        The problems, the worst first.
    """
    return [
        ShownProblem(
            _TONES[problem.severity],
            w.text(f"check_severity_{problem.severity}"),
            w.text(f"check_{problem.code}"),
            w.text(f"check_{problem.code}_next"),
            list(_about(problem, w)),
            [str(it) for it in _listed(problem, "creator_ids")],
        )
        for problem in check.problems
        if problem.code not in _ABOUT_TIME
    ]


def _about(problem: Problem, w: Wording) -> Iterator[str]:
    yield from (f"#{tag}" for tag in _listed(problem, "hashtags"))
    for pair in _listed(problem, "pairs"):
        yield f"#{pair['hashtag']} / #{pair['other']}"
    for name in _listed(problem, "content_types"):
        yield w.known_text("content", name)
    details = problem.details
    if "platform" in details:
        yield w.known_text("platform", details["platform"])
    if "campaign_id" in details:
        yield str(details.get("campaign_name") or details["campaign_id"])


def _listed(problem: Problem, name: str) -> list[Any]:
    found = problem.details.get(name)
    return list(found) if isinstance(found, list | tuple) else []
