"""The campaigns every world has: one for each case a campaign can be.

Dates are days relative to the world's start. Participants are numbers of the
first creators; who of them does not exist in a very small world is left out.
"""

from dataclasses import dataclass
from typing import Final

from analytics_pipeline.sandbox.population.records import (
    CONTENT_FACEBOOK_POST,
    CONTENT_INSTAGRAM_POST,
    CONTENT_INSTAGRAM_REEL,
    CONTENT_INSTAGRAM_STORY,
    CONTENT_TIKTOK_VIDEO,
)

FIRST_CAMPAIGN_ID: Final = 501
UNKNOWN_CREATOR_ID: Final = 999_999
CAMPAIGN_WITH_UNKNOWN_CREATOR: Final = 506

_EVERYWHERE = (CONTENT_INSTAGRAM_POST, CONTENT_INSTAGRAM_REEL, CONTENT_TIKTOK_VIDEO)
_INSTAGRAM = (CONTENT_INSTAGRAM_POST, CONTENT_INSTAGRAM_REEL)


@dataclass(frozen=True, slots=True)
class FirstCampaign:
    """One row of the programme.

    Attributes:
        name: The campaign's name.
        hashtags: The text as typed in the Creators app.
        tags: What the creators write.
        window: First and last publishing day relative to the start, or None.
        creators: Numbers of the creators who take part.
        locale: The campaign's language.
        content_types: What it asked for.
        posting: When creators post, where the window does not say it.
    """

    name: str
    hashtags: str | None
    tags: tuple[str, ...]
    window: tuple[int, int] | None
    creators: tuple[int, ...]
    locale: str
    content_types: tuple[int, ...] = _EVERYWHERE
    posting: tuple[int, int] = (0, 10)


FIRST_CAMPAIGNS: Final[tuple[FirstCampaign, ...]] = (
    FirstCampaign(
        "Jarní kolekce",
        "#jarnikolekce, #BrandLumen",
        ("jarnikolekce", "BrandLumen"),
        (0, 12),
        (0, 1, 2, 10, 11, 14, 20, 21),
        "cs",
    ),
    FirstCampaign(
        "봄 신상 런칭",
        "#봄신상, #브랜드루멘",
        ("봄신상", "브랜드루멘"),
        (-3, 9),
        (4, 5, 17),
        "ko",
        _INSTAGRAM,
    ),
    FirstCampaign(
        "ซัมเมอร์ลูเมน",
        "#ซัมเมอร์ลูเมน,#ฟังสบาย",
        ("ซัมเมอร์ลูเมน", "ฟังสบาย"),
        (2, 13),
        (6, 7, 18),
        "th",
    ),
    FirstCampaign(
        "Весенний образ",
        "весеннийобраз, BrandLumen",
        ("весеннийобраз", "BrandLumen"),
        (-2, 10),
        (3, 12, 16),
        "ru",
        (CONTENT_INSTAGRAM_REEL, CONTENT_TIKTOK_VIDEO),
    ),
    FirstCampaign(
        "مائدة رمضان",
        "#مائدة_رمضان, #لومن",
        ("مائدة_رمضان", "لومن"),
        (0, 13),
        (8, 19),
        "ar",
    ),
    FirstCampaign(
        "Spring Glow",
        "#Spring, ,brandx,",
        ("Spring", "brandx"),
        (1, 12),
        (9, 10, 13, 15, 22, 23),
        "en",
    ),
    FirstCampaign(
        "Dance Week",
        "lumendance, danceweek",
        ("lumendance", "danceweek"),
        (0, 11),
        (2, 3, 9, 15, 17, 18),
        "en",
        (CONTENT_TIKTOK_VIDEO,),
    ),
    FirstCampaign(
        "Weekend in Stories",
        "#lumenstories",
        ("lumenstories",),
        (3, 10),
        (1, 16, 19),
        "en",
        (CONTENT_INSTAGRAM_STORY,),
    ),
    FirstCampaign(
        "Šest chutí",
        "#svěžíráno, #lumen, #snídaně, #recept, #jaro, #BrandLumen",
        ("svěžíráno", "lumen", "snídaně", "recept", "jaro", "BrandLumen"),
        (0, 12),
        (0, 2, 14),
        "cs",
    ),
    FirstCampaign(
        "Outlet",
        "#lumenlook, spring sale!",
        ("lumenlook", "spring sale!"),
        (0, 10),
        (13, 22),
        "en",
    ),
    FirstCampaign(
        "Lumen Nights",
        None,
        ("lumennights",),
        (0, 10),
        (1, 14),
        "en",
        _INSTAGRAM,
    ),
    FirstCampaign(
        "Evergreen",
        "#lumenevergreen",
        ("lumenevergreen",),
        None,
        (2, 17),
        "en",
    ),
    FirstCampaign(
        "Zimní světla",
        "#zimnisvetla",
        ("zimnisvetla",),
        (-75, -55),
        (0, 4),
        "cs",
    ),
    FirstCampaign(
        "Summer Preview",
        "#lumensummer",
        ("lumensummer",),
        (40, 52),
        (5, 9),
        "en",
    ),
    FirstCampaign(
        "Valentine Edit",
        "#lumenlove, #BrandLumen",
        ("lumenlove", "BrandLumen"),
        (-20, -5),
        (1, 2, 13, 16, 22),
        "en",
    ),
    FirstCampaign(
        "Facebook only",
        "#lumenpage",
        ("lumenpage",),
        (0, 10),
        (20,),
        "cs",
        (CONTENT_FACEBOOK_POST,),
    ),
    FirstCampaign(
        "Always on",
        "#BrandLumen",
        ("BrandLumen",),
        (0, 13),
        (2, 20),
        "cs",
    ),
)
