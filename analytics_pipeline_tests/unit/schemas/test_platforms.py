"""Content types as the Creators app numbers them, and where they are collected."""

import pytest

from analytics_pipeline.schemas.platforms import (
    ContentType,
    Platform,
    content_type_of_id,
    platform_of,
)


@pytest.mark.parametrize(
    ("type_id", "content_type"),
    [
        (1, "instagram_post"),
        (2, "instagram_story"),
        (3, "instagram_reel"),
        (4, "tiktok_video"),
        (5, "facebook_post"),
        (0, "facebook_post"),
        (-1, "facebook_post"),
        (2**70, "facebook_post"),
    ],
)
def test_the_creators_app_numbers_four_kinds_and_any_other_is_facebook(
    type_id, content_type
):
    assert content_type_of_id(type_id) == content_type


def test_content_is_collected_on_the_platform_it_is_named_after():
    for content_type in ContentType:
        name = content_type.partition("_")[0]
        expected = Platform(name) if name in list(Platform) else None
        assert platform_of(content_type) is expected


def test_facebook_is_the_only_content_that_is_not_collected():
    nowhere = [kind for kind in ContentType if platform_of(kind) is None]
    assert nowhere == [ContentType.FACEBOOK_POST]


def test_a_platform_compares_and_prints_as_its_name():
    assert Platform.TIKTOK == "tiktok"
    assert f"{Platform.INSTAGRAM}" == "instagram"
