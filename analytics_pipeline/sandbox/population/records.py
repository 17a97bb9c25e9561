"""The records the world hands out: people, campaigns, posts and their counters.

These are the *truth*, in the sandbox's own words. How an API spells them, and
what it keeps to itself, is decided by ``graph``, ``tiktok`` and ``creators_app``.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

Platform = Literal["instagram", "tiktok"]
InstagramKind = Literal["none", "outside", "connected"]
Product = Literal["FEED", "REELS", "STORY", "VIDEO"]
TagsWritten = Literal["all", "some", "none"]

# Accounts are numbered; a creator's number is its position in the world.
STRANGERS = 1_000_000
AGENCY = 2_000_000
AGENCY_SECOND_BRAND = 2_000_001
# The second, hardly used Instagram account of a creator who has two.
SPARES = 2_010_000

CONTENT_INSTAGRAM_POST = 1
CONTENT_INSTAGRAM_STORY = 2
CONTENT_INSTAGRAM_REEL = 3
CONTENT_TIKTOK_VIDEO = 4
CONTENT_FACEBOOK_POST = 5


class Trait(StrEnum):
    """What is out of the ordinary about a person."""

    HIDDEN_LIKES = "hidden_likes"
    PERSONAL = "personal_account"
    RENAMED = "renamed"
    SILENT = "no_posts"
    PROLIFIC = "prolific"
    DELETES_POSTS = "deletes_posts"
    COUNTS_FALL = "counts_fall"
    EVERY_STYLE = "every_caption_style"
    NO_CAPTIONS = "missing_and_emoji_captions"
    STORYTELLER = "storyteller"
    CONVERTED_LATE = "converted_late"
    TWO_ACCOUNTS = "two_accounts"
    PRIVATE_TIKTOK = "private_tiktok"
    CONSENT_REVOKED = "tiktok_consent_revoked"
    ACCESS_EXPIRED = "tiktok_access_expired"
    MODERATED = "tiktok_moderated"
    NARROW_SCOPE = "tiktok_narrow_scope"


class CaptionStyle(StrEnum):
    """How the tags of a campaign are written into a caption."""

    EXACT = "exact"
    WRONG_CASE = "wrong_case"
    GLUED = "glued"
    FULL_WIDTH = "full_width_sign"
    DECOMPOSED = "decomposed_accents"
    PUNCTUATED = "punctuated"
    PARTIAL = "partial"
    NEAR_MISS_SHORT = "near_miss_short"
    NEAR_MISS_LONG = "near_miss_long"
    ACCENTED = "accented"
    LOOK_ALIKE = "look_alike_letters"
    EMOJI_GLUED = "emoji_glued"
    UNTAGGED = "untagged"
    ORDINARY = "ordinary"
    MISSING = "missing"
    EMOJI_ONLY = "emoji_only"
    LONG = "long"


COMPLETE_STYLES = frozenset(
    {
        CaptionStyle.EXACT,
        CaptionStyle.WRONG_CASE,
        CaptionStyle.GLUED,
        CaptionStyle.FULL_WIDTH,
        CaptionStyle.DECOMPOSED,
        CaptionStyle.PUNCTUATED,
    }
)


@dataclass(frozen=True, slots=True)
class Person:
    """One owner of accounts: a creator, a stranger, or the agency itself.

    Attributes:
        index: The account number; for a creator its position in the world.
        creator_id: The Creators app's id (0 for everyone who is no creator).
        name: As the person writes it, in the person's script.
        email: The address the Creators app knows.
        locale: ``cs``, ``ru``, ``ko``, ``th``, ``ar`` or ``en``.
        handle: The Instagram handle at the beginning of the world.
        later_handle: The handle after a rename; equal to ``handle`` without one.
        tiktok_username: The TikTok handle.
        instagram: How the pipeline can reach the Instagram account, if at all.
        tiktok: Whether the person connected a TikTok account.
        traits: What is out of the ordinary.
        base_followers: Size of the audience around the world's start.
        daily_rate: How many ordinary posts a day, on average.
    """

    index: int
    creator_id: int
    name: str
    email: str
    locale: str
    handle: str
    later_handle: str
    tiktok_username: str
    instagram: InstagramKind
    tiktok: bool
    traits: frozenset[Trait]
    base_followers: int
    daily_rate: float


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as the Creators app keeps it, and what its creators were told.

    Attributes:
        campaign_id: The Creators app's id.
        name: The campaign's name.
        hashtags: The text a person typed; may be odd, may be None.
        start: First publishing day, or None.
        end: Last publishing day, or None.
        content_types: The ids of the content types asked for.
        tags: The tags the creators write, without the sign.
        posting: First and last day (ordinals) on which creators post for it.
        locale: The language of the campaign.
    """

    campaign_id: int
    name: str
    hashtags: str | None
    start: date | None
    end: date | None
    content_types: tuple[int, ...]
    tags: tuple[str, ...]
    posting: tuple[int, int]
    locale: str


@dataclass(frozen=True, slots=True)
class Counters:
    """Lifetime totals of a post at one instant."""

    views: int
    likes: int
    comments: int
    shares: int
    saves: int
    reach: int


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it stands at one instant, with everything that can be known.

    Attributes:
        platform: Where it was posted.
        post_id: The platform's id, as text.
        account: The number of the account that posted it.
        posted_at: When, in UTC.
        caption: The text; None when there is none.
        media_type: IMAGE, VIDEO or CAROUSEL_ALBUM.
        product: FEED, REELS, STORY, or VIDEO for TikTok.
        campaign_id: The campaign it was made for, or None.
        style: How the caption was written.
        tags_written: Whether all, some or none of that campaign's tags are in the
            caption, as the platforms read it.
        counters: Totals at the instant asked about.
        children: How many pictures an album holds, else 0.
        duration_seconds: Length of a video, else 0.
    """

    platform: Platform
    post_id: str
    account: int
    posted_at: datetime
    caption: str | None
    media_type: str
    product: Product
    campaign_id: int | None
    style: CaptionStyle
    tags_written: TagsWritten
    counters: Counters
    children: int
    duration_seconds: int
