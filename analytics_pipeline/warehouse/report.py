"""Reading a campaign's report: totals, growth, posts, and what is not known."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from analytics_pipeline.warehouse.tables import (
    campaign_daily_summary,
    campaigns,
    connections,
    hashtag_post_metrics,
    participants,
    post_snapshots,
    posts,
    stories_to_review,
    sync_outcomes,
)

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """What is known of a campaign on a day.

    Attributes:
        campaign: Its row in `campaigns`.
        day: As known on this day; None before anything was collected.
        totals: Its rows in `campaign_daily_summary` that day, one per platform.
        growth: The same for every day until then, over both platforms.
        posts: Posts that count, each with its newest numbers until that day.
        partial: Posts that carry only some of the hashtags.
        missing: Participants' accounts that gave no answer that day.
        stories_to_review: Participants' stories without a caption, until that day.
    """

    campaign: dict[str, Any]
    day: date | None
    totals: Rows
    growth: Rows
    posts: Rows
    partial: Rows
    missing: Rows
    stories_to_review: Rows


def find_campaigns(connection: sa.Connection, wanted: str) -> Rows:
    """Return the campaigns with an id, or with a name that is or contains a text.

    Args:
        connection: To the warehouse.
        wanted: Id or name, in any case.

    Returns:
        Rows of `campaigns`; those of the first kind of fit that has any.
    """
    name = sa.func.lower(campaigns.c.campaign_name)
    fits = (
        campaigns.c.campaign_id == wanted,
        name == wanted.lower(),
        name.contains(wanted.lower(), autoescape=True),
    )
    for fit in fits:
        found = _rows(connection, sa.select(campaigns).where(fit))
        if found:
            return found
    return []


def campaign_of(connection: sa.Connection, campaign_id: str) -> dict[str, Any] | None:
    """Return a campaign's row in `campaigns`; None when there is none."""
    query = sa.select(campaigns).where(campaigns.c.campaign_id == campaign_id)
    found = _rows(connection, query)
    return found[0] if found else None


def list_campaigns(connection: sa.Connection) -> Rows:
    """Return all campaigns: id, name and status."""
    return _rows(
        connection,
        sa.select(
            campaigns.c.campaign_id,
            campaigns.c.campaign_name,
            campaigns.c.campaign_status,
        ).order_by(campaigns.c.campaign_id),
    )


def read_report(
    connection: sa.Connection, campaign: dict[str, Any], day: date | None
) -> CampaignReport:
    """Read a campaign's report.

    Args:
        connection: To the warehouse.
        campaign: Its row in `campaigns`.
        day: As known on this day; None for the newest day it has.

    Returns:
        The report.
    """
    campaign_id = campaign["campaign_id"]
    summary = campaign_daily_summary
    mine = summary.c.campaign_id == campaign_id
    newest = sa.select(sa.func.max(summary.c.snapshot_date)).where(mine)
    if day is not None:
        newest = newest.where(summary.c.snapshot_date <= day)
    known_on = connection.scalar(newest)
    if known_on is None:
        return CampaignReport(campaign, None, [], [], [], [], [], [])
    on_day = sa.and_(mine, summary.c.snapshot_date == known_on)
    posts = _newest_posts(connection, campaign_id, known_on)
    return CampaignReport(
        campaign=campaign,
        day=known_on,
        totals=_rows(
            connection, sa.select(summary).where(on_day).order_by(summary.c.platform)
        ),
        growth=_growth(connection, campaign_id, known_on),
        posts=[row for row in posts if row["match_level"] == "full"],
        partial=[row for row in posts if row["match_level"] == "partial"],
        missing=_missing(connection, campaign_id, known_on),
        stories_to_review=_stories_to_review(connection, campaign_id, known_on),
    )


def _growth(connection: sa.Connection, campaign_id: str, until: date) -> Rows:
    summary = campaign_daily_summary
    summed = [
        sa.cast(sa.func.sum(summary.c[name]), sa.BigInteger).label(name)
        for name in (
            "participant_count",
            "answered_count",
            "post_count",
            "view_count",
            "view_count_delta",
            "like_count",
            "like_count_delta",
            "comment_count",
        )
    ]
    query = (
        sa.select(summary.c.snapshot_date, *summed)
        .where(summary.c.campaign_id == campaign_id, summary.c.snapshot_date <= until)
        .group_by(summary.c.snapshot_date)
        .order_by(summary.c.snapshot_date)
    )
    return _rows(connection, query)


def _newest_posts(connection: sa.Connection, campaign_id: str, until: date) -> Rows:
    """Return each post with its newest numbers; a missed day does not hide it."""
    metrics = hashtag_post_metrics
    newest = (
        sa.select(metrics)
        .where(metrics.c.campaign_id == campaign_id, metrics.c.snapshot_date <= until)
        .ext(distinct_on(metrics.c.platform, metrics.c.post_id))
        .order_by(metrics.c.platform, metrics.c.post_id, metrics.c.snapshot_date.desc())
        .subquery()
    )
    username = (
        sa.select(sa.func.min(connections.c.username))
        .where(
            connections.c.platform == newest.c.platform,
            connections.c.account_id == newest.c.account_id,
        )
        .scalar_subquery()
    )
    query = (
        sa.select(
            newest,
            username.label("username"),
            posts.c.removed_at,
            post_snapshots.c.count_sources,
        )
        .outerjoin(
            posts,
            sa.and_(
                posts.c.platform == newest.c.platform,
                posts.c.post_id == newest.c.post_id,
            ),
        )
        .outerjoin(
            post_snapshots,
            sa.and_(
                post_snapshots.c.snapshot_date == newest.c.snapshot_date,
                post_snapshots.c.platform == newest.c.platform,
                post_snapshots.c.post_id == newest.c.post_id,
            ),
        )
        .order_by(newest.c.posted_at)
    )
    return _rows(connection, query)


def _stories_to_review(
    connection: sa.Connection, campaign_id: str, until: date
) -> Rows:
    """Return each story once, as it was last seen."""
    table = stories_to_review
    newest = (
        sa.select(table)
        .where(table.c.campaign_id == campaign_id, table.c.snapshot_date <= until)
        .ext(distinct_on(table.c.platform, table.c.post_id))
        .order_by(table.c.platform, table.c.post_id, table.c.snapshot_date.desc())
        .subquery()
    )
    return _rows(connection, sa.select(newest).order_by(newest.c.posted_at))


def _missing(connection: sa.Connection, campaign_id: str, day: date) -> Rows:
    taking_part = sa.select(participants.c.creator_id).where(
        participants.c.campaign_id == campaign_id,
        participants.c.snapshot_date == day,
        sync_outcomes.c.platform == sa.any_(participants.c.platforms),
    )
    query = (
        sa.select(
            sync_outcomes.c.platform,
            sync_outcomes.c.creator_id,
            sync_outcomes.c.username,
            sync_outcomes.c.status,
            sync_outcomes.c.reason,
        )
        .where(
            sync_outcomes.c.snapshot_date == day,
            sync_outcomes.c.status != "ok",
            sync_outcomes.c.creator_id.in_(taking_part),
        )
        .order_by(sync_outcomes.c.platform, sync_outcomes.c.creator_id)
    )
    return _rows(connection, query)


def _rows(connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]) -> Rows:
    return [dict(row) for row in connection.execute(query).mappings()]
