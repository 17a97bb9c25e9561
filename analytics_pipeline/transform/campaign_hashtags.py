"""A campaign's hashtags, from what somebody typed into the Creators app."""

import re
from dataclasses import dataclass

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.hashtags import PROFILES, match_key, scan

# Commas of several scripts, and semicolons: nothing between two of them is odd.
_COMMA = re.compile(r"[,;|\u060c\u3001\uff0c\uff1b]")
# Line ends, and blanks before a further sign: any number of them is one.
_GAP = re.compile(r"(?<!\s)(?:\s*[\n\r\t]\s*|\s+(?=[#\uff03\ufe5f]))")
_SIGNS = "#\uff03\ufe5f"
_INVISIBLE = "\u200b\u2060\ufeff\u2800"


@dataclass(frozen=True, slots=True)
class CampaignHashtags:
    """What was understood of a campaign's hashtags.

    Attributes:
        tags: As entered, without sign, the first spelling of each.
        keys: Their match keys, in the same order.
        rejected: Pieces that can never be a hashtag.
        empty_pieces: How many pieces between commas held nothing.
    """

    tags: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    empty_pieces: int = 0


def parse_campaign_hashtags(entered: str) -> CampaignHashtags:
    """Understand hashtags as people enter them.

    Args:
        entered: Separated by commas, more or less, with or without sign.

    Returns:
        The tags, and what could not be understood.

    Examples:
        >>> parse_campaign_hashtags("#Spring, ,brandx,").tags
        ('Spring', 'brandx')
        >>> parse_campaign_hashtags("#spring#sale, spring sale!").rejected
        ('spring sale!',)
    """
    pieces = [
        _strip(piece)
        for part in _COMMA.split(entered)
        for piece in _GAP.split(_strip(part))
    ]
    spellings: dict[str, str] = {}
    rejected: list[str] = []
    for piece in filter(None, pieces):
        tags = _tags_of(piece)
        if not tags:
            rejected.append(piece)
        for tag in tags:
            spellings.setdefault(match_key(tag), tag)
    return CampaignHashtags(
        tags=tuple(spellings.values()),
        keys=tuple(spellings),
        rejected=tuple(rejected),
        empty_pieces=pieces.count("") if entered.strip() else 0,
    )


def _tags_of(piece: str) -> list[str]:
    """Return the tags a piece consists of; none if anything else is in it."""
    body = piece.lstrip(_SIGNS)
    tags = list(scan(f"#{body}", PROFILES[Platform.INSTAGRAM]))
    signs = sum(body.count(sign) for sign in _SIGNS)
    return tags if sum(map(len, tags)) + signs == len(body) else []


def _strip(piece: str) -> str:
    return piece.strip().strip(_INVISIBLE).strip()
