"""Which alerts a connection gives now, and how they are told."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from analytics_pipeline.schemas.alerts import ALERT_DAYS, Alert, AlertSubject
from analytics_pipeline.schemas.connections import (
    RECONNECT_REASONS,
    Connection,
    ConnectionStatus,
    ReconnectReason,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.token_life import renewal_due_at

# A renewal that has not been tried so long after it was due is not going to be.
_LATE = timedelta(days=1)
_NAMES = {
    AlertSubject.ACCESS_TOKEN: "access token",
    AlertSubject.CONSENT: "consent",
}


def alerts_of(item: Connection, now: datetime) -> list[Alert]:
    """Return what has to be told about a connection.

    Args:
        item: The connection.
        now: The current instant.

    Returns:
        One alert for what has ended; else one for each thing that ends within two
        weeks, with the smallest threshold that is passed.
    """
    if item.status is ConnectionStatus.RECONNECT_REQUIRED:
        since = item.reconnect_since or item.updated_at or now
        cause = item.reconnect_reason or ReconnectReason.UNKNOWN
        return [_alert(item, AlertSubject.CONNECTION, 0, since, cause)]
    if item.status is not ConnectionStatus.CONNECTED:
        return []
    ends = {
        AlertSubject.ACCESS_TOKEN: _token_end(item, now),
        AlertSubject.CONSENT: _consent_end(item),
    }
    return [
        _alert(item, subject, threshold, end)
        for subject, end in ends.items()
        if end is not None and (threshold := _threshold(end, now)) is not None
    ]


def alert_row(alert: Alert) -> dict[str, object]:
    """Return an alert as names and values: nothing personal but our own ids."""
    return {
        "connection_id": alert.connection_id,
        "creator_id": alert.creator_id,
        "platform": alert.platform.value,
        "subject": alert.subject.value,
        "ends_at": alert.ends_at.isoformat(),
        "what": _what(alert),
        "next_step": alert.next_step,
    }


def alert_message(alerts: Sequence[Alert]) -> dict[str, object]:
    """Return alerts as the object that is posted: a text for people, and the rows."""
    number = len(alerts)
    head = "1 connection needs" if number == 1 else f"{number} connections need"
    lines = [f"{head} attention:", *_lines(alerts)]
    return {"text": "\n".join(lines), "alerts": [alert_row(item) for item in alerts]}


def _lines(alerts: Iterable[Alert]) -> Iterable[str]:
    for item in alerts:
        yield f"- {item.connection_id}: {_what(item)} Next: {item.next_step}"


def _what(alert: Alert) -> str:
    if alert.cause is not None:
        info = RECONNECT_REASONS[alert.cause]
        return f"{info.meaning} {info.way_back}"
    return f"The {_NAMES[alert.subject]} ends on {alert.ends_on} and cannot be renewed."


def _alert(
    item: Connection,
    subject: AlertSubject,
    threshold: int,
    ends_at: datetime,
    cause: ReconnectReason | None = None,
) -> Alert:
    account = item.account
    return Alert(
        connection_id=account.connection_id,
        creator_id=account.creator_id,
        platform=account.platform,
        subject=subject,
        threshold=threshold,
        ends_at=ends_at,
        cause=cause,
    )


def _token_end(item: Connection, now: datetime) -> datetime | None:
    """Return when a token ends that is not renewed, or cannot be."""
    if item.account.platform is Platform.TIKTOK:
        renews = item.has_refresh_token
    else:
        due = renewal_due_at(item)
        is_late = due is not None and due + _LATE <= now
        renews = item.renewal_problem is None and not is_late
    return None if renews else item.access_token_expires_at


def _consent_end(item: Connection) -> datetime | None:
    """Return when the owner must agree again; renewing a token does not change it."""
    if item.account.platform is Platform.TIKTOK:
        return item.refresh_token_expires_at or item.consent_expires_at
    return item.consent_expires_at


def _threshold(end: datetime, now: datetime) -> int | None:
    passed = [days for days in ALERT_DAYS if end - now <= timedelta(days=days)]
    return min(passed, default=None)
