"""The made-up agency that benchmarks ask about: any number of creators, little memory.

What differs between creators is only a number in otherwise equal texts. There are some
dozen variants of an account, each written once; a creator's answers are its variant's
with its own number in them. So 100,000 creators take no more memory than a hundred.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

VARIANTS = 48
CREATOR_MARK = "QZCREATR"
CAMPAIGN_MARK = "QZCMP"
"""Stand in a variant for the creator's and the campaign's number, which are as long."""

HANDLE = f"creator.{CREATOR_MARK}"
INSTAGRAM_ID = f"178414000{CREATOR_MARK}"
TIKTOK_NAME = f"creator_{CREATOR_MARK}"
OPEN_ID = f"-000{CREATOR_MARK}sR4bW9kLm2pXc7Vz0QtYhNge"
"""Names and ids of a creator's accounts, with its mark; see `numbered`."""

FIRST_CREATOR_ID = 101
FIRST_CAMPAIGN_ID = 501
_CREATORS_PER_CAMPAIGN = 100
_SPREAD = timedelta(days=60)
_CAPTION_LENGTH = 150
_PRODUCTS = (("REELS", "VIDEO"), ("FEED", "IMAGE"), ("FEED", "CAROUSEL_ALBUM"))

_SENTENCES = (
    "Dneska konečně vyšlo slunce, tak jsme vzali kola a jeli podél řeky až za město.",
    "Recept píšu do komentářů, je to na čtvrt hodiny a chutná to i dětem 🍋",
    "Three things I keep in my bag since last autumn, and one that I threw out.",
    "A slow morning, the good cup, and nobody who wants anything from me ☕",
    "Which one would you take? I wore both for a week and still cannot tell.",
    "Jaro je tady a já zase nemám co na sebe, znáte to taky?",
    "오늘은 오래 걷고 천천히 먹고 일찍 자기로 했어요.",
    "Первый раз на лыжах после десяти лет, и ноги помнят всё.",
    "We tried the place on the corner that everyone talks about, so you need not 🍜",
    "Ten minutes of stretching a day, four weeks, no filter: here is what changed.",
)
_OTHER_TAGS = (
    "#kava #rano",
    "#ootd #jaro",
    "#recept #rychlavecere",
    "#travel #weekend #praha",
    "#일상 #산책",
    "#утро #город",
)


@dataclass(frozen=True, slots=True)
class Post:
    """One post of an account variant.

    Attributes:
        number: Its position, newest first.
        posted_at: When.
        caption: With marks where the creator's and campaign's numbers go.
        product: Instagram's kind: FEED or REELS.
        media: Instagram's media type.
        views: Times watched.
        likes: Likes.
        comments: Comments.
        shares: Shares.
        seconds: Duration, where it is shown as a video.
    """

    number: int
    posted_at: datetime
    caption: str
    product: str
    media: str
    views: int
    likes: int
    comments: int
    shares: int
    seconds: int


@dataclass(frozen=True)
class World:
    """Creators, campaigns and posts, all computed from their numbers.

    Attributes:
        creators: How many; each has an Instagram and a TikTok account.
        posts: How many each account has, spread over the last 60 days.
        day: The day to be collected; nothing is newer.
        seed: Of everything that looks like chance.
    """

    creators: int
    posts: int = 50
    day: date = date(2026, 3, 1)
    seed: int = 7

    @property
    def campaigns(self) -> int:
        """How many campaigns run, all of them on the day."""
        return max(2, self.creators // _CREATORS_PER_CAMPAIGN)

    @property
    def now(self) -> datetime:
        """Early on the morning after the day, in UTC."""
        return datetime.combine(self.day + timedelta(days=1), time(5), UTC)

    @property
    def last_day(self) -> date:
        """The campaigns' publishing end: after any window that is measured."""
        return self.day + timedelta(days=365)

    @property
    def first_day(self) -> date:
        """The campaigns' publishing start: before the oldest post."""
        return self.day - _SPREAD

    def campaign_of(self, creator: int) -> int:
        """Return the number of the campaign that a creator takes part in."""
        return creator % self.campaigns

    def hashtags(self, campaign: int) -> tuple[str, str]:
        """Return what a campaign's posts have to carry."""
        return f"#kampan{campaign:05d}", f"#lumen{campaign:05d}"

    def participants(self, campaign: int) -> range:
        """Return the numbers of the creators in a campaign."""
        return range(campaign, self.creators, self.campaigns)

    def variant_posts(self, variant: int) -> tuple[Post, ...]:
        """Return the posts of an account variant, newest first, with marks."""
        return _posts(self.seed, variant, self.posts, self.day)

    def caption(self, creator: int, number: int) -> str:
        """Return the caption of a creator's post, which both platforms show."""
        marked = self.variant_posts(creator % VARIANTS)[number].caption
        campaign = f"{self.campaign_of(creator):05d}"
        return numbered(marked.replace(CAMPAIGN_MARK, campaign), creator)


def numbered(text: str, creator: int) -> str:
    """Return a text with a creator's number where its mark stands."""
    return text.replace(CREATOR_MARK, f"{creator:08d}")


def tiktok_token(creator: int) -> str:
    """Return a creator's TikTok access token."""
    return f"tt-{creator}"


@cache
def _posts(seed: int, variant: int, count: int, day: date) -> tuple[Post, ...]:
    dice = random.Random(f"{seed}/{variant}")
    end = datetime.combine(day + timedelta(days=1), time(), UTC)
    step = _SPREAD.total_seconds() / count
    return tuple(
        _post(dice, variant, number, end - timedelta(seconds=_age(dice, number, step)))
        for number in range(count)
    )


def _age(dice: random.Random, number: int, step: float) -> int:
    return int((number + dice.uniform(0.1, 0.9)) * step)


def _post(dice: random.Random, variant: int, number: int, posted_at: datetime) -> Post:
    views = int(10 ** dice.uniform(2.5, 6))
    product, media = _PRODUCTS[(variant + number) % len(_PRODUCTS)]
    return Post(
        number=number,
        posted_at=posted_at,
        caption=_caption(dice, number),
        product=product,
        media=media,
        views=views,
        likes=int(views * dice.uniform(0.01, 0.12)),
        comments=int(views * dice.uniform(0.0005, 0.008)),
        shares=int(views * dice.uniform(0.0002, 0.004)),
        seconds=dice.randint(6, 90),
    )


def _caption(dice: random.Random, number: int) -> str:
    """Write about 150 characters that no other post has, with tags or without."""
    kind = dice.randrange(60)
    first, second = f"#kampan{CAMPAIGN_MARK}", f"#lumen{CAMPAIGN_MARK}"
    if kind < 12:
        tags = f"{first} {second}"
    elif kind < 15:
        tags = dice.choice((first, second))
    elif kind < 35:
        tags = dice.choice(_OTHER_TAGS)
    else:
        tags = ""
    words = " ".join(dice.sample(_SENTENCES, 3)).split()
    room = _CAPTION_LENGTH - len(tags) - 16
    text = ""
    while words and len(text) + len(words[0]) < room:
        text += words.pop(0) + " "
    return f"{text}\n{number + 1}/{CREATOR_MARK} {tags}".rstrip()
