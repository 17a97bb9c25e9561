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
from analytics_pipeline.sandbox.tiktok.scopes import (
    SCOPES,
    WITHOUT_STATS,
    WITHOUT_VIDEOS,
    read_scopes,
    write_scopes,
)
from analytics_pipeline.sandbox.world import World

CODE_SECONDS: Final = 600

_ACCESS, _REFRESH, _CODE = "act", "rft", "code"
_PARTS = 5
_PARTS_WITH_SCOPES = 6
_CODE_PARTS = 7
_CONSENT_SPREAD_DAYS = 40
_NOT_REVOKED = -1
_LENGTHS: Final = {
    _ACCESS: (_PARTS, _PARTS_WITH_SCOPES),
    _REFRESH: (_PARTS, _PARTS_WITH_SCOPES),
    _CODE: (_PARTS, _CODE_PARTS),
}


@dataclass(frozen=True, slots=True)
class TikTokToken:
    """What a signed token says.

    Attributes:
        account: Whose it is.
        generation: Of which generation; of a consent page's code, its number.
        expires: Unix second; of no meaning in a code that was not asked for here.
        scopes: What was granted at a consent page; None for what the account's
            owner had allowed before.
        redirect: In a code, the mark of the address it was asked for with.
    """

    account: int
    generation: int
    expires: int
    scopes: tuple[str, ...] | None = None
    redirect: str = ""


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
    scopes: tuple[str, ...] | None = None


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
        self._used: set[str] = set()
        self._codes = 0
        # Codes up to this number were handed out before the consent was revoked.
        self._void: dict[int, int] = {}

    def current(self, account: int) -> Grant:
        """Give the tokens an account has now, without rotating them."""
        return self._grant(account, self._state(account))

    def scopes(self, account: int) -> tuple[str, ...]:
        """List what an account's owner allows now."""
        changed = self._changed.get(account)
        if changed is not None and changed.scopes is not None:
            return changed.scopes
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

    def consent(self, code: str, redirect_uri: str, now: datetime) -> Grant | None:
        """Begin anew from the code of a consent page; each code works once.

        Args:
            code: The code.
            redirect_uri: What the page was asked with; a code handed out by
                ``code`` fits any.
            now: The sandbox's time.

        Returns:
            The first tokens of the consent, or None when the code is no good.
        """
        token = self.read(code)
        if token is None or not code.startswith(f"{_CODE}."):
            return None
        state = self._state(token.account)
        if token.redirect:
            if code in self._used or not self._is_good(token, redirect_uri, now):
                return None
            self._used.add(code)
            state.scopes = token.scopes
            # Newer than tokens of before a restart, which nobody has shown yet.
            state.generation = max(state.generation, as_instant(now))
        elif token.generation != state.generation:
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

    def revoke_account(self, account: int) -> None:
        """End the consent of an account: its owner took it back in the app."""
        state = self._state(account)
        state.revoked = state.generation
        self._changed[account] = state
        self._void[account] = self._codes

    def take_back(self, account: int, scope: str) -> None:
        """Take one scope out of an account's consent."""
        state = self._state(account)
        kept = (allowed for allowed in self.scopes(account) if allowed != scope)
        state.scopes = tuple(kept)
        self._changed[account] = state

    def issue_code(
        self, account: int, scopes: tuple[str, ...], redirect_uri: str, now: datetime
    ) -> str:
        """Give the code of a consent page.

        Args:
            account: Who consented.
            scopes: What they allowed.
            redirect_uri: The address the code is bound to.
            now: The sandbox's time.

        Returns:
            A code that is good once, for ten minutes.
        """
        self._codes += 1
        expires = as_instant(now) + CODE_SECONDS
        claim = f"{_CODE}.{account}.{self._codes}.{expires}.{write_scopes(scopes)}"
        claim += f".{self._mark(redirect_uri)}"
        return f"{claim}.{mac(self._secret, claim)}"

    def code(self, account: int) -> str:
        """Give the code a creator would bring back from the consent page now."""
        state = self._state(account)
        return self._sign(_CODE, TikTokToken(account, state.generation, 0))

    def read(self, text: str) -> TikTokToken | None:
        """Give what a token says, expired or not; None if not signed here."""
        parts = text.split(".")
        if len(parts) not in _LENGTHS.get(parts[0], ()):
            return None
        if mac(self._secret, ".".join(parts[:-1])) != parts[-1]:
            return None
        account, generation, expires = (int(part) for part in parts[1:4])
        if not self._world.people.has("tiktok", account):
            return None
        scopes = None if len(parts) == _PARTS else read_scopes(parts[4])
        redirect = parts[5] if len(parts) == _CODE_PARTS else ""
        return TikTokToken(account, generation, expires, scopes, redirect)

    def _adopted(self, token: TikTokToken) -> _State:
        state = self._state(token.account)
        if token.generation > state.generation:
            state.generation = token.generation
            state.scopes = token.scopes
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
        until = (state.access_expires, state.refresh_expires)
        access, refresh = (
            TikTokToken(account, state.generation, expires, state.scopes)
            for expires in until
        )
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
        if token.scopes is not None:
            claim += f".{write_scopes(token.scopes)}"
        return f"{claim}.{mac(self._secret, claim)}"

    def _is_good(self, code: TikTokToken, redirect_uri: str, now: datetime) -> bool:
        if code.redirect != self._mark(redirect_uri) or as_instant(now) >= code.expires:
            return False
        return code.generation > self._void.get(code.account, 0)

    def _mark(self, redirect_uri: str) -> str:
        return mac(f"{self._secret}/redirect", redirect_uri)
