"""Shards: the parts into which the accounts of a day are divided among workers."""

import zlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of all accounts; every account belongs to exactly one.

    Attributes:
        number: Which part, from 0.
        count: How many parts there are.

    Raises:
        ValueError: There is no such part.
    """

    number: int = 0
    count: int = 1

    def __post_init__(self) -> None:
        """Refuse a part that does not exist: its accounts would never be asked."""
        if not 0 <= self.number < self.count:
            msg = f"there is no shard {self.number} of {self.count}"
            raise ValueError(msg)

    def has(self, connection_id: str) -> bool:
        """Tell whether an account belongs to this part.

        Args:
            connection_id: Of the account's connection.

        Returns:
            The same on every machine and in every version of Python.

        Examples:
            >>> [Shard(number, 2).has("c1") for number in range(2)]
            [False, True]
        """
        return zlib.crc32(connection_id.encode()) % self.count == self.number


WHOLE = Shard()
"""All accounts: a day that is not divided."""
