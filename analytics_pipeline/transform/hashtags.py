"""Hashtags in a caption, as the platforms see them.

A scanner with per-platform rules, not an expression. Measured on what Instagram itself
files under a tag, a hash and word characters lose an eighth of the matches and cut tags
in Thai, Hindi or decomposed Latin (`docs/sources/hashtags.md`). So:

* a tag goes on over letters, combining marks, decimal digits, `_`, joiners, a few
  letters-like signs and emoji, and ends at anything else;
* `#a#b` is two tags, `word#tag` and `##tag` are tags, accents stay apart;
* no tag inside an address, none in an entity (`&#39;`), none in the keycap `#️⃣`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from analytics_pipeline.schemas.platforms import Platform

_NUMBER_SIGN = "#"
_SIGNS = frozenset({_NUMBER_SIGN, "\uff03", "\ufe5f"})
_ANY_SIGN = re.compile("[#\uff03\ufe5f]")
# An address ends at a blank, which Python does not take these three for.
_ADDRESS = re.compile(r"(?:https?://|\bwww\.)[^\s\u200b\u2061\u2800]+", re.IGNORECASE)
_KEYCAP = "\u20e3"
_EMOJI_STYLE = "\ufe0f"
_JOINERS = frozenset("\u200c\u200d")
_DOTTED_I = re.compile("i\u0307+")
# Unicode's identifier extensions for hashtags (UAX #31), beyond letters and marks; and
# the Greek middle dot, which is the same character as the Latin one once composed.
_LETTER_LIKE = frozenset(
    "\u00b7\u0387\u05be\u05f3\u05f4\u0f0b\u0f0c\u3003\u301c\u309b\u309c\u30a0\u30fb"
    "\ua67e\uff5e"
)
# Blocks of pictographs. Python's database does not know the emoji property; characters
# outside these blocks are emoji only with the emoji style mark behind them.
_EMOJI_BLOCKS = (
    (0x231A, 0x23FF),
    (0x25FB, 0x27BF),
    (0x2B05, 0x2B55),
    (0x1F000, 0x1FAFF),
    (0xE0020, 0xE007F),  # Tag characters, in the flags of regions.
)


@dataclass(frozen=True, slots=True)
class HashtagProfile:
    """How a platform reads hashtags.

    Attributes:
        signs: Characters that begin a tag.
        has_emoji: Whether emoji belong to a tag.
    """

    signs: frozenset[str]
    has_emoji: bool


# TikTok is assumed to read as Instagram does; nobody has measured it.
PROFILES: dict[Platform, HashtagProfile] = {
    Platform.INSTAGRAM: HashtagProfile(_SIGNS, has_emoji=True),
    Platform.TIKTOK: HashtagProfile(_SIGNS, has_emoji=True),
}


def extract_hashtags(caption: str | None, platform: Platform) -> tuple[str, ...]:
    """Return a caption's distinct hashtags, in order, as the platform files them.

    Args:
        caption: The text under a post; None when there is none.
        platform: Whose rules apply.

    Returns:
        Platform keys (composed, lower case), without sign.

    Examples:
        >>> extract_hashtags("Hi #Spring#BrandX & #spring, &#39; x.cz/#no", "instagram")
        ('spring', 'brandx', 'no')
        >>> extract_hashtags("https://x.cz/#no #ano", "instagram")
        ('ano',)
    """
    if not caption or not _ANY_SIGN.search(caption):
        return ()
    tags = (platform_key(tag) for tag in scan(caption, PROFILES[platform]))
    return tuple(dict.fromkeys(tags))


def scan(text: str, profile: HashtagProfile) -> Iterator[str]:
    """Yield every hashtag of a text as written, without sign.

    Args:
        text: Any text.
        profile: The platform's rules.

    Yields:
        Tags in order, repeated ones too.
    """
    position = 0
    addresses = [match.span() for match in _ADDRESS.finditer(text)]
    while (found := _ANY_SIGN.search(text, position)) is not None:
        start = found.start()
        position = found.end()
        if text[start] not in profile.signs or _is_no_tag(text, start, addresses):
            continue
        end = _body_end(text, position, profile)
        if any(_makes_a_tag(char) for char in text[position:end]):
            yield text[position:end]
        position = end


def platform_key(tag: str) -> str:
    """Return what the platform treats as one tag: case does not count, accents do.

    Examples:
        >>> platform_key("HERMÈS") == platform_key("hermès"), platform_key("hermes")
        (True, 'hermes')
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", tag).lower())


@lru_cache(maxsize=65536)
def match_key(tag: str) -> str:
    """Return the key by which a campaign's hashtag and a post's are compared.

    Wider than the platform's: also width, ligatures, sharp s, the dot of the Turkish i,
    invisible joiners and emoji style do not count. Accents still do.

    Examples:
        >>> match_key("ｓｔｒａße"), match_key("İSTANBUL"), match_key("STRASSE")
        ('strasse', 'istanbul', 'strasse')
        >>> match_key("hermès") == match_key("hermes")
        False
    """
    composed = unicodedata.normalize("NFKC", tag)
    visible = "".join(char for char in composed if not _is_invisible(char))
    plain = visible.translate({0x130: "i", 0x49: "i", 0x131: "i"})
    folded = unicodedata.normalize("NFKC", plain.casefold())
    # A platform key is in lower case already: its Turkish i has left a dot behind.
    return unicodedata.normalize("NFC", _DOTTED_I.sub("i", folded))


def _is_no_tag(text: str, start: int, addresses: list[tuple[int, int]]) -> bool:
    """Tell whether the sign at `start` is part of something else."""
    if start > 0 and text[start - 1] == "&":
        return True
    behind = text[start + 1 : start + 3].removeprefix(_EMOJI_STYLE)
    if behind.startswith(_KEYCAP):
        return True
    return any(first <= start < last for first, last in addresses)


def _body_end(text: str, position: int, profile: HashtagProfile) -> int:
    """Return where the tag that begins at `position` ends."""
    end = position
    while end < len(text):
        char = text[end]
        if not (_is_letter(char) or (profile.has_emoji and _is_emoji(text, end))):
            break
        end += 1
    return end


@lru_cache(maxsize=8192)
def _is_letter(char: str) -> bool:
    """Tell whether a character belongs to a tag, emoji aside."""
    if char in _JOINERS or char in _LETTER_LIKE or char == "_":
        return True
    category = unicodedata.category(char)
    return category[0] in "LM" or category == "Nd"


def _is_emoji(text: str, position: int) -> bool:
    if _in_emoji_block(text[position]):
        return True
    # A character such as © or ↔ is an emoji if its style mark follows.
    styled = text[position + 1 : position + 2] == _EMOJI_STYLE
    return styled and unicodedata.category(text[position])[0] == "S"


@lru_cache(maxsize=8192)
def _in_emoji_block(char: str) -> bool:
    if unicodedata.category(char)[0] == "P":
        return False  # Brackets stand among the pictographs.
    code = ord(char)
    return any(first <= code <= last for first, last in _EMOJI_BLOCKS)


def _makes_a_tag(char: str) -> bool:
    """Tell whether a character is more than a mark on, or a joiner of, others."""
    return unicodedata.category(char)[0] != "M" and not _is_invisible(char)


def _is_invisible(char: str) -> bool:
    """Tell whether a character only styles or joins: Cf, and variation selectors."""
    return (
        unicodedata.category(char) == "Cf"
        or "\ufe00" <= char <= _EMOJI_STYLE
        or "\U000e0100" <= char <= "\U000e01ef"
    )
