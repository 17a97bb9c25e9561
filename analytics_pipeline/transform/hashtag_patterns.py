"""The rules of hashtags as expressions: what the scanner reads, many times faster.

In three stages, each for what the one before cannot be sure of. A sign behind a blank,
or behind a tag that is itself behind a blank, is in no address and no entity; so when
all signs of a caption have been read that way, there is nothing left to ask. Otherwise
the signs that begin no tag are overwritten, and all that are left do.

That this reads what `hashtags.scan` reads is a test on arbitrary texts.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
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
_BASIC = 0x10000  # Behind the plane in which looking up a character is quickest.
_BEYOND = "\\U00010000-\\U0010ffff"
# A sign that begins a tag for certain, else the sign alone; then tags that may be glued
# to each other, signs included; then a sign and what stands behind it.
_CERTAIN = r"#(?:(?<!\S#)([{body}]++)(?![#{more}]))?"
_AFTER_BLANK = r"#(?<!\S#)([{body}#]++)(?![{more}])"
_certain_in_ascii = re.compile(_CERTAIN.format(body=r"\w", more=""), re.ASCII).findall
_anywhere_in_ascii = re.compile(r"#(\w*)", re.ASCII).findall
_glued_sign = re.compile(r"#(?<=[^\s#]#)").search
Reader = Callable[[str], list[str]]


def tag_reader(signs: Collection[str], *, has_emoji: bool) -> Reader:
    """Return what reads the hashtags of captions.

    Args:
        signs: Characters that begin a tag, the number sign among them.
        has_emoji: Whether emoji belong to a tag.

    Returns:
        A function of a caption with at least one sign. It returns what stands behind
        each sign that begins a tag, as written and in order, repeated ones too; among
        them what has only marks and joiners, or nothing, and so is none.
    """
    others = tuple(sign for sign in signs if sign != _SIGN)
    certain, after_blank, anywhere = _expressions(has_emoji=has_emoji)

    def read(caption: str) -> list[str]:
        if caption.isascii():
            found = _certain_in_ascii(caption)
        else:
            for sign in others:
                if sign in caption:
                    caption = caption.replace(sign, _SIGN)
            if EMOJI_STYLE in caption:
                return anywhere(_without_false_signs(caption))
            found = certain(caption)
        if "" not in found:
            return found
        if glued := after_blank(caption):
            found = _SIGN.join(glued).split(_SIGN)
            if len(found) == caption.count(_SIGN):
                return found
        caption = _without_false_signs(caption)
        return (_anywhere_in_ascii if caption.isascii() else anywhere)(caption)

    return read


def _expressions(*, has_emoji: bool) -> tuple[Reader, Reader, Reader]:
    """Return the expressions of the three stages."""
    body = _codes_of(LETTER_CATEGORIES) | set(map(ord, LETTER_LIKE))
    if has_emoji:
        body |= _emoji()
    basic = {code for code in body if code < _BASIC}
    # What may go on, or be no tag after all, is for the last stage.
    parts = {"body": _ranges(basic - {ord(KEYCAP)}), "more": f"{KEYCAP}{_BEYOND}"}
    goes_on = f"(?=[{_BEYOND}])[{_ranges(body - basic)}]"
    if has_emoji:
        symbols = _ranges(_codes_of(SYMBOL_CATEGORIES))
        goes_on += f"|(?=.{EMOJI_STYLE})[{symbols}]"
    anywhere = (
        f"#(?!{EMOJI_STYLE}?{KEYCAP})"
        f"([{_ranges(basic)}]*(?:(?:{goes_on})[{_ranges(basic)}]*)*)"
    )
    return (
        re.compile(_CERTAIN.format(**parts)).findall,
        re.compile(_AFTER_BLANK.format(**parts)).findall,
        re.compile(anywhere).findall,
    )


def _without_false_signs(caption: str) -> str:
    """Overwrite the signs in entities and addresses."""
    if not _glued_sign(caption):
        return caption
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
