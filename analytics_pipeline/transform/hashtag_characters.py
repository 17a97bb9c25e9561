"""Which characters a hashtag is made of."""

import re
import unicodedata
from functools import lru_cache

SIGNS = frozenset({"#", "\uff03", "\ufe5f"})
# An address ends at a blank, which Python does not take these three for.
ADDRESS = re.compile(r"(?:https?://|\bwww\.)[^\s\u200b\u2061\u2800]+", re.IGNORECASE)
KEYCAP = "\u20e3"
EMOJI_STYLE = "\ufe0f"
# Letters, marks and decimal digits.
LETTER_CATEGORIES = frozenset(
    ("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd"),
)
SYMBOL_CATEGORIES = frozenset(("Sm", "Sc", "Sk", "So"))
# Joiners; Unicode's identifier extensions for hashtags (UAX #31), beyond letters and
# marks; and the Greek middle dot, which is the Latin one once composed.
LETTER_LIKE = frozenset(
    "_\u200c\u200d\u00b7\u0387\u05be\u05f3\u05f4\u0f0b\u0f0c\u3003\u301c\u309b\u309c"
    "\u30a0\u30fb\ua67e\uff5e"
)
# Blocks of pictographs. Python's database does not know the emoji property; characters
# outside these blocks are emoji only with the emoji style mark behind them.
EMOJI_BLOCKS = (
    (0x231A, 0x23FF),
    (0x25FB, 0x27BF),
    (0x2B05, 0x2B55),
    (0x1F000, 0x1FAFF),
    (0xE0020, 0xE007F),  # Tag characters, in the flags of regions.
)


@lru_cache(maxsize=8192)
def is_letter(char: str) -> bool:
    """Tell whether a character belongs to a tag, emoji aside."""
    return char in LETTER_LIKE or unicodedata.category(char) in LETTER_CATEGORIES


@lru_cache(maxsize=8192)
def is_emoji(char: str) -> bool:
    """Tell whether a character is an emoji whatever stands behind it."""
    if unicodedata.category(char)[0] == "P":
        return False  # Brackets stand among the pictographs.
    code = ord(char)
    return any(first <= code <= last for first, last in EMOJI_BLOCKS)


def is_symbol(char: str) -> bool:
    """Tell whether a character, such as ©, is an emoji if its style mark follows."""
    return unicodedata.category(char) in SYMBOL_CATEGORIES


def makes_a_tag(char: str) -> bool:
    """Tell whether a character is more than a mark on, or a joiner of, others."""
    return unicodedata.category(char)[0] != "M" and not is_invisible(char)


def is_invisible(char: str) -> bool:
    """Tell whether a character only styles or joins: Cf, and variation selectors."""
    return (
        unicodedata.category(char) == "Cf"
        or "\ufe00" <= char <= EMOJI_STYLE
        or "\U000e0100" <= char <= "\U000e01ef"
    )
