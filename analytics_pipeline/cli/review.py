"""`analytics-pipeline review`: decide about posts that could belong to a campaign."""

import getpass
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from analytics_pipeline.cli.console import err, out, print_rows, values_of
from analytics_pipeline.cli.errors import CommandError
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.review import (
    CandidateFilter,
    CandidateKind,
    Decision,
    NewDecision,
    Resemblance,
    ReviewError,
    Verdict,
)
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.review import LinkedPost, add_by_link
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.review import (
    decide,
    decisions_of,
    open_candidates,
    withdraw,
)

_CANDIDATE_COLUMNS = (
    "campaign_id",
    "platform",
    "post_id",
    "candidate_score",
    "candidate_kind",
    "evidence",
    "username",
    "posted_at",
    "post_url",
)
_DECISION_COLUMNS = (
    "decision_id",
    "campaign_id",
    "platform",
    "post_id",
    "decision",
    "decision_reason",
    "decided_by",
    "decided_at",
    "state",
    "post_url",
)


def _whoever_is_logged_in() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # A container's user need not have a name.
        return "command line"


_FORMAT = click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table"
)
_CAMPAIGN = click.argument("campaign_id", metavar="CAMPAIGN")
_PLATFORM = click.argument(
    "platform", type=click.Choice([name.value for name in Platform])
)
_POST = click.argument("post_id", metavar="POST_ID")
_REASON = click.option("--reason", help="Why; kept with the decision.")
_BY = click.option(
    "--by",
    default=_whoever_is_logged_in,
    show_default="who is logged in",
    help="Who decides; kept with the decision.",
)
_INSTEAD_OF = click.option(
    "--instead-of",
    metavar="DECISION_ID",
    help="Decide otherwise than somebody else did by this decision.",
)


@click.group()
def review() -> None:
    """Decide about posts that could belong to a campaign.

    A confirmed post counts from the next run on, a rejected one never does. Past days
    follow when they are collected again, which costs no call: docs/review.md.
    """


@review.command("list")
@click.option("--campaign", "campaign_id", help="Only of this campaign.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([kind.value for kind in CandidateKind]),
    help="Only of this kind; may be repeated.",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option(
    "--decided", is_flag=True, help="List what was decided, and by whom, instead."
)
@_FORMAT
def list_(
    campaign_id: str | None,
    kinds: tuple[str, ...],
    limit: int,
    style: str,
    *,
    decided: bool,
) -> None:
    """List the posts that wait for a decision, the likeliest first."""
    wanted = CandidateFilter(campaign_id, kinds=frozenset(map(CandidateKind, kinds)))
    with Warehouse.open(load_settings()) as warehouse, warehouse.reading() as reading:
        if decided:
            rows = [_decision(it) for it in decisions_of(reading, campaign_id)[:limit]]
        else:
            rows = [
                {**row, "evidence": _evidence(row["candidate_reasons"])}
                for row in open_candidates(reading, wanted, limit=limit)
            ]
    columns: Sequence[str] = _DECISION_COLUMNS if decided else _CANDIDATE_COLUMNS
    print_rows(columns, values_of(columns, rows), style)


@review.command()
@_CAMPAIGN
@_PLATFORM
@_POST
@_REASON
@_BY
@_INSTEAD_OF
def confirm(**decided: Any) -> None:  # noqa: ANN401 - as click has it
    """Let the post POST_ID count for CAMPAIGN, whatever it lacks."""
    _decide(Verdict.CONFIRMED, decided)


@review.command()
@_CAMPAIGN
@_PLATFORM
@_POST
@_REASON
@_BY
@_INSTEAD_OF
def reject(**decided: Any) -> None:  # noqa: ANN401 - as click has it
    """Never let the post POST_ID count for CAMPAIGN, whatever it carries."""
    _decide(Verdict.REJECTED, decided)


@review.command()
@_CAMPAIGN
@click.argument("link")
@_REASON
@_BY
@_INSTEAD_OF
def add(
    campaign_id: str, link: str, reason: str | None, by: str, instead_of: str | None
) -> None:
    """Let the post behind LINK count for CAMPAIGN, as soon as a day brings it."""
    settings = load_settings()
    wanted = LinkedPost(campaign_id, link, by, reason, instead_of)
    with (
        _explained(),
        Warehouse.open(settings) as warehouse,
        warehouse.begin() as connection,
    ):
        added = add_by_link(connection, wanted, settings.now())
    out.print(added.decision.decision_id)
    err.print(added.told)


@review.command("withdraw")
@click.argument("decision_id")
@_BY
def withdraw_command(decision_id: str, by: str) -> None:
    """Take the decision DECISION_ID back; the one before it holds again, if any."""
    settings = load_settings()
    with Warehouse.open(settings) as warehouse, warehouse.begin() as connection:
        found = withdraw(connection, decision_id, by, settings.now())
    if found is None:
        msg = (
            f"there is no decision {decision_id!r} that holds; `analytics-pipeline "
            "review list --decided` shows them"
        )
        raise CommandError(msg)
    out.print(f"withdrew {decision_id}")


def _decide(verdict: Verdict, decided: Mapping[str, Any]) -> None:
    settings = load_settings()
    wanted = NewDecision(
        campaign_id=decided["campaign_id"],
        platform=Platform(decided["platform"]),
        verdict=verdict,
        by=decided["by"],
        post_id=decided["post_id"],
        reason=decided["reason"],
        seen=decided["instead_of"],
    )
    with (
        _explained(),
        Warehouse.open(settings) as warehouse,
        warehouse.begin() as connection,
    ):
        made = decide(connection, wanted, settings.now())
    out.print(made.decision_id)


@contextmanager
def _explained() -> Iterator[None]:
    """Let a decision that cannot be made be told in one line."""
    try:
        yield
    except ReviewError as error:
        raise CommandError(str(error)) from error


def _evidence(reasons: Mapping[str, Mapping[str, str]]) -> str:
    """Say which hashtags are there, which nearly, and which are another campaign's."""
    words = {Resemblance.EXACT: "#{0}", Resemblance.SIBLING: "(#{0})"}
    return ", ".join(
        words.get(Resemblance(how["how"]), "#{0} ~ #{1}").format(tag, how["carried"])
        for tag, how in sorted(reasons.items())
    )


def _decision(item: Decision) -> dict[str, Any]:
    state = "superseded"
    if item.withdrawn_at is not None:
        state = f"withdrawn by {item.withdrawn_by}"
    elif item.is_in_force:
        state = "waits for its post" if item.is_waiting else "holds"
    return {
        "decision_id": item.decision_id,
        "campaign_id": item.campaign_id,
        "platform": item.platform.value,
        "post_id": item.post_id,
        "decision": item.verdict.value,
        "decision_reason": item.reason,
        "decided_by": item.decided_by,
        "decided_at": item.decided_at,
        "state": state,
        "post_url": item.post_url,
    }
