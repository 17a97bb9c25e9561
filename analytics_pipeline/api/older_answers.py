"""The shapes of the older routes, and how stored rows are put into them.

What belongs here: names and units as the agency's older system had them. What it did
not tell is added beside them, never in place of them.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from analytics_pipeline.api.refreshes import RefreshState
from analytics_pipeline.reports.posts import web_link
from analytics_pipeline.schemas.platforms import (
    ContentType,
    Platform,
    id_of_content_type,
)
from analytics_pipeline.schemas.refreshes import RefreshStatus
from analytics_pipeline.settings import EngagementRate

# As many as every reader of JSON keeps exactly.
_DIGITS = 15
_PERCENT_DIGITS = 6
_NOT_KEPT = "not_kept"
_NOT_COLLECTED = "not_collected"
_NO_ROW = "not_asked"
_POST_COUNTS = {
    "views": "view_count",
    "likes": "like_count",
    "comments": "comment_count",
    "shares": "share_count",
}
_MEDIA_TYPES = {"CAROUSEL_ALBUM": "ALBUM"}
_MONTH_COLUMNS = {
    **{f"total_{name}": column for name, column in _POST_COUNTS.items()},
    "followers_count": "follower_count",
    **{f"avg_{name}": f"{column}_mean" for name, column in _POST_COUNTS.items()},
}
_RATE = "engagement_rate"
_NOWHERE = "facebook"


class OlderRefusal(BaseModel):
    """Why there is no answer, by the older system's names."""

    error: str
    error_description: str


class Validity(BaseModel):
    """Whether a person's logins still open their accounts."""

    tiktok_valid: bool
    meta_valid: bool


class ValidityAnswer(BaseModel):
    """The answer about a person's logins."""

    data: Validity


class OlderUser(BaseModel):
    """A creator, by the Creators app's id."""

    creators_id: int | str
    creators_email: str | None


class OlderPost(BaseModel):
    """A post that counts for a campaign, with its last known numbers."""

    id: str = Field(
        description="The platform's own id; text, because it is too long a number."
    )
    platform_type_id: int | None = Field(
        description="1 Instagram post, 2 story, 3 reel, 4 TikTok video."
    )
    published_at: datetime
    media_url: str | None
    thumbnail_url: None = Field(description="Not kept: such links end after days.")
    media_type: str | None = Field(description="IMAGE, VIDEO or ALBUM.")
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    engagement_rate: float | None = Field(
        description="As `engagement_rate_definition` and `engagement_rate_unit` say."
    )
    user: OlderUser
    observed_at: datetime = Field(
        description="When the platform gave the numbers, but for those in `known_on`."
    )
    is_late: bool = Field(description="They are from after the day they stand for.")
    known_on: dict[str, date] = Field(
        description="Numbers of an earlier day, which no newer answer told."
    )
    unknown_reasons: dict[str, str] = Field(description="Why a member is null.")


class RateNamed(BaseModel):
    """What is called the engagement rate in this answer."""

    engagement_rate_definition: EngagementRate
    engagement_rate_unit: Literal["percent"] = "percent"


_POST_EXAMPLE: JsonDict = {
    "creators_campaign_id": 501,
    "posts": [
        {
            "id": "17895695668004550",
            "platform_type_id": 3,
            "published_at": "2026-03-01T10:00:00Z",
            "media_url": "https://www.instagram.com/reel/Cx1y2z3/",
            "thumbnail_url": None,
            "media_type": "VIDEO",
            "views": 1200,
            "likes": 80,
            "comments": 4,
            "shares": None,
            "engagement_rate": None,
            "user": {"creators_id": 101, "creators_email": "anna@example.com"},
            "observed_at": "2026-03-02T04:00:07Z",
            "is_late": False,
            "known_on": {"views": "2026-02-28"},
            "unknown_reasons": {
                "shares": "not_offered",
                "engagement_rate": "share_count: not_offered",
                "thumbnail_url": "not_kept",
            },
        }
    ],
    "engagement_rate_definition": "engagement_rate_client",
    "engagement_rate_unit": "percent",
    "as_of": "2026-03-01",
}


class PostsAnswer(RateNamed):
    """The posts of a campaign."""

    model_config = ConfigDict(json_schema_extra={"example": _POST_EXAMPLE})

    creators_campaign_id: int
    posts: list[OlderPost]
    as_of: date | None = Field(
        description="The newest day that is summed up for the campaign."
    )


