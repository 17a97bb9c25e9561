"""Keys of the HTTP API: what one may do, and what is known about one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class KeyScope(StrEnum):
    """What a key may do; each route asks for one of them."""

    READ = "read"
    REFRESH = "refresh"
    INVITE = "invite"


KEY_SCOPES: dict[KeyScope, str] = {
    KeyScope.READ: "read numbers and outcomes",
    KeyScope.REFRESH: "have accounts asked again",
    KeyScope.INVITE: "invite creators, and hand in their logins",
}


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key, without its secret.

    Attributes:
        key_id: The public part.
        name: Who uses it.
        scopes: What it may do.
        created_at: When it was made.
        revoked_at: When it was withdrawn.
        last_used_at: When it was last used, to within an hour.
    """

    key_id: str
    name: str
    scopes: frozenset[KeyScope]
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key that was made just now: the only time its secret is known."""

    key: ApiKey
    clear: str

    def __repr__(self) -> str:
        """Name the key, not its secret."""
        return f"NewApiKey({self.key.key_id})"
