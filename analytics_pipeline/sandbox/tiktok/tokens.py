"""TikTok tokens: they rotate, and still prove themselves after a restart.

A token names its account, a generation and its expiry and is signed. Each refresh
begins a new generation; a refresh token of an earlier one is dead. A sandbox that
was restarted knows only generation 0, so it adopts a higher generation from any
validly signed token: a database that rotated on goes on working.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from analytics_pipeline.sandbox.population.calendar import as_instant
from analytics_pipeline.sandbox.population.config import DAY_SECONDS
from analytics_pipeline.sandbox.population.dice import Dice, mac
from analytics_pipeline.sandbox.population.records import Trait
from analytics_pipeline.sandbox.world import World

SCOPES: Final = (
    "user.info.basic",
    "user.info.profile",
    "user.info.stats",
    "video.list",
)
WITHOUT_STATS: Final = ("user.info.basic", "video.list")
WITHOUT_VIDEOS: Final = ("user.info.basic",)

_ACCESS, _REFRESH, _CODE = "act", "rft", "code"
_PARTS = 5
_CONSENT_SPREAD_DAYS = 40
_NOT_REVOKED = -1


@dataclass(frozen=True, slots=True)
class TikTokToken:
    """What a signed token says: whose it is, of which generation, until when."""

    account: int
    generation: int
    expires: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What the token endpoint hands out."""

    account: int
    access_token: str
    access_expires: int
    refresh_token: str
    refresh_expires: int
    scopes: tuple[str, ...]


@dataclass(slots=True)
class _State:
    """What changed about one account since the world began."""

    generation: int
    access_expires: int
    refresh_expires: int
    revoked: int


class TikTokTokens:
    """The consents of one world and their generations."""

    def __init__(self, world: World) -> None:
        """Begin with generation 0 for everyone.

        Args:
            world: Its seed is the key, its creators are the owners.
        """
        self._world = world
        self._config = world.config
        self._secret = f"tiktok/{world.config.seed}"
        self._start = world.calendar.start_of(world.config.start.toordinal())
        # Only accounts whose consent changed; everyone else is at generation 0.
        self._changed: dict[int, _State] = {}

    def current(self, account: int) -> Grant:
        """Give the tokens an account has now, without rotating them."""
        return self._grant(account, self._state(account))

    def scopes(self, account: int) -> tuple[str, ...]:
        """List what an account's owner allowed."""
        if Trait.NARROW_SCOPE not in self._world.creator(account).traits:
            return SCOPES
        return WITHOUT_STATS if account % 2 else WITHOUT_VIDEOS

    def check_access(self, text: str, now: datetime) -> int | None:
        """Give the account an access token opens at an instant, or None."""
        token = self.read(text)
        if token is None or not text.startswith(f"{_ACCESS}."):
            return None
        state = self._adopted(token)
        alive = token.generation > state.revoked and as_instant(now) < token.expires
        return token.account if alive else None

    def refresh(self, text: str, now: datetime) -> Grant | None:
        """Rotate: hand out the next generation for a living refresh token.

        Args:
            text: The refresh token.
            now: The sandbox's time.

        Returns:
            The new tokens, or None when the refresh token is dead.
        """
        token = self.read(text)
        if token is None or not text.startswith(f"{_REFRESH}."):
            return None
        state = self._adopted(token)
        if token.generation < state.generation or token.generation <= state.revoked:
            return None
        if as_instant(now) >= token.expires:
            return None
        state.generation += 1
        state.access_expires = as_instant(now) + self._config.tiktok_access_lifetime
        state.refresh_expires = token.expires
        self._changed[token.account] = state
        return self._grant(token.account, state)

    def consent(self, code: str, now: datetime) -> Grant | None:
        """Begin anew from the code of a consent page; each code works once."""
        token = self.read(code)
        if token is None or not code.startswith(f"{_CODE}."):
            return None
        state = self._state(token.account)
        if token.generation != state.generation:
            return None
        state.generation += 1
        state.access_expires = as_instant(now) + self._config.tiktok_access_lifetime
        lifetime = self._config.tiktok_refresh_lifetime
        state.refresh_expires = as_instant(now) + lifetime
        self._changed[token.account] = state
        return self._grant(token.account, state)

    def revoke(self, text: str) -> bool:
        """End the consent a token belongs to; tells whether the token was ours."""
        token = self.read(text)
        if token is None:
            return False
        state = self._adopted(token)
        state.revoked = state.generation
        self._changed[token.account] = state
        return True

    def code(self, account: int) -> str:
        """Give the code a creator would bring back from the consent page now."""
        state = self._state(account)
        return self._sign(_CODE, TikTokToken(account, state.generation, 0))

    def read(self, text: str) -> TikTokToken | None:
        """Give what a token says, expired or not; None if not signed here."""
        parts = text.split(".")
        if len(parts) != _PARTS or parts[0] not in {_ACCESS, _REFRESH, _CODE}:
            return None
        if mac(self._secret, ".".join(parts[:-1])) != parts[-1]:
            return None
        account, generation, expires = (int(part) for part in parts[1:-1])
        if not self._world.people.has("tiktok", account):
            return None
        return TikTokToken(account, generation, expires)

    def _adopted(self, token: TikTokToken) -> _State:
        state = self._state(token.account)
        if token.generation > state.generation:
            state.generation = token.generation
            self._changed[token.account] = state
        return state

    def _state(self, account: int) -> _State:
        if account in self._changed:
            return self._changed[account]
        traits = self._world.creator(account).traits
        revoked = Trait.CONSENT_REVOKED in traits
        expired = revoked or Trait.ACCESS_EXPIRED in traits
        opening = as_instant(self._config.opening)
        access = opening + self._config.tiktok_access_lifetime
        dice = Dice(self._config.seed, "consent", account)
        given = self._start - DAY_SECONDS * (2 + dice.below(_CONSENT_SPREAD_DAYS))
        return _State(
            generation=0,
            access_expires=self._start - DAY_SECONDS if expired else access,
            refresh_expires=given + self._config.tiktok_refresh_lifetime,
            revoked=0 if revoked else _NOT_REVOKED,
        )

    def _grant(self, account: int, state: _State) -> Grant:
        access = TikTokToken(account, state.generation, state.access_expires)
        refresh = TikTokToken(account, state.generation, state.refresh_expires)
        return Grant(
            account=account,
            access_token=self._sign(_ACCESS, access),
            access_expires=state.access_expires,
            refresh_token=self._sign(_REFRESH, refresh),
            refresh_expires=state.refresh_expires,
            scopes=self.scopes(account),
        )

    def _sign(self, kind: str, token: TikTokToken) -> str:
        claim = f"{kind}.{token.account}.{token.generation}.{token.expires}"
        return f"{claim}.{mac(self._secret, claim)}"