class ProfileData(BaseModel):
    """A creator's current month."""

    analytics: dict[str, Any] = Field(
        description="Empty while nothing is known of the month; else `year`, `month`, "
        "`user_id`, `user`, and for each of `facebook_`, `instagram_` and `tiktok_`: "
        "`total_…`, `avg_…`, `followers_count`, `engagement_rate`.",
        examples=[
            {
                "year": 2026,
                "month": 3,
                "user_id": 101,
                "user": {"creators_id": 101, "creators_email": "anna@example.com"},
                "facebook_total_views": None,
                "instagram_total_views": 1200,
                "instagram_avg_views": 600.0,
                "instagram_followers_count": 5400,
                "instagram_engagement_rate": 4.2,
                "tiktok_total_views": None,
                "unknown_reasons": {
                    "facebook_total_views": "not_collected",
                    "tiktok_total_views": "no_posts",
                },
            }
        ],
    )


class ProfileAnswer(RateNamed):
    """The answer about a creator's current month."""

    data: ProfileData


class OlderRefresh(BaseModel):
    """A refresh, its instants as the older system wrote them."""

    started_at: str = Field(
        description="When it was asked for.", examples=["Mon, 02 Mar 2026 05:00:00 GMT"]
    )
    ended_at: str | None = Field(description="Null until it is over.")
    refresh_id: str
    status: RefreshStatus
    status_url: str
    run_id: str | None
    detail: str | None


class RefreshAllAnswer(BaseModel):
    """The answer to having everything asked again."""

    refresh: OlderRefresh


def older_id(text: str) -> int | str:
    """Return an id of the Creators app as it was given: a number, if it is one."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if is_number and str(int(text)) == text else text


def older_post(row: Mapping[str, Any], rate: EngagementRate) -> OlderPost:
    """Put a matched post into the older shape.

    Args:
        row: As `warehouse.older_metrics.counted_posts` gives it.
        rate: What to call the engagement rate.

    Returns:
        The post.
    """
    known = row["unknown_reasons"]
    columns = _POST_COUNTS | {_RATE: rate}
    reasons = {
        name: str(known[column])
        for name, column in columns.items()
        if row[column] is None and column in known
    }
    carried = {
        name: row["known_on"][column]
        for name, column in columns.items()
        if column in row["known_on"]
    }
    return OlderPost(
        id=row["post_id"],
        platform_type_id=id_of_content_type(ContentType(row["content_type"])),
        published_at=row["posted_at"],
        media_url=web_link(row["post_url"]),
        thumbnail_url=None,
        media_type=_MEDIA_TYPES.get(row["media_type"], row["media_type"]),
        **{name: row[column] for name, column in _POST_COUNTS.items()},
        engagement_rate=_percent(row[rate]),
        user=older_user(row["creator_id"], row["email"]),
        observed_at=row["observed_at"],
        is_late=row["is_late"],
        known_on=carried,
        unknown_reasons=reasons | {"thumbnail_url": _NOT_KEPT},
    )


def older_user(creator_id: str, email: str | None) -> OlderUser:
    """Put a creator into the older shape."""
    return OlderUser(creators_id=older_id(creator_id), creators_email=email)


def older_month(
    user: OlderUser,
    first_day: date,
    rows: Iterable[Mapping[str, Any]],
    rate: EngagementRate,
) -> dict[str, Any]:
    """Put a creator's month into the older shape.

    Args:
        user: The creator.
        first_day: Of the month.
        rows: Of `creator_months`, one per platform.
        rate: What to call the engagement rate.

    Returns:
        All platforms side by side; empty if nothing is known of the month.
    """
    by_platform = {row["platform"]: row for row in rows}
    if not by_platform:
        return {}
    columns = _MONTH_COLUMNS | {_RATE: rate}
    numbers: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for platform in (_NOWHERE, *Platform):
        row = by_platform.get(platform, {})
        why_no_row = _NOT_COLLECTED if platform == _NOWHERE else _NO_ROW
        unknown = row.get("unknown_reasons", {})
        for name, column in columns.items():
            value = row.get(column)
            older = f"{platform}_{name}"
            numbers[older] = _percent(value) if name == _RATE else value
            if value is None:
                reasons[older] = str(unknown.get(column, why_no_row))
    return {
        "year": first_day.year,
        "month": first_day.month,
        **numbers,
        "user_id": user.creators_id,
        "user": user.model_dump(),
        "unknown_reasons": reasons,
    }


def older_refresh(state: RefreshState) -> RefreshAllAnswer:
    """Put a refresh into the older shape.

    Args:
        state: How far it has come.

    Returns:
        The answer.
    """
    ended = state.ended_at
    return RefreshAllAnswer(
        refresh=OlderRefresh(
            started_at=_http_date(state.requested_at),
            ended_at=None if ended is None else _http_date(ended),
            refresh_id=state.refresh_id,
            status=state.status,
            status_url=state.status_url,
            run_id=state.run_id,
            detail=state.detail,
        )
    )


def _percent(fraction: float | None) -> float | None:
    """Return a fraction as the older system told rates, without noise of the float."""
    return None if fraction is None else round(fraction * 100, _PERCENT_DIGITS)


def _http_date(instant: datetime) -> str:
    return format_datetime(instant.astimezone(UTC), usegmt=True)
