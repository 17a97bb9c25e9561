"""Chance that always falls the same way.

Every random-looking fact of the world is drawn from a hash of the seed and of
what the fact is about, so nothing has to be stored and any question can be
answered in any order. Not for secrets: those use ``mac``.
"""

from collections.abc import Sequence
from hashlib import blake2b
from struct import Struct
from typing import TypeVar

Item = TypeVar("Item")

_WORD_BITS = 32
_WORDS = Struct(">16I")
_FULL = 1 << _WORD_BITS
_BELL_DRAWS = 4
_BELL_SCALE = 3**0.5


class Dice:
    """A stream of draws that depends on nothing but its key."""

    __slots__ = ("_key", "_round", "_words")

    def __init__(self, *key: object) -> None:
        """Start the stream of this key.

        Args:
            *key: What the draws are about; equal keys give equal streams.
        """
        self._key = repr(key).encode()
        self._round = 0
        self._words: list[int] = []

    def _word(self) -> int:
        if not self._words:
            digest = blake2b(self._key, person=b"%d" % self._round).digest()
            self._words.extend(_WORDS.unpack(digest))
            self._round += 1
        return self._words.pop()

    def below(self, bound: int) -> int:
        """Draw an integer from 0 up to, not including, ``bound`` (at most 2**32)."""
        return self._word() * bound >> _WORD_BITS

    def uniform(self, low: float, high: float) -> float:
        """Draw a number between ``low`` and ``high``."""
        return low + (high - low) * self._word() / _FULL

    def chance(self, probability: float) -> bool:
        """Draw True with this probability."""
        return self._word() < probability * _FULL

    def pick(self, items: Sequence[Item]) -> Item:
        """Draw one of the items, each equally likely."""
        return items[self.below(len(items))]

    def bell(self) -> float:
        """Draw a roughly normal number: mean 0, deviation 1, within +-3.5."""
        total = sum(self._word() for _ in range(_BELL_DRAWS)) / _FULL
        return (total - _BELL_DRAWS / 2) * _BELL_SCALE


def mac(secret: str, text: str) -> str:
    """Sign a text: 24 hexadecimal digits that only the holder of the key can make."""
    return blake2b(text.encode(), key=secret.encode()[:64], digest_size=12).hexdigest()
