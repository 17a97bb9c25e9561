"""In which language a page is shown."""

import re
from enum import StrEnum

from starlette.requests import Request

LANGUAGE_COOKIE = "lang"

_RANGE = re.compile(r"([A-Za-z]{1,8})(?:-[\w-]*)?(?:\s*;\s*q=([01](?:\.\d{0,3})?))?")
_LONGEST_HEADER = 500


class Language(StrEnum):
    """The languages there are texts in."""

    ENGLISH = "en"
    CZECH = "cs"

    @property
    def other(self) -> "Language":
        """The one to switch to."""
        return Language.CZECH if self is Language.ENGLISH else Language.ENGLISH


_BY_CODE = {
    "en": Language.ENGLISH,
    "cs": Language.CZECH,
    # Who reads Slovak reads Czech.
    "sk": Language.CZECH,
}


def asked_language(request: Request) -> Language | None:
    """Return the language that an address asks for with `?lang=`; else None."""
    return _BY_CODE.get(request.query_params.get("lang", ""))


def language_of(request: Request) -> Language:
    """Return the language of an answer.

    Args:
        request: What is answered.

    Returns:
        What the address asks for, else what it asked for before, else what the browser
        prefers, else English.
    """
    return (
        asked_language(request)
        or _BY_CODE.get(request.cookies.get(LANGUAGE_COOKIE, ""))
        or preferred_language(request.headers.get("accept-language", ""))
    )


def preferred_language(header: str) -> Language:
    """Return the language of an `Accept-Language` header.

    Args:
        header: As received.

    Returns:
        The first of the best that there are texts in; English if there is none.

    Examples:
        >>> preferred_language("de, cs;q=0.8, en;q=0.5").value
        'cs'
    """
    best, best_quality = Language.ENGLISH, 0.0
    for part in header[:_LONGEST_HEADER].split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            continue
        language = _BY_CODE.get(match[1].lower())
        quality = float(match[2] or 1)
        if language is not None and quality > best_quality:
            best, best_quality = language, quality
    return best
