"""Captions of about 150 characters, as creators write them, and their campaigns.

One in five has all hashtags of its campaign, one in twenty some, one in three others,
the rest none. Most are Czech, so not in ASCII; among them are emoji, Thai, full-width
signs, glued hashtags, entities and addresses, with a sign in them and without.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from analytics_pipeline.transform.hashtags import match_key
from analytics_pipeline.transform.matching import CampaignTerms

FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2026, 3, 31)
POSTED_AT = datetime(2026, 2, 10, 12, tzinfo=UTC)
CONTENT_TYPE = "instagram_reel"
_LENGTH = 150
_OTHER_TAGS = 50_000
_CZECH = (
    "dnes jsme zkusili novou kolekci a musím říct že je opravdu krásná přijďte se "
    "podívat bude to stát za to celý víkend nás čeká překvapení děkuji všem"
)
_ENGLISH = (
    "today we tried something new and I have to say it is really worth it come and "
    "see for yourself this weekend we will be there with a surprise thank you all"
)
_ODD = (
    (0.10, "❤️ 😍"),
    (0.03, "สวัสดีค่ะ ผู้เริ่มต้น"),
    (0.03, "Q&amp;A it&#39;s"),
    (0.06, "https://shop.example/leto?utm=ig"),
    (0.01, "www.shop.example/#menu"),
)


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption with whose it is.

    Attributes:
        creator_id: Who wrote it.
        text: What.
    """

    creator_id: str
    text: str


def campaigns(count: int) -> list[CampaignTerms]:
    """Return campaigns with three hashtags each, one of them with an accent."""
    found = []
    for number in range(count):
        tags = (f"Znacka{number}", f"jaro{number}", f"novákolekce{number}")
        found.append(
            CampaignTerms(
                campaign_id=str(number),
                tags=tags,
                keys=tuple(map(match_key, tags)),
                rule="all",
                is_unmatchable=False,
                content_types=frozenset({CONTENT_TYPE}),
                first_day=FIRST_DAY,
                last_day=LAST_DAY,
            )
        )
    return found


def captions(
    count: int, terms: list[CampaignTerms], seed: int = 6
) -> Iterator[Caption]:
    """Yield captions of creators who take part in one campaign each.

    Args:
        count: How many.
        terms: The campaigns; creator i takes part in campaign i modulo their number.
        seed: Same seed, same captions.

    Yields:
        The captions, fifty in a row of one creator.
    """
    dice = random.Random(seed)
    for number in range(count):
        creator = number // 50
        tags = _tags(dice, terms[creator % len(terms)])
        yield Caption(str(creator), _written(dice, tags))


def _tags(dice: random.Random, campaign: CampaignTerms) -> list[str]:
    kind = dice.random()
    if kind < 0.20:
        return [tag.lower() for tag in campaign.tags]
    if kind < 0.25:
        return [campaign.tags[0]]
    if kind < 0.25 + 1 / 3:
        # A few tags are everybody's, most are rare.
        return [
            f"tag{int(_OTHER_TAGS * dice.random() ** 4)}"
            for _ in range(dice.randint(1, 5))
        ]
    return []


def _written(dice: random.Random, tags: list[str]) -> str:
    sign = "\uff03" if dice.random() < 0.02 else "#"
    between = "" if dice.random() < 0.15 else " "
    behind = between.join(f"{sign}{tag}" for tag in tags)
    language = _CZECH if dice.random() < 0.7 else _ENGLISH
    words = dice.choices(language.split(), k=30)
    words[10:10] = [odd for chance, odd in _ODD if dice.random() < chance]
    text = " ".join(words)[: _LENGTH - len(behind) - 1]
    return f"{text} {behind}".strip()
