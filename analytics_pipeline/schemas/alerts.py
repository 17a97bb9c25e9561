"""Alerts: what of a connection ends soon or has ended, and must be told."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from analytics_pipeline.schemas.connections import ReconnectReason
from analytics_pipeline.schemas.platforms import Platform

ALERT_DAYS = (14, 7, 3, 1)
"""How many days before an end it is told; at the end itself it is told as 0."""


class AlertSubject(StrEnum):
    """What ends."""

    ACCESS_TOKEN = "access_token"  # noqa: S105 - what ends, no token
    CONSENT = "consent"
    CONNECTION = "connection"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a person has to do something about.

    Attributes:
        connection_id: Which connection.
        creator_id: Whose.
        platform: Where.
        subject: What ends, or has ended.
        threshold: How many days before the end it is told; 0 for what has ended.
        ends_at: When it ends, or did.
        cause: Why the connection has ended; None while it has not.
    """

    connection_id: str
    creator_id: str
    platform: Platform
    subject: AlertSubject
    threshold: int
    ends_at: datetime
    cause: ReconnectReason | None = None

    @property
    def ends_on(self) -> date:
        """The day on which it ends, in UTC."""
        return self.ends_at.date()

    @property
    def next_step(self) -> str:
        """What the operator does."""
        return f"analytics-pipeline invite {self.creator_id}"
