"""Reading the Creators app's lists of creators and campaigns.

When the app does not answer but has done so before, the day goes on with what is known:
followers and views of today cannot be asked for tomorrow. The report then says so.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import sqlalchemy as sa

from analytics_pipeline.clients.conversation import Conversation, RetryPolicy
from analytics_pipeline.clients.creators_app import CreatorsAppClient
from analytics_pipeline.clients.errors import ApiError
from analytics_pipeline.clients.transport import Transport
from analytics_pipeline.schemas.outcomes import CampaignStatus
from analytics_pipeline.schemas.records import Answer, CampaignRecord
from analytics_pipeline.schemas.tables import CAMPAIGNS, CREATORS
from analytics_pipeline.steps.run import (
    FindingsScope,
    Run,
    land_answers,
    store_findings,
)
from analytics_pipeline.transform.creators_app import (
    parse_campaigns,
    parse_creators,
)
from analytics_pipeline.transform.erased_creators import (
    body_without_creators,
    without_creators,
)
from analytics_pipeline.warehouse import tables
from analytics_pipeline.warehouse.campaigns import (
    mark_unlisted,
    refresh_campaign_status,
)
from analytics_pipeline.warehouse.erased_accounts import erased_creators
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.load import LoadResult, merge


class NothingKnownError(Exception):
    """The Creators app does not answer, and never has: there is nothing to go on."""


@dataclass(frozen=True, slots=True)
class CreatorsApp:
    """How the Creators app is asked."""

    client: CreatorsAppClient
    transport: Transport
    policy: RetryPolicy


@dataclass(frozen=True, slots=True)
class CampaignOptions:
    """What the operator decides about campaigns.

    Attributes:
        hashtag_rule: `all` or `any`.
        tracking_days: How long after its publishing end a campaign is measured.
    """

    hashtag_rule: str
    tracking_days: int


@dataclass(frozen=True, slots=True)
class AskedList:
    """A list of the Creators app, as far as it could be had.

    Attributes:
        entries: As answered; None when there was no usable answer.
        calls: Requests sent.
        object_url: The landing object.
        problem: Why there was no usable answer.
    """

    entries: list[object] | None
    calls: int
    object_url: str | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class ListReport:
    """What became of a list.

    Attributes:
        asked: What the app answered, without its entries.
        records: Usable records in it.
        known: Rows of the table: of this list and of earlier ones.
        load: What changed in the table.
        findings: How many things were odd.
    """

    asked: AskedList
    records: int
    known: int
    load: LoadResult
    findings: int


def read_creators(run: Run, app: CreatorsApp) -> ListReport:
    """Ask for the creators and keep them; nobody is deleted.

    Args:
        run: The run.
        app: The Creators app.

    Returns:
        What changed. Of those who asked to be forgotten, nothing but the number is
        kept.
    """
    with at_work(run.warehouse):
        return _read_creators(run, app)


def _read_creators(run: Run, app: CreatorsApp) -> ListReport:
    with run.warehouse.begin() as connection:
        erased = erased_creators(connection)

    def without_erased(answer: Answer) -> Answer:
        return replace(answer, body=body_without_creators(answer.body, erased))

    asked = ask_list(run, app, "creators", app.client.creators, without_erased)
    if asked.entries is None:
        known = _require_known(run, asked, tables.creators)
        return ListReport(asked, 0, known, LoadResult(), 0)
    records, findings = parse_creators(without_creators(asked.entries, erased))
    asked = replace(asked, entries=[])
    # That there is no e-mail is nothing odd of those who have none any more.
    findings = [item for item in findings if item.record_key not in erased]
    now, seen = run.clock(), _seen(run)
    rows = (
        seen | {"creator_id": record.creator_id, "email": record.email}
        for record in records
    )
    listed = [record.creator_id for record in records]
    with run.warehouse.begin() as connection:
        load = merge(connection, CREATORS, rows)
        gone = mark_unlisted(connection, tables.creators, listed, run.run_id, now)
        known = _count(connection, tables.creators)
    store_findings(run, FindingsScope(CREATORS.name), findings)
    changes = load + LoadResult(updated=gone)
    return ListReport(asked, len(records), known, changes, len(findings))


def read_campaigns(run: Run, app: CreatorsApp, options: CampaignOptions) -> ListReport:
    """Ask for the campaigns, understand their hashtags, and keep them.

    Args:
        run: The run.
        app: The Creators app.
        options: What the operator decides about campaigns.

    Returns:
        What changed; every campaign's status is that of today.
    """
    asked = ask_list(run, app, "campaigns", app.client.campaigns)
    if asked.entries is None:
        _require_known(run, asked, tables.campaigns)
    records, findings = parse_campaigns(asked.entries or [])
    rows = [_campaign_row(run, record, options) for record in records]
    now = run.clock()
    today = run.rule.day_of(now)
    load, changed = LoadResult(), 0
    with run.warehouse.begin() as connection:
        if asked.entries is not None:
            load = merge(connection, CAMPAIGNS, rows)
            listed = [record.campaign_id for record in records]
            changed = mark_unlisted(
                connection, tables.campaigns, listed, run.run_id, now
            )
        changed += refresh_campaign_status(
            connection, today, options.tracking_days, run.run_id, now
        )
        known = _count(connection, tables.campaigns)
    if asked.entries is not None:
        store_findings(run, FindingsScope(CAMPAIGNS.name), findings)
    changes = load + LoadResult(updated=changed)
    return ListReport(asked, len(records), known, changes, len(findings))


def ask_list(
    run: Run,
    app: CreatorsApp,
    asset: str,
    ask: Callable[[Conversation], list[object]],
    as_kept: Callable[[Answer], Answer] = lambda answer: answer,
) -> AskedList:
    """Ask for a list, keeping every answer; a refusal is told, not raised.

    Args:
        run: The run.
        app: The Creators app.
        asset: Under which the answers are kept.
        ask: Asks for the list.
        as_kept: Takes out of an answer what must not be kept.

    Returns:
        The list, or why there is none.
    """
    answers: list[Answer] = []
    conversation = Conversation(app.transport, app.policy, answers.append)
    entries: list[object] | None = None
    problem: str | None = None
    try:
        entries = ask(conversation)
    except ApiError as error:
        problem = str(error)
    object_url = land_answers(run, asset, map(as_kept, answers))
    return AskedList(entries, conversation.calls, object_url, problem)


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(
        sa.select(sa.func.count()).select_from(table)
    ).scalar_one()


def _require_known(run: Run, asked: AskedList, table: sa.Table) -> int:
    """Make sure there is an earlier answer to go on with; count what it told."""
    with run.warehouse.begin() as connection:
        known = _count(connection, table)
    if not known:
        msg = (
            f"the Creators app does not give its {table.name}: {asked.problem}; check "
            "CREATORS_API_URL and CREATORS_API_TOKEN with `analytics-pipeline doctor`"
        )
        raise NothingKnownError(msg)
    return known


def _seen(run: Run) -> dict[str, object]:
    now = run.clock()
    return {
        "is_listed": True,
        "first_seen_at": now,
        "last_seen_at": now,
        "updated_at": now,
        "run_id": run.run_id,
    }


def _campaign_row(
    run: Run, record: CampaignRecord, options: CampaignOptions
) -> dict[str, object]:
    return _seen(run) | {
        "campaign_id": record.campaign_id,
        "campaign_name": record.campaign_name,
        "hashtags_as_entered": record.hashtags_as_entered,
        "campaign_hashtags": list(record.campaign_hashtags),
        "hashtag_keys": list(record.hashtag_keys),
        "rejected_hashtags": list(record.rejected_hashtags),
        "hashtag_rule": options.hashtag_rule,
        "content_types": list(record.content_types),
        "publishing_start_date": record.publishing_start_date,
        "publishing_end_date": record.publishing_end_date,
        "campaign_status": CampaignStatus.INCOMPLETE,
        "problems": list(record.problems),
    }
