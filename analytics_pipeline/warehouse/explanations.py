"""Reading the rows that an explanation of a number is made of."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from analytics_pipeline.schemas.attempt_kinds import POST_KINDS
from analytics_pipeline.schemas.fields import SUMMED_MEASURES
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Attempt
from analytics_pipeline.warehouse.attempts import find_attempts
from analytics_pipeline.warehouse.tables import (
    account_snapshots,
    attempts,
    campaign_daily_summary,
    campaigns,
    creator_months,
    hashtag_post_metrics,
    post_captions,
    post_metric_values,
    post_snapshots,
    posts,
    review_decisions,
)

Row = dict[str, Any]


def find_post_day(
    connection: sa.Connection, platform: str, post_id: str, day: date | None
) -> Row | None:
    """Return a post's row of a day, with its caption, link and account's followers.

    Args:
        connection: To the warehouse.
        platform: Where the post is.
        post_id: The post.
        day: The day; None for the newest that has a row.

    Returns:
        The row of `post_snapshots`, and columns named `account_…` and
        `follower_count` from `account_snapshots`; None where there is none.
    """
    account = account_snapshots.c
    same_account = sa.and_(
        account.snapshot_date == post_snapshots.c.snapshot_date,
        account.platform == post_snapshots.c.platform,
        account.account_id == post_snapshots.c.account_id,
    )
    same_caption = sa.and_(
        post_captions.c.platform == post_snapshots.c.platform,
        post_captions.c.post_id == post_snapshots.c.post_id,
        post_captions.c.caption_id == post_snapshots.c.caption_id,
    )
    same_post = sa.and_(
        posts.c.platform == post_snapshots.c.platform,
        posts.c.post_id == post_snapshots.c.post_id,
    )
    query = (
        sa.select(
            post_snapshots,
            posts.c.post_url,
            post_captions.c.post_caption,
            account.follower_count,
            account.account_id.is_not(None).label("has_account"),
            account.unknown_reasons.label("account_unknown_reasons"),
            account.observed_at.label("account_observed_at"),
            account.is_late.label("account_is_late"),
            account.run_id.label("account_run_id"),
        )
        .outerjoin(posts, same_post)
        .outerjoin(post_captions, same_caption)
        .outerjoin(account_snapshots, same_account)
        .where(
            post_snapshots.c.platform == platform, post_snapshots.c.post_id == post_id
        )
        .order_by(post_snapshots.c.snapshot_date.desc())
        .limit(1)
    )
    if day is not None:
        query = query.where(post_snapshots.c.snapshot_date == day)
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def days_of_post(
    connection: sa.Connection, platform: str, post_id: str
) -> tuple[date, date] | None:
    """Return the first and the last day that have a row of a post, if any has."""
    days = post_snapshots.c.snapshot_date
    query = sa.select(sa.func.min(days), sa.func.max(days)).where(
        post_snapshots.c.platform == platform, post_snapshots.c.post_id == post_id
    )
    first, last = connection.execute(query).one()
    return None if first is None else (first, last)


def insights_of(
    connection: sa.Connection, platform: str, post_id: str, day: date
) -> dict[str, Row]:
    """Return a post's insights of a day by metric, without their breakdowns."""
    table = post_metric_values.c
    query = sa.select(post_metric_values).where(
        table.snapshot_date == day,
        table.platform == platform,
        table.post_id == post_id,
        table.breakdown.is_(None),
    )
    return {row["metric"]: dict(row) for row in connection.execute(query).mappings()}


def matches_of(
    connection: sa.Connection,
    platform: str,
    post_id: str,
    day: date,
    campaign_id: str | None,
) -> list[Row]:
    """Return a post's matches of a day, with the decision that holds for each.

    Args:
        connection: To the warehouse.
        platform: Where the post is.
        post_id: The post.
        day: The day.
        campaign_id: Only with this campaign; None for all.

    Returns:
        Rows of `hashtag_post_metrics`, each with the campaign's name and the columns
        of its decision, null without one.
    """
    match, decided = hashtag_post_metrics.c, review_decisions.c
    holding = (
        sa.select(review_decisions)
        .ext(distinct_on(decided.campaign_id))
        .where(
            decided.platform == platform,
            decided.post_id == post_id,
            decided.withdrawn_at.is_(None),
        )
        .order_by(decided.campaign_id, decided.decided_at.desc(), decided.decision_id)
        .subquery()
    )
    query = (
        sa.select(
            hashtag_post_metrics,
            campaigns.c.campaign_name,
            holding.c.decision_id,
            holding.c.decision,
            holding.c.decision_reason,
            holding.c.decided_by,
            holding.c.decided_at,
        )
        .outerjoin(campaigns, campaigns.c.campaign_id == match.campaign_id)
        .outerjoin(holding, holding.c.campaign_id == match.campaign_id)
        .where(
            match.snapshot_date == day,
            match.platform == platform,
            match.post_id == post_id,
        )
        .order_by(match.campaign_id)
    )
    if campaign_id is not None:
        query = query.where(match.campaign_id == campaign_id)
    return _rows(connection, query)


