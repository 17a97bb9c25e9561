"""How a caption is written, and how much of the campaign's tags it really holds.

The styles are those in which people get hashtags right, nearly right and wrong.
What counts as a match is the reader's business; ``tags_written`` only says which
of a campaign's tags stand in the text as the platforms would index them.
"""

import unicodedata
from collections.abc import Callable
from typing import Final

from analytics_pipeline.sandbox.population.caption_texts import (
    CAMPAIGN_TEXTS,
    EMOJI,
    ORDINARY_TAGS,
    ORDINARY_TEXTS,
)
from analytics_pipeline.sandbox.population.dice import Dice
from analytics_pipeline.sandbox.population.records import (
    COMPLETE_STYLES,
    Campaign,
    CaptionStyle,
    TagsWritten,
)

# How campaign content is tagged, in percent.
_SHARES: Final[tuple[tuple[CaptionStyle, int], ...]] = (
    (CaptionStyle.EXACT, 56),
    (CaptionStyle.WRONG_CASE, 10),
    (CaptionStyle.GLUED, 7),
    (CaptionStyle.PUNCTUATED, 5),
    (CaptionStyle.FULL_WIDTH, 3),
    (CaptionStyle.DECOMPOSED, 3),
    (CaptionStyle.PARTIAL, 7),
    (CaptionStyle.NEAR_MISS_SHORT, 2),
    (CaptionStyle.NEAR_MISS_LONG, 2),
    (CaptionStyle.ACCENTED, 1),
    (CaptionStyle.LOOK_ALIKE, 1),
    (CaptionStyle.EMOJI_GLUED, 1),
    (CaptionStyle.UNTAGGED, 2),
)
CAMPAIGN_STYLES: Final = tuple(style for style, _ in _SHARES)
_WEIGHTED: Final = tuple(style for style, share in _SHARES for _ in range(share))

_TAG_ENDERS = frozenset(" !?.,;:")
_ACCENTS: Final = str.maketrans("aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ")
_LOOK_ALIKES: Final = str.maketrans("aeocpxаеосрх", "аеосрхaeocpx")
_LONG_REPEATS = 40
_ORDINARY_TAGGED = 0.5
_MENTIONS_BRAND = 0.03


def draw_campaign_style(dice: Dice) -> CaptionStyle:
    """Draw how a piece of campaign content is tagged."""
    return dice.pick(_WEIGHTED)


def draw_ordinary_style(dice: Dice, *, careless: bool) -> CaptionStyle:
    """Draw what an ordinary caption is like.

    Args:
        dice: Where the draw comes from.
        careless: The person often writes nothing, or only emoji.

    Returns:
        Usually ``ORDINARY``.
    """
    roll = dice.below(100)
    share = 35 if careless else 4
    if roll < share:
        return CaptionStyle.MISSING
    if roll < 2 * share:
        return CaptionStyle.EMOJI_ONLY
    return CaptionStyle.LONG if roll == 2 * share else CaptionStyle.ORDINARY


def ordinary_caption(dice: Dice, style: CaptionStyle, locale: str) -> str | None:
    """Write the caption of a post that belongs to no campaign."""
    if style is CaptionStyle.MISSING:
        return None
    if style is CaptionStyle.EMOJI_ONLY:
        return dice.pick(EMOJI)
    text = dice.pick(ORDINARY_TEXTS[locale])
    if style is CaptionStyle.LONG:
        text = "\n".join([text] * _LONG_REPEATS)
    if dice.chance(_ORDINARY_TAGGED):
        text = f"{text} {dice.pick(ORDINARY_TAGS[locale])}"
    if dice.chance(_MENTIONS_BRAND):
        text = f"{text} #BrandLumen"
    return text


def campaign_caption(dice: Dice, style: CaptionStyle, campaign: Campaign) -> str:
    """Write the caption of a piece of campaign content."""
    text = dice.pick(CAMPAIGN_TEXTS[campaign.locale])
    if style is CaptionStyle.UNTAGGED:
        return text
    ending = "" if dice.chance(_ORDINARY_TAGGED) else f" {dice.pick(EMOJI)}"
    return f"{text}\n{_WRITERS[style](campaign.tags)}{ending}"


def tags_written(style: CaptionStyle, campaign: Campaign | None) -> TagsWritten:
    """Tell how many of a campaign's tags a caption of this style holds."""
    if campaign is None or style is CaptionStyle.UNTAGGED:
        return "none"
    possible = [tag for tag in campaign.tags if not _TAG_ENDERS & set(tag)]
    if style in COMPLETE_STYLES:
        complete = len(possible) == len(campaign.tags)
        return "all" if complete else "some"
    if style is CaptionStyle.PARTIAL:
        return "some" if len(campaign.tags) > 1 else "all"
    # The remaining styles spoil the first tag and write the others well.
    return "some" if len(possible) > 1 else "none"


def _hashed(tags: tuple[str, ...]) -> str:
    return " ".join(f"#{tag}" for tag in tags)


def _spoiled(spoil: Callable[[str], str]) -> Callable[[tuple[str, ...]], str]:
    def write(tags: tuple[str, ...]) -> str:
        return _hashed((spoil(tags[0]), *tags[1:]))

    return write


def _accented(tag: str) -> str:
    changed = tag.translate(_ACCENTS)
    return changed if changed != tag else f"{tag}é"


def _look_alike(tag: str) -> str:
    changed = tag.translate(_LOOK_ALIKES)
    return changed if changed != tag else f"{tag}о"


def _punctuated(tags: tuple[str, ...]) -> str:
    return ", ".join(f"(#{tag})" for tag in tags) + "."


_WRITERS: Final[dict[CaptionStyle, Callable[[tuple[str, ...]], str]]] = {
    CaptionStyle.EXACT: _hashed,
    CaptionStyle.WRONG_CASE: lambda tags: _hashed(tuple(t.upper() for t in tags)),
    CaptionStyle.GLUED: lambda tags: "".join(f"#{tag}" for tag in tags),
    CaptionStyle.FULL_WIDTH: lambda tags: " ".join(f"＃{tag}" for tag in tags),
    CaptionStyle.DECOMPOSED: lambda tags: unicodedata.normalize("NFD", _hashed(tags)),
    CaptionStyle.PUNCTUATED: _punctuated,
    CaptionStyle.PARTIAL: lambda tags: _hashed(tags[: -(-len(tags) // 2)]),
    CaptionStyle.NEAR_MISS_SHORT: _spoiled(lambda tag: tag[:-1]),
    CaptionStyle.NEAR_MISS_LONG: _spoiled(lambda tag: f"{tag}{tag[-1]}"),
    CaptionStyle.ACCENTED: _spoiled(_accented),
    CaptionStyle.LOOK_ALIKE: _spoiled(_look_alike),
    CaptionStyle.EMOJI_GLUED: _spoiled(lambda tag: f"{tag}❤️"),
}
