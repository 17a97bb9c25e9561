"""Hashtags that people mistake for each other, though the platforms tell them apart.

For suggestions to a person only, never for a match (docs/sources/hashtags.md).
"""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from analytics_pipeline.schemas.review import Resemblance
from analytics_pipeline.transform.hashtags import match_key

# In shorter hashtags one letter is too much of the word.
_LONG_ENOUGH = 6
_ACCENTED_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")
# Letters with a stroke do not decompose into a letter and a mark.
_STROKES = str.maketrans("łøđħŧ", "lodht")
# In lower case; some look alike in upper case only, as Н and H. Cyrillic, then Greek.
_LOOK_ALIKES = str.maketrans(
    "авекмнорстухіјѕһԁԛԝ" + "αβεηικμνορτυχ",
    "abekmhopctyxijshdqw" + "abehikmvoptyx",
)


@lru_cache(maxsize=65536)
def near_key(tag: str) -> str:
    """Return the key that hashtags share which only look different to a computer.

    Args:
        tag: A hashtag, without sign.

    Returns:
        Its match key without accents, underscores and emoji, letters of Cyrillic and
        Greek that look like Latin ones replaced.

    Examples:
        >>> near_key("Hermès_Paris") == near_key("hermesparis")
        True
        >>> near_key("ООО") == near_key("OOO"), near_key("brandx❤️")
        (True, 'brandx')
    """
    key = match_key(tag)
    for change in _CHANGES.values():
        key = change(key)
    return key


@lru_cache(maxsize=65536)
def resemblance(campaign_tag: str, tag: str) -> Resemblance | None:
    """Tell how a post's hashtag resembles a campaign's.

    Args:
        campaign_tag: What the campaign asks for.
        tag: What the post carries.

    Returns:
        The simplest way in which they do; None if they do not.

    Examples:
        >>> resemblance("hermes", "Hermès"), resemblance("brandlumen", "brandlumne")
        (<Resemblance.ACCENT: 'accent'>, <Resemblance.ONE_LETTER: 'one_letter'>)
        >>> resemblance("jaro", "jara") is None
        True
    """
    asked, carried = match_key(campaign_tag), match_key(tag)
    if asked == carried:
        return Resemblance.EXACT
    for how, change in _CHANGES.items():
        if change(asked) == change(carried):
            return how
    asked, carried = near_key(campaign_tag), near_key(tag)
    if asked == carried:
        return Resemblance.MIXED
    if len(asked) >= _LONG_ENOUGH and is_one_letter_off(asked, carried):
        return Resemblance.ONE_LETTER
    return None


class Resembling:
    """Tells which hashtags may resemble any of some, without holding them together.

    Hashtags that resemble each other have a trace in common: a key, or what is left of
    it when one letter goes. Others may have one in common too.

    Args:
        tags: The hashtags, as entered.
    """

    def __init__(self, tags: Iterable[str]) -> None:
        self._traces = frozenset(trace for tag in tags for trace in _traces(tag))

    def may_resemble(self, tag: str) -> bool:
        """Tell whether a hashtag may resemble one of them; False is certain."""
        return not self._traces.isdisjoint(_traces(tag))


def is_one_letter_off(one: str, other: str) -> bool:
    """Tell whether one text is the other with a letter more, less, wrong or swapped.

    Args:
        one: A text.
        other: Another; two that are equal are not one letter off.

    Returns:
        Whether their distance is 1, two neighbours that changed places counted as 1.

    Examples:
        >>> is_one_letter_off("brand", "brnad"), is_one_letter_off("brand", "brandx")
        (True, True)
        >>> is_one_letter_off("brand", "brand"), is_one_letter_off("brand", "bard")
        (False, False)
    """
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    left, right = one[start:], other[start:]
    if len(left) != len(right):
        longer, shorter = sorted((left, right), key=len, reverse=True)
        return longer[1:] == shorter
    swapped = left[1::-1] + left[2:]
    return left[1:] == right[1:] or (len(left) > 1 and swapped == right)


def _traces(tag: str) -> Iterator[str]:
    """Yield what hashtags that resemble each other have in common."""
    key = match_key(tag)
    near = key
    yield key
    # In plain letters and digits none of the changes finds anything to change.
    if not (key.isascii() and key.isalnum()):
        yield from (change(key) for change in _CHANGES.values())
        near = near_key(tag)
        yield near
    if len(near) >= _LONG_ENOUGH - 1:
        yield from (near[:place] + near[place + 1 :] for place in range(len(near)))


def _without_accents(key: str) -> str:
    plain = []
    is_accented_script = False
    for char in unicodedata.normalize("NFD", key).translate(_STROKES):
        if unicodedata.category(char) != "Mn":
            is_accented_script = unicodedata.name(char, "").startswith(
                _ACCENTED_SCRIPTS
            )
        elif is_accented_script:
            continue
        plain.append(char)
    return unicodedata.normalize("NFC", "".join(plain))


def _without_underscores(key: str) -> str:
    return key.replace("_", "") or key


def _without_emoji(key: str) -> str:
    """Drop symbols, unless the hashtag is nothing else."""
    return "".join(char for char in key if unicodedata.category(char)[0] != "S") or key


def _in_latin(key: str) -> str:
    return key.translate(_LOOK_ALIKES)


# In this order: a mark behind an emoji becomes an accent once the emoji is gone.
_CHANGES = {
    Resemblance.UNDERSCORE: _without_underscores,
    Resemblance.EMOJI: _without_emoji,
    Resemblance.ACCENT: _without_accents,
    Resemblance.LOOK_ALIKE: _in_latin,
}