def attempts_about(
    connection: sa.Connection, platform: Platform, account_id: str, day: date
) -> list[Attempt]:
    """Return what was asked about an account's posts for a day, oldest first.

    Args:
        connection: To the warehouse.
        platform: Where.
        account_id: The platform's id of the account.
        day: The day.

    Returns:
        Every attempt under any of its connections, also one that failed before the
        account's id was known.
    """
    on_day = attempts.c.snapshot_dates.bool_op("@>")(sa.literal([day], ARRAY(sa.Date)))
    asked = connection.scalars(
        sa.select(attempts.c.connection_id)
        .distinct()
        .where(attempts.c.account_id == account_id, on_day)
    )
    return find_attempts(connection, platform, [day], POST_KINDS, asked.all())


def find_campaign_name(connection: sa.Connection, campaign_id: str) -> Row | None:
    """Return a campaign's name in a row; None where there is no such campaign."""
    query = sa.select(campaigns.c.campaign_name).where(
        campaigns.c.campaign_id == campaign_id
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def totals_of(connection: sa.Connection, campaign_id: str, day: date) -> list[Row]:
    """Return a campaign's rows of `campaign_daily_summary` of a day, by platform."""
    table = campaign_daily_summary.c
    query = (
        sa.select(campaign_daily_summary)
        .where(table.campaign_id == campaign_id, table.snapshot_date == day)
        .order_by(table.platform)
    )
    return _rows(connection, query)


def matches_with_day_before(
    connection: sa.Connection, campaign_id: str, day: date
) -> list[Row]:
    """Return a campaign's matches of a day, with the counts of the day before.

    Args:
        connection: To the warehouse.
        campaign_id: The campaign.
        day: The day.

    Returns:
        Rows of `hashtag_post_metrics`, each with `before_…` of what was observed on
        time for the day before.
    """
    match = hashtag_post_metrics.c
    before = post_snapshots.alias("before")
    was_before = sa.and_(
        before.c.snapshot_date == day - timedelta(days=1),
        before.c.platform == match.platform,
        before.c.post_id == match.post_id,
        ~before.c.is_late,
        before.c.observed_at < match.observed_at,
    )
    counts: Sequence[sa.ColumnElement[Any]] = [
        before.c[name].label(f"before_{name}") for name in SUMMED_MEASURES
    ]
    query = (
        sa.select(hashtag_post_metrics, *counts)
        .outerjoin(before, was_before)
        .where(match.campaign_id == campaign_id, match.snapshot_date == day)
        .order_by(match.platform, match.posted_at, match.post_id)
    )
    return _rows(connection, query)


def find_month(
    connection: sa.Connection, creator_id: str, platform: str, month: date
) -> Row | None:
    """Return a creator's row of `creator_months`, by the first day of the month."""
    table = creator_months.c
    query = sa.select(creator_months).where(
        table.creator_id == creator_id,
        table.platform == platform,
        table.month_start_date == month,
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def post_days_between(
    connection: sa.Connection,
    creator_id: str,
    platform: str,
    window: tuple[datetime, datetime],
) -> list[Row]:
    """Return every day's row of the posts that a creator published within a window.

    Args:
        connection: To the warehouse.
        creator_id: Whose posts, as they were last observed.
        platform: Where.
        window: Half-open interval of publishing.

    Returns:
        Rows of `post_snapshots`, each with `owner_id` and `last_seen_at` of the post,
        and its account's followers of the same day.
    """
    account = account_snapshots.c
    same_account = sa.and_(
        account.snapshot_date == post_snapshots.c.snapshot_date,
        account.platform == post_snapshots.c.platform,
        account.account_id == post_snapshots.c.account_id,
    )
    same_post = sa.and_(
        posts.c.platform == post_snapshots.c.platform,
        posts.c.post_id == post_snapshots.c.post_id,
    )
    query = (
        sa.select(
            post_snapshots,
            posts.c.creator_id.label("owner_id"),
            posts.c.last_seen_at,
            account.follower_count,
            account.unknown_reasons.label("account_unknown_reasons"),
        )
        .join(posts, same_post)
        .outerjoin(account_snapshots, same_account)
        .where(
            posts.c.creator_id == creator_id,
            posts.c.platform == platform,
            posts.c.posted_at >= window[0],
            posts.c.posted_at < window[1],
        )
    )
    return _rows(connection, query)


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]
