"""Meta access tokens that prove themselves.

A token names its owner, its kind, its expiry and what was granted, and is signed,
so any sandbox with the same seed knows it, also after a restart. What happened to
tokens since then (``MetaEnd``, scopes taken back) is all that is remembered.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final

from analytics_pipeline.sandbox.population.calendar import as_instant
from analytics_pipeline.sandbox.population.config import DAY_SECONDS
from analytics_pipeline.sandbox.population.dice import mac
from analytics_pipeline.sandbox.population.records import AGENCY
from analytics_pipeline.sandbox.world import World

# What everyone who is connected from the start has granted.
SCOPES: Final = (
    "pages_show_list",
    "pages_read_engagement",
    "instagram_basic",
    "instagram_manage_insights",
)
# Their order is part of every token's text: add at the end only.
KNOWN_SCOPES: Final = (
    *SCOPES,
    "instagram_manage_comments",
    "business_management",
    "pages_manage_metadata",
    "ads_read",
    "ads_management",
    "public_profile",
    "email",
)
LONG_LIFE_SECONDS: Final = 60 * DAY_SECONDS
SHORT_LIFE_SECONDS: Final = 5_181
DATA_ACCESS_SECONDS: Final = 90 * DAY_SECONDS

_NEVER = 0
_FIRST_FORM = re.compile(r"EAA([LPS])(\d{1,7})x(\d{1,11})x([0-9a-f]{24})")
_FORM = re.compile(
    r"EAA([LPS])(\d{1,7})x(\d{1,11})c(\d{1,11})s([0-9a-f]{1,4})p(\d{1,3})x([0-9a-f]{24})"
)
_ALL_PAGES = 0b111


class TokenKind(StrEnum):
    """Who a token speaks for, and how long."""

    LONG = "L"
    SHORT = "S"
    PAGE = "P"


class MetaEnd(IntEnum):
    """Why tokens ended before their time; the value is the refusal's subcode."""

    REMOVE_APP = 458
    CHECKPOINT = 459
    PASSWORD_CHANGE = 460
    INVALIDATE = 467


@dataclass(frozen=True, slots=True)
class MetaGrant:
    """What a person allowed at the consent page.

    Attributes:
        owner: The account number of the person.
        consented: Unix second of the consent, unique among the person's; 0 for
            what was granted before the world began.
        scopes: The scopes left ticked.
        pages: The numbers of the Pages left ticked.
    """

    owner: int
    consented: int = 0
    scopes: frozenset[str] = frozenset(SCOPES)
    pages: frozenset[int] = frozenset({0, 1, 2})

    def as_text(self) -> str:
        """Write the grant as it stands in tokens and codes."""
        pages = sum(1 << page for page in self.pages)
        return f"c{self.consented}s{write_scopes(self.scopes)}p{pages}"


@dataclass(frozen=True, slots=True)
class MetaToken:
    """A token that was signed here.

    Attributes:
        kind: Long- or short-lived user token, or a Page token.
        expires: Unix second; 0 for never.
        grant: What it may be used for.
    """

    kind: TokenKind
    expires: int
    grant: MetaGrant

    @property
    def owner(self) -> int:
        """The account number it speaks for."""
        return self.grant.owner

    def expired(self, now: datetime) -> bool:
        """Tell whether the token has run out at an instant."""
        return self.expires != _NEVER and as_instant(now) >= self.expires


@dataclass(slots=True)
class _Since:
    """What happened to one person's tokens since the world began."""

    newest: int = 0
    consented: int = -1
    ended: int = -1
    end: MetaEnd = MetaEnd.INVALIDATE


