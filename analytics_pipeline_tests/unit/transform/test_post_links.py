"""Links to posts are understood as people paste them, or refused clearly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.review import UnreadableLinkError
from analytics_pipeline.transform.post_links import parse_post_link

CODE, VIDEO = "DH56yy7p3lZ", "7301234567890123456"


@pytest.mark.parametrize(
    "link",
    [
        f"https://www.instagram.com/p/{CODE}/",
        f"https://www.instagram.com/reel/{CODE}",
        f"https://instagram.com/reels/{CODE}/",
        f"https://www.instagram.com/tv/{CODE}/",
        f"https://www.instagram.com/jana.nova_1/p/{CODE}/",
        f"https://www.instagram.com/jana/reel/{CODE}/?igsh=MTIz&utm_source=copy#c",
        f"http://m.instagram.com/p/{CODE}/",
        f"instagram.com/p/{CODE}",
        f"  https://instagr.am/p/{CODE}/\n",
        f"HTTPS://WWW.INSTAGRAM.COM/p/{CODE}/",
    ],
)
def test_all_addresses_of_an_instagram_post_have_one_key(link):
    found = parse_post_link(link)

    assert (found.platform, found.key) == (Platform.INSTAGRAM, CODE)
    assert found.url == f"https://www.instagram.com/p/{CODE}/"


@pytest.mark.parametrize(
    "link",
    [
        f"https://www.tiktok.com/@jana.nova/video/{VIDEO}",
        f"https://www.tiktok.com/@jana/video/{VIDEO}?is_from_webapp=1&sender_device=pc",
        f"https://www.tiktok.com/@jana/photo/{VIDEO}/",
        f"https://m.tiktok.com/v/{VIDEO}.html",
        f"https://www.tiktok.com/embed/v2/{VIDEO}",
        f"tiktok.com/@/video/{VIDEO}",
    ],
)
def test_all_addresses_of_a_tiktok_post_have_its_id(link):
    found = parse_post_link(link)

    assert (found.platform, found.key) == (Platform.TIKTOK, VIDEO)


def test_a_storys_address_has_its_id_and_no_other_address():
    found = parse_post_link("https://www.instagram.com/stories/jana/3301234567890/")

    assert (found.key, found.url) == ("3301234567890", None)


@pytest.mark.parametrize(
    "link",
    [
        f"https://www.instagram.com/jana.nova/p/{CODE}/",
        f"https://www.tiktok.com/@jana.nova/video/{VIDEO}",
    ],
)
def test_what_is_kept_of_a_link_names_nobody(link):
    assert "jana" not in (parse_post_link(link).url or "")


@pytest.mark.parametrize(
    "link",
    [
        "https://vm.tiktok.com/ZMabcdef/",
        "https://vt.tiktok.com/ZSabcdef/",
        "https://www.tiktok.com/t/ZTabcdef/",
        "https://www.instagram.com/share/reel/BAabcdef",
    ],
)
def test_a_short_link_is_refused_with_what_to_do(link):
    with pytest.raises(UnreadableLinkError, match="open it in a browser and copy"):
        parse_post_link(link)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "   ",
        "jana",
        "https://",
        "javascript:alert(1)",
        "ftp://www.instagram.com/p/abcdefghijk/",
        "https://user@www.instagram.com/p/abcdefghijk/",
        "https://www.instagram.com/jana/",
        "https://www.instagram.com/explore/tags/spring/",
        "https://www.instagram.com/stories/highlights/17901234567890/",
        "https://www.instagram.com/p/",
        "https://www.instagram.com/p/abc def/",
        "https://www.tiktok.com/@jana",
        "https://www.tiktok.com/@jana/video/abc",
        "https://www.tiktok.com/@jana/video/٧٣٠١٢٣٤٥٦٧",
        "https://instagram.com.evil.example/p/abcdefghijk/",
        "https://evil.example/?u=instagram.com/p/abcdefghijk/",
        "https://youtube.com/watch?v=abcdefghijk",
        "https://[::1/p/abcdefghijk",
        f"https://www.instagram.com/p/{'a' * 600}/",
    ],
)
def test_what_leads_to_no_post_is_refused(link):
    with pytest.raises(UnreadableLinkError):
        parse_post_link(link)


def test_a_refusal_shows_little_of_a_long_text():
    with pytest.raises(UnreadableLinkError) as refused:
        parse_post_link("x" * 10_000)

    assert len(str(refused.value)) < 200


@given(st.text(max_size=200))
def test_any_text_is_understood_or_refused(text):
    try:
        found = parse_post_link(text)
    except UnreadableLinkError:
        return
    assert found.key.isascii()
