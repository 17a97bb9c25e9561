"""Checking a campaign before it starts, from what the warehouse knows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.clients.budget_use import STOP_SHARE
from analytics_pipeline.clients.instagram import OUTSIDE_PAGE_SIZE
from analytics_pipeline.schemas.campaign_checks import (
    CampaignCheck,
    CheckCode,
    ExpectedCalls,
    Problem,
    Severity,
)
from analytics_pipeline.schemas.connections import Connection, ConnectionStatus
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.schemas.review import UnknownCampaignError
from analytics_pipeline.transform.campaign_check import (
    CheckedCampaign,
    Surroundings,
    find_problems,
    in_order,
    problem,
)
from analytics_pipeline.transform.planning import expected_pages
from analytics_pipeline.warehouse.campaign_check import newest_involved, posts_since
from analytics_pipeline.warehouse.campaigns import known_creator_ids, list_campaigns
from analytics_pipeline.warehouse.connections import list_connections

_RATE_DAYS = 28
_HOURS_OF_A_DAY = 24


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What a check needs beside the warehouse.

    Attributes:
        now: The current instant.
        today: The day it is.
        tracking_days: How long after its publishing end a campaign is measured.
        calls_per_hour: Calls about outside creators that Meta allows in an hour.
        involved: Who takes part, by campaign, as the Creators app says now. Campaigns
            that are not among them are taken as they were on their newest day.
    """

    now: datetime
    today: date
    tracking_days: int
    calls_per_hour: int
    involved: Mapping[str, frozenset[str]]


def check_campaign(
    connection: sa.Connection, campaign_id: str, options: CheckOptions
) -> CampaignCheck:
    """Tell what is wrong with a campaign.

    Args:
        connection: To the warehouse; nothing is written.
        campaign_id: The campaign.
        options: The day, and what operators decide.

    Returns:
        What its busiest day costs, and what is wrong, the worst first.

    Raises:
        UnknownCampaignError: There is no such campaign.
    """
    involved = newest_involved(connection) | dict(options.involved)
    all_of_them = [
        _campaign(row, involved.get(row["campaign_id"]))
        for row in list_campaigns(connection)
    ]
    campaign = next((it for it in all_of_them if it.campaign_id == campaign_id), None)
    if campaign is None:
        raise UnknownCampaignError(campaign_id)
    others = [it for it in all_of_them if it is not campaign]
    creators = campaign.creator_ids or frozenset()
    around = Surroundings(
        today=options.today,
        others=others,
        connections=list_connections(connection, creator_ids=creators),
        known_creators=frozenset(known_creator_ids(connection)),
    )
    problems = find_problems(campaign, around)
    expected = _expected_calls(connection, campaign, others, options)
    if expected is not None and expected.hours > 1:
        problems.append(_over_budget(expected))
    return CampaignCheck(
        campaign_id,
        campaign.campaign_name,
        None if campaign.creator_ids is None else len(creators),
        expected,
        tuple(in_order(problems)),
    )


def _campaign(
    row: Mapping[str, Any], creator_ids: frozenset[str] | None
) -> CheckedCampaign:
    return CheckedCampaign(
        campaign_id=row["campaign_id"],
        campaign_name=row["campaign_name"],
        tags=tuple(row["campaign_hashtags"]),
        keys=tuple(row["hashtag_keys"]),
        rejected=tuple(row["rejected_hashtags"]),
        rule=row["hashtag_rule"],
        content_types=tuple(map(ContentType, row["content_types"])),
        first_day=row["publishing_start_date"],
        last_day=row["publishing_end_date"],
        creator_ids=creator_ids,
    )


def _expected_calls(
    connection: sa.Connection,
    campaign: CheckedCampaign,
    others: list[CheckedCampaign],
    options: CheckOptions,
) -> ExpectedCalls | None:
    """Return what the last day on which the campaign is measured costs.

    By then its posts are the most, and an account's posts are walked back to the
    beginning of its campaigns.
    """
    first, last = campaign.first_day, campaign.last_day
    if not campaign.creator_ids or first is None or last is None or last < first:
        return None
    needed = set(campaign.creator_ids)
    measured = _measured(campaign, options)
    for other in others:
        if measured.overlaps(_measured(other, options)):
            needed |= other.creator_ids or frozenset()
    accounts = [
        item
        for item in list_connections(connection, Platform.INSTAGRAM, needed)
        if item.status is ConnectionStatus.PUBLIC
    ]
    days = (last - first).days + 1 + options.tracking_days
    since = options.now - timedelta(days=_RATE_DAYS)
    account_ids = [item.account.account_id or "" for item in accounts]
    published = posts_since(connection, account_ids, since)
    calls = sum(_pages(item, published, days) for item in accounts)
    return ExpectedCalls(len(accounts), calls, options.calls_per_hour * STOP_SHARE)


def _measured(campaign: CheckedCampaign, options: CheckOptions) -> CheckedCampaign:
    """Return a campaign with the days on which it is measured for a window."""
    if campaign.last_day is None:
        return campaign
    room = (date.max - campaign.last_day).days
    after = timedelta(days=min(options.tracking_days, room))
    return replace(campaign, last_day=campaign.last_day + after)


def _pages(account: Connection, published: Mapping[str, int], days: int) -> int:
    per_day = published.get(account.account.account_id or "", 0) / _RATE_DAYS
    return expected_pages(round(per_day * days), OUTSIDE_PAGE_SIZE, has_older=True)


def _over_budget(expected: ExpectedCalls) -> Problem:
    is_too_much = expected.hours > _HOURS_OF_A_DAY
    return problem(
        CheckCode.CALLS_OVER_BUDGET,
        Severity.ERROR if is_too_much else None,
        calls=expected.calls,
        accounts=expected.accounts,
        hours=round(expected.hours, 1),
    )
