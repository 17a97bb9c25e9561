"""Meta access tokens that prove themselves.

A token names its owner, its kind and its expiry and is signed, so any sandbox
with the same seed knows it, also after a restart, and nothing is stored.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from analytics_pipeline.sandbox.population.calendar import as_instant
from analytics_pipeline.sandbox.population.config import DAY_SECONDS
from analytics_pipeline.sandbox.population.dice import mac
from analytics_pipeline.sandbox.population.records import AGENCY
from analytics_pipeline.sandbox.world import World

SCOPES: Final = (
    "pages_show_list",
    "pages_read_engagement",
    "instagram_basic",
    "instagram_manage_insights",
)
LONG_LIFE_SECONDS: Final = 60 * DAY_SECONDS
SHORT_LIFE_SECONDS: Final = 5_400

_NEVER = 0
_FORM = re.compile(r"EAA([LPS])(\d{1,7})x(\d{1,11})x([0-9a-f]{24})")


class TokenKind(StrEnum):
    """Who a token speaks for, and how long."""

    LONG = "L"
    SHORT = "S"
    PAGE = "P"


@dataclass(frozen=True, slots=True)
class MetaToken:
    """A token that was signed here.

    Attributes:
        kind: Long- or short-lived user token, or a Page token.
        owner: The account number it speaks for.
        expires: Unix second; 0 for never.
    """

    kind: TokenKind
    owner: int
    expires: int

    def expired(self, now: datetime) -> bool:
        """Tell whether the token has run out at an instant."""
        return self.expires != _NEVER and as_instant(now) >= self.expires


class MetaTokens:
    """Writes and reads the Meta tokens of one world."""

    def __init__(self, world: World) -> None:
        """Sign for a world.

        Args:
            world: Its seed is the key.
        """
        self._secret = f"meta/{world.config.seed}"
        start = world.calendar.start_of(world.config.start.toordinal())
        self._first_expiry = start + world.config.meta_token_days * DAY_SECONDS

    def first(self, owner: int) -> str:
        """Give the token an owner has at the world's start; the agency's never ends."""
        return self.write(TokenKind.LONG, owner, self.first_expiry(owner))

    def first_expiry(self, owner: int) -> int:
        """Give the Unix second at which an owner's first token ends; 0 for never."""
        return _NEVER if owner == AGENCY else self._first_expiry

    def page(self, owner: int) -> str:
        """Give an owner's Page token, which does not expire."""
        return self.write(TokenKind.PAGE, owner, _NEVER)

    def short(self, owner: int, now: datetime) -> str:
        """Give the short-lived token a consent page would hand out."""
        expires = as_instant(now) + SHORT_LIFE_SECONDS
        return self.write(TokenKind.SHORT, owner, expires)

    def long(self, owner: int, now: datetime) -> str:
        """Give the long-lived token an exchange hands out."""
        return self.write(TokenKind.LONG, owner, as_instant(now) + LONG_LIFE_SECONDS)

    def write(self, kind: TokenKind, owner: int, expires: int) -> str:
        """Sign a token."""
        claim = f"{kind.value}{owner}x{expires}"
        return f"EAA{claim}x{mac(self._secret, claim)}"

    def read(self, text: str) -> MetaToken | None:
        """Give what a token says, or None when it was not signed here."""
        match = _FORM.fullmatch(text)
        if match is None:
            return None
        kind, owner, expires, signature = match.groups()
        if mac(self._secret, f"{kind}{owner}x{expires}") != signature:
            return None
        return MetaToken(TokenKind(kind), int(owner), int(expires))