class MetaTokens:
    """Writes and reads the Meta tokens of one world, and ends them."""

    def __init__(self, world: World) -> None:
        """Sign for a world.

        Args:
            world: Its seed is the key.
        """
        self.secret = f"meta/{world.config.seed}"
        start = world.calendar.start_of(world.config.start.toordinal())
        self._start = start
        self._first_expiry = start + world.config.meta_token_days * DAY_SECONDS
        self._since: dict[int, _Since] = {}
        self._taken_back: dict[tuple[int, str], int] = {}

    def first(self, owner: int) -> str:
        """Give the token an owner has at the world's start; the agency's never ends."""
        return self.write(TokenKind.LONG, self.first_expiry(owner), MetaGrant(owner))

    def first_expiry(self, owner: int) -> int:
        """Give the Unix second at which an owner's first token ends; 0 for never."""
        return _NEVER if owner == AGENCY else self._first_expiry

    def page(self, grant: MetaGrant, number: int) -> str:
        """Give the token of one granted Page, which does not expire."""
        if grant.consented:
            grant = replace(grant, pages=frozenset({number}))
        return self.write(TokenKind.PAGE, _NEVER, grant)

    def short(self, grant: MetaGrant, now: datetime) -> str:
        """Give the short-lived token a code is exchanged for."""
        expires = as_instant(now) + SHORT_LIFE_SECONDS
        return self.write(TokenKind.SHORT, expires, grant)

    def long(self, grant: MetaGrant, expires: int) -> str:
        """Give the long-lived token an exchange hands out."""
        return self.write(TokenKind.LONG, expires, grant)

    def write(self, kind: TokenKind, expires: int, grant: MetaGrant) -> str:
        """Sign a token."""
        claim = f"{kind.value}{grant.owner}x{expires}"
        if grant != MetaGrant(grant.owner):
            claim += grant.as_text()
        return f"EAA{claim}x{mac(self.secret, claim)}"

    def read(self, text: str) -> MetaToken | None:
        """Give what a token says, or None when it was not signed here."""
        if first := _FIRST_FORM.fullmatch(text):
            kind, owner, expires, signature = first.groups()
            claim, grant = f"{kind}{owner}x{expires}", MetaGrant(int(owner))
        elif match := _FORM.fullmatch(text):
            kind, owner, expires, consented, scopes, pages, signature = match.groups()
            claim = f"{kind}{owner}x{expires}c{consented}s{scopes}p{pages}"
            grant = read_grant(owner, consented, scopes, pages)
        else:
            return None
        if mac(self.secret, claim) != signature:
            return None
        return MetaToken(TokenKind(kind), int(expires), grant)

    def consent(
        self, owner: int, scopes: frozenset[str], pages: frozenset[int], now: datetime
    ) -> MetaGrant:
        """Note a consent; it is newer than every one before, ended ones included.

        Args:
            owner: Who consents.
            scopes: What they allow.
            pages: The numbers of the Pages they allow it for.
            now: The sandbox's time.

        Returns:
            The grant, for a code.
        """
        since = self._since.setdefault(owner, _Since())
        since.newest = max(as_instant(now), since.newest + 1, since.ended + 1)
        since.consented = since.newest
        return MetaGrant(owner, since.newest, scopes, pages)

    def end(self, owner: int, end: MetaEnd, now: datetime) -> None:
        """End every token a person's consents so far led to."""
        since = self._since.setdefault(owner, _Since())
        since.ended = max(as_instant(now), since.newest)
        since.end = end

    def end_of(self, grant: MetaGrant) -> MetaEnd | None:
        """Say how the tokens of a grant ended, or None while they live."""
        since = self._since.get(grant.owner)
        ended = since is not None and grant.consented <= since.ended
        return since.end if since is not None and ended else None

    def lives(self, owner: int) -> bool:
        """Tell whether what a person granted before the world began still lives."""
        return self.end_of(MetaGrant(owner)) is None

    def take_back(self, owner: int, scope: str, now: datetime) -> None:
        """Take a scope out of the tokens of a person's consents so far."""
        since = self._since.setdefault(owner, _Since())
        since.newest = max(as_instant(now), since.newest)
        self._taken_back[owner, scope] = since.newest

    def scopes(self, grant: MetaGrant) -> list[str]:
        """List what a grant's tokens may be used for now."""
        return [
            scope
            for scope in KNOWN_SCOPES
            if scope in grant.scopes
            and grant.consented > self._taken_back.get((grant.owner, scope), -1)
        ]

    def data_access_ends(self, grant: MetaGrant) -> int:
        """Give the Unix second until which a grant opens the person's data."""
        return (grant.consented or self._start) + DATA_ACCESS_SECONDS

    def consented_here(self) -> dict[int, int]:
        """Give who consented to this sandbox, and in which Unix second, if it lives."""
        return {
            owner: since.consented
            for owner, since in self._since.items()
            if since.consented > since.ended
        }


def write_scopes(scopes: frozenset[str]) -> str:
    """Write a set of known scopes as a few hexadecimal digits."""
    bits = sum(1 << n for n, scope in enumerate(KNOWN_SCOPES) if scope in scopes)
    return f"{bits:x}"


def read_grant(owner: str, consented: str, scopes: str, pages: str) -> MetaGrant:
    """Read the parts of a grant as they stand in tokens and codes."""
    bits = int(scopes, 16)
    return MetaGrant(
        owner=int(owner),
        consented=int(consented),
        scopes=frozenset(s for n, s in enumerate(KNOWN_SCOPES) if bits >> n & 1),
        pages=frozenset(
            n for n in range(_ALL_PAGES.bit_length()) if int(pages) >> n & 1
        ),
    )
