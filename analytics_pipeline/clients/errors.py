"""What can go wrong with an API, by what to do about it.

    ApiError
    ├── TransientApiError    ask again, a few times, after a pause
    │   └── TooMuchDataError     ask again for less at once
    ├── BudgetExhausted      stop this budget until a known time; defer the account
    ├── ReconnectRequired    the token is dead: stop asking with it, tell its owner
    ├── ItemUnavailable      this account or post is not to be seen: skip it, say so
    └── PermanentApiError    we asked wrongly or may not ask: fail loudly, no repeat

One table per platform (`graph_errors.py`, `tiktok_errors.py`) maps the platform's codes
to these. Messages hold codes and the platform's own words, never a token.
"""

import re
from datetime import timedelta

from analytics_pipeline.schemas.connections import ReconnectReason
from analytics_pipeline.schemas.outcomes import Reason

_MESSAGE_LENGTH = 300
# Neither a file nor a database takes all of these.
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class ApiError(Exception):
    """An API did not give what was asked for.

    Args:
        message: What it said, for an operator.
        reason: What the account's outcome is because of it.
    """

    reason: Reason

    def __init__(self, message: str, reason: Reason | None = None) -> None:
        super().__init__(
            _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", message)[:_MESSAGE_LENGTH]
        )
        if reason is not None:
            self.reason = reason


class TransientApiError(ApiError):
    """The next try may succeed; the outcome if none does is the reason."""

    reason = Reason.TRANSIENT


class TooMuchDataError(TransientApiError):
    """The server could not gather that much at once; ask for smaller pages."""


class BudgetExhausted(ApiError):
    """A call limit is reached.

    Args:
        message: Which one.
        wait: How long until the limit has room again, as far as is known.
    """

    reason = Reason.BUDGET

    def __init__(self, message: str, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait


class ReconnectRequired(ApiError):
    """The token does not work any more.

    Args:
        message: What the platform said.
        cause: Why, as far as the platform tells.
        is_certain: False where the same code can also mean a missing permission, so
            the token must be tried again another day.
    """

    reason = Reason.RECONNECT_REQUIRED

    def __init__(
        self,
        message: str,
        cause: ReconnectReason = ReconnectReason.UNKNOWN,
        *,
        is_certain: bool = True,
    ) -> None:
        super().__init__(message)
        self.cause = cause
        self.is_certain = is_certain


class ItemUnavailable(ApiError):
    """The account or post is gone, private, renamed or personal."""

    reason = Reason.NOT_FOUND


class PermanentApiError(ApiError):
    """Asking again in the same way would fail again."""

    reason = Reason.REQUEST_REJECTED
