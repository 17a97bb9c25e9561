"""Requests to forget a person: what is asked, how far it is, what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from analytics_pipeline.schemas.platforms import Platform

ERASED_PREFIX = "erased-"
"""What every pseudonym begins with."""


class RequestKind(StrEnum):
    """What a person, or the platform for them, asks."""

    DEAUTHORISATION = "deauthorisation"
    DELETION = "deletion"


class ErasureStatus(StrEnum):
    """How far a request is."""

    RECEIVED = "received"
    RUNNING = "running"
    DONE = "done"
    UNKNOWN_PERSON = "unknown_person"


STATUS_MEANINGS: dict[ErasureStatus, str] = {
    ErasureStatus.RECEIVED: "Tokens are gone; personal data is erased by the next run.",
    ErasureStatus.RUNNING: "Personal data is being erased; a run that was stopped is "
    "completed by the next.",
    ErasureStatus.DONE: "Everything that was asked for is done.",
    ErasureStatus.UNKNOWN_PERSON: "Nobody known by that id: nothing was stored.",
}


@dataclass(frozen=True, slots=True)
class Callback:
    """What a platform asks for one of its users.

    Attributes:
        kind: What is asked.
        platform: Who asks.
        platform_user_id: For whom.
        issued_at: When it was signed, where the platform says so. A callback that is
            repeated can come after the person has logged in again.
    """

    kind: RequestKind
    platform: Platform
    platform_user_id: str
    issued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """One request, as it stands.

    Attributes:
        confirmation_code: The code by which its sender can ask about it.
        kind: What is asked.
        platform: On which platform.
        platform_user_id: Whom the platform named; None once it is done.
        creator_id: Which creator the operator named; None where a platform asked.
        received_at: When it came.
        status: How far it is.
        report: What was removed and what was kept, in numbers, by place.
        completed_at: When it was done; None while it is not.
    """

    confirmation_code: str
    kind: RequestKind
    platform: Platform
    platform_user_id: str | None
    creator_id: str | None
    received_at: datetime
    status: ErasureStatus
    report: Mapping[str, int] = field(default_factory=dict)
    completed_at: datetime | None = None
