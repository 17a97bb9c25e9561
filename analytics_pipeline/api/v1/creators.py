"""Creators and their accounts: how each can be read, and when it last answered."""

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
)
from analytics_pipeline.api.v1.access import Known, not_found, reading_router
from analytics_pipeline.api.v1.columns import column
from analytics_pipeline.api.v1.links import Addresses
from analytics_pipeline.api.v1.parameters import (
    CreatorId,
    Where,
    order_of,
    sort_query,
)
from analytics_pipeline.api.v1.shapes import Links, ListAnswer
from analytics_pipeline.schemas.connections import ConnectionStatus, ReconnectReason
from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.reading.creators import (
    CREATOR_ORDERS,
    followers_of,
    read_creator,
    read_creators,
)
from analytics_pipeline.warehouse.reading.rows import PageRequest, Row


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

    return router


def _add_list(router: APIRouter, service: Service, addresses: Addresses) -> None:
    cursors = Cursors(service.settings, "creators")

    @router.get("/creators")
    def creators(
        platform: Where = None,
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
