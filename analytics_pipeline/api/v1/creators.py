"""Creators: their accounts, their months, and what became of asking them."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.paging import (
    ORDINARY_LIMIT,
    After,
    Cursors,
    Limit,
    PlainNumber,
)
from analytics_pipeline.api.v1.access import Known, not_found, reading_router
from analytics_pipeline.api.v1.columns import column
from analytics_pipeline.api.v1.links import Addresses
from analytics_pipeline.api.v1.missing import Outcome, outcome_words
from analytics_pipeline.api.v1.parameters import (
    CreatorId,
    FirstDay,
    LastDay,
    order_of,
    sort_query,
    window,
)
from analytics_pipeline.api.v1.shapes import Links, ListAnswer, Reasoned
from analytics_pipeline.schemas.connections import ConnectionStatus, ReconnectReason
from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.reading.coverage import coverage_of_creator
from analytics_pipeline.warehouse.reading.creators import (
    CREATOR_ORDERS,
    followers_of,
    is_creator,
    read_creator,
    read_creators,
    read_months,
)
from analytics_pipeline.warehouse.reading.rows import PageRequest, Row

_Where = Annotated[Platform | None, Query(description="Only there.")]


class Account(BaseModel):
    """An account of a creator, and how it can be read."""

    connection_id: str = column("connection_id", "8f14e45f-ceea-467f")
    platform: Platform = column("platform", "instagram")
    account_id: str | None = column("account_id", "17841400000000011")
    username: str | None = column("username", "lena.k")
    connection_status: ConnectionStatus = column("connection_status", "connected")
    reconnect_reason: ReconnectReason | None = column("reconnect_reason", None)
    reconnect_since: datetime | None = column("reconnect_since", None)
    consent_expires_at: datetime | None = column("consent_expires_at", None)
    last_answered_day: date | None = Field(
        description="The newest day it answered for; null if it never did.",
        examples=["2026-03-01"],
    )
    last_observed_at: datetime | None = Field(
        description="When it last answered.", examples=["2026-03-02T05:00:12Z"]
    )
    newest_day: date | None = Field(
        description="The newest day it was to be asked for.", examples=["2026-03-01"]
    )
    status: Status | None = Field(
        description="What became of that day.", examples=["ok"]
    )
    reason: Reason | None = column("reason", None)


class KnownAccount(Account):
    """An account with its followers."""

    follower_count: int | None = column("follower_count", 20000)
    follower_count_date: date | None = Field(
        description="The day the followers are of; null if they were never known.",
        examples=["2026-03-01"],
    )


class CreatorLinks(Links):
    """Where more is told of a creator."""

    months: str = Field(description="Their numbers by month.")
    coverage: str = Field(description="What became of asking them, by day.")


class CreatorInList(BaseModel):
    """A creator."""

    creator_id: str = column("creator_id", "101")
    is_listed: bool = column("is_listed", True)
    first_seen_at: datetime | None = column("first_seen_at", "2026-02-01T05:00:00Z")
    last_seen_at: datetime | None = column("last_seen_at", "2026-03-02T05:00:00Z")
    accounts: list[Account]
    links: CreatorLinks


class Creator(CreatorInList):
    """A creator with what one may need to reach them."""

    email: str | None = column("email", "lena@creators.example")
    accounts: list[KnownAccount]  # type: ignore[assignment]


class CreatorList(ListAnswer):
    """Creators."""

    creators: list[CreatorInList]


class Month(Reasoned):
    """A creator's posts of one month on one platform, by their newest numbers."""

    year: int = Field(description="Year of the month.", examples=[2026])
    month: int = Field(description="Month, 1 to 12.", examples=[3])
    month_start_date: date = column("month_start_date", "2026-03-01")
    platform: Platform = column("platform", "instagram")
    post_count: int = Field(
        description="Posts published in the month. Whole number.", examples=[7]
    )
    late_post_count: int = Field(
        description="Of these, posts known only by a late observation. Whole number.",
        examples=[0],
    )
    view_count: int | None = column("view_count", 48200)
    posts_with_view_count: int = column("posts_with_view_count", 7)
    view_count_mean: float | None = column("view_count_mean", 6885.7)
    like_count: int | None = column("like_count", 3100)
    posts_with_like_count: int = column("posts_with_like_count", 7)
    like_count_mean: float | None = column("like_count_mean", 442.9)
    comment_count: int | None = column("comment_count", 150)
    posts_with_comment_count: int = column("posts_with_comment_count", 7)
    comment_count_mean: float | None = column("comment_count_mean", 21.4)
    share_count: int | None = column("share_count", None)
    posts_with_share_count: int = column("posts_with_share_count", 0)
    share_count_mean: float | None = column("share_count_mean", None)
    follower_count: int | None = column("follower_count", 20000)
    follower_count_date: date | None = column("follower_count_date", "2026-03-31")
    engagement_rate_client: float | None = column("engagement_rate_client", None)
    engagement_rate_client_median: float | None = column(
        "engagement_rate_client_median", None
    )
    engagement_rate_by_followers: float | None = column(
        "engagement_rate_by_followers", 0.0213
    )
    engagement_rate_by_followers_median: float | None = column(
        "engagement_rate_by_followers_median", 0.0198
    )
    engagement_rate_by_views: float | None = column("engagement_rate_by_views", 0.0674)
    engagement_rate_by_views_median: float | None = column(
        "engagement_rate_by_views_median", 0.0702
    )
    engagement_rate_by_reach: float | None = column("engagement_rate_by_reach", None)
    engagement_rate_by_reach_median: float | None = column(
        "engagement_rate_by_reach_median", None
    )
    observed_at: datetime | None = column("observed_at", "2026-04-01T03:00:12Z")
    updated_at: datetime = column("updated_at", "2026-04-01T03:10:00Z")


