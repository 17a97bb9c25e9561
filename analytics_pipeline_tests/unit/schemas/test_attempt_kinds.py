"""Every kind of attempt has its own place in the landing store."""

from analytics_pipeline.schemas.attempt_kinds import (
    POST_KINDS,
    AttemptKind,
    raw_asset,
    raw_assets,
)
from analytics_pipeline.schemas.platforms import Platform


def test_the_raw_assets_of_media_keep_their_names():
    assert raw_asset(Platform.INSTAGRAM, AttemptKind.MEDIA) == "raw_instagram_media"
    assert raw_asset(Platform.TIKTOK, AttemptKind.MEDIA) == "raw_tiktok_media"


def test_tiktok_is_asked_for_media_only():
    assert [name for name in raw_assets() if "tiktok" in name] == ["raw_tiktok_media"]


def test_no_two_kinds_share_a_raw_asset():
    names = raw_assets()
    assert len(set(names)) == len(names) == len(AttemptKind) + 1


def test_numbers_of_accounts_are_not_about_posts():
    assert set(AttemptKind) - set(POST_KINDS) == {AttemptKind.ACCOUNT_INSIGHTS}
