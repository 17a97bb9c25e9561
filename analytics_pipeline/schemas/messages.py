"""Pushes: what a platform sends unasked, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

META = "meta"
"""Where Meta's pushes come from, as the inbox names it."""


class MessageOutcome(StrEnum):
    """What became of a push."""

    APPLIED = "applied"
    IGNORED = "ignored"
    REJECTED = "rejected"


MESSAGE_OUTCOMES: dict[MessageOutcome, str] = {
    MessageOutcome.APPLIED: "its values are in the landing store and in the tables",
    MessageOutcome.IGNORED: "understood, but about no account or field we keep",
    MessageOutcome.REJECTED: "not understood; kept, to be replayed once it can be",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One push.

    Attributes:
        message_id: Hash of the body.
        source: Who sent it.
        body: As received. Not printed: it may be about a person.
        received_at: When it was first received.
    """

    message_id: str
    source: str
    body: str
    received_at: datetime

    def __repr__(self) -> str:
        """Name the push, not what it says."""
        return f"Message({self.source} {self.message_id})"
