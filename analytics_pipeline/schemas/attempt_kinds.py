"""What an attempt asks for; each kind has its own raw asset in the landing store."""

from enum import StrEnum

from analytics_pipeline.schemas.platforms import Platform


class AttemptKind(StrEnum):
    """The closed list of what is asked for, or, for pushes, what was sent unasked."""

    MEDIA = "media"
    POST_INSIGHTS = "post_insights"
    ACCOUNT_INSIGHTS = "account_insights"
    STORIES = "stories"
    PUSHES = "pushes"


POST_KINDS = (
    AttemptKind.MEDIA,
    AttemptKind.POST_INSIGHTS,
    AttemptKind.STORIES,
    AttemptKind.PUSHES,
)
"""The kinds whose answers are about posts, as they stood on a day."""

_ON_INSTAGRAM_ONLY = frozenset(AttemptKind) - {AttemptKind.MEDIA}


def raw_asset(platform: Platform, kind: AttemptKind) -> str:
    """Return the raw asset that holds the answers of such attempts."""
    return f"raw_{platform}_{kind}"


def raw_assets() -> tuple[str, ...]:
    """Return all raw assets that hold attempts."""
    return tuple(
        raw_asset(platform, kind)
        for platform in Platform
        for kind in AttemptKind
        if platform is Platform.INSTAGRAM or kind not in _ON_INSTAGRAM_ONLY
    )
