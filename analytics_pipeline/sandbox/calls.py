"""Counts the requests the sandbox answered: by whom they were about, and how.

Tests compare these counts with what a client says it planned and made.
"""

from collections import Counter
from dataclasses import dataclass
from threading import Lock

# What a request counts as whose connection was closed without an answer.
NO_ANSWER = 0


@dataclass(frozen=True, slots=True)
class Target:
    """What a request was about.

    Attributes:
        api: ``creators_app``, ``instagram`` or ``tiktok``.
        endpoint: A short name such as ``business_discovery`` or ``video/list``.
        account_id: The platform's id of the account concerned, or "".
        username: The handle of that account (as asked for), or "".
    """

    api: str
    endpoint: str
    account_id: str = ""
    username: str = ""

    def is_about(self, account: str) -> bool:
        """Tell whether a username or account id names this target's account."""
        return account in {self.account_id, self.username} and account != ""


class Calls:
    """The counters; safe to use from several threads."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._lock = Lock()
        self._counts: Counter[tuple[Target, int]] = Counter()

    def record(self, target: Target, status: int) -> None:
        """Count one answered request (status 0: closed without an answer)."""
        with self._lock:
            self._counts[target, status] += 1

    def count(
        self,
        api: str | None = None,
        endpoint: str | None = None,
        account: str | None = None,
        status: int | None = None,
    ) -> int:
        """Count the requests that fit everything given.

        Args:
            api: ``creators_app``, ``instagram`` or ``tiktok``.
            endpoint: The endpoint's short name, in full.
            account: A username or an account id.
            status: The HTTP status answered.

        Returns:
            How many requests there were since the last reset.
        """
        with self._lock:
            return sum(
                number
                for (target, answered), number in self._counts.items()
                if api in {None, target.api}
                and endpoint in {None, target.endpoint}
                and (account is None or target.is_about(account))
                and status in {None, answered}
            )

    def rows(self) -> list[dict[str, object]]:
        """List the counters, one row per API, endpoint, account and status."""
        with self._lock:
            counts = sorted(self._counts.items(), key=repr)
        return [
            {
                "api": target.api,
                "endpoint": target.endpoint,
                "account_id": target.account_id,
                "username": target.username,
                "status": status,
                "calls": number,
            }
            for (target, status), number in counts
        ]

    def reset(self) -> None:
        """Forget all counts."""
        with self._lock:
            self._counts.clear()
