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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.hashtag_characters import (
    ADDRESS,
    EMOJI_STYLE,
    KEYCAP,
    SIGNS,
    is_emoji,
    is_invisible,
    is_letter,
    is_symbol,
    makes_a_tag,
)
from analytics_pipeline.transform.hashtag_patterns import Reader, tag_reader

_ANY_SIGN = re.compile(f"[{''.join(sorted(SIGNS))}]")
_MOST_KNOWN = 65536
_DOTTED_I = re.compile("i\u0307+")


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
    Platform.INSTAGRAM: HashtagProfile(SIGNS, has_emoji=True),
    Platform.TIKTOK: HashtagProfile(SIGNS, has_emoji=True),
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
    if not caption or not (
        "#" in caption
        or (not caption.isascii() and ("\uff03" in caption or "\ufe5f" in caption))
    ):
        return ()
    keys = dict.fromkeys(map(_filed_under, _reader(platform)(caption)))
    if "" in keys:
        del keys[""]
    return tuple(keys)


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
    return known_match_key(tag)


def scan(text: str, profile: HashtagProfile) -> Iterator[str]:
    """Yield every hashtag of a text as written, without sign.

    The rules, character by character: what a person enters is held against them, and
    the expressions by which captions are read must find the same.

    Args:
        text: Any text.
        profile: The platform's rules.

    Yields:
        Tags in order, repeated ones too.
    """
    position = 0
    addresses = [match.span() for match in ADDRESS.finditer(text)]
    while (found := _ANY_SIGN.search(text, position)) is not None:
        start = found.start()
        position = found.end()
        if text[start] not in profile.signs or _is_no_tag(text, start, addresses):
            continue
        end = _body_end(text, position, profile)
        if any(makes_a_tag(char) for char in text[position:end]):
            yield text[position:end]
        position = end


def platform_key(tag: str) -> str:
    """Return what the platform treats as one tag: case does not count, accents do.

    Examples:
        >>> platform_key("HERMÈS") == platform_key("hermès"), platform_key("hermes")
        (True, 'hermes')
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", tag).lower())


@cache
def _reader(platform: Platform) -> Reader:
    profile = PROFILES[platform]
    return tag_reader(profile.signs, has_emoji=profile.has_emoji)


class _Known(dict[str, str]):
    """Remembers what a function says of a text; forgets all of it when it is full.

    Asking it costs a fifth of `lru_cache`, which orders by use.
    """

    def __init__(self, function: Callable[[str], str]) -> None:
        self._function = function

    def __missing__(self, text: str) -> str:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        told = self[text] = self._function(text)
        return told


def _match_key(tag: str) -> str:
    if tag.isascii():
        return tag.lower()
    composed = unicodedata.normalize("NFKC", tag)
    visible = "".join(char for char in composed if not is_invisible(char))
    plain = visible.translate({0x130: "i", 0x49: "i", 0x131: "i"})
    folded = unicodedata.normalize("NFKC", plain.casefold())
    # A platform key is in lower case already: its Turkish i has left a dot behind.
    return unicodedata.normalize("NFC", _DOTTED_I.sub("i", folded))


def _platform_key_of_read(tag: str) -> str:
    """Return a tag's platform key; nothing where only marks and joiners were read."""
    return platform_key(tag) if any(map(makes_a_tag, tag)) else ""


known_match_key: Callable[[str], str] = _Known(_match_key).__getitem__
"""`match_key`, for the many hashtags of posts."""
_filed_under: Callable[[str], str] = _Known(_platform_key_of_read).__getitem__


def _is_no_tag(text: str, start: int, addresses: list[tuple[int, int]]) -> bool:
    """Tell whether the sign at `start` is part of something else."""
    if start > 0 and text[start - 1] == "&":
        return True
    behind = text[start + 1 : start + 3].removeprefix(EMOJI_STYLE)
    if behind.startswith(KEYCAP):
        return True
    return any(first <= start < last for first, last in addresses)


def _body_end(text: str, position: int, profile: HashtagProfile) -> int:
    """Return where the tag that begins at `position` ends."""
    end = position
    while end < len(text):
        char = text[end]
        if not (is_letter(char) or (profile.has_emoji and _is_emoji(text, end))):
            break
        end += 1
    return end


def _is_emoji(text: str, position: int) -> bool:
    if is_emoji(text[position]):
        return True
    styled = text[position + 1 : position + 2] == EMOJI_STYLE
    return styled and is_symbol(text[position])
