"""What a walk over an account's posts gives back, on any platform."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk that got as far as it was meant to.

    Attributes:
        account_id: The id the platform answered.
        username: The handle the platform answered, if it did.
        covers_from: Every post published since then is in the answers.
        post_ids: The posts of an own list; empty where nobody asks for them.
    """

    account_id: str
    username: str | None
    covers_from: datetime
    post_ids: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
