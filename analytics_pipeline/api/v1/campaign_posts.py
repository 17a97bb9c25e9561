"""A campaign's posts with their last known numbers, page by page."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.paging import ORDINARY_LIMIT, After, Cursors, Limit
from analytics_pipeline.api.v1.access import Known, not_found, reading_router
from analytics_pipeline.api.v1.columns import column
from analytics_pipeline.api.v1.links import Addresses, followable
from analytics_pipeline.api.v1.parameters import (
    AsOf,
    CampaignId,
    CreatorChoice,
    Where,
    order_of,
    sensible,
    sort_query,
)
from analytics_pipeline.api.v1.shapes import (
    Counts,
    ListAnswer,
    Observed,
    Rates,
    Reasoned,
)
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.transform.matching import MatchBasis, MatchLevel
from analytics_pipeline.warehouse.as_known import AsKnown
from analytics_pipeline.warehouse.reading.campaign_posts import (
    POST_ORDERS,
    PostFilter,
    read_campaign_posts,
)
from analytics_pipeline.warehouse.reading.campaigns import (
    is_campaign,
    newest_summarised_day,
)
from analytics_pipeline.warehouse.reading.rows import Page, PageRequest, Row


class PostLinks(BaseModel):
    """Where more is told of a post."""

    history: str = Field(description="Everything that was ever known of it.")
    explanation: str = Field(description="What these numbers rest on.")


class CampaignPost(Counts, Rates, Reasoned, Observed):
    """A post of a campaign; `snapshot_date` is the newest day that tells of it."""

    platform: Platform = column("platform", "instagram")
    post_id: str = column("post_id", "17900000000000001")
    post_url: str | None = column("post_url", "https://www.instagram.com/reel/x/")
    creator_id: str = column("creator_id", "101")
    account_id: str = column("account_id", "17841400000000011")
    username: str | None = column("username", "lena.k")
    content_type: ContentType | None = column("content_type", "instagram_reel")
    posted_at: datetime = column("posted_at", "2026-03-01T12:00:00Z")
    post_caption: str | None = column("post_caption", "Spring! #jaro2026")
    hashtags: list[str] = column("hashtags", ["jaro2026"])
    matched_hashtags: list[str] = column("matched_hashtags", ["jaro2026"])
    missing_hashtags: list[str] = column("missing_hashtags", [])
    match_level: MatchLevel | None = Field(
        description="full: the post counts. partial, rejected: listed, never counted. "
        "null: it was seen again and no longer matches.",
        examples=["full"],
    )
    match_basis: MatchBasis = column("match_basis", "hashtags")
    follower_count: int | None = column("follower_count", 20000)
    known_on: dict[str, date] = Field(
        description="The day of each number that is older than `snapshot_date`: "
        "{column: day}. A number that is not told any more is still known.",
        examples=[{"reach": "2026-02-27"}],
    )
    count_sources: dict[str, str] = column("count_sources", {"reach": "insights/reach"})
    removed_at: datetime | None = column("removed_at", None)
    links: PostLinks


class CampaignPostList(ListAnswer):
    """A campaign's posts."""

    campaign_id: str = column("campaign_id", "12")
    day: date | None = Field(
        description="As known on this day; null before anything was known.",
        examples=["2026-03-01"],
    )
    posts: list[CampaignPost]


_ABOUT = (
    "A campaign's posts with their last known numbers. A number that a day did not "
    "tell is carried forward, and `known_on` says from which day. All pages of a list "
    "tell the same day; a post that is added while it is read moves none."
)


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is asked for, beside the page."""

    as_of: date | None
    which: PostFilter
    sort: str

    def asked(self) -> dict[str, str]:
        """Return it as it stands in an address."""
        named = {"sort": self.sort, "as_of": self.as_of} | asdict(self.which)
        return {name: str(value) for name, value in named.items() if value is not None}


def campaign_posts_router(service: Service) -> APIRouter:
    """Return the route of campaigns' posts.

    Args:
        service: The settings, the database, the clock.

    Returns:
        The route.
    """
    router = reading_router("campaigns")
    reading = _Reading(service)

    @router.get("/campaigns/{campaign_id}/posts", description=_ABOUT)
    def posts(  # noqa: PLR0913, PLR0917 - each is a parameter of the address
        campaign_id: CampaignId,
        as_of: AsOf = None,
        platform: Where = None,
        match_level: Annotated[
            MatchLevel | None,
            Query(description="Only these; `full` are the posts that count."),
        ] = None,
        content_type: Annotated[
            ContentType | None, Query(description="Only this kind.")
        ] = None,
        creator_id: CreatorChoice = None,
        sort: Annotated[str, sort_query(POST_ORDERS)] = "-posted_at",
        limit: Limit = ORDINARY_LIMIT,
        after: After = None,
    ) -> CampaignPostList:
        """List a campaign's posts with their last known numbers."""
        which = PostFilter(platform, match_level, content_type, creator_id)
        as_of = sensible(service, as_of, "as_of")
        return reading.page(campaign_id, _Choice(as_of, which, sort), limit, after)

    return router


class _Reading:
    """Reads pages of posts."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._addresses = Addresses(service.settings)
        self._cursors = Cursors(service.settings, "campaign-posts")
        self._rule = service.rule

    def page(
        self, campaign_id: str, choice: _Choice, limit: int, after: str | None
    ) -> CampaignPostList:
        """Return one page."""
        asked = choice.asked() | {"campaign_id": campaign_id}
        begin = self._cursors.read(after, asked)
        wanted = PageRequest(order_of(choice.sort), limit, begin.position)
        with self._service.warehouse.reading() as connection:
            if not is_campaign(connection, campaign_id):
                raise not_found(Known.CAMPAIGN)
            # All pages tell the day that the first one told.
            until = begin.day or choice.as_of
            day = newest_summarised_day(connection, campaign_id, until)
            page = Page([], None)
            if day is not None:
                state = AsKnown(campaign_id, day, self._closing(choice.as_of))
                page = read_campaign_posts(connection, state, wanted, choice.which)
        following = None
        if page.after is not None:
            cursor = self._cursors.write(page.after, asked, day)
            query = choice.asked() | {"limit": str(limit), "after": cursor}
            parts = ("campaigns", campaign_id, "posts")
            following = self._addresses.with_query(parts, query)
        posts = [self._post(campaign_id, row) for row in page.rows]
        return CampaignPostList(
            campaign_id=campaign_id, day=day, posts=posts, next=following
        )

    def _closing(self, as_of: date | None) -> datetime | None:
        """Return when a past day could no longer be observed; None for what is now."""
        return None if as_of is None else self._rule.end(as_of) + self._rule.grace

    def _post(self, campaign_id: str, row: Row) -> CampaignPost:
        platform, post_id = row["platform"], row["post_id"]
        explanation = self._addresses.post_explanation(
            platform, post_id, row["snapshot_date"], campaign_id
        )
        made = {
            "post_url": followable(row["post_url"]),
            "count_sources": row["count_sources"] or {},
            "links": PostLinks(
                history=self._addresses.post(platform, post_id), explanation=explanation
            ),
        }
        return CampaignPost.model_validate(row | made)
