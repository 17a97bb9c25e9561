"""The rules of hashtags as expressions: what the scanner reads, many times faster.

In three stages, each for what the one before cannot be sure of. A sign behind a blank,
or behind a tag that is itself behind a blank, is in no address and no entity; so when
all signs of a caption have been read that way, there is nothing left to ask. Otherwise
the signs that begin no tag are overwritten, and all that are left do.

That this reads what `hashtags.scan` reads is a test on arbitrary texts.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from unicodedata import category as category_of

from analytics_pipeline.transform.hashtag_characters import (
    ADDRESS,
    EMOJI_BLOCKS,
    EMOJI_STYLE,
    KEYCAP,
    LETTER_CATEGORIES,
    LETTER_LIKE,
    SYMBOL_CATEGORIES,
    is_emoji,
)

# Unicode gives no characters to the planes between; those behind are for private use.
PLANES_IN_USE = (range(0x40000), range(0xE0000, 0xE1000))
_SIGN = "#"
_NO_SIGN = ";"
_NO_KEYCAP = f"(?!{EMOJI_STYLE}?{KEYCAP})"
_ascii_tags = re.compile(r"#(?<!\S#)(\w+(?:#\w+)*)", re.ASCII).findall


class TagReader:
    """Reads the hashtags of captions.

    Args:
        signs: Characters that begin a tag, the number sign among them.
        has_emoji: Whether emoji belong to a tag.
    """

    def __init__(self, signs: Collection[str], *, has_emoji: bool) -> None:
        self._other_signs = tuple(sign for sign in signs if sign != _SIGN)
        letters = _codes_of(LETTER_CATEGORIES) | set(map(ord, LETTER_LIKE))
        body = f"[{_ranges(letters | _emoji() if has_emoji else letters)}]"
        plain, styled = f"{_NO_KEYCAP}{body}++", ""
        if has_emoji:
            # A symbol in emoji style goes on with the tag: for the last stage.
            plain += f"(?!.{EMOJI_STYLE})"
            styled = f"(?:[{_ranges(_codes_of(SYMBOL_CATEGORIES))}](?={EMOJI_STYLE}){body}*)*"
        self._plain = re.compile(rf"#(?<!\S#)({plain}(?:#{plain})*+)").findall
        self._any = re.compile(f"#{_NO_KEYCAP}({body}*{styled})").findall

    def tags(self, caption: str) -> list[str]:
        """Return what stands behind each sign that begins a tag, as written.

        Args:
            caption: Any text.

        Returns:
            Tags in order, repeated ones too; among them what has only marks and
            joiners, or nothing, and so is none.
        """
        if caption.isascii():
            read = _ascii_tags
        else:
            read = self._plain
            for sign in self._other_signs:
                if sign in caption:
                    caption = caption.replace(sign, _SIGN)
        signs = caption.count(_SIGN)
        if not signs:
            return []
        tags: list[str] = read(caption)
        if len(tags) == signs:
            return tags
        tags = _SIGN.join(tags).split(_SIGN) if tags else tags
        if len(tags) == signs:
            return tags
        return self._any(_without_false_signs(caption))


def _without_false_signs(caption: str) -> str:
    """Overwrite the signs in entities and addresses."""
    caption = caption.replace(f"&{_SIGN}", f"&{_NO_SIGN}")
    if "://" in caption or "www." in caption.lower():
        caption = ADDRESS.sub(_without_signs, caption)
    return caption


def _without_signs(found: re.Match[str]) -> str:
    return found[0].replace(_SIGN, _NO_SIGN)


def _codes_of(categories: Collection[str]) -> set[int]:
    return {
        code
        for plane in PLANES_IN_USE
        for code, category in zip(plane, map(category_of, map(chr, plane)), strict=True)
        if category in categories
    }


def _emoji() -> set[int]:
    return {
        code
        for first, last in EMOJI_BLOCKS
        for code in range(first, last + 1)
        if is_emoji(chr(code))
    }


def _ranges(codes: Collection[int]) -> str:
    """Return characters as an expression has them within brackets."""
    return "".join(
        f"\\U{first:08x}-\\U{last:08x}" for first, last in _stretches(sorted(codes))
    )


def _stretches(codes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of each row of codes without a gap."""
    first = 0
    for place, code in enumerate(codes):
        if place + 1 == len(codes) or codes[place + 1] != code + 1:
            yield codes[first], code
            first = place + 1