class CreatorMonths(BaseModel):
    """A creator's months, the newest first."""

    creator_id: str = column("creator_id", "101")
    months: list[Month]


class CoverageDay(Outcome):
    """What became of one account on one day."""

    snapshot_date: date = column("snapshot_date", "2026-03-01")
    platform: Platform = column("platform", "instagram")
    connection_id: str | None = column("connection_id", "8f14e45f-ceea-467f")
    account_id: str | None = column("account_id", "17841400000000011")
    username: str | None = column("username", "lena.k")
    detail: str | None = column("detail", None)
    calls: int = column("calls", 2)
    observed_at: datetime | None = column("observed_at", "2026-03-02T05:00:12Z")


class Coverage(BaseModel):
    """What became of a creator's accounts, the oldest day first."""

    creator_id: str = column("creator_id", "101")
    first_day: date = Field(description="First day.", examples=["2026-03-01"])
    last_day: date = Field(description="Last day.", examples=["2026-03-31"])
    days: list[CoverageDay] = Field(
        description="A day on which no active campaign needed the creator is not in it."
    )


def creators_router(service: Service) -> APIRouter:
    """Return the routes of creators.

    Args:
        service: The settings, the database, the clock.

    Returns:
        The routes.
    """
    router = reading_router("creators")
    addresses = Addresses(service.settings)
    _add_list(router, service, addresses)

    @router.get("/creators/{creator_id}")
    def creator(creator_id: CreatorId) -> Creator:
        """Tell one creator's accounts, and how each can be read."""
        with service.warehouse.reading() as connection:
            found = read_creator(connection, creator_id)
            if found is None:
                raise not_found(Known.CREATOR)
            ids = [row["account_id"] for row in found["accounts"] if row["account_id"]]
            followers = {
                (row["platform"], row["account_id"]): row
                for row in followers_of(connection, ids)
            }
        for account in found["accounts"]:
            known = followers.get((account["platform"], account["account_id"]), {})
            account["follower_count"] = known.get("follower_count")
            account["follower_count_date"] = known.get("snapshot_date")
        return Creator.model_validate(_with_links(addresses, found))

    @router.get("/creators/{creator_id}/months")
    def months(
        creator_id: CreatorId,
        platform: _Where = None,
        year: Annotated[
            int | None,
            PlainNumber,
            Query(ge=2010, le=9999, description="Only this year.", examples=[2026]),
        ] = None,
    ) -> CreatorMonths:
        """Tell a creator's numbers by month and platform."""
        with service.warehouse.reading() as connection:
            if not is_creator(connection, creator_id):
                raise not_found(Known.CREATOR)
            rows = read_months(connection, creator_id, platform, year)
        return CreatorMonths(
            creator_id=creator_id,
            months=[Month.model_validate(_dated(r)) for r in rows],
        )

    @router.get("/creators/{creator_id}/coverage", tags=["coverage"])
    def coverage(
        creator_id: CreatorId, first: FirstDay = None, last: LastDay = None
    ) -> Coverage:
        """Tell what became of a creator's accounts on every day that needed them."""
        days = window(service, first, last)
        with service.warehouse.reading() as connection:
            if not is_creator(connection, creator_id):
                raise not_found(Known.CREATOR)
            rows = coverage_of_creator(connection, creator_id, days.first, days.last)
        return Coverage(
            creator_id=creator_id,
            first_day=days.first,
            last_day=days.last,
            days=[CoverageDay.model_validate(row | outcome_words(row)) for row in rows],
        )

    return router


def _add_list(router: APIRouter, service: Service, addresses: Addresses) -> None:
    cursors = Cursors(service.settings, "creators")

    @router.get("/creators")
    def creators(
        platform: _Where = None,
        status: Annotated[
            ConnectionStatus | None,
            Query(description="Only those with an account that can be read so."),
        ] = None,
        sort: Annotated[str, sort_query(CREATOR_ORDERS)] = "creator_id",
        limit: Limit = ORDINARY_LIMIT,
        after: After = None,
    ) -> CreatorList:
        """List creators with their accounts; without e-mail addresses."""
        choice = {"sort": sort, "platform": platform, "status": status}
        asked = {name: str(value) for name, value in choice.items() if value}
        begin = cursors.read(after, asked)
        wanted = PageRequest(order_of(sort), limit, begin.position)
        with service.warehouse.reading() as connection:
            page = read_creators(connection, wanted, platform, status)
        following = None
        if page.after is not None:
            cursor = cursors.write(page.after, asked)
            query = asked | {"limit": str(limit), "after": cursor}
            following = addresses.with_query(("creators",), query)
        found = [
            CreatorInList.model_validate(_with_links(addresses, row))
            for row in page.rows
        ]
        return CreatorList(creators=found, next=following)


def _with_links(addresses: Addresses, row: Row) -> Row:
    creator_id = row["creator_id"]
    links = {
        part: addresses.creator(creator_id, part) for part in ("months", "coverage")
    }
    return row | {"links": links | {"self": addresses.creator(creator_id)}}


def _dated(row: Row) -> Row:
    start = row["month_start_date"]
    return row | {"year": start.year, "month": start.month}
