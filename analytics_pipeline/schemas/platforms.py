"""Platforms and content types, and how the Creators app numbers them."""

from enum import StrEnum


class Platform(StrEnum):
    """A place where creators post and from which the pipeline collects."""

    INSTAGRAM = "instagram"
    TIKTOK = "tiktok"


class ContentType(StrEnum):
    """What a campaign can ask for and what a post can be."""

    INSTAGRAM_POST = "instagram_post"
    INSTAGRAM_STORY = "instagram_story"
    INSTAGRAM_REEL = "instagram_reel"
    TIKTOK_VIDEO = "tiktok_video"
    FACEBOOK_POST = "facebook_post"


# The Creators app's ids; its author does not know Facebook's, so that is "any other".
_CONTENT_TYPE_BY_ID = {
    1: ContentType.INSTAGRAM_POST,
    2: ContentType.INSTAGRAM_STORY,
    3: ContentType.INSTAGRAM_REEL,
    4: ContentType.TIKTOK_VIDEO,
}

_PLATFORM_BY_CONTENT_TYPE = {
    ContentType.INSTAGRAM_POST: Platform.INSTAGRAM,
    ContentType.INSTAGRAM_STORY: Platform.INSTAGRAM,
    ContentType.INSTAGRAM_REEL: Platform.INSTAGRAM,
    ContentType.TIKTOK_VIDEO: Platform.TIKTOK,
}


def content_type_of_id(type_id: int) -> ContentType:
    """Return the content type behind a `platforms[].id` of the Creators app."""
    return _CONTENT_TYPE_BY_ID.get(type_id, ContentType.FACEBOOK_POST)


def id_of_content_type(content_type: ContentType) -> int | None:
    """Return how the Creators app numbers a content type; None where it does not."""
    numbers = {known: number for number, known in _CONTENT_TYPE_BY_ID.items()}
    return numbers.get(content_type)


def platform_of(content_type: ContentType) -> Platform | None:
    """Return where such content is collected; None where the pipeline cannot."""
    return _PLATFORM_BY_CONTENT_TYPE.get(content_type)
