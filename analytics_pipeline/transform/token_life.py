"""What a connection's token needs now: to be looked at, to be renewed, or nothing.

A token is renewed at half its life. Where renewing cannot help until somebody mends
something, it is tried once a day.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from analytics_pipeline.schemas.connections import Connection, ConnectionStatus
from analytics_pipeline.schemas.outcomes import PASSING
from analytics_pipeline.schemas.platforms import Platform

NOT_PROLONGED = "not_prolonged: the platform gave no token that lives longer"
_DAILY = timedelta(days=1)


class Need(StrEnum):
    """What to do about a token.

    `look` asks the platform what it is worth; `renew` trades it; `end` notes that it
    has ended and that nothing can renew it.
    """

    LOOK = "look"
    RENEW = "renew"
    END = "end"


def need_of(item: Connection, now: datetime) -> Need | None:
    """Tell what a connection's token needs.

    Args:
        item: The connection.
        now: The current instant.

    Returns:
        What to do; None when there is nothing to do now.
    """
    if item.status is not ConnectionStatus.CONNECTED or _waits(item, now):
        return None
    if item.account.platform is Platform.TIKTOK and not item.has_refresh_token:
        return Need.END if _is_past(item.access_token_expires_at, now) else None
    if item.account.platform is Platform.INSTAGRAM and (
        item.token_doubted_at is not None
        or item.access_token_issued_at is None
        or _is_past(item.access_token_expires_at, now)
    ):
        return Need.LOOK
    return Need.RENEW if _is_past(renewal_due_at(item), now) else None


def renewal_due_at(item: Connection) -> datetime | None:
    """Return when half of a token's life is over.

    Args:
        item: The connection. One whose token was not seen being handed out counts from
            its last change.

    Returns:
        The instant; None for a token that never ends. One whose end is not known is
        due at once.
    """
    ends = item.access_token_expires_at
    issued = item.access_token_issued_at or item.updated_at
    if ends is None:
        return None if item.access_token_issued_at else issued
    return ends if issued is None or issued > ends else issued + (ends - issued) / 2


def _is_past(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant <= now


def _waits(item: Connection, now: datetime) -> bool:
    """Tell whether the last try failed in a way that the next would too."""
    if item.renewal_problem is None or item.renewal_tried_at is None:
        return False
    reason = item.renewal_problem.partition(":")[0]
    return reason not in PASSING and now < item.renewal_tried_at + _DAILY
