"""Platform ids that can be read backwards.

A real platform looks an id up in a table. The sandbox may hold 100,000 creators
with hundreds of posts each and keeps no table, so its ids are a reversible
scramble of *whose* and *which*. They look like the platforms' own: decimal
strings beyond 2**53, with no visible order (TikTok's begin with the time, as the
real ones do).
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

_SNOWFLAKE_SHIFT = 32
_LOW_MASK = (1 << _SNOWFLAKE_SHIFT) - 1
_LOW_FACTOR = 2_654_435_761
_LOW_INVERSE = pow(_LOW_FACTOR, -1, 1 << _SNOWFLAKE_SHIFT)
_LOW_XOR = 0x5BD1E995
_ACCOUNT_BITS = 21
_SEQUENCE_BITS = 6
_LONGEST_VIDEO_ID = 20


class IdCodec:
    """Turns small numbers into fixed-length decimal ids and back."""

    def __init__(self, prefix: str, digits: int, salt: int) -> None:
        """Describe one kind of id.

        Args:
            prefix: The leading digits every id of this kind has.
            digits: How many scrambled digits follow.
            salt: Makes kinds with equal lengths differ from each other.
        """
        self._prefix = prefix
        self._digits = digits
        self._modulus: int = 10**digits
        # Ends in 1, so it has an inverse modulo every power of ten.
        self._factor = 7_368_787_541 + 20 * salt
        self._inverse: int = pow(self._factor, -1, self._modulus)
        self._offset: int = (3_141_592_653_589_793 * (salt + 3)) % self._modulus
        self._low: int = 10 ** (digits // 2)
        self._high: int = self._modulus // self._low

    def encode(self, number: int) -> str:
        """Give the id of a number that has at most ``digits`` digits."""
        mixed = self._mix(self._mix(number))
        return f"{self._prefix}{mixed:0{self._digits}d}"

    def decode(self, text: str) -> int | None:
        """Give the number behind an id, or None when it cannot be of this kind."""
        fits = len(text) == len(self._prefix) + self._digits
        if not (fits and text.isascii() and text.isdecimal()):
            return None
        if not text.startswith(self._prefix):
            return None
        return self._unmix(self._unmix(int(text[len(self._prefix) :])))

    def _mix(self, number: int) -> int:
        spread = (number * self._factor + self._offset) % self._modulus
        high, low = divmod(spread, self._low)
        return low * self._high + high

    def _unmix(self, number: int) -> int:
        low, high = divmod(number, self._high)
        spread = high * self._low + low
        return (spread - self._offset) * self._inverse % self._modulus


@dataclass(frozen=True, slots=True)
class MediaKey:
    """What an Instagram media id stands for."""

    account: int
    day: int
    sequence: int


_DAYS = 10_000
_SEQUENCES = 100


def pack_media(key: MediaKey) -> int:
    """Put account, day and sequence into one number of at most 13 digits."""
    return (key.account * _DAYS + key.day) * _SEQUENCES + key.sequence


def unpack_media(number: int) -> MediaKey:
    """Take a packed number apart again."""
    rest, sequence = divmod(number, _SEQUENCES)
    account, day = divmod(rest, _DAYS)
    return MediaKey(account, day, sequence)


def video_id(account: int, instant: int, sequence: int) -> str:
    """Give a TikTok video's 19-digit id: its second, then a scramble of the rest."""
    low = account << _SEQUENCE_BITS | sequence
    low = (low * _LOW_FACTOR & _LOW_MASK) ^ _LOW_XOR
    return str(instant << _SNOWFLAKE_SHIFT | low)


def video_key(text: str) -> tuple[int, int, int] | None:
    """Give (account, instant, sequence) of a TikTok id, or None if it is not one."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_VIDEO_ID):
        return None
    number = int(text)
    low = ((number & _LOW_MASK) ^ _LOW_XOR) * _LOW_INVERSE & _LOW_MASK
    if low >> (_ACCOUNT_BITS + _SEQUENCE_BITS):
        return None
    sequence = low & ((1 << _SEQUENCE_BITS) - 1)
    return low >> _SEQUENCE_BITS, number >> _SNOWFLAKE_SHIFT, sequence


@lru_cache(maxsize=8_192)
def shortcode(media_id: str) -> str:
    """Give the short text of a post's address, as long as Instagram's own."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    number = int.from_bytes(blake2b(media_id.encode(), digest_size=9).digest(), "big")
    return "D" + "".join(alphabet[number >> 6 * n & 63] for n in range(10))
